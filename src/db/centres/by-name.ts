import { type Kysely, sql } from 'kysely'
import { type Pages, pagesOf } from '../pages.ts'
import { contains } from '../portable.ts'
import type { Store } from '../schema.ts'
import type { CentreStatus } from './list.ts'
import { isVisible, type VisibleCentres } from './visible.ts'

export interface NamedCentre {
  id: number
  number: string
  name: string
  status: CentreStatus
}

interface Search {
  /** Folded; each is a part of the number or the name. */
  words: readonly string[]
  /** Deleted centres, or those that are not. */
  deleted: boolean
  visible: VisibleCentres
}

/** The centres with all of these words in their number or name. */
export function streamCentresByName(
  db: Kysely<Store>,
  { words, deleted, visible }: Search,
): Pages<NamedCentre> {
  let query = db
    .selectFrom('centres')
    .select(['id', 'number', 'name'])
    .select(sql<CentreStatus>`case when deleted_at is null then status else 'deleted' end`.as('status'))
    .where('deleted_at', deleted ? 'is not' : 'is', null)
    .where(isVisible('id', visible))
  for (const word of words) query = query.where(contains(sql.ref('folded'), word))
  return pagesOf(db, query.orderBy('number'))
}

/** Which centre has a number: what must not have changed while somebody was asked. */
export async function whichHasNumber(db: Kysely<Store>, number: string): Promise<unknown> {
  return db.selectFrom('centres').select(['id', 'name']).where('number', '=', number).executeTakeFirst()
}
