/** What goes with an error: what to do about it, and the facts a program may want. */
interface ErrorFacts {
  hint?: string
  /** What the line that was typed lacks. */
  add?: readonly string[]
  details?: Record<string, unknown>
  /** The name with which the message begins: it keeps its letters at the start of a sentence. */
  file?: string
  cause?: unknown
}

abstract class Unusable extends Error {
  readonly code: string
  readonly hint?: string
  readonly add?: readonly string[]
  readonly details?: Record<string, unknown>
  readonly file?: string

  constructor(code: string, message: string, { hint, add, details, file, cause }: ErrorFacts = {}) {
    super(message, { cause })
    this.name = this.constructor.name
    this.code = code
    this.hint = hint
    this.add = add
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
