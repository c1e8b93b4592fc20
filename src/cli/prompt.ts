import type { Writable } from 'node:stream'
import { isDeepStrictEqual } from 'node:util'
import stringWidth from 'string-width'
import { Cancelled, Refused } from '../errors.ts'
import { yieldToSignals } from '../interruption.ts'
import { cleanForTerminal, oneLine } from '../render/clean-text.ts'
import { withStyles } from '../render/styles.ts'
import { doneMark } from '../render/text.ts'
import { truncate, wrapLine, wrapText } from '../render/wrap.ts'
import { searchKey } from '../search-key.ts'
import { asWritable, type Terminal } from './terminal.ts'

export interface Choice<Value> {
  value: Value
  name: string
  /** Whether the box is ticked at first, in a list with boxes. */
  checked?: boolean
}

/** Loads the prompts after the colour level is settled: they read it at import. */
function loadPrompts(terminal: Terminal) {
  terminal.setPromptColour()
  return import('@inquirer/prompts')
}

/** Asks yes or no, with No as the default. */
export async function askYesNo(terminal: Terminal, question: string): Promise<boolean> {
  const { confirm } = await loadPrompts(terminal)
  return runPrompt(terminal, (streams) =>
    confirm({ message: wrapQuestion(terminal, question), default: false, theme: themeOf(terminal) }, streams),
  )
}

/** Asks for one of several choices, found by typing a part of the name. */
export async function choose<Value>(
  terminal: Terminal,
  { question, choices }: { question: string; choices: readonly Choice<Value>[] },
): Promise<Value> {
  const { search } = await loadPrompts(terminal)
  // A letter and Enter may come in one chunk; as Enter then takes a choice from before the search, ask again.
  let searches = 0
  let lastDrawn = 0
  const find = (term: string | undefined) => {
    searches += 1
    const number = searches
    const markDrawn = () => {
      lastDrawn = number
    }
    if (term === undefined) markDrawn()
    else queueMicrotask(markDrawn)
    const part = searchKey(term ?? '')
    return choices
      .filter(({ name }) => searchKey(name).includes(part))
      .map((choice) => cleanChoice(choice, terminal))
  }
  let isCurrent = true
  const validate = () => {
    isCurrent = lastDrawn === searches
    return true
  }
  const message = wrapQuestion(terminal, question)
  const askOnce = () =>
    runPrompt(terminal, (streams) =>
      search<Value>(
        { message, source: find, validate, theme: themeWithAnswerBelow(terminal, message) },
        streams,
      ),
    )
  let chosen = await askOnce()
  while (!isCurrent) chosen = await askOnce()
  return chosen
}

interface ChoicesFromStore<Value> {
  question: string
  choices: readonly Choice<Value>[]
  /** What identifies the choices beside their names, such as the accounts they stand for. */
  facts: unknown
}

/**
 * Asks for one of the choices from the store, and reads them again after the answer.
 * @throws `changed-meanwhile` where they differ
 */
export async function chooseFromStore<Value>(
  terminal: Terminal,
  find: () => Promise<ChoicesFromStore<Value>>,
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

/** Asks for any number of choices, in a list with boxes to tick. */
export async function askSeveral<Value>(
  terminal: Terminal,
  { question, choices }: { question: string; choices: readonly Choice<Value>[] },
): Promise<Value[]> {
  const { checkbox } = await loadPrompts(terminal)
  const pageSize = 12
  const message = wrapQuestion(terminal, question)
  return runPrompt(terminal, (streams) =>
    checkbox<Value>(
      {
        message,
        theme: themeWithAnswerBelow(terminal, message),
        choices: choices.map((choice) => cleanChoice(choice, terminal)),
        pageSize,
        loop: false,
        // No single key may select everything.
        shortcuts: { all: null, invert: null },
      },
      streams,
    ),
  )
}

/** @returns what is wrong with the text, or undefined */
export type Check = (text: string) => string | undefined | Promise<string | undefined>

/** Asks for a line of text. @param present the value that Enter keeps */
export async function ask(
  terminal: Terminal,
  { question, current, check = () => undefined }: { question: string; current?: string; check?: Check },
): Promise<string> {
  const { input } = await loadPrompts(terminal)
  const validate = async (text: string) => {
    const wrong = await check(text)
    return wrong === undefined ? true : oneLine(wrong)
  }
  const shown = current === undefined ? undefined : oneLine(current)
  const message = wrapQuestion(terminal, question)
  const typed = await runPrompt(terminal, (streams) =>
    input({ message, default: shown, validate, theme: themeOf(terminal) }, streams),
  )
  return current !== undefined && typed === shown ? current : typed
}

/** Asks for a secret, which is never shown. */
export async function askSecret(terminal: Terminal, question: string): Promise<string> {
  const { password } = await loadPrompts(terminal)
  return runPrompt(terminal, (streams) =>
    password({ message: wrapQuestion(terminal, question), mask: true, theme: themeOf(terminal) }, streams),
  )
}

/** The cleaned question, wrapped: the prompt draws two columns before it and needs some behind it for the answer. */
function wrapQuestion({ err: { width } }: Terminal, question: string): string {
  const lines = cleanForTerminal(question).split('\n')
  const last = lines.length - 1
  return lines.map((line, at) => wrapLine(line, width - (at === last ? 8 : 2))).join('\n')
}

/** The theme of all questions: an answered question bears the same mark as a change that is done. */
function themeOf({ err: { chalk } }: Terminal) {
  return { prefix: { done: withStyles(chalk.green(doneMark)) } }
}

/** Shows the chosen names behind the question, or beneath it where the line has no room. */
function themeWithAnswerBelow(terminal: Terminal, message: string) {
  const { width, chalk } = terminal.err
  const lastLine = message.split('\n').at(-1) ?? ''
  const answer = (answered: string) => {
    // An empty answer means that nothing was ticked.
    const chosen = answered === '' ? 'none' : answered
    // The prompt draws a mark before the question.
    const isRoom = stringWidth(`${doneMark} ${lastLine} ${chosen}`) <= width
    const text = isRoom ? chosen : `\n${wrapText(`  ${chosen}`, width)}`
    return withStyles(text.split('\n').map(chalk.cyan).join('\n'))
  }
  return { ...themeOf(terminal), style: { answer } }
}

/** Columns that the prompt draws before a choice. */
const choicePrefixColumns = 5

/** The choice with its name cleaned and shortened to one line. */
function cleanChoice<Value>(choice: Choice<Value>, { err }: Terminal): Choice<Value> & { short: string } {
  const short = oneLine(choice.name)
  return { ...choice, name: truncate(short, err.width - choicePrefixColumns), short }
}

interface Streams {
  input: Terminal['stdin']
  output: Writable
  signal: AbortSignal
}

/** Runs a prompt on stderr. Ctrl-C cancels, also where it was pressed before the question appeared. */
async function runPrompt<Answer>(
  terminal: Terminal,
  prompt: (streams: Streams) => Promise<Answer>,
): Promise<Answer> {
  const { stdin: input, stderr, signal } = terminal
  await yieldToSignals()
  if (signal.aborted) throw new Cancelled()
  const restore = ignoreRawModeErrors(input)
  const closed = new AbortController()
  const streams = { input, output: asWritable(stderr), signal: AbortSignal.any([signal, closed.signal]) }
  const pending = prompt(streams)
  const unwatch = onInputClosed(input, () => closed.abort())
  const startedAt = performance.now()
  try {
    return await pending
  } catch (error) {
    if (error instanceof Error && /^(Exit|Abort|Cancel)PromptError$/.test(error.name)) throw new Cancelled()
    throw error
  } finally {
    terminal.askedMs += performance.now() - startedAt
    unwatch()
    restore()
  }
}

/**
 * Ctrl-D closes the prompt's readline, and Ctrl-Z leaves the input paused after the program continues. The prompt
 * notices neither, and Node would exit with 0 because nothing is pending.
 * @returns ends the watch
 */
function onInputClosed(input: Terminal['stdin'], closed: () => void): () => void {
  // readline listens for 'end' until it is closed.
  const listeners = input.listenerCount('end')
  const checkClosed = () =>
    setImmediate(() => {
      if (input.listenerCount('end') < listeners) closed()
      else input.resume()
    })
  input.on('pause', checkClosed)
  return () => void input.removeListener('pause', checkClosed)
}

/**
 * A terminal whose window was closed refuses raw mode: Node emits an error on the stream, which would end the program
 * before it handles the SIGHUP that comes with the closing. @returns restores the stream's setRawMode
 */
function ignoreRawModeErrors(input: Terminal['stdin']): () => void {
  if (!('setRawMode' in input) || typeof input.setRawMode !== 'function') return () => undefined
  const { setRawMode, emit } = input
  const setRawModeQuietly = (mode: boolean) => {
    const emitUnlessError = (event: string | symbol, ...rest: unknown[]) =>
      event === 'error' || Reflect.apply(emit, input, [event, ...rest])
    Reflect.set(input, 'emit', emitUnlessError)
    try {
      return Reflect.apply(setRawMode, input, [mode])
    } finally {
      Reflect.set(input, 'emit', emit)
    }
  }
  Reflect.set(input, 'setRawMode', setRawModeQuietly)
  return () => void Reflect.set(input, 'setRawMode', setRawMode)
}
