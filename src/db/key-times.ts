import type { Insertable, Kysely, Selectable } from 'kysely'
import type { KeyTimeTable, Store } from './schema.ts'
import type { Trx } from './transact.ts'

export type KeyTimeRow = Selectable<KeyTimeTable>
export type NewKeyTime = Omit<Insertable<KeyTimeTable>, 'id'>

export interface KeyTimeFilter {
  /** ISO 3166 alpha-2; none: every country. */
  countries?: readonly string[]
  administrativeZones?: readonly number[]
  /** Those of this series, and those for every series. */
  series?: string | undefined
}

/** In the order of country, time zone, session and date. */
export function findKeyTimes(
  db: Kysely<Store>,
  { countries = [], administrativeZones = [], series }: KeyTimeFilter = {},
): Promise<KeyTimeRow[]> {
  let query = db.selectFrom('key_times').selectAll()
  if (countries.length > 0) query = query.where('country', 'in', [...countries])
  if (administrativeZones.length > 0)
    query = query.where('administrative_zone', 'in', [...administrativeZones])
  if (series !== undefined)
    query = query.where(({ eb, or }) => or([eb('series', 'is', null), eb('series', '=', series)]))
  return query.orderBy('country').orderBy('time_zone').orderBy('session').orderBy('id').execute()
}

export function findKeyTime(db: Kysely<Store>, id: number): Promise<KeyTimeRow | undefined> {
  return db.selectFrom('key_times').selectAll().where('id', '=', id).executeTakeFirst()
}

export async function insertKeyTime(trx: Trx, keyTime: NewKeyTime): Promise<number> {
  const { id } = await trx.insertInto('key_times').values(keyTime).returning('id').executeTakeFirstOrThrow()
  return id
}

export async function changeKeyTime(
  trx: Trx,
  { id, ...values }: { id: number } & Partial<NewKeyTime>,
): Promise<void> {
  await trx.updateTable('key_times').set(values).where('id', '=', id).execute()
}

export async function removeKeyTime(trx: Trx, id: number): Promise<void> {
  await trx.deleteFrom('key_times').where('id', '=', id).execute()
}
