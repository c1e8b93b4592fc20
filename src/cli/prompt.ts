import type { Writable } from 'node:stream'
import { isDeepStrictEqual } from 'node:util'
import stringWidth from 'string-width'
import { Cancelled, Refused } from '../errors.ts'
import { yieldToSignals } from '../interruption.ts'
import { cleanForTerminal, oneLine } from '../render/clean-text.ts'
import { withStyles } from '../render/styles.ts'
import { doneMark } from '../render/text.ts'
import { shortened, wrapped, wrappedText } from '../render/wrap.ts'
import { searchKey } from '../search-key.ts'
import { drawable, type Terminal } from './terminal.ts'

export interface Choice<Value> {
  value: Value
  name: string
  /** Ticked to begin with, in a list to tick. */
  checked?: boolean
}

/** They take their colours as they are loaded. */
function promptsAt(terminal: Terminal) {
  terminal.settleColour()
  return import('@inquirer/prompts')
}

/** Asks yes or no, default No, and gives the answer. */
export async function askYesNo(terminal: Terminal, question: string): Promise<boolean> {
  const { confirm } = await promptsAt(terminal)
  return asked(terminal, (streams) =>
    confirm({ message: inLines(terminal, question), default: false, theme: themeOf(terminal) }, streams),
  )
}

/** Asks for one of several, found by typing a part of its name. */
export async function choose<Value>(
  terminal: Terminal,
  { question, choices }: { question: string; choices: readonly Choice<Value>[] },
): Promise<Value> {
  const { search } = await promptsAt(terminal)
  // A letter and Enter may arrive in one piece: Enter then takes what stood there before the letter was looked for.
  let finds = 0
  let drawn = 0
  const find = (term: string | undefined) => {
    finds += 1
    const latest = finds
    const isDrawnNow = () => {
      drawn = latest
    }
    if (term === undefined) isDrawnNow()
    else queueMicrotask(isDrawnNow)
    const part = searchKey(term ?? '')
    return choices
      .filter(({ name }) => searchKey(name).includes(part))
      .map((choice) => cleanChoice(choice, terminal))
  }
  let isDrawn = true
  const validate = () => {
    isDrawn = drawn === finds
    return true
  }
  const message = inLines(terminal, question)
  const once = () =>
    asked(terminal, (streams) =>
      search<Value>({ message, source: find, validate, theme: answeredBelow(terminal, message) }, streams),
    )
  let chosen = await once()
  while (!isDrawn) chosen = await once()
  return chosen
}

interface Offered<Value> {
  question: string
  choices: readonly Choice<Value>[]
  /** What the choices stand for beside their names, such as which accounts they are. */
  facts: unknown
}

/** Offers what the store holds, and looks again once one is chosen. @throws `changed-meanwhile` where it is another now */
export async function chooseFromStore<Value>(
  terminal: Terminal,
  find: () => Promise<Offered<Value>>,
): Promise<Value> {
  const offered = await find()
  const chosen = await choose(terminal, offered)
  if (!isDeepStrictEqual(await find(), offered)) {
    throw new Refused('changed-meanwhile', 'What was offered has changed meanwhile; nothing was done.', {
      hint: 'Look again, and run the command once more.',
    })
  }
  return chosen
}

/** Offers a list to tick. */
export async function askSeveral<Value>(
  terminal: Terminal,
  { question, choices }: { question: string; choices: readonly Choice<Value>[] },
): Promise<Value[]> {
  const { checkbox } = await promptsAt(terminal)
  const pageSize = 12
  const message = inLines(terminal, question)
  return asked(terminal, (streams) =>
    checkbox<Value>(
      {
        message,
        theme: answeredBelow(terminal, message),
        choices: choices.map((choice) => cleanChoice(choice, terminal)),
        pageSize,
        loop: false,
        // One keystroke never selects everything.
        shortcuts: { all: null, invert: null },
      },
      streams,
    ),
  )
}

/** What is wrong with what is typed; undefined: nothing. */
export type Check = (text: string) => string | undefined | Promise<string | undefined>

/** Asks for a line of text; `check` returns what is wrong with it, or undefined. */
export async function ask(
  terminal: Terminal,
  { question, present, check = () => undefined }: { question: string; present?: string; check?: Check },
): Promise<string> {
  const { input } = await promptsAt(terminal)
  const validate = async (text: string) => {
    const wrong = await check(text)
    return wrong === undefined ? true : oneLine(wrong)
  }
  const shown = present === undefined ? undefined : oneLine(present)
  const message = inLines(terminal, question)
  const typed = await asked(terminal, (streams) =>
    input({ message, default: shown, validate, theme: themeOf(terminal) }, streams),
  )
  return present !== undefined && typed === shown ? present : typed
}

/** Asks for a secret, which is never shown. */
export async function askSecret(terminal: Terminal, question: string): Promise<string> {
  const { password } = await promptsAt(terminal)
  return asked(terminal, (streams) =>
    password({ message: inLines(terminal, question), mask: true, theme: themeOf(terminal) }, streams),
  )
}

/** Cleaned, and broken between words: what is drawn before a question takes two columns, what is typed behind it some more. */
function inLines({ err: { width } }: Terminal, question: string): string {
  const lines = cleanForTerminal(question).split('\n')
  const last = lines.length - 1
  return lines.map((line, at) => wrapped(line, width - (at === last ? 8 : 2))).join('\n')
}

/** An answered question has the mark of an answer. */
function themeOf({ err: { chalk } }: Terminal) {
  return { prefix: { done: withStyles(chalk.green(doneMark)) } }
}

/** What was chosen, behind the question where it has room there, else on lines of its own beneath it. */
function answeredBelow(terminal: Terminal, message: string) {
  const { width, chalk } = terminal.err
  const lastLine = message.split('\n').at(-1) ?? ''
  const answer = (said: string) => {
    // A list of which nothing was ticked is answered too.
    const chosen = said === '' ? 'none' : said
    // A mark stands before the question, where that is on one line.
    const isRoom = stringWidth(`${doneMark} ${lastLine} ${chosen}`) <= width
    const text = isRoom ? chosen : `\n${wrappedText(`  ${chosen}`, width)}`
    return withStyles(text.split('\n').map(chalk.cyan).join('\n'))
  }
  return { ...themeOf(terminal), style: { answer } }
}

/** The columns of what is drawn before a choice. */
const besideChoice = 5

/** Cleaned, and on one line. */
function cleanChoice<Value>(choice: Choice<Value>, { err }: Terminal): Choice<Value> & { short: string } {
  const short = oneLine(choice.name)
  return { ...choice, name: shortened(short, err.width - besideChoice), short }
}

interface Streams {
  input: Terminal['stdin']
  output: Writable
  signal: AbortSignal
}

/** Prompts are conversation: they go to stderr. Ctrl-C is a cancellation, also one that came before the question. */
async function asked<Answer>(
  terminal: Terminal,
  prompt: (streams: Streams) => Promise<Answer>,
): Promise<Answer> {
  const { stdin: input, stderr, signal } = terminal
  await yieldToSignals()
  if (signal.aborted) throw new Cancelled()
  const restore = withoutRawModeFailures(input)
  const ended = new AbortController()
  const streams = { input, output: drawable(stderr), signal: AbortSignal.any([signal, ended.signal]) }
  const pending = prompt(streams)
  const unwatch = whenInputPauses(input, () => ended.abort())
  const before = performance.now()
  try {
    return await pending
  } catch (error) {
    if (error instanceof Error && /^(Exit|Abort|Cancel)PromptError$/.test(error.name)) throw new Cancelled()
    throw error
  } finally {
    terminal.askedMs += performance.now() - before
    unwatch()
    restore()
  }
}

/**
 * Ctrl-D closes what reads the keys, and Ctrl-Z leaves it paused when the program goes on; whoever asked would hear of
 * neither, and Node would end with 0 as nothing is left to wait for. @returns what ends the watch
 */
function whenInputPauses(input: Terminal['stdin'], ended: () => void): () => void {
  // What reads the keys listens for the end until it is closed.
  const listening = input.listenerCount('end')
  const look = () =>
    setImmediate(() => {
      if (input.listenerCount('end') < listening) ended()
      else input.resume()
    })
  input.on('pause', look)
  return () => void input.removeListener('pause', look)
}

/**
 * A terminal whose window was closed takes no mode any more: Node tells that as an error of the stream, which would end
 * the program before the signal that comes with it is heard. @returns what ends that
 */
function withoutRawModeFailures(input: Terminal['stdin']): () => void {
  if (!('setRawMode' in input) || typeof input.setRawMode !== 'function') return () => undefined
  const { setRawMode, emit } = input
  const quietly = (mode: boolean) => {
    const unlessError = (event: string | symbol, ...rest: unknown[]) =>
      event === 'error' || Reflect.apply(emit, input, [event, ...rest])
    Reflect.set(input, 'emit', unlessError)
    try {
      return Reflect.apply(setRawMode, input, [mode])
    } finally {
      Reflect.set(input, 'emit', emit)
    }
  }
  Reflect.set(input, 'setRawMode', quietly)
  return () => void Reflect.set(input, 'setRawMode', setRawMode)
}
