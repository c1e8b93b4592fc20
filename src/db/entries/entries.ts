import { type Kysely, type Selectable, sql } from 'kysely'
import { type Pages, pagesOf } from '../pages.ts'
import { anyOf } from '../portable.ts'
import type { EntryTable, Store } from '../schema.ts'
import { transactionState, type Trx } from '../transact.ts'

/** An entry with the name of its centre, where that is known. */
export type EntryRow = Selectable<EntryTable> & {
  centre_name: string | null
  centre_deleted_at: string | null
}
export type NewEntry = Omit<Selectable<EntryTable>, 'id'>

export interface EntryFilter {
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
    .select(['centres.name as centre_name', 'centres.deleted_at as centre_deleted_at'])
    .orderBy('series')
    .orderBy('component')
    .orderBy('centre_number')
    .orderBy('entries.id')
  return pagesOf(db, found)
}

export async function countEntries(db: Kysely<Store>, filter: EntryFilter): Promise<number> {
  const { n } = await entriesWhere(db, filter)
    .select(({ fn }) => fn.countAll<number>().as('n'))
    .executeTakeFirstOrThrow()
  return n
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

export async function removeEntries(trx: Trx, ids: readonly number[]): Promise<void> {
  await trx
    .deleteFrom('entries')
    .where(anyOf(sql.ref('id'), ids))
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
