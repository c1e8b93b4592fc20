import { closeSync } from 'node:fs'
import { fsyncSync, openSync, rmSync, writeSync } from '../disk.ts'
import { refusal } from './errors.ts'

/** Writes what comes next, whole when it returns. */
export type Append = (piece: string | Uint8Array) => void

/** Makes a new file, for its owner only, that is wholly on the disk when this returns, or not there at all. */
export async function writeNewFile(
  path: string,
  write: (append: Append) => Promise<void> | void,
): Promise<void> {
  const file = openNew(path)
  try {
    await write((piece) => writeSync(file, piece))
    fsyncSync(file)
  } catch (error) {
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
