import {
  closeSync,
  constants,
  createReadStream,
  fstatSync,
  openSync,
  readFileSync,
  readSync,
  type Stats,
  statSync,
} from 'node:fs'
import { open } from 'node:fs/promises'
import { Socket } from 'node:net'
import { isUtf8 } from 'node:buffer'
import { BadInput } from './errors.ts'

interface SmallFile {
  stats: Stats
  /** Nothing for what is no plain file, and would keep its reader waiting. */
  text: string | undefined
}

const maxBytes = 4096
const atOnce = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)

/** Reads the beginning of a file that is small where it is what it should be: a pipe or a device never holds it up. */
export function readSmallFile(path: string): SmallFile {
  return withPlainFile(path, (file, stats) => {
    if (file === undefined) return { stats, text: undefined }
    const bytes = Buffer.alloc(maxBytes)
    return { stats, text: bytes.toString('utf8', 0, readSync(file, bytes, 0, maxBytes, 0)) }
  })
}

/** All of a file; nothing of a pipe or a device, for which the process would wait without hearing a signal. */
export function readPlainFile(path: string): Buffer | undefined {
  return withPlainFile(path, (file) => (file === undefined ? undefined : readFileSync(file)))
}

function withPlainFile<Result>(
  path: string,
  read: (file: number | undefined, stats: Stats) => Result,
): Result {
  const file = openSync(path, atOnce)
  try {
    const stats = fstatSync(file)
    return read(stats.isFile() ? file : undefined, stats)
  } finally {
    closeSync(file)
  }
}

/**
 * The bytes of a file, or of a pipe such as `/dev/fd/63`, whoever writes to it and whenever. Until somebody does, a
 * signal is heard: to open a pipe as files are opened would wait in a thread that nothing ends.
 * @throws AbortError once the signal is aborted
 */
export async function* inputStream(path: string, signal?: AbortSignal): AsyncGenerator<Buffer> {
  const isPipe = statSync(path).isFIFO()
  const stream = isPipe ? pipeStream(path) : createReadStream(path, { highWaterMark: 1024 * 1024 })
  yield* untilAborted(stream, signal)
}

/** A plain file that is read here and there; who has it closes it. */
export async function openPlainFile(path: string) {
  return open(path, atOnce)
}

function pipeStream(path: string) {
  return new Socket({ fd: openSync(path, atOnce), readable: true, writable: false })
}

/** What comes of a stream, which a signal ends. @throws AbortError */
export async function* untilAborted(
  stream: NodeJS.ReadableStream,
  signal: AbortSignal | undefined,
): AsyncGenerator<Buffer> {
  const { addAbortSignal, Readable } = await import('node:stream')
  if (signal && stream instanceof Readable) addAbortSignal(signal, stream)
  for await (const piece of stream) yield typeof piece === 'string' ? Buffer.from(piece) : piece
}

/**
 * The bytes of a text as UTF-8 without byte order mark, whether it was UTF-8 or UTF-16, with a mark
 * or without; undefined where it is neither. The one way to read a text that a person saved.
 */
export function toUtf8(bytes: Buffer): Buffer | undefined {
  const [first, second, third] = bytes
  if (first === 0xef && second === 0xbb && third === 0xbf) {
    const rest = bytes.subarray(3)
    return isUtf8(rest) ? rest : undefined
  }
  const utf16 = utf16Mark(first, second) ?? utf16WithoutMark(bytes)
  if (utf16 !== undefined) return Buffer.from(new TextDecoder(utf16).decode(bytes), 'utf8')
  // Without a mark, a zero is a sign of something that is no text.
  return isUtf8(bytes) && !bytes.includes(0) ? bytes : undefined
}

/** The same as text; undefined where its letters cannot be told. */
export function decodeText(bytes: Buffer): string | undefined {
  return toUtf8(bytes)?.toString('utf8')
}

type Utf16 = 'utf-16le' | 'utf-16be'

/** UTF-16 has a mark at its beginning, where a program such as PowerShell wrote it. */
export function utf16Mark(first: number | undefined, second: number | undefined): Utf16 | undefined {
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  return first === 0xfe && second === 0xff ? 'utf-16be' : undefined
}

/** Whether the bytes are letters all through: a zero in the text, or half a letter, is a sign of something else. */
function isUtf16(bytes: Buffer, encoding: Utf16): boolean {
  try {
    return !new TextDecoder(encoding, { fatal: true }).decode(bytes).includes('\0')
  } catch {
    return false
  }
}

/** Headings are mostly of plain letters: in UTF-16 every other byte of them is zero; few others have a zero where those do not. */
function utf16WithoutMark(bytes: Buffer): Utf16 | undefined {
  const sample = bytes.subarray(0, 512)
  const zeros = [0, 0]
  for (const [at, byte] of sample.entries()) if (byte === 0) zeros[at % 2] = (zeros[at % 2] ?? 0) + 1
  const [even = 0, odd = 0] = zeros
  if (bytes.length % 2 === 1) return undefined
  if (odd > sample.length / 8 && odd > even * 4 && isUtf16(bytes, 'utf-16le')) return 'utf-16le'
  if (even > sample.length / 8 && even > odd * 4 && isUtf16(bytes, 'utf-16be')) return 'utf-16be'
  return undefined
}

/** The lines of a stream, without their ends: CRLF, LF and CR each end a line. @throws `list-encoding` */
export async function readLines(stream: NodeJS.ReadableStream): Promise<string[]> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk)
  const text = decodeText(Buffer.concat(chunks))
  if (text === undefined) throw noTextOnStdin()
  const lines = text.split(/\r\n|\n|\r/)
  if (lines.at(-1) === '') lines.pop()
  return lines
}

export function noTextOnStdin(): BadInput {
  return new BadInput('list-encoding', 'What was given on stdin is neither UTF-8 nor UTF-16.', {
    hint: 'Save it as UTF-8.',
  })
}
