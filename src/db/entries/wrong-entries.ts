import { type Kysely, sql } from 'kysely'
import type { Store } from '../schema.ts'

/** Entries of centres that are not there, or are deleted, by their number. */
export async function entriesWithoutCentre(
  db: Kysely<Store>,
): Promise<{ number: string; deleted: boolean; entries: number }[]> {
  const rows = await db
    .selectFrom('entries')
    .leftJoin('centres', 'centres.number', 'entries.centre_number')
    .select(['centre_number as number', 'centres.deleted_at'])
    .select(({ fn }) => fn.countAll<number>().as('entries'))
    .where(({ eb, or }) => or([eb('centres.id', 'is', null), eb('centres.deleted_at', 'is not', null)]))
    .groupBy(['centre_number', 'centres.deleted_at'])
    .orderBy('centre_number')
    .execute()
  return rows.map(({ number, deleted_at, entries }) => ({ number, deleted: deleted_at !== null, entries }))
}

/** Components that have candidates in a series for which no resource names them. */
export function entriesWithoutResource(
  db: Kysely<Store>,
): Promise<{ component: string; series: string; centres: number }[]> {
  return db
    .selectFrom('entries')
    .select(['component', 'series'])
    .select(sql<number>`count(distinct centre_number)`.as('centres'))
    .where('candidates', '>', 0)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('resource_components')
            .innerJoin('resources', 'resources.id', 'resource_components.resource_id')
            .select('resources.id')
            .whereRef('resource_components.component', '=', 'entries.component')
            .whereRef('resources.series', '=', 'entries.series'),
        ),
      ),
    )
    .groupBy(['series', 'component'])
    .orderBy('series')
    .orderBy('component')
    .execute()
}

/** A centre that has more than one entry for a component in a series. */
export function duplicateEntries(
  db: Kysely<Store>,
): Promise<{ number: string; component: string; series: string; least: number; most: number }[]> {
  return db
    .selectFrom('entries')
    .select(['centre_number as number', 'component', 'series'])
    .select(({ fn }) => [fn.min<number>('candidates').as('least'), fn.max<number>('candidates').as('most')])
    .groupBy(['centre_number', 'component', 'series'])
    .having(({ fn }) => fn.countAll<number>(), '>', 1)
    .orderBy('centre_number')
    .orderBy('series')
    .orderBy('component')
    .execute()
}
