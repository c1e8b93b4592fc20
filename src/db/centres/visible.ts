import { type Kysely, type RawBuilder, sql } from 'kysely'
import { anyOf } from '../portable.ts'
import type { Store } from '../schema.ts'

/** The centres that an actor may see, by id; Cambridge staff see all. */
export type VisibleCentres = 'all' | readonly number[]

/** A condition: the actor may see the centre whose id is in this column. */
export function isVisible(column: string, visible: VisibleCentres): RawBuilder<boolean> {
  if (visible === 'all') return sql<boolean>`true`
  return anyOf(sql.ref(column), visible)
}

export async function visibleNumbers(db: Kysely<Store>, visible: readonly number[]): Promise<string[]> {
  const rows = await db
    .selectFrom('centres')
    .select('number')
    .where(isVisible('centres.id', visible))
    .execute()
  return rows.map(({ number }) => number)
}
