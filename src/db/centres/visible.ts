import { type Kysely, type RawBuilder, sql } from 'kysely'
import { anyOf } from '../portable.ts'
import type { Store } from '../schema.ts'

/** The centres that an actor may see, by id; Cambridge staff see all. */
export type VisibleCentres = 'all' | readonly number[]

/** A condition for lists: the centre in this column is one that may be seen. */
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
