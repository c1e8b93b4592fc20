import { closeSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { fsyncSync, openSync, rmSync, writeSync } from '../disk.ts'
import { UnusableFile } from './errors.ts'

/** Writes the next piece, completely when it returns. */
export type Append = (piece: string | Uint8Array) => void

/**
 * Creates a file that only its owner can read. The file is completely on the disk when this returns, or not there at
 * all.
 */
export async function writeNewFile(
  path: string,
  write: (append: Append) => Promise<void> | void,
): Promise<void> {
  try {
    const file = openSync(path, 'wx', 0o600)
    try {
      await write((piece) => writeSync(file, piece))
      fsyncSync(file)
    } catch (error) {
      rmSync(path, { force: true })
      throw error
    } finally {
      closeSync(file)
    }
  } catch (error) {
    throw refusal(path, error)
  }
}

/** The error that says in words why a file cannot be written. */
function refusal(path: string, error: unknown): unknown {
  // Errors of the operating system name their system call; any other, such as that of Ctrl-C, is passed on as it is.
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return error
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') {
    return new UnusableFile('file-no-folder', `there is no folder ${dirname(resolve(path))}`, {
      hint: 'make the folder, or choose another',
      cause: error,
    })
  }
  const unusable = (code: string, what: string, hint: string) =>
    new UnusableFile(code, `${path} ${what}`, { file: path, hint, cause: error })
  if (error.code === 'EISDIR')
    return unusable('file-is-a-folder', 'is a folder', 'add the name of a file in it')
  if (error.code === 'EEXIST')
    return unusable('file-exists', 'is already there', 'choose another name, or move it away')
  const what = systemErrors[String(error.code)] ?? error.message
  const isFull = error.code === 'ENOSPC' || error.code === 'EDQUOT'
  const hint = isFull ? 'make room, then try again' : 'choose another folder'
  return unusable('file-not-writable', `cannot be written: ${what}`, hint)
}

const systemErrors: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk is full, or your share of it',
  EROFS: 'the disk is read-only',
  EACCES: 'you may not write there',
  EPERM: 'you may not write there',
}
