import { once } from 'node:events'
import { type FileHandle, open, rm } from 'node:fs/promises'
import { Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { refusal } from './place.ts'

/** Makes a new file, for its owner only, that is wholly on the disk when this returns, or not there at all. */
export async function writeNewFile(path: string, write: (stream: Writable) => Promise<void>): Promise<void> {
  const file = await open(path, 'wx', 0o600).catch((error: unknown) => {
    throw refusal(path, error)
  })
  const stream = streamTo(file)
  // A full disk is heard below; that it goes on being full must not end the process.
  stream.on('error', () => {})
  try {
    await Promise.all([write(stream), finished(stream)])
    await file.sync()
    await file.close()
  } catch (error) {
    stream.destroy()
    await file.close().catch(() => {})
    await rm(path, { force: true })
    throw refusal(path, error)
  }
}

// A stream of Node's own over a handle keeps the handle from being closed until the stream closes it, unsynced.
function streamTo(file: FileHandle): Writable {
  return new Writable({
    highWaterMark: 256 * 1024,
    write(chunk: Buffer, _encoding, done) {
      file.writeFile(chunk).then(() => done(), done)
    },
  })
}

/** Writes a piece of text, and waits when the disk is slower than we are. */
export function put(stream: Writable, text: string): Promise<void> {
  return putBytes(stream, Buffer.from(text))
}

export async function putBytes(stream: Writable, bytes: Buffer): Promise<void> {
  if (!stream.write(bytes)) await once(stream, 'drain')
}
