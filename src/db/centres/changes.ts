import type { Kysely } from 'kysely'
import type { CentreKind, Store } from '../schema.ts'
import type { Trx } from '../transact.ts'

/** The facts about a centre, besides its number. */
export interface CentreFacts {
  name: string
  kind: CentreKind
  associateId: number | null
  status: 'approved' | 'active'
  address: string
  town: string
  postcode: string
  /** ISO 3166 alpha-2. */
  country: string
  britishCouncil: boolean
  globalListening: boolean
  /** The IANA time zone given for it; null: the only one of its country, or unknown. */
  timeZone: string | null
}

interface ToWrite extends CentreFacts {
  /** The folded text for searching. */
  folded: string
  at: Date
}

export async function insertCentre(
  trx: Trx,
  { number, at, ...facts }: ToWrite & { number: string },
): Promise<void> {
  await trx
    .insertInto('centres')
    .values({ number, ...columnsOf(facts), created_at: at.toISOString() })
    .execute()
}

/** Sets a centre's facts and `edited_at`: undoing an import leaves edited centres alone. */
export async function setCentreFacts(
  trx: Trx,
  { id, at, ...facts }: ToWrite & { id: number },
): Promise<void> {
  await trx
    .updateTable('centres')
    .set({ ...columnsOf(facts), edited_at: at.toISOString() })
    .where('id', '=', id)
    .execute()
}

function columnsOf(facts: CentreFacts & { folded: string }) {
  const { name, folded, kind, status, address, town, postcode, country } = facts
  const { associateId, britishCouncil, globalListening, timeZone } = facts
  return {
    name,
    folded,
    kind,
    associate_id: associateId,
    status,
    address,
    town,
    postcode,
    country,
    british_council: britishCouncil ? 1 : 0,
    global_listening: globalListening ? 1 : 0,
    time_zone: timeZone,
  }
}

/** @param at ISO time; null brings the centre back */
export async function setCentreDeleted(
  trx: Trx,
  { id, at }: { id: number; at: string | null },
): Promise<void> {
  await trx.updateTable('centres').set({ deleted_at: at }).where('id', '=', id).execute()
}

/** Removes every assignment of a centre that leaves its Associate. @returns how many there were */
export async function unassignEverybody(trx: Trx, centreId: number): Promise<number> {
  const removed = await trx
    .deleteFrom('assignments')
    .where('centre_id', '=', centreId)
    .returning('user_id')
    .execute()
  return removed.length
}

/** Counts the live and the deleted centres of an Associate. */
export async function countAssociateCentres(
  db: Kysely<Store>,
  associateId: number,
): Promise<{ live: number; deleted: number }> {
  const rows = await db
    .selectFrom('centres')
    .select('deleted_at')
    .where('associate_id', '=', associateId)
    .execute()
  const live = rows.filter(({ deleted_at }) => deleted_at === null).length
  return { live, deleted: rows.length - live }
}
