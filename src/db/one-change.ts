import {
  commit,
  rehearse,
  type Savepoint,
  savepoint,
  advanceTime,
  transactionState,
  type Trx,
  type Work,
} from './transact.ts'
import type { Committed, OpenStore, OpenTransaction } from './store/opening.ts'

/** Saves several changes in one transaction, each with its own time. @throws what `work` throws; then none is saved */
export function commitSeveralChanges<Result>(
  store: OpenStore,
  work: (inner: OpenStore) => Promise<Result>,
): Promise<Committed<Result>> {
  return commitAsOneChange(store, work, (trx) => advanceTime(trx, store.now()))
}

/** Runs all that `work` does with its store in one transaction. @throws what `work` throws; then nothing is saved */
export function commitAsOneChange<Result>(
  store: OpenStore,
  work: (inner: OpenStore) => Promise<Result>,
  beforeEachPart: (trx: Trx) => void = () => undefined,
): Promise<Committed<Result>> {
  return commit(store, async (trx) => {
    const result = await work(
      storeInTransaction(store, trx, {
        commit: (part) => {
          beforeEachPart(trx)
          return commitPart(trx, part)
        },
        rehearse: (part) => {
          beforeEachPart(trx)
          return rehearsePart(trx, part)
        },
      }),
    )
    refuseAfterFailedRollback(trx)
    return result
  })
}

/** Runs `work` as one change and rolls all of it back at the end: each part sees what the earlier parts did. */
export function rehearseOneChange<Result>(
  store: OpenStore,
  work: (inner: OpenStore) => Promise<Result>,
): Promise<{ result: Result; isLogged: boolean }> {
  return rehearse(store, async (trx) => {
    const state = transactionState(trx)
    const headBefore = state.head
    const result = await work(
      storeInTransaction(store, trx, {
        commit: (part) => commitPart(trx, part),
        rehearse: async (part) => (await commitPart(trx, part)).result,
      }),
    )
    return { result, isLogged: state.head !== headBefore }
  })
}

function storeInTransaction(store: OpenStore, trx: Trx, transaction: OpenTransaction): OpenStore {
  // The caller that opened the store closes it.
  return { ...store, db: trx, transaction, close: async () => undefined }
}

async function commitPart<Result>(trx: Trx, work: Work<Result>): Promise<Committed<Result>> {
  refuseAfterFailedRollback(trx)
  const state = transactionState(trx)
  const [queuedBefore, headBefore] = [state.queued.length, state.head]
  const before = await savepoint(trx, 'part')
  try {
    const result = await work(trx)
    await before.release()
    const queued = state.queued.slice(queuedBefore)
    return { result, queued, missingHead: undefined, isLogged: state.head !== headBefore }
  } catch (error) {
    await rollBackPart(trx, before)
    throw error
  }
}

async function rehearsePart<Result>(trx: Trx, work: Work<Result>): Promise<Result> {
  refuseAfterFailedRollback(trx)
  const before = await savepoint(trx, 'part')
  try {
    return await work(trx)
  } finally {
    await rollBackPart(trx, before)
  }
}

/** The transactions in which a part could not be rolled back, with the error. */
const failedRollbacks = new WeakMap<Trx, { error: unknown }>()

/** If even rolling back fails, as on a full disk or without a connection, the caller still throws the first error. */
async function rollBackPart(trx: Trx, part: Savepoint): Promise<void> {
  await part
    .rollBack()
    .then(part.release)
    .catch((error: unknown) => {
      failedRollbacks.set(trx, { error })
    })
}

/** Nothing may be saved after a failed rollback: the part may still be there, or SQLite has ended the transaction. */
function refuseAfterFailedRollback(trx: Trx): void {
  const found = failedRollbacks.get(trx)
  if (found) throw found.error
}
