import type { KeyObject } from 'node:crypto'
import {
  type CompiledQuery,
  type ControlledTransaction,
  type RawBuilder,
  sql,
  type Transaction,
} from 'kysely'
import { CommitUnknown, Failure, Unavailable } from '../errors.ts'
import { faultPoint } from '../fault-points.ts'
import { runToCompletion } from '../interruption.ts'
import {
  usesKeyOfAnotherStore,
  hasSeal,
  hasWritten,
  type LogHead,
  isInOtherHeadFile,
  readHeadFile,
  writeHeadFile,
} from './audit/head-file.ts'
import { readClocks, type LastRow, refuseClockBehind, monotonicTime } from './clock.ts'
import type { Bulk, Engine } from './engine.ts'
import type { Store } from './schema.ts'
import type { Committed, OpenStore } from './store/opening.ts'

export type Trx = Transaction<Store>
/** `must-be-right`: a clock more than an hour behind is refused; `is-accepted`: time goes on from the clock. */
export type Clock = 'must-be-right' | 'may-be-behind' | 'is-accepted'
export type Work<Result> = (trx: Trx) => Promise<Result>

interface TransactionState {
  bulk: Bulk
  server: Engine['server']
  /** The last row of the log: before this transaction, and now. */
  rowBefore: LastRow | undefined
  lastRow: LastRow | undefined
  /** Whether the log is known not to have been cut. */
  isLogIntact: boolean
  auditKey: KeyObject
  /** The key for the digests of erased addresses. */
  erasureKey: KeyObject
  /** The key for the digests of addresses for which a wrong password was typed. */
  signInKey: KeyObject
  /** The time of everything done in the transaction, read once the store is locked. */
  at: Date
  /** The outbox numbers of the messages that this transaction queued. */
  queued: number[]
  /** The head of the audit log, once this transaction has written to it. */
  head?: LogHead
  /** The head file, if it was expected beside the key and is missing. */
  missingHead?: string
  /** Set if the transaction only records a failure. */
  recordsFailure?: true
  /** The number of open savepoints. */
  savepoints: number
  /** Rolls the transaction back and begins it again; absent where a savepoint is as fast. */
  restartTransaction: (() => Promise<void>) | undefined
  /** Whether it began a new segment of the log, which names the head of the old one. */
  hasNewSegment?: boolean
  /**
   * Whether the log holds the head that is noted beside the key. A server is asked before the commit: afterwards it may
   * not answer for long, and the head would be reported as missing.
   */
  headChecks?: { isRecordedHeadInLog?: Promise<boolean>; mayLackHeadFile?: boolean }
}

const transactionStates = new WeakMap<Trx, TransactionState>()

/** The state of a transaction: bulk writes, time, the keys for the audit log and for digests, queued messages. */
export function transactionState(trx: Trx): TransactionState {
  const found = transactionStates.get(trx)
  if (!found) throw new Error('a rule runs inside commit() or rehearse()')
  return found
}

/** Runs a statement without a result; a server gets it with the next query, which then reports its failure. */
export async function sendWithNext(
  trx: Trx,
  query: { compile: () => CompiledQuery; execute: () => Promise<unknown> },
): Promise<void> {
  const { server } = transactionState(trx)
  if (server) server.sendWithNext(query.compile())
  else await query.execute()
}

/** The same for raw SQL. */
export function sendRaw(trx: Trx, statement: RawBuilder<unknown>): Promise<void> {
  return sendWithNext(trx, { compile: () => statement.compile(trx), execute: () => statement.execute(trx) })
}

/** The time at which everything in a transaction counts as done. */
export function timeOf(trx: Trx): Date {
  return transactionState(trx).at
}

/** Sets the time of the next of several changes that are saved together; time never runs backwards. */
export function advanceTime(trx: Trx, clock: Date): void {
  const state = transactionState(trx)
  state.at = monotonicTime({ clock, lastEvent: state.at })
}

/** What is said on a signal during work that writes nothing to the log. */
const unloggedWork = 'what is under way'

/**
 * Runs the work in a transaction and commits it. A failure rolls it back, unless its `rollback.commitsChanges` is set;
 * what its `rollback.onRollback` writes is saved in any case. @throws `clock-behind`
 */
export async function commit<Result>(
  store: OpenStore,
  work: Work<Result>,
  clock: Clock = 'must-be-right',
): Promise<Committed<Result>> {
  if (store.transaction) return store.transaction.commit(work)
  let state: TransactionState | undefined
  const done = await withRollbackWork(store, () =>
    runInTransaction(store, clock, async (trx) => {
      state = transactionState(trx)
      const result = await work(trx).catch(async (error: unknown) => {
        if (error instanceof Failure && error.rollback.commitsChanges) await trx.commit().execute()
        throw error
      })
      await lookUpMissingHead(store, trx)
      const { interruption } = store
      const wasFinishing = interruption?.isFinishing() ?? false
      const { head } = transactionState(trx)
      await runToCompletion(interruption, {
        what: head ? 'the change is being saved' : unloggedWork,
        finish: async () => {
          faultPoint('commit', 'sqlite')
          store.engine.expectCommit(head)
          await trx.commit().execute()
        },
      })
      faultPoint('committed', 'done')
      // Where another change is being finished already, that one says itself what is saved.
      if (!wasFinishing) interruption?.startFinishing(head ? 'the change is saved' : unloggedWork)
      return { result, queued: transactionState(trx).queued }
    }),
  )
  return { ...done, missingHead: state?.missingHead, isLogged: state?.head !== undefined }
}

/** Commits an entry for processes that come after this one was killed. It is no change: a signal still cancels. */
export async function commitUnlogged(store: OpenStore, work: Work<void>): Promise<void> {
  const committing = runInTransaction(store, 'may-be-behind', async (trx) => {
    await work(trx)
    faultPoint('note', 'sqlite')
    await trx.commit().execute()
  })
  await committing.catch((error: unknown) => {
    // Whether the entry was saved does not matter, as the work that it is about has not begun.
    throw error instanceof CommitUnknown ? error.beforeAnyChange() : error
  })
}

/** Saves what a failure of the work asks to keep, once and in a transaction of its own, then rethrows the failure. */
export async function withRollbackWork<Result>(
  store: OpenStore,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    // Within an open change, the caller that rolls that change back saves it.
    if (hasRollbackWork(error) && !store.transaction)
      await runRollbackWork(store, error).catch((failure: unknown) => {
        throw explainReadOnly(failure)
      })
    throw error
  }
}

/** Runs the work as `commit` does and rolls it back; what a failure asks to keep is saved all the same. */
export async function rehearse<Result>(
  store: OpenStore,
  work: Work<Result>,
  clock: Clock = 'must-be-right',
): Promise<Result> {
  if (store.transaction) return store.transaction.rehearse(work)
  return withRollbackWork(store, () =>
    runInTransaction(store, clock, async (trx) => {
      const result = await work(trx)
      await trx.rollback().execute()
      return result
    }),
  )
}

const recordedFailures = new WeakSet<Failure>()

/** Whether a failure asks to keep something that has not been saved yet. */
export function hasRollbackWork(error: unknown): error is Failure {
  return error instanceof Failure && error.rollback.onRollback !== undefined && !recordedFailures.has(error)
}

/** Explains `store-read-only`: a user who only asked something cannot know that the refusal has to be recorded. */
function explainReadOnly(failure: unknown): unknown {
  if (!(failure instanceof Unavailable) || failure.code !== 'store-read-only') return failure
  const { code, hint, message } = failure
  const said = `What was asked has to be recorded, and is not answered where it cannot be. ${message}`
  return new Unavailable(code, said, { ...(hint === undefined ? {} : { hint }), cause: failure })
}

async function runRollbackWork(store: OpenStore, failure: Failure): Promise<void> {
  const { rollback } = failure
  // An in-memory copy keeps nothing; the caller records the failure once it opens the store itself.
  if (store.isCopy) return
  recordedFailures.add(failure)
  await runInTransaction(store, 'may-be-behind', async (trx) => {
    transactionState(trx).recordsFailure = true
    await rollback.onRollback?.(trx)
    await trx.commit().execute()
  })
}

type Body<Result> = (trx: ControlledTransaction<Store>) => Promise<Result>

/** How many times work is tried whose transaction the server aborts before the commit, or a read that lost its server. */
export const maxTries = 4

/** The pause before the first retry, in milliseconds; it doubles with each further one. */
const minRetryPause = 50

async function runInTransaction<Result>(store: OpenStore, clock: Clock, body: Body<Result>): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await tryInTransaction(store, clock, body)
    } catch (error) {
      if (tries === maxTries || !store.engine.isRetryable(error)) throw error
      // The transaction that this one blocked goes first, lest both collide again; the jitter keeps two desks apart.
      const jitter = 1 + Math.random()
      await new Promise((resolve) => setTimeout(resolve, minRetryPause * 2 ** (tries - 1) * jitter))
    }
  }
}

async function tryInTransaction<Result>(store: OpenStore, clock: Clock, body: Body<Result>): Promise<Result> {
  const trx = await store.db.startTransaction().execute()
  let release: (() => void) | undefined
  let isDone = false
  // A process that is ended at once by a signal removes its note first.
  const unregister = store.interruption?.onForcedExit(() => release?.())
  try {
    // Read within the transaction, as another process may have rekeyed the store while this one waited.
    const { audit: auditKey, erasure: erasureKey, signIn: signInKey } = store.keys()
    release = store.engine.recordHolder(store.command)
    const clocks = await readClocks(trx, store.now(), store.engine)
    if (clock === 'must-be-right') refuseClockBehind(clocks)
    const at = clock === 'is-accepted' ? clocks.clock : monotonicTime(clocks)
    const { bulk, server } = store.engine
    transactionStates.set(trx, {
      bulk,
      server,
      auditKey,
      erasureKey,
      signInKey,
      at,
      queued: [],
      isLogIntact: server?.storeState.lastEvent?.cutRow === null,
      rowBefore: clocks.lastRow,
      lastRow: clocks.lastRow,
      savepoints: 0,
      restartTransaction: store.engine.restartTransaction && (() => restart(store, trx)),
      ...(server ? { headChecks: lookUpRecordedHead(store, { trx, rowBefore: clocks.lastRow }) } : {}),
    })
    const result = await body(trx)
    isDone = true
    return result
  } catch (error) {
    if (!trx.isCommitted && !trx.isRolledBack) await trx.rollback().execute()
    throw error
  } finally {
    if (trx.isCommitted) await updateHeadFile(store, { state: transactionStates.get(trx), isDone })
    release?.()
    unregister?.()
  }
}

/** Begins the transaction again; others may have written meanwhile, so the log's end is read again. */
async function restart(store: OpenStore, trx: Trx): Promise<void> {
  await store.engine.restartTransaction?.()
  store.engine.recordHolder(store.command)
  const { lastRow } = await readClocks(trx, store.now(), store.engine)
  Object.assign(transactionState(trx), { rowBefore: lastRow, lastRow })
}

/**
 * Writes the head file after a commit. A noted head that the log does not hold stays, so that rows that were cut off go
 * on being found: only a new key, or another store put in its place, replaces it. A store without a path is not in its
 * place yet and needs no head file. A missing one is written again by a change that can report it, not by a recorded
 * failure.
 */
async function updateHeadFile(
  { path, keyFile, headFile: file, db, engine }: OpenStore,
  { state, isDone }: { state: TransactionState | undefined; isDone: boolean },
): Promise<void> {
  if (path === undefined || !state?.head) return
  const store = engine.isShared ? undefined : path
  const { headChecks } = state
  const recorded = readHeadFile(file)
  // The change is committed: if the log cannot be read now, the older head stays noted, which is still in the log.
  const isInLog = async (head: LogHead) =>
    isBefore(state, head) ||
    (headChecks ? headChecks.isRecordedHeadInLog : hasSeal(db, head).catch(() => false))
  if (state.hasNewSegment || (recorded && (await isInLog(recorded))))
    writeHeadFile(file, state.head, { store })
  else if (!recorded && isDone && !state.recordsFailure) {
    const mayLackHeadFile = headChecks
      ? headChecks.mayLackHeadFile
      : usesKeyOfAnotherStore({ path, keyFile, headFile: file })
    if (writeHeadFile(file, state.head, { store }) && !mayLackHeadFile) state.missingHead = file
  }
}

/** Sends the look-up of the noted head, without waiting for it, along with the next query. */
function lookUpRecordedHead(
  { path, headFile }: OpenStore,
  { trx, rowBefore }: { trx: Trx; rowBefore: LastRow | undefined },
): TransactionState['headChecks'] {
  const recorded = path === undefined ? undefined : readHeadFile(headFile)
  if (!recorded || isBefore({ rowBefore }, recorded)) return {}
  return { isRecordedHeadInLog: hasSeal(trx, recorded).catch(() => false) }
}

/**
 * Finds out, if there is no head file, whether that is to be expected. It is not where the log was empty before: the
 * creation of the store was cut short then, or somebody emptied the log.
 */
async function lookUpMissingHead({ path, keyFile, headFile }: OpenStore, trx: Trx): Promise<void> {
  const { headChecks, rowBefore, head } = transactionState(trx)
  if (!headChecks || path === undefined || !head || readHeadFile(headFile)) return
  headChecks.mayLackHeadFile =
    rowBefore !== undefined &&
    (!(await hasWritten(trx, { by: { event: head.events }, upTo: rowBefore.id })) ||
      (await isInOtherHeadFile(trx, { keyFile, headFile })))
}

function isBefore({ rowBefore }: Pick<TransactionState, 'rowBefore'>, { events, head }: LogHead): boolean {
  return rowBefore?.id === events && rowBefore.mac.toString('hex') === head
}

/** A savepoint within a transaction. */
export interface Savepoint {
  rollBack: () => Promise<void>
  release: () => Promise<void>
}

/** @param name must be unique where other savepoints may be opened within this one */
export async function savepoint(trx: Trx, name = 'batch'): Promise<Savepoint> {
  const state = transactionState(trx)
  const [queuedBefore, headBefore, lastBefore] = [state.queued.length, state.head, state.lastRow]
  const point = sql.id(name)
  const send = (statement: RawBuilder<unknown>) => sendRaw(trx, statement)
  await send(sql`savepoint ${point}`)
  state.savepoints += 1
  return {
    rollBack: async () => {
      await send(sql`rollback to savepoint ${point}`)
      state.queued.length = queuedBefore
      state.head = headBefore
      state.lastRow = lastBefore
    },
    release: async () => {
      await send(sql`release savepoint ${point}`)
      state.savepoints -= 1
    },
  }
}

/**
 * A savepoint at the beginning of a transaction, for thousands of changes of which none is kept if one is refused:
 * rolling back restarts the transaction. Within another savepoint, whose changes are to stay, it is an ordinary one.
 */
export async function savepointAtStart(trx: Trx): Promise<Savepoint> {
  const state = transactionState(trx)
  const { restartTransaction } = state
  if (!restartTransaction || state.savepoints > 0) return savepoint(trx)
  let begun: Savepoint | undefined
  return {
    rollBack: async () => {
      if (begun) return begun.rollBack()
      await restartTransaction()
      state.queued.length = 0
      delete state.head
      begun = await savepoint(trx)
    },
    release: async () => begun?.release(),
  }
}

/**
 * Awaits queries that do not depend on each other, which a server gets in one round trip within a transaction.
 * @throws the error of the first one that failed, in the order of the queries
 */
export async function awaitAll<Answers extends readonly unknown[]>(
  ...queries: { [At in keyof Answers]: Promise<Answers[At]> }
): Promise<Answers> {
  const outcomes = await Promise.allSettled(queries)
  const failed = outcomes.find(({ status }) => status === 'rejected')
  if (failed?.status === 'rejected') throw failed.reason
  return Promise.all(queries)
}
