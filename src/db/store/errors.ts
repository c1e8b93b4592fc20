import { type Problem, Unavailable } from '../../errors.ts'
import { isDamage } from '../sqlite/errors.ts'

/** Turns an error of SQLite into a Failure. Errors of a server are turned into one where its queries are sent. */
export { toFailure as failureOfStore } from '../sqlite/errors.ts'

/** The problems of a store too damaged to be checked as usual; undefined if `error` is not about damage. */
export async function damageThatStopped(error: unknown, path: string): Promise<Problem[] | undefined> {
  const isKnown = error instanceof Unavailable && error.code === 'store-damaged' && !error.details.problems
  if (isKnown) return [{ target: path, code: error.code, message: error.message }]
  if (!isDamage(error)) return undefined
  const { damageFound, damageOf } = await import('../sqlite/integrity.ts')
  const found = damageOf(path)
  return found.length > 0 ? found : [damageFound(path, error.message)]
}
