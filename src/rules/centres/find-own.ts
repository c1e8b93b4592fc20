import type { Kysely } from 'kysely'
import { type CentreWithPeople, findCentreByNumber } from '../../db/centres/centres.ts'
import type { Store } from '../../db/schema.ts'
import type { RuleContext } from '../permissions/actor.ts'
import { outsideView } from '../permissions/decide.ts'
import { findCentre, typedCentreNumber } from './find.ts'

/** A centre by its number, for what all the people of a centre may see of their own, whatever their roles. */
export async function findOwnCentre(
  db: Kysely<Store>,
  number: string,
  { by, at }: Pick<RuleContext, 'by' | 'at'>,
): Promise<CentreWithPeople> {
  if (by.kind === 'staff') return findCentre(db, number, { by, at })
  const wanted = typedCentreNumber(number)
  const centre = wanted === by.centre.number ? await findCentreByNumber(db, wanted) : undefined
  if (centre) return centre
  throw outsideView({ by, at }, { name: wanted })
}
