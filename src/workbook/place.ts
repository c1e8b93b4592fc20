import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { access, open, rename, stat } from 'node:fs/promises'
import { basename, dirname, extname, join, resolve } from 'node:path'
import { UnusableFile } from './errors.ts'

/** A hidden name in the same folder, with the same ending, so that the finished file can be renamed into place in one step. */
export function temporaryName(path: string): string {
  const ending = extname(path)
  return join(dirname(path), `.${basename(path, ending)}-${randomBytes(6).toString('hex')}${ending}`)
}

/** Puts a finished file in its place, and makes sure that a power cut does not undo it. */
export async function placeFile(temporary: string, path: string): Promise<void> {
  try {
    await rename(temporary, path)
  } catch (error) {
    throw refusal(path, error)
  }
  await syncFolder(dirname(resolve(path)))
}

/** Whether a file can be put there, before any work is done for it; `input` is the file that must not be overwritten. */
export async function checkPlace(path: string, input?: string): Promise<{ exists: boolean }> {
  const folder = dirname(resolve(path))
  const parent = await statOf(folder)
  if (!parent?.isDirectory()) {
    throw new UnusableFile('file-no-folder', `there is no folder ${folder}`, {
      hint: 'make the folder, or choose another',
    })
  }
  const present = await statOf(path)
  if (present?.isDirectory()) {
    throw new UnusableFile('file-is-a-folder', `${path} is a folder`, {
      file: path,
      hint: 'add the name of a file in it',
    })
  }
  const source = input === undefined || input === '-' ? undefined : await statOf(input)
  if (
    present !== undefined &&
    source !== undefined &&
    present.dev === source.dev &&
    present.ino === source.ino
  ) {
    throw new UnusableFile('file-is-the-input', `${path} is the file that is read`, {
      file: path,
      hint: 'choose another name',
    })
  }
  try {
    await access(folder, constants.W_OK | constants.X_OK)
    if (present !== undefined) await access(path, constants.W_OK)
  } catch (error) {
    throw refusal(path, error)
  }
  return { exists: present !== undefined }
}

/** Says in words why a file cannot be written. */
export function refusal(path: string, error: unknown): unknown {
  // What the system says names its call; anything else, such as Ctrl-C, is told as it is.
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return error
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') {
    return new UnusableFile('file-no-folder', `there is no folder ${dirname(resolve(path))}`, {
      hint: 'make the folder, or choose another',
      cause: error,
    })
  }
  if (error.code === 'EISDIR') {
    return new UnusableFile('file-is-a-folder', `${path} is a folder`, {
      file: path,
      hint: 'add the name of a file in it',
      cause: error,
    })
  }
  if (error.code === 'EEXIST') {
    return new UnusableFile('file-exists', `${path} is already there`, {
      file: path,
      hint: 'choose another name, or move it away',
      cause: error,
    })
  }
  const what = hindrances[String(error.code)] ?? error.message
  return new UnusableFile('file-not-writable', `${path} cannot be written: ${what}`, {
    file: path,
    hint: 'choose another folder',
    cause: error,
  })
}

const hindrances: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk is full',
  EROFS: 'the disk is read-only',
  EACCES: 'you may not write there',
  EPERM: 'you may not write there',
}

async function statOf(
  path: string,
): Promise<{ dev: number; ino: number; isDirectory(): boolean } | undefined> {
  try {
    return await stat(path)
  } catch {
    return undefined
  }
}

async function syncFolder(folder: string): Promise<void> {
  // Windows cannot open a folder, and needs no such thing.
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } catch (error) {
    // Some network disks cannot do this; the file is in its place all the same.
    if (!(error instanceof Error && 'code' in error && error.code === 'EINVAL')) throw error
  } finally {
    await handle.close()
  }
}
