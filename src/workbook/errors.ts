/** What goes with an error: what to do about it, and the facts a program may want. */
interface ErrorFacts {
  hint?: string
  /** The arguments that the typed command line lacks. */
  optionToAdd?: readonly string[]
  details?: Record<string, unknown>
  /** The file name with which the message begins; its first letter stays as it is at the start of a sentence. */
  file?: string
  cause?: unknown
}

abstract class Unusable extends Error {
  readonly code: string
  readonly hint?: string
  readonly add?: readonly string[]
  readonly details?: Record<string, unknown>
  readonly file?: string

  constructor(code: string, message: string, { hint, optionToAdd, details, file, cause }: ErrorFacts = {}) {
    super(message, { cause })
    this.name = this.constructor.name
    this.code = code
    this.hint = hint
    this.add = optionToAdd
    this.details = details
    this.file = file
  }
}

/** The input cannot be used as a workbook; the message says what the input is, the hint what to do. */
export class UnusableWorkbook extends Unusable {}

/** A file cannot be written at the given path. */
export class UnusableFile extends Unusable {}

/** The refusal of a file that begins well but is not consistent: cut short, changed on its way, or made wrongly. */
export function damaged(what: string, cause?: unknown): UnusableWorkbook {
  return new UnusableWorkbook('workbook-damaged', `the workbook is damaged: ${what}`, {
    hint: 'open it in Excel or LibreOffice, save it again as .xlsx, or fetch it again from where it came',
    cause,
  })
}

/** The refusal of a file with too much of something: such files are made to exhaust the memory of the reader. */
export function zipBomb(what: string): UnusableWorkbook {
  return new UnusableWorkbook('workbook-bomb', `the workbook is not opened: ${what}`, {
    hint: 'copy the rows that are needed into a new workbook',
  })
}

export function tooMuchText(): UnusableWorkbook {
  return zipBomb('one of its columns has more text than any list needs')
}
