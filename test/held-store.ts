import type { Trx } from '../src/db/transact.ts'
import type { World } from './world.ts'

/** Somebody else changes the store, and saves nothing yet: who only reads goes on. @returns what does the work, and saves it */
export async function heldStore(
  world: World,
  work: (trx: Trx) => Promise<unknown>,
): Promise<() => Promise<void>> {
  let begin = (): void => undefined
  let release = (): void => undefined
  const begun = new Promise<void>((resolve) => (begin = resolve))
  const released = new Promise<void>((resolve) => (release = resolve))
  const holding = world.commit(() => async (trx) => {
    begin()
    await released
    await work(trx)
  })
  await begun
  return async () => {
    release()
    await holding
  }
}
