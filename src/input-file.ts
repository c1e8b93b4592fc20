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
  /** Undefined for a pipe or a device, which would block the reader. */
  text: string | undefined
}

const maxBytes = 4096
const nonBlockingRead = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)

/** Reads the first 4096 bytes of a small file; a pipe or a device is not read, because it could block. */
export function readSmallFile(path: string): SmallFile {
  return withPlainFile(path, (file, stats) => {
    if (file === undefined) return { stats, text: undefined }
    const bytes = Buffer.alloc(maxBytes)
    return { stats, text: bytes.toString('utf8', 0, readSync(file, bytes, 0, maxBytes, 0)) }
  })
}

/** The whole file; undefined for a pipe or a device, on which the process would block and handle no signal. */
export function readPlainFile(path: string): Buffer | undefined {
  return withPlainFile(path, (file) => (file === undefined ? undefined : readFileSync(file)))
}

function withPlainFile<Result>(
  path: string,
  read: (file: number | undefined, stats: Stats) => Result,
): Result {
  const file = openSync(path, nonBlockingRead)
  try {
    const stats = fstatSync(file)
    return read(stats.isFile() ? file : undefined, stats)
  } finally {
    closeSync(file)
  }
}

/**
 * The bytes of a file, or of a pipe such as `/dev/fd/63`. A pipe is opened without blocking: an open that waits for a
 * writer occupies a thread of Node's pool that no signal can end.
 * @throws AbortError once the signal is aborted
 */
export async function* inputStream(path: string, signal?: AbortSignal): AsyncGenerator<Buffer> {
  const isPipe = statSync(path).isFIFO()
  const stream = isPipe ? pipeStream(path) : createReadStream(path, { highWaterMark: 1024 * 1024 })
  yield* untilAborted(stream, signal)
}

/** Opens a plain file for random access; the caller closes it. */
export async function openPlainFile(path: string) {
  return open(path, nonBlockingRead)
}

function pipeStream(path: string) {
  return new Socket({ fd: openSync(path, nonBlockingRead), readable: true, writable: false })
}

/** The chunks of a stream, until the signal is aborted. @throws AbortError */
export async function* untilAborted(
  stream: NodeJS.ReadableStream,
  signal: AbortSignal | undefined,
): AsyncGenerator<Buffer> {
  const { addAbortSignal, Readable } = await import('node:stream')
  if (signal && stream instanceof Readable) addAbortSignal(signal, stream)
  for await (const chunk of stream) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk
}

/**
 * A text as UTF-8 without byte order mark, from UTF-8 or UTF-16 with or without one; undefined for other encodings.
 * Every text that a person saved is read by this function.
 */
export function toUtf8(bytes: Buffer): Buffer | undefined {
  const [first, second, third] = bytes
  if (first === 0xef && second === 0xbb && third === 0xbf) {
    const rest = bytes.subarray(3)
    return isUtf8(rest) ? rest : undefined
  }
  const utf16 = utf16Mark(first, second) ?? utf16WithoutMark(bytes)
  if (utf16 !== undefined) return Buffer.from(new TextDecoder(utf16).decode(bytes), 'utf8')
  // A NUL in bytes without a mark means that they are no text.
  return isUtf8(bytes) && !bytes.includes(0) ? bytes : undefined
}

/** The decoded text; undefined where it is neither UTF-8 nor UTF-16. */
export function decodeText(bytes: Buffer): string | undefined {
  return toUtf8(bytes)?.toString('utf8')
}

type Utf16 = 'utf-16le' | 'utf-16be'

/** The encoding by the byte order mark, with which a program such as PowerShell begins UTF-16. */
export function utf16Mark(first: number | undefined, second: number | undefined): Utf16 | undefined {
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  return first === 0xfe && second === 0xff ? 'utf-16be' : undefined
}

/** Whether the bytes decode without errors: a NUL, or half of a surrogate pair, means another encoding. */
function isUtf16(bytes: Buffer, encoding: Utf16): boolean {
  try {
    return !new TextDecoder(encoding, { fatal: true }).decode(bytes).includes('\0')
  } catch {
    return false
  }
}

/** In UTF-16 the high bytes of ASCII, of which headings mostly consist, are zero, and hardly any low bytes are. */
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
