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

/** Changes that are saved together, each with a time of its own. @throws what the work throws: then none of them is saved */
export function asChangesSavedTogether<Result>(
  store: OpenStore,
  work: (within: OpenStore) => Promise<Result>,
): Promise<Committed<Result>> {
  return asOneChange(store, work, (trx) => advanceTime(trx, store.now()))
}

/** All that is done with the store it hands over is one change, saved at the end. @throws what the work throws: then nothing is saved */
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

/** As one change, and all of it is taken back, at the end: each part sees what those before it did. */
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
  // Whoever opened the store closes it.
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

/** Of those in which a part could not be taken back: why. */
const notTakenBack = new WeakMap<Trx, { error: unknown }>()

/** Where even that fails, as on a full disk or without a connection, what went wrong first is told. */
async function takenBack(trx: Trx, part: Savepoint): Promise<void> {
  await part
    .rollBack()
    .then(part.release)
    .catch((error: unknown) => {
      notTakenBack.set(trx, { error })
    })
}

/** What should be gone may be there yet, and SQLite may have ended the transaction by itself: nothing of it is saved. */
function refuseRest(trx: Trx): void {
  const found = notTakenBack.get(trx)
  if (found) throw found.error
}
