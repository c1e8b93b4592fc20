import { dirname, resolve } from 'node:path'
import { UnusableFile } from './errors.ts'

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
