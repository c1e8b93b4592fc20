export interface Problem {
  target: string
  code: string
  message: string
  hint?: string
  /** Where it stands, if the target is only the first of several cells. */
  cells?: string[]
}

/** Facts for a script; the problems may be as many as a workbook has rows, each made when it is told. */
interface Details extends Record<string, unknown> {
  problems?: Iterable<Problem> & { readonly length: number }
}

export interface FailureOptions {
  /** What to type or do next. */
  hint?: string
  /** What the line that was typed lacks, such as `--suspend`: said as the whole line with it, to be pasted. */
  add?: readonly string[]
  /** Facts for a script, such as `candidates` or `problems`. */
  details?: Details
  cause?: unknown
  /** What must outlive the failure, such as the record of a refusal: done in a transaction of its own. */
  onRollback?(trx: unknown): Promise<void>
  /** What the work did before it failed stands, such as a try that was counted. */
  keepsChanges?: boolean
}

/** The hint that names what may have been meant; undefined where nothing is near. */
export function hintOfNearest(names: readonly string[]): string | undefined {
  return names.length === 0 ? undefined : `Did you mean ${names.join(', or ')}?`
}

/** The same of whole lines: each by itself, so that nothing is copied with it. */
export function hintOfLines(lines: readonly string[]): string | undefined {
  if (lines.length === 0) return undefined
  return [`Did you mean ${lines.length === 1 ? 'this' : 'one of these'}?`, ...lines].join('\n  ')
}

/** Every failure with a stable code; `exit.ts` gives it an exit code and words. */
export abstract class Failure extends Error {
  abstract readonly exit: number
  readonly code: string
  readonly hint: string | undefined
  readonly add: readonly string[]
  readonly details: Details
  readonly rollback: Pick<FailureOptions, 'onRollback' | 'keepsChanges'>

  constructor(
    code: string,
    message: string,
    { hint, add = [], details, cause, onRollback, keepsChanges }: FailureOptions = {},
  ) {
    super(message, { cause })
    this.code = code
    this.hint = hint
    this.add = add
    this.details = details ?? {}
    this.rollback = { onRollback, keepsChanges }
  }
}

/** A rule or a limit stands in the way; nothing changed. */
export class Refused extends Failure {
  readonly exit: number = 3
}

/** The actor may not do this; recorded, and nothing changed. */
export class NotPermitted extends Refused {
  override readonly exit = 5

  constructor(message: string, more: FailureOptions = {}) {
    super('not-permitted', message, more)
  }
}

export class NotFound extends Failure {
  readonly exit = 4
}

/** The call itself is wrong: an unknown option, a missing value, an answer nobody could give. */
export class Usage extends Failure {
  readonly exit = 2

  constructor(message: string, more: FailureOptions & { code?: string } = {}) {
    super(more.code ?? 'usage', message, more)
  }
}

/** The input file cannot be used. */
export class BadInput extends Failure {
  readonly exit = 6
}

/** The store, the key or a file cannot be had now. */
export class Unavailable extends Failure {
  readonly exit = 7
}

/** The connection broke while a change was being saved, and nobody can say yet whether it was. */
export class CommitUnknown extends Failure {
  readonly exit = 10
  readonly #store: string

  constructor(
    store: string,
    cause: unknown,
    hint = 'ssh-admin audit list --last says so, once the store can be reached.',
  ) {
    super(
      'store-unsure',
      `The connection to ${store} broke while the change was being saved: it is not known whether it was made.`,
      { hint, cause },
    )
    this.#store = store
  }

  /** The same where it is known that nothing was. */
  beforeAnyChange(): Unavailable {
    return new Unavailable(
      'store-unavailable',
      `The connection to ${this.#store} broke before the change was saved.`,
      { hint: 'Nothing was changed. Run the command once more.', cause: this.cause },
    )
  }
}

/** The answer could not be written where it was sent; what was to be changed is done. */
export class AnswerNotWritten extends Failure {
  readonly exit = 9
  readonly #cause: Error

  constructor(cause: Error & { code?: string }, { changes }: { changes: boolean }) {
    const reason = systemReason(cause) ?? cause.code ?? cause.message
    super('answer-not-written', `The answer could not be written: ${reason}.`, {
      cause,
      ...(changes
        ? { hint: 'What was to be changed is done. What of it is in the store: ssh-admin audit list --last' }
        : {}),
    })
    this.#cause = cause
  }

  /** The same of a command that could have changed something, and had not yet. */
  beforeAnyChange(): AnswerNotWritten {
    return new AnswerNotWritten(this.#cause, { changes: false })
  }
}

/** Ctrl-C, or No at a question. */
export class Cancelled extends Failure {
  readonly exit = 130

  constructor(message = cancelledInWords({ hasBegun: false })) {
    super('cancelled', message)
  }
}

/** @param hasBegun whether there is a store now that was not there before */
export function cancelledInWords({ hasBegun }: { hasBegun: boolean }): string {
  return hasBegun
    ? 'Cancelled. Nothing was changed; the store that was begun is empty.'
    : 'Cancelled. Nothing was changed.'
}

/** What was agreed to at a question, or by a plan, is not what there is now. */
export function changedMeanwhile(): Refused {
  return new Refused('changed-meanwhile', 'What you agreed to has changed meanwhile; nothing was done.', {
    hint: 'Look again, and run the command once more.',
  })
}

/** What the system, or whatever package it is of, calls an error, such as `ENOENT`; empty where it calls it nothing. */
export function errorCodeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}

/** Why the operating system did not do what it was asked, as the end of a sentence; undefined for what is not of its common reasons. */
export function systemReason(error: unknown): string | undefined {
  return systemReasons[errorCodeOf(error)]
}

/** That there is none: where a file stands in the place of a folder, there is nothing below it. */
export function isNotThere(error: unknown): boolean {
  return /^(ENOENT|ENOTDIR)$/.test(errorCodeOf(error))
}

/** No room, or none that is left for whoever runs this. */
export function isDiskFull(error: unknown): boolean {
  return /^(ENOSPC|EDQUOT|SQLITE_FULL)$/.test(errorCodeOf(error))
}

const systemReasons: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk is full, or your share of it',
  SQLITE_FULL: 'the disk is full',
  EFBIG: 'it would be larger than a file may be here',
  EIO: 'the disk does not answer',
  EROFS: 'the disk is read-only',
  EACCES: 'you may not write there',
  EPERM: 'you may not write there',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open',
  ELOOP: 'its links lead in a circle',
  EBUSY: 'another program has it open',
}
