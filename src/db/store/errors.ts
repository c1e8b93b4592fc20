import { type Problem, Unavailable } from '../../errors.ts'
import { isDamage } from '../sqlite/errors.ts'

/** What the engine of a store says went wrong, in words. What a server says has its words where it is asked. */
export { toFailure as failureOfStore } from '../sqlite/errors.ts'

/** Where a store is too damaged to be looked through as usual, all that can be said of it. */
export async function damageThatStopped(error: unknown, path: string): Promise<Problem[] | undefined> {
  const isKnown = error instanceof Unavailable && error.code === 'store-damaged' && !error.details.problems
  if (isKnown) return [{ target: path, code: error.code, message: error.message }]
  if (!isDamage(error)) return undefined
  const { damageFound, damageOf } = await import('../sqlite/integrity.ts')
  const found = damageOf(path)
  return found.length > 0 ? found : [damageFound(path, error.message)]
}
