import { getSystemErrorMap } from 'node:util'
import { failureOfStore } from './db/store/errors.ts'
import { BadInput, Cancelled, Failure, hintOfLines, type Problem, Unavailable, Usage } from './errors.ts'
import { oneLine } from './render/clean-text.ts'
import { firstOfEachKind, sentenceCase } from './render/text.ts'
import { type LazyList, lazyMap } from './lazy-list.ts'
import { type Pieces, piecesOfJson, piecesOfLines } from './render/pieces.ts'
import type { View } from './render/table.ts'
import type { Shape } from './render/json.ts'
import { UnusableFile, UnusableWorkbook } from './workbook/errors.ts'
import { pathInWords } from './shell-word.ts'

interface ReportOptions {
  /** The typed words, of which long ones are shortened in messages. */
  argv?: readonly string[]
  view: View
  json: boolean
  debug: boolean
  version: string
  /** The whole line that was very probably meant, to be pasted after the hint. */
  meantLine?: string | undefined
  /** The whole line without garbled characters, which replaces the hint: that would be about the garbling. */
  correctedLine?: string | undefined
  secrets?: Redactor
  /** Adds the typed options for store, key and actor to the commands that a hint suggests. */
  completeLines?: (hint: string) => string
}

/** Removes secrets from messages that quote the line, because a log may keep the messages. */
export interface Redactor {
  /** Masks secrets in a sentence or a fact. */
  redactText: (text: string) => string
  /** Removes secrets from a line that is to be pasted. */
  redactLine: (hint: string) => string
}

/** Gives an error its words and its exit code; every error ends here. */
export function report(
  error: unknown,
  {
    argv = [],
    view,
    json,
    debug,
    version,
    meantLine,
    correctedLine,
    secrets,
    completeLines = (hint) => hint,
  }: ReportOptions,
): { pieces: Pieces; exit: number } {
  const failure = failureOf(error)
  if (!failure) return reportBug(error, { json, debug, version })
  const problems = lazyMap(problemsIn(failure.details), ({ hint, ...problem }) =>
    hint === undefined ? problem : { ...problem, hint: completeLines(hint) },
  )
  const { exit } = failure
  const hintOrLine = failure.hint ?? meantLine
  const withLine =
    meantLine === undefined || hintOrLine === meantLine ? hintOrLine : `${hintOrLine}\n  ${meantLine}`
  const typedHint = correctedLine === undefined ? withLine : hintOfLines([correctedLine])
  const fullHint = typedHint && completeLines(typedHint)
  const hint =
    fullHint === undefined || fullHint.length > maxFact
      ? undefined
      : (secrets?.redactLine(fullHint) ?? fullHint)
  const { redactText: redact = (text: string) => text } = secrets ?? {}
  const shortened = shortenerOf(argv)
  const shorten = (text: string) => shortened(redact(text))
  if (json) {
    const shortenFactText = (text: string) => shortText(redact(text))
    return { pieces: piecesOfJson(errorJson(failure, { hint, problems, shorten, shortenFactText }), 0), exit }
  }
  if (exit === 130) return { pieces: [`${failure.message}\n`], exit }
  return { pieces: piecesOfLines(errorLines(failure, { hint, problems, shorten, view, debug })), exit }
}

/** The most letters of a quoted word; addresses, names and numbers are shorter. */
const maxQuoted = 300

/** The most letters of a fact, more than any path has. A longer hint is dropped, because half of it would mislead. */
const maxFact = 4_096

type Shortener = (text: string) => string

/** Shortens text that was pasted by mistake, such as a whole file, so that the reason stays on the screen. */
function shortenerOf(argv: readonly string[]): Shortener {
  const long = argv.filter((word) => word.length > maxQuoted)
  return (text) =>
    text.length <= maxQuoted
      ? text
      : long
          .reduce((rest, word) => rest.replaceAll(word, () => abbreviate(word)), text)
          .replace(/\S{301,}/gu, abbreviate)
}

function abbreviate(word: string): string {
  const letters = [...word]
  return `${letters.slice(0, 120).join('')}…${letters.slice(-40).join('')}`
}

/** What to type next, with the settings that were typed. */
interface Suggestions {
  hint: string | undefined
  problems: LazyList<Problem>
}

function* errorLines(
  failure: Failure,
  {
    hint,
    problems,
    shorten,
    view,
    debug,
  }: Pick<ReportOptions, 'view' | 'debug'> & Suggestions & { shorten: Shortener },
): Generator<string> {
  const { message } = failure
  yield `${view.chalk.red('error:')} ${cleanLines(shorten(message))}`
  if (!messageSaysAll(problems, failure)) yield* problemLines(problems, { view, shorten })
  if (hint) yield `${view.chalk.cyan('hint:')}${cleanLines(withCommandOnOwnLine(hint))}`
  if (debug && failure.stack) yield shorten(failure.stack)
  if (debug && failure.cause instanceof Error) yield `caused by ${shorten(failure.cause.stack ?? '')}`
}

/** Puts a command on a line of its own, so that it can be copied by itself. */
function withCommandOnOwnLine(hint: string): string {
  const [, said, command] = /^(?:(.*?:) )?(ssh-admin .*[^.?)])$/.exec(hint) ?? []
  if (command === undefined || / ssh-admin |, or /.test(command)) return `  ${hint}`
  return `${said === undefined ? '' : `  ${said}`}\n  ${command}`
}

/** Whether the message already says the only problem, perhaps behind the number of a batch's line. */
function messageSaysAll(problems: LazyList<Problem>, { message, details: { line } }: Failure): boolean {
  const [only, ...others] = problems
  if (only === undefined || others.length > 0) return false
  if (line === undefined) return message === only.message
  return message.startsWith(`Line ${String(line)}: ${only.message.replace(/\.$/, '')}`)
}

const maxProblemsOnTerminal = 50

/** All problems; of many, a terminal shows the first of each kind and says how to get the rest. */
function* problemLines(
  problems: LazyList<Problem>,
  { view: { chalk, isTerminal }, shorten }: { view: View; shorten: Shortener },
): Generator<string> {
  if (isTerminal && problems.length > maxProblemsOnTerminal) {
    for (const line of firstOfEachKind(problems, describeProblem)) yield `  ${cleanLines(shorten(line))}`
    yield chalk.dim('  All of them: --json')
    return
  }
  // Each problem is described once the next is known, so that a shared hint is said only behind the last.
  let previous: Problem | undefined
  for (const problem of problems) {
    if (previous !== undefined) yield `  ${cleanLines(shorten(describeProblem(previous, problem)))}`
    previous = problem
  }
  if (previous !== undefined) yield `  ${cleanLines(shorten(describeProblem(previous)))}`
}

/** The error document, with all problems in its details. */
function errorJson(
  { code, message, details }: Failure,
  {
    hint,
    problems: allProblems,
    shorten,
    shortenFactText,
  }: Suggestions & { shorten: Shortener; shortenFactText: Shortener },
): Shape<'error'> {
  const { problems: _, ...facts } = details
  const others = Object.fromEntries(
    Object.entries(facts).map(([name, one]) => [name, shortenFact(shortenFactText, one)]),
  )
  const problems = lazyMap(allProblems, ({ hint: next, target, message: said, ...problem }) => ({
    ...problem,
    target: shortenFactText(target),
    message: shorten(said),
    hint: next === undefined ? null : shorten(next),
  }))
  return {
    error: {
      code,
      message: shorten(message),
      hint: hint ?? null,
      details: details.problems === undefined ? others : { ...others, problems },
    },
  }
}

/** Facts for a script are complete, except texts longer than any path or name. */
function shortenFact(shorten: Shortener, fact: unknown): unknown {
  if (typeof fact === 'string') return shorten(fact)
  return Array.isArray(fact) ? fact.map((one: unknown) => shortenFact(shorten, one)) : fact
}

function shortText(text: string): string {
  return text.length > maxFact ? abbreviate(text) : text
}

/** Removes control characters: a file's name may have been chosen to send commands to the terminal. */
function cleanLines(words: string): string {
  return words.split('\n').map(oneLine).join('\n')
}

function problemsIn({ problems = [] }: Failure['details']): LazyList<Problem> {
  return problems
}

/** @param next the following problem: where it has the same hint, only that problem says it */
function describeProblem({ target, message, hint }: Problem, next?: Problem): string {
  const described = message.includes(target) ? message : `${target}: ${message}`
  return hint && hint !== next?.hint ? [described, ...hint.split('\n')].join('\n    ') : described
}

/** The failure in our words for an error of the store, a workbook or the file system; undefined for a bug. */
export function failureOf(error: unknown): Failure | undefined {
  if (error instanceof Failure) return error
  if (!(error instanceof Error) || !('code' in error)) return undefined
  // A signal aborted the reading.
  if (error.code === 'ABORT_ERR') return new Cancelled()
  if (error instanceof UnusableWorkbook || error instanceof UnusableFile) return failureOfFile(error)
  const systemError = systemErrors.find(([code]) => code === error.code)
  if (!systemError) return failureOfStore(error) ?? failureOfSystem(error)
  const [, name, message, hint] = systemError
  const file = 'path' in error && typeof error.path === 'string' ? error.path : undefined
  if (file === undefined || !hint.includes('--debug'))
    return new Unavailable(name, message, { hint, cause: error })
  return new Unavailable(name, `${message.replace(/\.$/, '')}: ${pathInWords(file)}`, {
    hint: 'Look at it and its folder, or name another one.',
    cause: error,
  })
}

/** An error of the operating system is no bug: reports the system's own words and the file's name. */
function failureOfSystem(error: Error): Failure | undefined {
  const code = 'code' in error ? String(error.code) : ''
  if (!('syscall' in error) || !/^E[A-Z0-9]+$/.test(code)) return undefined
  const words = getSystemErrorMap().get(errnoOf(error))?.[1] ?? code
  const file = 'path' in error ? `${error.path}: ` : ''
  return new Unavailable('file-unavailable', `${file}${words}.`, {
    hint: `The system refused to ${error.syscall} it (${code}). Look at the file and its folder, or name another one.`,
    cause: error,
  })
}

function errnoOf(error: Error): number {
  return 'errno' in error && typeof error.errno === 'number' ? error.errno : 0
}

/** An unknown extension is a usage error, not an unusable file. */
function failureOfFile(error: UnusableWorkbook | UnusableFile): Failure {
  const { code, details, file, add } = error
  const more = { hint: error.hint && hintSentence(error.hint), add, details, cause: error }
  const message = sentence(error.message, file)
  if (code === 'workbook-unknown-ending') return new Usage(message, { ...more, code })
  return error instanceof UnusableWorkbook
    ? new BadInput(code, message, more)
    : new Unavailable(code, message, more)
}

/** @param name of a file, whose first letter stays as it is at the beginning of the sentence */
function sentence(text: string, name: string | undefined): string {
  const whole = name !== undefined && name !== '' && text.startsWith(name) ? text : sentenceCase(text)
  return /[.!?]$/.test(whole) ? whole : `${whole}.`
}

/** Adds no full stop behind what is copied: a quoted word or the name of a file. */
function hintSentence(text: string): string {
  // A line to paste, below the sentence, has no full stop.
  return /[.!?']$|\S\.\w+$|\n {2}.*$/.test(text) ? sentenceCase(text) : `${sentenceCase(text)}.`
}

const systemErrors: readonly (readonly [string, string, string, string])[] = [
  ['ENOSPC', 'disk-full', 'The disk is full.', 'Make room, then try again.'],
  ['EROFS', 'file-not-writable', 'The disk is read-only.', 'Choose another folder.'],
  ['EDQUOT', 'disk-full', 'The disk is full, or your share of it.', 'Make room, then try again.'],
  ['EFBIG', 'disk-full', 'A file would be larger than it may be here.', 'Choose another disk.'],
  ['EIO', 'disk-failed', 'The disk does not answer.', 'Look at the disk; then ssh-admin store check.'],
  ['EISDIR', 'file-is-a-folder', 'There is a folder where a file was expected.', '--debug names it.'],
  ['ENOTDIR', 'file-no-folder', 'There is a file where a folder was expected.', '--debug names it.'],
  ['ENAMETOOLONG', 'file-not-writable', 'The name of a file is too long.', 'Choose a shorter one.'],
  ['ELOOP', 'file-not-writable', 'Links of the file system lead in a circle.', '--debug names them.'],
  ['EMFILE', 'file-not-writable', 'Too many files are open.', 'Try again in a moment.'],
  ['ENFILE', 'file-not-writable', 'Too many files are open on this machine.', 'Try again in a moment.'],
  ['EBUSY', 'file-not-writable', 'Another program has a file open.', 'Try again in a moment.'],
  ['EPERM', 'file-not-writable', 'The system does not allow a file to be changed.', '--debug names it.'],
  [
    'EACCES',
    'file-not-writable',
    'A file or folder may not be written or read.',
    'Check who owns it; --debug names it.',
  ],
]

function reportBug(
  error: unknown,
  { json, debug, version }: Pick<ReportOptions, 'json' | 'debug' | 'version'>,
): { pieces: Pieces; exit: number } {
  const message = error instanceof Error ? error.message : String(error)
  const stack = error instanceof Error ? error.stack : undefined
  const hint =
    'This is a mistake in ssh-admin. Please report it with what you typed and the output of --debug.'
  const exit = 1
  if (json) {
    const error: Shape<'error'> = {
      error: { code: 'unexpected', message, hint, details: debug ? { stack } : {} },
    }
    return { pieces: [`${JSON.stringify(error)}\n`], exit }
  }
  const facts = `ssh-admin ${version}, Node ${process.version}, ${process.platform}`
  const more = debug && stack ? `\n${stack}` : ''
  return { pieces: [`error: unexpected: ${message}\nhint:  ${hint}\n       ${facts}${more}\n`], exit }
}
