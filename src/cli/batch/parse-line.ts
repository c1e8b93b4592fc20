import type { Context } from '../../context.ts'
import { Usage } from '../../errors.ts'
import { setInvocation } from '../action.ts'
import { canonicalLine, programFor, commandWordsIn } from '../program.ts'
import { followTree } from '../tree.ts'
import { commandLine } from '../typed-line.ts'
import type { Batch, CheckLine, LineResult, LineProgram, LineWork, ReadyLine } from './line.ts'
import { kebabCase } from '../../kebab-case.ts'

/** Parses a line of a batch without running it; the result holds its work, which runs later as it would by itself. */
export const checkLine: CheckLine = async (text, { context, batch }) => {
  let argv: readonly string[] = []
  try {
    argv = wordsOfLine(text)
    if (argv.length === 0) return undefined
    const words = await canonicalLine(argv)
    const { program, help } = await programOfLine(words, { context, batch })
    let work: LineWork | undefined
    const deferWork = (found: LineWork) => {
      work = found
    }
    setInvocation(program, { context, argv: words, batch, deferWork, checkLine })
    await program.parseAsync(words, { from: 'user' }).catch((error: unknown) => {
      if (help.length === 0) throw error
    })
    if (help.length > 0 || !work) throw helpInBatch(words)
    return { words: argv, ready: readyLine(work, { argv, batch }) }
  } catch (error) {
    return { words: argv, result: await failedLine(error, { argv, context, batch }) }
  }
}

function readyLine({ work, changes }: LineWork, line: { argv: readonly string[]; batch: Batch }): ReadyLine {
  const run: ReadyLine['run'] = async (context) => {
    try {
      return { exit: await work(context) }
    } catch (error) {
      return failedLine(error, { ...line, context })
    }
  }
  return { run, changes }
}

async function failedLine(
  error: unknown,
  { argv, context, batch }: { argv: readonly string[]; context: Context; batch: Batch },
): Promise<LineResult> {
  const { translateParserError, reportFailure } = await import('../report-failure.ts')
  const thrown = await translateParserError(error, argv, context)
  const { exit, pieces } = reportFailure(thrown, { argv, context, ...batch.common })
  return { exit, error: { thrown, text: [...pieces].join('') } }
}

/** Builds the command tree once for all lines with the same command. */
async function programOfLine(
  argv: readonly string[],
  { context, batch }: { context: Context; batch: Batch },
): Promise<LineProgram> {
  const { path: words, node } = followTree(commandWordsIn(argv))
  const path = typeof node === 'function' ? words.join(' ') : undefined
  const cached = path === undefined ? undefined : batch.programs.get(path)
  if (cached) {
    cached.help.length = 0
    return cached
  }
  const help: string[] = []
  const writeOut = (text: string) => help.push(text)
  const program = await programFor(argv, context, { writeOut, isLine: true })
  if (path !== undefined) batch.programs.set(path, { program, help })
  return { program, help }
}

function helpInBatch(words: readonly string[]): Usage {
  const line = commandLine(words)
  return new Usage(`${line} is no command that does something.`, {
    code: 'not-in-a-batch',
    hint: 'Help is given by itself: ssh-admin --help lists the commands.',
  })
}

/**
 * Splits a line as a shell would, or reads it as JSON; no words where it is empty or a comment.
 * @throws a usage error
 */
export function wordsOfLine(line: string): string[] {
  const text = line.trim()
  const words = text.startsWith('[') || text.startsWith('{') ? wordsOfJson(text) : splitAsShell(text)
  // A pasted line begins with the program's name.
  return words[0] === 'ssh-admin' ? words.slice(1) : words
}

/** Characters that a shell would interpret; outside quotes they are refused. */
const shellMetacharacters = '|&;<>()`'

/** Quotes and backslashes work as in a shell; `$`, `*` and `~` are not expanded. */
function splitAsShell(text: string): string[] {
  const words: string[] = []
  let word: string | undefined
  let quote: string | undefined
  for (let at = 0; at < text.length; at += 1) {
    const letter = text.charAt(at)
    const next = text.charAt(at + 1)
    if (quote !== undefined) {
      if (letter === quote) quote = undefined
      else if (letter === '\\' && quote === '"' && '"\\$`'.includes(next)) {
        word = `${word}${next}`
        at += 1
      } else word = `${word}${letter}`
    } else if (letter === '"' || letter === "'") {
      quote = letter
      word ??= ''
    } else if (letter === '\\') {
      if (next === '') throw incompleteLine('ends with a backslash')
      word = `${word ?? ''}${next}`
      at += 1
    } else if (/\s/.test(letter)) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else if (letter === '#' && word === undefined) break
    else if (shellMetacharacters.includes(letter)) throw unquotedMetacharacter(letter)
    else word = `${word ?? ''}${letter}`
  }
  if (quote !== undefined) throw incompleteLine(`has a ${quote} that is not closed`)
  if (word !== undefined) words.push(word)
  return words
}

function incompleteLine(reason: string): Usage {
  return new Usage(`The line ${reason}.`, {
    code: 'invalid-line',
    hint: 'Each line is one whole command.',
  })
}

function unquotedMetacharacter(letter: string): Usage {
  return new Usage(`The line has a ${letter} outside quotes, and no shell reads it.`, {
    code: 'invalid-line',
    hint: "Put the whole word between quotes: 'Amira Haddad <amira@school.example>'",
  })
}

/** `["users", "show", "amira@school.example"]`, or `{"command": "users show", "args": [], "options": {}}`. */
function wordsOfJson(text: string): string[] {
  const json = parseJson(text)
  if (Array.isArray(json)) return json.map(wordOf)
  const { command, args = [], options = {}, ...others } = json
  const [unknown] = Object.keys(others)
  if (unknown !== undefined) throw invalidJson(`it holds "${unknown}"`)
  if (typeof command !== 'string') throw invalidJson('it has no "command"')
  if (!Array.isArray(args)) throw invalidJson('"args" is no list')
  if (!isObject(options)) throw invalidJson('"options" is no object')
  const optionWords = Object.entries(options).flatMap(([name, value]) => wordsOfOption(name, value))
  const words = args.map(wordOf)
  return [
    ...command.split(/\s+/).filter(Boolean),
    ...optionWords,
    ...(words.length > 0 ? ['--', ...words] : []),
  ]
}

function wordsOfOption(name: string, value: unknown): string[] {
  const flag = `--${kebabCase(name.replace(/^--/, ''))}`
  if (value === true) return [flag]
  if (value === false || value === null)
    throw invalidJson(`"${name}" is ${value}: leave it out, or name what is meant, such as "noAdmin": true`)
  return [value].flat().map((one) => `${flag}=${wordOf(one)}`)
}

function wordOf(value: unknown): string {
  if (typeof value === 'string' || typeof value === 'number') return String(value)
  throw invalidJson(`${JSON.stringify(value)} is no word`)
}

function parseJson(text: string): unknown[] | Record<string, unknown> {
  try {
    const json: unknown = JSON.parse(text)
    if (Array.isArray(json) || isObject(json)) return json
  } catch {
    // The error below reports it.
  }
  throw invalidJson('it is not JSON')
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function invalidJson(reason: string): Usage {
  return new Usage(`The line begins as JSON does, and cannot be read: ${reason}.`, {
    code: 'invalid-line',
    hint: 'A list of words, or {"command": "users suspend", "args": ["amira@school.example"], "options": {"yes": true}}',
  })
}
