import { type RawBuilder, sql } from 'kysely'

/** The centres that an actor may see, by id; Cambridge staff see all. */
export type VisibleCentres = 'all' | readonly number[]

/** A condition for lists: the centre in this column is one that may be seen. */
export function isVisible(column: string, visible: VisibleCentres): RawBuilder<boolean> {
  if (visible === 'all') return sql<boolean>`true`
  // One parameter, however many centres an Associate has.
  return sql<boolean>`${sql.ref(column)} in (select value from json_each(${JSON.stringify(visible)}))`
}
