import { constants, fstatSync, openSync, type Stats, statSync, writeSync } from 'node:fs'
import type { Writable } from 'node:stream'

/** A terminal, pipe or file that is written to. */
export interface Output {
  readonly isTTY?: boolean
  readonly columns?: number
  readonly rows?: number
  readonly writableEnded: boolean
  readonly destroyed: boolean
  /** @param done called when the text has left the process, or can no longer be written */
  write(text: string, done?: (error?: Error | null) => void): boolean
  on(event: 'error', listener: (error: Error) => void): unknown
}

/** Bytes that are written directly at most; longer output goes through Node's stream, which waits for a slow reader. */
const maxDirectBytes = 65_536

/** The same for a socket, which cannot be asked for room: a twelfth of what Linux takes unread. */
const maxDirectBytesToSocket = 16_384

/**
 * stdout or stderr. Node's own stream takes longer to load than a short command runs: a short text is written directly
 * to a file or the null device, to a pipe that has room, or to a socket, which is what programs written for Node give
 * their children. The write does not block, so that signals are handled, unless a socket is full of unread answers.
 */
export function outputTo(descriptor: 1 | 2, openStream: () => Writable & Output): Output {
  const stats = fstatSync(descriptor)
  const maxBytes = stats.isSocket() ? maxDirectBytesToSocket : maxDirectBytes
  if (stats.isFile() || stats.isSocket() || isNullDevice(stats))
    return directOutput({ descriptor, maxBytes }, openStream)
  if (stats.isCharacterDevice()) return openStream()
  return directOutput({ descriptor: reopenNonBlocking(descriptor, stats), maxBytes }, openStream)
}

function isNullDevice(stats: Stats): boolean {
  return stats.isCharacterDevice() && stats.rdev === statSync('/dev/null', { throwIfNoEntry: false })?.rdev
}

/** @returns a non-blocking descriptor for the same pipe; undefined where none can be opened */
function reopenNonBlocking(descriptor: 1 | 2, stats: Stats): number | undefined {
  // O_NONBLOCK would affect all processes that share the inherited descriptor; only Linux can reopen a pipe.
  if (!stats.isFIFO() || process.platform !== 'linux') return undefined
  try {
    return openSync(`/proc/self/fd/${descriptor}`, constants.O_WRONLY | constants.O_NONBLOCK)
  } catch {
    // The pipe has no reader, or belongs to another user.
    return undefined
  }
}

function directOutput(
  { descriptor, maxBytes }: { descriptor: number | undefined; maxBytes: number },
  openStream: () => Writable & Output,
): Output {
  let stream: (Writable & Output) | undefined
  let length = 0
  let failed: Error | undefined
  const listeners: ((error: Error) => void)[] = []
  const switchToStream = () => {
    if (stream === undefined) {
      stream = openStream()
      for (const listener of listeners) stream.on('error', listener)
    }
    return stream
  }
  return {
    get writableEnded() {
      return stream?.writableEnded ?? false
    },
    get destroyed() {
      return failed !== undefined || (stream?.destroyed ?? false)
    },
    write(text, done) {
      if (stream) return stream.write(text, done)
      const bytes = Buffer.from(text)
      length += bytes.length
      if (bytes.length > 0 && failed === undefined) {
        if (descriptor === undefined || length > maxBytes) return switchToStream().write(bytes, done)
        const written = writeAvailable(descriptor, bytes)
        if (typeof written !== 'number') failed = written
        else if (written < bytes.length) return switchToStream().write(bytes.subarray(written), done)
      }
      if (done) process.nextTick(done, failed)
      return true
    },
    on(_, listener) {
      listeners.push(listener)
      stream?.on('error', listener)
    },
  }
}

/** @returns how many bytes were written, or the error for which nothing more can be */
function writeAvailable(descriptor: number, bytes: Buffer): number | Error {
  let written = 0
  try {
    while (written < bytes.length) written += writeSync(descriptor, bytes, written)
  } catch (error) {
    if (!(error instanceof Error)) throw error
    if (!('code' in error) || error.code !== 'EAGAIN') return error
  }
  return written
}
