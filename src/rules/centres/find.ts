import type { Kysely } from 'kysely'
import { type CentreWithPeople, findCentreByNumber } from '../../db/centres/centres.ts'
import { closestCentres } from '../../db/users/closest.ts'
import type { Store } from '../../db/schema.ts'
import { NotFound } from '../../errors.ts'
import type { Given } from '../permissions/actor.ts'
import { typedCentreNumber } from './number.ts'
import { mayLearnOf, outsideView, visibleCentres } from '../permissions/decide.ts'

/**
 * A centre by its number, deleted ones included. @throws `centre-not-found`, naming the closest;
 * outside what the actor may see, `not-permitted`, there or not
 */
export async function findCentre(
  db: Kysely<Store>,
  number: string,
  given?: Pick<Given, 'by' | 'at'>,
): Promise<CentreWithPeople> {
  const wanted = typedCentreNumber(number)
  const centre = await findCentreByNumber(db, wanted)
  if (centre && (!given || mayLearnOf(given.by, centre.id))) return centre
  const visible = given ? visibleCentres(given.by) : 'all'
  const candidates = await closestCentres(db, { number: wanted, visible })
  const hint =
    candidates.length > 0
      ? `Did you mean ${candidates.map(({ number, name }) => `${number} (${name})`).join(', or ')}?`
      : undefined
  if (given?.by.kind === 'user') {
    throw outsideView({ by: given.by, at: given.at }, { name: wanted, candidates, hint })
  }
  throw new NotFound('centre-not-found', `There is no centre ${wanted}.`, { hint, details: { candidates } })
}
