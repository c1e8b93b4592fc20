import type { Input } from '../../context.ts'
import { noTextOnStdin, untilAborted, utf16Mark } from '../../input-file.ts'
import { BadInput, Cancelled, Failure, type Problem, Usage } from '../../errors.ts'
import { yieldToSignals } from '../../interruption.ts'
import { count } from '../../render/text.ts'
import type { LineResult } from './line.ts'
import { withoutSecrets } from '../secrets-typed.ts'
import { writeResult } from './report.ts'
import { lineContext } from './run-line.ts'
import { recordEnd, type BatchLine, type Run, type TypedLine } from './state.ts'

/** A line of the input; the first line has number 1. */
interface NumberedLine {
  number: number
  text: string
}

/** The most letters of a line; no command is nearly as long. */
const maxLineLength = 1_000_000

/** Letters in a window of piped lines, all of which is read before it is checked. */
const maxWindowLength = 16 * 1024 * 1024

/**
 * The lines of stdin in windows; all lines of a window are checked before the first is run. At a terminal each line is
 * a window; piped input is read in windows of 16 MB, or, where `whole`, in a single one.
 * @throws `list-encoding`
 */
export async function* windowsOf(
  input: Input,
  { signal, singleWindow }: { signal: AbortSignal; singleWindow: boolean },
): AsyncGenerator<NumberedLine[]> {
  const minLength = singleWindow ? Number.POSITIVE_INFINITY : input.isTTY ? 0 : maxWindowLength
  let [number, length] = [0, 0]
  let window: NumberedLine[] = []
  for await (const text of linesOf(chunksOf(input, signal))) {
    number += 1
    window.push({ number, text })
    length += text.length + 1
    if (length <= minLength) continue
    yield window
    window = []
    length = 0
  }
  if (window.length > 0) yield window
}

async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let decoder: Decoder | undefined
  let [partialLine, pendingCr] = ['', '']
  for await (const chunk of withCompleteByteOrderMark(chunks)) {
    decoder ??= new TextDecoder(utf16Mark(chunk[0], chunk[1]) ?? 'utf-8', { fatal: true })
    const text = `${pendingCr}${decode(decoder, chunk)}`
    // The CR may be the first half of a CR LF that the next chunk completes.
    pendingCr = text.endsWith('\r') ? '\r' : ''
    const [first = '', ...others] = (pendingCr ? text.slice(0, -1) : text).split(/\r\n|\r|\n/)
    partialLine += first
    if (partialLine.length > maxLineLength)
      throw new BadInput('line-too-long', 'A line on stdin has more than a million letters.', {
        hint: 'Write one command a line.',
      })
    for (const line of others) {
      yield partialLine
      partialLine = line
    }
  }
  const last = `${partialLine}${decoder ? decode(decoder) : ''}`
  if (last !== '') yield last
}

/** Joins the first chunks until they have two bytes, the length of a UTF-16 byte order mark. */
async function* withCompleteByteOrderMark(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let first: Buffer | undefined = Buffer.alloc(0)
  for await (const chunk of chunks) {
    if (!first) yield chunk
    else {
      first = Buffer.concat([first, chunk])
      if (first.length < 2) continue
      yield first
      first = undefined
    }
  }
  if (first && first.length > 0) yield first
}

type Decoder = InstanceType<typeof TextDecoder>

function decode(decoder: Decoder, chunk?: Buffer): string {
  const text = tryDecode(decoder, chunk)
  if (text !== undefined && !text.includes('\0')) return text
  throw noTextOnStdin()
}

function tryDecode(decoder: Decoder, chunk: Buffer | undefined): string | undefined {
  try {
    return chunk ? decoder.decode(chunk, { stream: true }) : decoder.decode()
  } catch {
    return undefined
  }
}

/** Ctrl-C ends the wait for more input. */
async function* chunksOf(input: Input, signal: AbortSignal): AsyncGenerator<Buffer> {
  try {
    yield* untilAborted(input, signal)
  } catch (error) {
    if (signal.aborted) throw new Cancelled()
    throw error
  }
}

interface InvalidLine {
  line: TypedLine
  result: LineResult
  failure: Failure
}

/** Finds all lines of a window that cannot be run, before any line is run. */
export async function checkLines(
  window: readonly NumberedLine[],
  run: Run,
): Promise<{ lines: BatchLine[]; invalid: InvalidLine[] }> {
  const lines: BatchLine[] = []
  const invalid: InvalidLine[] = []
  const { session, batch } = run
  const { context } = lineContext(run)
  for (const { number, text } of window) {
    if (number % 1000 === 0) await yieldToSignals()
    if (run.interruption.signal.aborted) throw new Cancelled()
    const createdStoreBefore = run.createsStore
    const checked = await session.checkLine(text, { context, batch })
    if (!checked) continue
    if (lines.length > 0) run.createsStore = createdStoreBefore
    const line = { number, words: checked.words }
    if ('ready' in checked) lines.push({ ...line, ...checked.ready })
    else invalid.push({ line, result: checked.result, failure: failureIn(checked.result.error?.thrown) })
  }
  return { lines, invalid }
}

/** @throws anything that is not a Failure, because it is a bug */
function failureIn(thrown: unknown): Failure {
  if (thrown instanceof Failure) return thrown
  throw thrown
}

/** Used to count the lines that are left when the batch has ended; those are not parsed. */
export function isCommand({ text }: NumberedLine): boolean {
  return !/^\s*(#|$)/.test(text)
}

/**
 * Reports the wrong lines of a window, none of whose lines is run.
 * @throws their failure where no line was run before
 */
export async function reportInvalidLines(
  invalid: readonly InvalidLine[],
  { run, validLines }: { run: Run; validLines: number },
): Promise<void> {
  const { progress } = run
  const [first] = invalid
  if (!first) return
  if (progress.done + progress.refused === 0) throw failureOfLines(invalid)
  for (const { line, result } of invalid) {
    progress.refused += 1
    progress.exits.add(result.exit)
    if (!(await writeResult(run, { line, result }))) break
  }
  recordEnd(run, validLines, first.line)
}

function failureOfLines(invalid: readonly InvalidLine[]): Failure {
  const [first] = invalid
  if (first && invalid.length === 1) return new FailureOfLine(first.line, first.failure)
  return new Usage(`${count(invalid.length, 'line')} cannot be run; nothing was changed.`, {
    code: 'several-problems',
    details: { problems: invalid.map(problemOf) },
  })
}

function problemOf({ line: { number, words }, failure }: InvalidLine): Problem {
  const { code, message, hint } = failure
  const { redactText, redactLine } = withoutSecrets(words)
  const next = hint === undefined ? {} : { hint: redactLine(hint) }
  return { target: `line ${number}`, code, message: redactText(message), ...next }
}

/** The failure of a line, with its number, where no line of the batch is saved. */
export class FailureOfLine extends Failure {
  readonly exit: number
  /** The words of the line. */
  readonly words: readonly string[]

  constructor({ number: line, words }: TypedLine, { exit, code, message, hint, details }: Failure) {
    super(code, `Line ${line}: ${sayNothingChanged(message)}`, { details: { ...details, line }, hint })
    this.exit = exit
    this.words = words
  }
}

function sayNothingChanged(message: string): string {
  if (/nothing was changed/i.test(message)) return message
  return message.endsWith('?')
    ? `${message} Nothing was changed.`
    : `${message.replace(/\.$/, '')}; nothing was changed.`
}
