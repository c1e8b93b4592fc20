import type { Input } from '../../context.ts'
import { noTextOnStdin, utf16Mark, untilAborted } from '../../input-file.ts'
import { BadInput, Cancelled } from '../../errors.ts'

/** A line of the input, counted from one. */
export interface NumberedLine {
  number: number
  text: string
}

/** Letters of a line at most: no command is as long. */
const maxLine = 1_000_000

/** So much is read before any of it is looked at. */
const maxWindow = 16 * 1024 * 1024

/**
 * The lines of stdin in windows, each of which is looked at as a whole before any of it is done: all of what is
 * piped, 16 MB at a time; at a terminal each line as it is typed. @throws `list-encoding`
 */
export async function* windowsOf(
  input: Input,
  { signal, whole }: { signal: AbortSignal; whole: boolean },
): AsyncGenerator<NumberedLine[]> {
  const enough = whole ? Number.POSITIVE_INFINITY : input.isTTY ? 0 : maxWindow
  let [number, size] = [0, 0]
  let window: NumberedLine[] = []
  for await (const text of linesOf(chunksOf(input, signal))) {
    number += 1
    window.push({ number, text })
    size += text.length + 1
    if (size <= enough) continue
    yield window
    window = []
    size = 0
  }
  if (window.length > 0) yield window
}

async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let decoder: Decoder | undefined
  let [rest, heldBack] = ['', '']
  for await (const chunk of withWholeMark(chunks)) {
    decoder ??= new TextDecoder(utf16Mark(chunk[0], chunk[1]) ?? 'utf-8', { fatal: true })
    const text = `${heldBack}${decoded(decoder, chunk)}`
    // A CR may be half of a line end.
    heldBack = text.endsWith('\r') ? '\r' : ''
    const [first = '', ...others] = (heldBack ? text.slice(0, -1) : text).split(/\r\n|\r|\n/)
    rest += first
    if (rest.length > maxLine) throw lineTooLong()
    for (const line of others) {
      yield rest
      rest = line
    }
  }
  const last = `${rest}${decoder ? decoded(decoder) : ''}`
  if (last !== '') yield last
}

function lineTooLong(): BadInput {
  return new BadInput('line-too-long', 'A line on stdin has more than a million letters.', {
    hint: 'Write one command a line.',
  })
}

/** The mark of UTF-16 has two bytes, which can come one by one. */
async function* withWholeMark(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
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

function decoded(decoder: Decoder, chunk?: Buffer): string {
  const text = textOrNothing(decoder, chunk)
  if (text !== undefined && !text.includes('\0')) return text
  throw noTextOnStdin()
}

function textOrNothing(decoder: Decoder, chunk: Buffer | undefined): string | undefined {
  try {
    return chunk ? decoder.decode(chunk, { stream: true }) : decoder.decode()
  } catch {
    return undefined
  }
}

/** Ctrl-C ends the waiting for more. */
async function* chunksOf(input: Input, signal: AbortSignal): AsyncGenerator<Buffer> {
  try {
    yield* untilAborted(input, signal)
  } catch (error) {
    if (signal.aborted) throw new Cancelled()
    throw error
  }
}
