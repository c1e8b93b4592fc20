import {
  type CompiledQuery,
  type ControlledTransaction,
  type RawBuilder,
  sql,
  type Transaction,
} from 'kysely'
import { CommitUnknown, Failure, Unavailable } from '../errors.ts'
import { faultPoint } from '../fault-points.ts'
import { finishing } from '../interruption.ts'
import {
  hasKeyOfAnother,
  hasSeal,
  hasWritten,
  type LogHead,
  isNotedElsewhere,
  readHeadFile,
  writeHeadFile,
} from './audit/head-file.ts'
import { clocksOf, type LastRow, refuseClockBehind, timeBy } from './clock.ts'
import type { Bulk, Engine } from './engine.ts'
import type { Store } from './schema.ts'
import type { Committed, OpenStore } from './store/opening.ts'

export type Trx = Transaction<Store>
/** `must-be-right`: more than an hour behind stops the work; `is-accepted`: time counts anew from it. */
export type Clock = 'must-be-right' | 'may-be-behind' | 'is-accepted'
export type Work<Result> = (trx: Trx) => Promise<Result>

interface TransactionState {
  bulk: Bulk
  server: Engine['server']
  /** The last row of the log: before this transaction, and now. */
  before: LastRow | undefined
  last: LastRow | undefined
  /** The log is known to end where it ended. */
  isWhole: boolean
  auditKey: Buffer
  /** Makes the digests of the addresses that were erased. */
  erasureKey: Buffer
  /** Makes the digests of the addresses for which a wrong password was typed. */
  signInKey: Buffer
  /** Of everything that is done here: read once the store is held. */
  at: Date
  /** Messages that this transaction owes somebody, by their outbox number. */
  queued: number[]
  /** Where the audit log ends, once this transaction has written to it. */
  head?: LogHead
  /** Where the log's head was looked for beside the key, and none was found. */
  missingHead?: string
  /** A failure is all that is told of it. */
  isOfFailure?: true
  /** How many points are open to which it can be taken back. */
  savepoints: number
  /** Takes all of it back, and begins it anew; absent where a savepoint is as good. */
  restartTransaction: (() => Promise<void>) | undefined
  /** Whether it began a new part of the log, which names the end of the old one. */
  hasNewSegment?: boolean
  /**
   * What the log says of the head that is noted beside the key. A server is asked before the change is saved: afterwards
   * nobody may answer for long, and what is not known then would be told as missing.
   */
  asked?: { isNotedInLog?: Promise<boolean>; isNewHere?: boolean }
}

const transactionStates = new WeakMap<Trx, TransactionState>()

/** What a transaction runs in: how it writes many rows, the key that seals the audit log, what it owes. */
export function transactionState(trx: Trx): TransactionState {
  const found = transactionStates.get(trx)
  if (!found) throw new Error('a rule runs inside commit() or rehearse()')
  return found
}

/** Does what answers nothing; on a server it is sent with the next question, and its failure is told there. */
export async function sendWithNext(
  trx: Trx,
  query: { compile: () => CompiledQuery; execute: () => Promise<unknown> },
): Promise<void> {
  const { server } = transactionState(trx)
  if (server) server.sendWithNext(query.compile())
  else await query.execute()
}

/** The same of a statement in SQL. */
export function sendRaw(trx: Trx, statement: RawBuilder<unknown>): Promise<void> {
  return sendWithNext(trx, { compile: () => statement.compile(trx), execute: () => statement.execute(trx) })
}

/** The time of what is done in a transaction. */
export function timeOf(trx: Trx): Date {
  return transactionState(trx).at
}

/** Where several changes are saved together each has the time at which it is done; time never runs backwards. */
export function advanceTime(trx: Trx, clock: Date): void {
  const state = transactionState(trx)
  state.at = timeBy({ clock, lastEvent: state.at })
}

/** What a signal is told where the log tells of nothing. */
const whatIsUnderWay = 'what is under way'

/** Does the work for good. A failure takes everything back, save what it asks to keep, or where it keeps all that was done. @throws `clock-behind` */
export async function commit<Result>(
  store: OpenStore,
  work: Work<Result>,
  clock: Clock = 'must-be-right',
): Promise<Committed<Result>> {
  if (store.transaction) return store.transaction.commit(work)
  let state: TransactionState | undefined
  const done = await withRollbackWork(store, () =>
    within(store, clock, async (trx) => {
      state = transactionState(trx)
      const result = await work(trx).catch(async (error: unknown) => {
        if (error instanceof Failure && error.rollback.keepsChanges) await trx.commit().execute()
        throw error
      })
      await lookUpWhetherNew(store, trx)
      const { interruption } = store
      const isLater = interruption?.isFinishing() ?? false
      const { head } = transactionState(trx)
      await finishing(interruption, {
        what: head ? 'the change is being saved' : whatIsUnderWay,
        finish: async () => {
          faultPoint('commit', 'sqlite')
          store.engine.aboutToCommit(head)
          await trx.commit().execute()
        },
      })
      faultPoint('committed', 'done')
      // What follows a change says itself what it is.
      if (!isLater) interruption?.finish(head ? 'the change is saved' : whatIsUnderWay)
      return { result, queued: transactionState(trx).queued }
    }),
  )
  return { ...done, missingHead: state?.missingHead, isLogged: state?.head !== undefined }
}

/** Notes what changes nothing that anybody keeps, for those who come after a process that was killed: a signal still cancels. */
export async function note(store: OpenStore, work: Work<void>): Promise<void> {
  const noting = within(store, 'may-be-behind', async (trx) => {
    await work(trx)
    faultPoint('note', 'sqlite')
    await trx.commit().execute()
  })
  await noting.catch((error: unknown) => {
    // Whether it is there is nobody's question: what it is of is not begun.
    throw error instanceof CommitUnknown ? error.beforeAnyChange() : error
  })
}

/** Keeps, once, what a failure of this work asks to keep, in a transaction of its own, and throws on. */
export async function withRollbackWork<Result>(
  store: OpenStore,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    // Within a change that is still open it is kept by whoever takes that back.
    if (hasRollbackWork(error) && !store.transaction)
      await runRollbackWork(store, error).catch((failure: unknown) => {
        throw withoutRecord(failure)
      })
    throw error
  }
}

/** Does the work as `commit` does, and takes all of it back; what a failure asks to keep is kept all the same. */
export async function rehearse<Result>(
  store: OpenStore,
  work: Work<Result>,
  clock: Clock = 'must-be-right',
): Promise<Result> {
  if (store.transaction) return store.transaction.rehearse(work)
  return withRollbackWork(store, () =>
    within(store, clock, async (trx) => {
      const result = await work(trx)
      await trx.rollback().execute()
      return result
    }),
  )
}

const recorded = new WeakSet<Failure>()

/** Whether it asks to keep something that has not been kept yet. */
export function hasRollbackWork(error: unknown): error is Failure {
  return error instanceof Failure && error.rollback.onRollback !== undefined && !recorded.has(error)
}

/** Whoever only asked would not know why the store has to be written to. */
function withoutRecord(failure: unknown): unknown {
  if (!(failure instanceof Unavailable) || failure.code !== 'store-read-only') return failure
  const { code, hint, message } = failure
  const said = `What was asked has to be recorded, and is not answered where it cannot be. ${message}`
  return new Unavailable(code, said, { ...(hint === undefined ? {} : { hint }), cause: failure })
}

async function runRollbackWork(store: OpenStore, failure: Failure): Promise<void> {
  const { rollback } = failure
  // Nothing can be written down there; whoever opens the store itself writes it.
  if (store.isCopy) return
  recorded.add(failure)
  await within(store, 'may-be-behind', async (trx) => {
    transactionState(trx).isOfFailure = true
    await rollback.onRollback?.(trx)
    await trx.commit().execute()
  })
}

type Body<Result> = (trx: ControlledTransaction<Store>) => Promise<Result>

/** How often work is done anew whose transaction a server ended before it was committed. */
const maxTries = 4

/** Before work is done anew the first time, in milliseconds, and twice as long each time after. */
const minRetryPause = 50

async function within<Result>(store: OpenStore, clock: Clock, body: Body<Result>): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await withinOne(store, clock, body)
    } catch (error) {
      if (tries === maxTries || !store.engine.isRetryable(error)) throw error
      // Whoever it stood in the way of wakes, and goes first: else both meet again. Two desks do not wait alike.
      const jitter = 1 + Math.random()
      await new Promise((resolve) => setTimeout(resolve, minRetryPause * 2 ** (tries - 1) * jitter))
    }
  }
}

async function withinOne<Result>(store: OpenStore, clock: Clock, body: Body<Result>): Promise<Result> {
  const trx = await store.db.startTransaction().execute()
  let release: (() => void) | undefined
  let isDone = false
  // A process that ends at once takes its note with it.
  const forget = store.interruption?.beforeEnding(() => release?.())
  try {
    // Within the transaction: while this one waited, another process may have changed the key.
    const { audit: auditKey, erasure: erasureKey, signIn: signInKey } = store.keys()
    release = store.engine.noteHolder(store.command)
    const clocks = await clocksOf(trx, store.now(), store.engine)
    if (clock === 'must-be-right') refuseClockBehind(clocks)
    const at = clock === 'is-accepted' ? clocks.clock : timeBy(clocks)
    const { bulk, server } = store.engine
    transactionStates.set(trx, {
      bulk,
      server,
      auditKey,
      erasureKey,
      signInKey,
      at,
      queued: [],
      isWhole: server?.seen.lastEvent?.beyond === null,
      before: clocks.last,
      last: clocks.last,
      savepoints: 0,
      restartTransaction: store.engine.restartTransaction && (() => restart(store, trx)),
      ...(server ? { asked: lookUpNotedHead(store, { trx, before: clocks.last }) } : {}),
    })
    const result = await body(trx)
    isDone = true
    return result
  } catch (error) {
    if (!trx.isCommitted && !trx.isRolledBack) await trx.rollback().execute()
    throw error
  } finally {
    if (trx.isCommitted) await noteHead(store, { state: transactionStates.get(trx), isDone })
    release?.()
    forget?.()
  }
}

/** Whoever wrote meanwhile is seen: the log goes on where it ends now. */
async function restart(store: OpenStore, trx: Trx): Promise<void> {
  await store.engine.restartTransaction?.()
  store.engine.noteHolder(store.command)
  const { last } = await clocksOf(trx, store.now(), store.engine)
  Object.assign(transactionState(trx), { before: last, last })
}

/**
 * A head that the log does not hold stays noted, so that rows which were cut off go on being found: only a
 * new key, or a store that is put in place, begins anew. A store that has not taken its place yet has no
 * path, and its log no head that anybody looks for. One that is missing is noted again by a change that can
 * tell of it, and not where a failure is all that is told.
 */
async function noteHead(
  { path, keyFile, headFile: file, db, engine }: OpenStore,
  { state, isDone }: { state: TransactionState | undefined; isDone: boolean },
): Promise<void> {
  if (path === undefined || !state?.head) return
  const store = engine.isShared ? undefined : path
  const { asked } = state
  const noted = readHeadFile(file)
  // The change is made: where the log cannot be read, the older head stays, and is in it still.
  const isInLog = async (head: LogHead) =>
    isBefore(state, head) || (asked ? asked.isNotedInLog : hasSeal(db, head).catch(() => false))
  if (state.hasNewSegment || (noted && (await isInLog(noted)))) writeHeadFile(file, state.head, { store })
  else if (!noted && isDone && !state.isOfFailure) {
    const isNewHere = asked ? asked.isNewHere : hasKeyOfAnother({ path, keyFile, headFile: file })
    if (writeHeadFile(file, state.head, { store }) && !isNewHere) state.missingHead = file
  }
}

/** Sent with whatever is asked next. */
function lookUpNotedHead(
  { path, headFile }: OpenStore,
  { trx, before }: { trx: Trx; before: LastRow | undefined },
): TransactionState['asked'] {
  const noted = path === undefined ? undefined : readHeadFile(headFile)
  if (!noted || isBefore({ before }, noted)) return {}
  return { isNotedInLog: hasSeal(trx, noted).catch(() => false) }
}

/** Whether no head is missed where none is noted; in a log that was empty before, it is. */
async function lookUpWhetherNew({ path, keyFile, headFile }: OpenStore, trx: Trx): Promise<void> {
  const { asked, before, head } = transactionState(trx)
  if (!asked || path === undefined || !head || readHeadFile(headFile)) return
  asked.isNewHere =
    before !== undefined &&
    (!(await hasWritten(trx, { by: { event: head.events }, upTo: before.id })) ||
      (await isNotedElsewhere(trx, { keyFile, headFile })))
}

function isBefore({ before }: Pick<TransactionState, 'before'>, { events, head }: LogHead): boolean {
  return before?.id === events && before.mac.toString('hex') === head
}

/** A point within a transaction, to which what is done after it can be taken back. */
export interface Savepoint {
  rollBack: () => Promise<void>
  release: () => Promise<void>
}

/** @param name of its own where others may be open within it */
export async function savepoint(trx: Trx, name = 'batch'): Promise<Savepoint> {
  const state = transactionState(trx)
  const [queuedBefore, headBefore, lastBefore] = [state.queued.length, state.head, state.last]
  const point = sql.id(name)
  const send = (statement: RawBuilder<unknown>) => sendRaw(trx, statement)
  await send(sql`savepoint ${point}`)
  state.savepoints += 1
  return {
    rollBack: async () => {
      await send(sql`rollback to savepoint ${point}`)
      state.queued.length = queuedBefore
      state.head = headBefore
      state.last = lastBefore
    },
    release: async () => {
      await send(sql`release savepoint ${point}`)
      state.savepoints -= 1
    },
  }
}

/**
 * The point before anything was done, for thousands of changes of which none is kept where one is refused: what is taken
 * back to it is not saved any more. Where other changes of the transaction are to stay, a savepoint like any other.
 */
export async function beforeAll(trx: Trx): Promise<Savepoint> {
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
 * Answers that do not need each other: within a change a server is asked for all of them in one round trip.
 * @throws what the first of them throws, in their order
 */
export async function together<Answers extends readonly unknown[]>(
  ...asked: { [At in keyof Answers]: Promise<Answers[At]> }
): Promise<Answers> {
  const ended = await Promise.allSettled(asked)
  const failed = ended.find(({ status }) => status === 'rejected')
  if (failed?.status === 'rejected') throw failed.reason
  return Promise.all(asked)
}
