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
export function asChangesSavedTogether<Result>(
  store: OpenStore,
  work: (within: OpenStore) => Promise<Result>,
): Promise<Committed<Result>> {
  return asOneChange(store, work, (trx) => advanceTime(trx, store.now()))
}

/** Runs all that `work` does with its store in one transaction. @throws what `work` throws; then nothing is saved */
export function asOneChange<Result>(
  store: OpenStore,
  work: (within: OpenStore) => Promise<Result>,
  beforePart: (trx: Trx) => void = () => undefined,
): Promise<Committed<Result>> {
  return commit(store, async (trx) => {
    const result = await work(
      storeWithin(store, trx, {
        commit: (part) => {
          beforePart(trx)
          return committedPart(trx, part)
        },
        rehearse: (part) => {
          beforePart(trx)
          return rehearsedPart(trx, part)
        },
      }),
    )
    refuseRest(trx)
    return result
  })
}

/** Runs `work` as one change and rolls all of it back at the end: each part sees what the earlier parts did. */
export function rehearseOneChange<Result>(
  store: OpenStore,
  work: (within: OpenStore) => Promise<Result>,
): Promise<{ result: Result; isLogged: boolean }> {
  return rehearse(store, async (trx) => {
    const state = transactionState(trx)
    const headBefore = state.head
    const result = await work(
      storeWithin(store, trx, {
        commit: (part) => committedPart(trx, part),
        rehearse: async (part) => (await committedPart(trx, part)).result,
      }),
    )
    return { result, isLogged: state.head !== headBefore }
  })
}

function storeWithin(store: OpenStore, trx: Trx, transaction: OpenTransaction): OpenStore {
  // The caller that opened the store closes it.
  return { ...store, db: trx, transaction, close: async () => undefined }
}

async function committedPart<Result>(trx: Trx, work: Work<Result>): Promise<Committed<Result>> {
  refuseRest(trx)
  const state = transactionState(trx)
  const [queuedBefore, headBefore] = [state.queued.length, state.head]
  const before = await savepoint(trx, 'part')
  try {
    const result = await work(trx)
    await before.release()
    const queued = state.queued.slice(queuedBefore)
    return { result, queued, missingHead: undefined, isLogged: state.head !== headBefore }
  } catch (error) {
    await takenBack(trx, before)
    throw error
  }
}

async function rehearsedPart<Result>(trx: Trx, work: Work<Result>): Promise<Result> {
  refuseRest(trx)
  const before = await savepoint(trx, 'part')
  try {
    return await work(trx)
  } finally {
    await takenBack(trx, before)
  }
}

/** The transactions in which a part could not be rolled back, with the error. */
const notTakenBack = new WeakMap<Trx, { error: unknown }>()

/** If even rolling back fails, as on a full disk or without a connection, the caller still throws the first error. */
async function takenBack(trx: Trx, part: Savepoint): Promise<void> {
  await part
    .rollBack()
    .then(part.release)
    .catch((error: unknown) => {
      notTakenBack.set(trx, { error })
    })
}

/** Nothing may be saved after a failed rollback: the part may still be there, or SQLite has ended the transaction. */
function refuseRest(trx: Trx): void {
  const found = notTakenBack.get(trx)
  if (found) throw found.error
}
