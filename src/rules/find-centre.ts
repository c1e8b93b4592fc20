import type { Kysely } from 'kysely'
import { type CentreWithPeople, findCentreByNumber } from '../db/centres.ts'
import { closestCentres } from '../db/closest.ts'
import type { Store } from '../db/schema.ts'
import { NotFound } from '../errors.ts'
import type { Given } from './actor.ts'
import { typedCentreNumber } from './centre-number.ts'
import { mayLearnOf, outsideView } from './permissions.ts'

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
  if (given?.by.kind === 'user' && !(centre && mayLearnOf(given.by, centre.id))) {
    throw outsideView({ by: given.by, at: given.at }, { name: wanted })
  }
  if (centre) return centre
  const candidates = await closestCentres(db, wanted)
  throw new NotFound('centre-not-found', `There is no centre ${wanted}.`, {
    hint:
      candidates.length > 0
        ? `Did you mean ${candidates.map(({ number, name }) => `${number} (${name})`).join(', or ')}?`
        : undefined,
    details: { candidates },
  })
}
