import { dirname, resolve } from 'node:path'

/** What goes with an error: what to do about it, and the facts a program may want. */
interface ErrorFacts {
  hint?: string
  details?: Record<string, unknown>
  /** The name with which the message begins: it keeps its letters at the start of a sentence. */
  file?: string
  cause?: unknown
}

abstract class Unusable extends Error {
  readonly code: string
  readonly hint?: string
  readonly details?: Record<string, unknown>
  readonly file?: string

  constructor(code: string, message: string, { hint, details, file, cause }: ErrorFacts = {}) {
    super(message, { cause })
    this.name = this.constructor.name
    this.code = code
    this.hint = hint
    this.details = details
    this.file = file
  }
}

/** The input cannot be used as a workbook; the words say what it is, the hint what to do. */
export class UnusableWorkbook extends Unusable {}

/** A place where nothing can be written. */
export class UnusableFile extends Unusable {}

/** The file began well and then did not add up: cut short, changed on its way, or made wrongly. */
export function damaged(what: string, cause?: unknown): UnusableWorkbook {
  return new UnusableWorkbook('workbook-damaged', `the workbook is damaged: ${what}`, {
    hint: 'open it in Excel or LibreOffice, save it again as .xlsx, or fetch it again from where it came',
    cause,
  })
}

/** Too much of something: such a file is made to fill the memory of whoever opens it. */
export function zipBomb(what: string): UnusableWorkbook {
  return new UnusableWorkbook('workbook-bomb', `the workbook is not opened: ${what}`, {
    hint: 'copy the rows that are needed into a new workbook',
  })
}

export function tooMuchText(): UnusableWorkbook {
  return zipBomb('one of its columns has more text than any list needs')
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
