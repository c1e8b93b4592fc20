import { type Kysely, type Selectable, sql } from 'kysely'
import { countOf, type Pages, pagesOf } from './rows.ts'
import { anyOf } from './portable.ts'
import type { EntryTable, Store } from './schema.ts'
import { transactionState, type Trx } from './transact.ts'

/** An entry with the name of its centre; null if the centre is not known. */
export type EntryRow = Selectable<EntryTable> & { centre_name: string | null }
export type NewEntry = Omit<Selectable<EntryTable>, 'id'>

interface EntryFilter {
  centres?: readonly string[]
  components?: readonly string[]
  series?: string | undefined
}

function entriesWhere(db: Kysely<Store>, { centres = [], components = [], series }: EntryFilter) {
  let query = db.selectFrom('entries').leftJoin('centres', 'centres.number', 'entries.centre_number')
  if (centres.length > 0) query = query.where(anyOf(sql.ref('entries.centre_number'), centres))
  if (components.length > 0) query = query.where(anyOf(sql.ref('entries.component'), components))
  return series === undefined ? query : query.where('entries.series', '=', series)
}

/** In the order of series, component and centre. */
export function streamEntries(db: Kysely<Store>, filter: EntryFilter): Pages<EntryRow> {
  const found = entriesWhere(db, filter)
    .selectAll('entries')
    .select('centres.name as centre_name')
    .orderBy('series')
    .orderBy('component')
    .orderBy('centre_number')
    .orderBy('entries.id')
  return pagesOf(db, found)
}

export function countEntries(db: Kysely<Store>, filter: EntryFilter): Promise<number> {
  return countOf(entriesWhere(db, filter))
}

/** Every entry of these centres. */
export function entriesOf(db: Kysely<Store>, centres: readonly string[]): Promise<Selectable<EntryTable>[]> {
  return db
    .selectFrom('entries')
    .selectAll()
    .where(anyOf(sql.ref('centre_number'), centres))
    .orderBy('id')
    .execute()
}

export async function insertEntries(trx: Trx, entries: readonly NewEntry[]): Promise<void> {
  const { bulk } = transactionState(trx)
  const columns = ['centre_number', 'series', 'component', 'candidates'] as const
  await bulk.insert(
    'entries',
    columns,
    entries.map(({ centre_number, series, component, candidates }) => [
      centre_number,
      series,
      component,
      candidates,
    ]),
  )
}

/** Entries of unknown or deleted centres, counted by centre number. */
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

/** Components with candidates in a series in which no resource is for them. */
export function entriesWithoutResource(
  db: Kysely<Store>,
): Promise<{ component: string; series: string; centres: number }[]> {
  return db
    .selectFrom('entries')
    .select(['component', 'series'])
    .select(sql<number>`count(distinct centre_number)`.as('centres'))
    .where('candidates', '>', 0)
    .where(sql<boolean>`not exists (select 1 from resource_components
      join resources on resources.id = resource_components.resource_id
      where resource_components.component = entries.component and resources.series = entries.series)`)
    .groupBy(['series', 'component'])
    .orderBy('series')
    .orderBy('component')
    .execute()
}

/** Centres with more than one entry for a component in a series. */
export function duplicateEntries(
  db: Kysely<Store>,
): Promise<{ number: string; component: string; series: string; min: number; max: number }[]> {
  return db
    .selectFrom('entries')
    .select(['centre_number as number', 'component', 'series'])
    .select(({ fn }) => [fn.min<number>('candidates').as('min'), fn.max<number>('candidates').as('max')])
    .groupBy(['centre_number', 'component', 'series'])
    .having(({ fn }) => fn.countAll<number>(), '>', 1)
    .orderBy('centre_number')
    .orderBy('series')
    .orderBy('component')
    .execute()
}

/** Live centres without Global Listening that have candidates for a recording that is not withdrawn. */
export function entriesWithoutGlobalListening(db: Kysely<Store>) {
  return db
    .selectFrom('entries')
    .innerJoin('centres', 'centres.number', 'entries.centre_number')
    .innerJoin('resource_components', 'resource_components.component', 'entries.component')
    .innerJoin('resources', (join) =>
      join
        .onRef('resources.id', '=', 'resource_components.resource_id')
        .onRef('resources.series', '=', 'entries.series'),
    )
    .select(['centres.number', 'centres.kind', 'centres.british_council'])
    .select(['entries.component', 'entries.series'])
    .select(({ fn }) => fn.min<number>('resources.id').as('resource'))
    .where('entries.candidates', '>', 0)
    .where('resources.kind', '=', 'listening-audio')
    .where('resources.withdrawn_at', 'is', null)
    .where('centres.deleted_at', 'is', null)
    .where('centres.kind', '<>', 'school')
    .where(({ eb, not, and }) =>
      not(and([eb('centres.kind', '=', 'associate-centre'), eb('centres.global_listening', '=', 1)])),
    )
    .groupBy([
      'centres.number',
      'centres.kind',
      'centres.british_council',
      'entries.component',
      'entries.series',
    ])
    .orderBy('centres.number')
    .orderBy('entries.series')
    .orderBy('entries.component')
    .execute()
}
