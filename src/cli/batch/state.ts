import type { Context } from '../../context.ts'
import type { OpenStore } from '../../db/store/opening.ts'
import type { Failure } from '../../errors.ts'
import { type Interruption, newInterruption } from '../../interruption.ts'
import type { Actor } from '../../rules/permissions/actor.ts'
import type { Session } from '../session.ts'
import type { Batch, ReadyLine } from './line.ts'

export interface BatchOptions {
  atomic: boolean
  keepGoing: boolean
}

/** A non-empty line of the input. */
export interface TypedLine {
  number: number
  words: readonly string[]
}

/** A line whose command can be run. */
export interface BatchLine extends TypedLine, ReadyLine {}

/** Counts and outcomes of the lines so far. */
interface Progress {
  /** Lines that succeeded, those with nothing to do included. */
  done: number
  refused: number
  /** Lines that were not run, because an earlier line or a signal ended the batch. */
  left: number
  /** The number of the line that ended it. */
  endedAt?: number
  exits: Set<number>
  /** Whether a line changed anything that is saved. */
  isChanged: boolean
  /** Whether a line of a rehearsal would have changed anything. */
  wouldChange: boolean
}

export interface Run {
  session: Session
  options: BatchOptions
  batch: Batch
  context: Context
  interruption: Interruption
  store: OpenStore | undefined
  /** The store within the transaction that several lines share, while it is open. */
  transactionStore: OpenStore | undefined
  /** How many changes were made within a shared transaction, and are saved only with it. */
  changesInTransaction: number
  /** Whether the first line may create the store where there is none. */
  createsStore: boolean
  progress: Progress
  readonly toDeliver: { actor: Actor; numbers: number[] }[]
  /** The failure that ended the batch and is no line's fault. */
  failure: Failure | undefined
  dispose: () => void
}

export function newRun(session: Session, options: BatchOptions): Run {
  const { interruption, dispose } = interruptionOfLines(
    session.context.interruption,
    () => run.progress.isChanged,
  )
  const context = { ...session.context, interruption, signal: interruption.signal }
  const run: Run = {
    session,
    options,
    context,
    interruption,
    batch: {
      common: session.common,
      settings: session.settings,
      programs: new Map(),
      sharedStore: async (mode, open) => {
        if (run.transactionStore) return run.transactionStore
        // Where there is no store yet, the change is rehearsed in memory first.
        if (mode === 'rehearse-creation' && !session.common.dryRun && !run.store) return open(mode)
        if (mode === 'read-if-any' && !run.store) return open(mode)
        const createsStore = mode === 'create' || mode === 'rehearse-creation'
        if (!run.store) {
          run.store = await open(createsStore ? mode : session.common.dryRun ? 'rehearse' : 'use')
        }
        return { ...run.store, close: async () => undefined }
      },
      say: session.say,
      noteCreation: () => {
        run.createsStore = true
      },
      recordCommit: ({ queued, actor, isLogged }) => {
        if (run.transactionStore) run.changesInTransaction += 1
        else run.progress.isChanged ||= isLogged
        if (queued.length > 0) deliverLater(run, { actor, numbers: queued })
      },
      willDeliver: (message) => run.toDeliver.some(({ numbers }) => numbers.includes(message)),
    },
    store: undefined,
    transactionStore: undefined,
    changesInTransaction: 0,
    createsStore: false,
    progress: { done: 0, refused: 0, left: 0, exits: new Set(), isChanged: false, wouldChange: false },
    toDeliver: [],
    failure: undefined,
    dispose,
  }
  return run
}

function deliverLater(
  { toDeliver }: Run,
  { actor, numbers }: { actor: Actor; numbers: readonly number[] },
): void {
  const last = toDeliver.at(-1)
  if (last && emailOf(last.actor) === emailOf(actor)) last.numbers.push(...numbers)
  else toDeliver.push({ actor, numbers: [...numbers] })
}

function emailOf(actor: Actor): string | undefined {
  return actor.kind === 'user' ? actor.email : undefined
}

/**
 * Each line is cancelled or finished as it would be by itself. Once a line has changed something, no signal ends the
 * process with the words that nothing was changed.
 */
function interruptionOfLines(
  batchInterruption: Interruption,
  isChanged: () => boolean,
): { interruption: Interruption; dispose: () => void } {
  const lineInterruption = newInterruption(() => undefined)
  const interrupt = () => lineInterruption.handleSignal()
  batchInterruption.received.addEventListener('abort', interrupt)
  if (batchInterruption.received.aborted) interrupt()
  const interruption: Interruption = {
    ...lineInterruption,
    startFinishing: (what) => {
      lineInterruption.startFinishing(what)
      batchInterruption.startFinishing(what)
    },
    stopFinishing: () => {
      lineInterruption.stopFinishing()
      if (!isChanged()) batchInterruption.stopFinishing()
    },
    onForcedExit: batchInterruption.onForcedExit,
    setReporter: () => undefined,
  }
  return { interruption, dispose: () => batchInterruption.received.removeEventListener('abort', interrupt) }
}

/** Remembers the progress of the lines so far. @returns restores it, any number of times, after a rollback */
export function snapshotProgress(run: Pick<Run, 'progress' | 'toDeliver'>): () => void {
  const { toDeliver } = run
  const progress = { ...run.progress, exits: new Set(run.progress.exits) }
  // Messages are only ever appended, so lengths suffice: to copy the list for each line would take too long.
  const [deliveries, last] = [toDeliver.length, toDeliver.at(-1)]
  const numbers = last?.numbers.length ?? 0
  return () => {
    Object.assign(run.progress, progress, { exits: new Set(progress.exits) })
    toDeliver.length = deliveries
    if (last) last.numbers.length = numbers
  }
}

export function recordEnd({ progress }: Run, left: number, lastLine?: TypedLine): void {
  progress.left += left
  progress.endedAt = lastLine?.number ?? progress.endedAt ?? -1
}

export function hasEnded({ endedAt }: Progress): boolean {
  return endedAt !== undefined
}

/** Whether a signal ended the batch before all lines were run. */
export function wasInterrupted({ progress: { endedAt }, session }: Run): boolean {
  return endedAt !== undefined && session.context.interruption.received.aborted
}
