import { once } from 'node:events'
import { closeSync } from 'node:fs'
import { Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { fsyncSync, openSync, rmSync, writeSync } from '../disk.ts'
import { refusal } from './errors.ts'

/** Makes a new file, for its owner only, that is wholly on the disk when this returns, or not there at all. */
export async function writeNewFile(path: string, write: (stream: Writable) => Promise<void>): Promise<void> {
  const file = openNew(path)
  const stream = streamTo(file)
  // A full disk is heard below; that it goes on being full must not end the process.
  stream.on('error', () => {})
  try {
    await Promise.all([write(stream), finished(stream)])
    fsyncSync(file)
  } catch (error) {
    stream.destroy()
    rmSync(path, { force: true })
    throw refusal(path, error)
  } finally {
    closeSync(file)
  }
}

function openNew(path: string): number {
  try {
    return openSync(path, 'wx', 0o600)
  } catch (error) {
    throw refusal(path, error)
  }
}

// A stream of Node's own over a handle keeps the handle from being closed until the stream closes it, unsynced.
function streamTo(file: number): Writable {
  return new Writable({
    highWaterMark: 256 * 1024,
    write(chunk: Buffer, _encoding, done) {
      try {
        writeSync(file, chunk)
        done()
      } catch (error) {
        done(error instanceof Error ? error : new Error(String(error)))
      }
    },
  })
}

/** Writes a piece of text, and waits when the disk is slower than we are. */
export function writeText(stream: Writable, text: string): Promise<void> {
  return writeBytes(stream, Buffer.from(text))
}

export async function writeBytes(stream: Writable, bytes: Buffer): Promise<void> {
  if (!stream.write(bytes)) await once(stream, 'drain')
}
