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
