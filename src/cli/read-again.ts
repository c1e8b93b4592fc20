import type { OpenStore } from '../db/store/open.ts'

/** As often as a change is done anew. */
const maxTries = 4

/**
 * What is read of one moment is read anew, of another one, where the connection to a server was lost in between. @param
 * isShown whether somebody has seen a part of it already: then it cannot be
 */
export async function readAgainWhereLost<Result>(
  store: OpenStore,
  read: () => Promise<Result>,
  isShown: () => boolean = () => false,
): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await read()
    } catch (error) {
      if (tries === maxTries || isShown() || !store.engine.mayRunAgain(error)) throw error
    }
  }
}
