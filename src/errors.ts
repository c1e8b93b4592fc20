import type { LazyList } from './lazy-list.ts'

export interface Problem {
  target: string
  code: string
  message: string
  hint?: string
  /** The cells of the problem, where `target` is only the first of several. */
  cells?: string[]
}

/** Facts for a script. Problems may be as many as a workbook's rows, so each is made only when it is reported. */
interface Details extends Record<string, unknown> {
  problems?: LazyList<Problem>
}

export interface FailureOptions {
  /** The command or action to take next. */
  hint?: string
  /** The option that the typed line lacks, such as `--suspend`: the whole line with it is suggested. */
  optionToAdd?: readonly string[]
  /** Facts for a script, such as `candidates` or `problems`. */
  details?: Details
  cause?: unknown
  /** Work that must outlive the rollback, such as recording a refusal: runs in a transaction of its own. */
  onRollback?(trx: unknown): Promise<void>
  /** Commits what the work did before it failed, such as counting a try. */
  commitsChanges?: boolean
}

/** The hint with names that may have been meant; undefined for none. */
export function hintOfNearest(names: readonly string[]): string | undefined {
  return names.length === 0 ? undefined : `Did you mean ${names.join(', or ')}?`
}

/** The hint with whole lines that may have been meant, each on a line of its own to be copied. */
export function hintOfLines(lines: readonly string[]): string | undefined {
  if (lines.length === 0) return undefined
  return [`Did you mean ${lines.length === 1 ? 'this' : 'one of these'}?`, ...lines].join('\n  ')
}

/** Every failure with a stable code; `exit.ts` gives it an exit code and words. */
export abstract class Failure extends Error {
  abstract readonly exit: number
  readonly code: string
  readonly hint: string | undefined
  readonly optionToAdd: readonly string[]
  readonly details: Details
  readonly rollback: Pick<FailureOptions, 'onRollback' | 'commitsChanges'>

  constructor(
    code: string,
    message: string,
    { hint, optionToAdd = [], details, cause, onRollback, commitsChanges }: FailureOptions = {},
  ) {
    super(message, { cause })
    this.code = code
    this.hint = hint
    this.optionToAdd = optionToAdd
    this.details = details ?? {}
    this.rollback = { onRollback, commitsChanges }
  }
}

/** Refused by a rule or a limit; nothing changed. */
export class Refused extends Failure {
  readonly exit: number = 3
}

/** The actor lacks the right; the refusal is recorded, and nothing changed. */
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

/** The store, the key or a file cannot be used now. */
export class Unavailable extends Failure {
  readonly exit = 7
}

/** The connection broke during a commit, so it is unknown whether the change was saved. */
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

  /** The failure for the case that nothing was changed yet. */
  beforeAnyChange(): Unavailable {
    return new Unavailable(
      'store-unavailable',
      `The connection to ${this.#store} broke before the change was saved.`,
      { hint: 'Nothing was changed. Run the command once more.', cause: this.cause },
    )
  }
}

/** The answer could not be written to stdout; the change is done. */
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

  /** The failure for the case that the command had changed nothing yet. */
  beforeAnyChange(): AnswerNotWritten {
    return new AnswerNotWritten(this.#cause, { changes: false })
  }
}

/** Ctrl-C, or No at a question. */
export class Cancelled extends Failure {
  readonly exit = 130

  constructor(message = cancelledMessage({ hasCreatedStore: false })) {
    super('cancelled', message)
  }
}

/** @param hasCreatedStore whether the command has created the store */
export function cancelledMessage({ hasCreatedStore }: { hasCreatedStore: boolean }): string {
  return hasCreatedStore
    ? 'Cancelled. Nothing was changed; the store that was begun is empty.'
    : 'Cancelled. Nothing was changed.'
}

/** What was agreed to, at a question or by a plan, differs from what the change would do now. */
export function changedMeanwhile(): Refused {
  return new Refused('changed-meanwhile', 'What you agreed to has changed meanwhile; nothing was done.', {
    hint: 'Look again, and run the command once more.',
  })
}

/** The code of an error of the system or of a package, such as `ENOENT`; empty where the error has none. */
export function errorCodeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}

/** The system's reason for a failure, as the end of a sentence; undefined for uncommon reasons. */
export function systemReason(error: unknown): string | undefined {
  return systemReasons[errorCodeOf(error)]
}

/** Whether a path does not exist: ENOTDIR means that a file stands in the place of one of its folders. */
export function isMissingPath(error: unknown): boolean {
  return /^(ENOENT|ENOTDIR)$/.test(errorCodeOf(error))
}

/** Whether the disk, or the user's quota, is full. */
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
