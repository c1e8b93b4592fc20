import type { Kysely } from 'kysely'
import type { Store } from '../schema.ts'
import { nearestTo } from '../../nearest.ts'
import { distanceOfAddresses, maxDistance } from '../../near-address.ts'
import { numberWithoutSlips } from '../../near-number.ts'
import { isVisible, type VisibleCentres } from '../centres/visible.ts'

export interface Candidate {
  email: string
  centre: string | null
  status: string
}

/** A list of thousands that nobody has would be looked for from end to end of the store as often. */
const maxSearched = 20

const lookedFor = new WeakMap<Kysely<Store>, Set<string>>()

/** Whether those like a name are still looked for: within one change for the first few that are asked for. */
function isLookedFor(db: Kysely<Store>, name: string): boolean {
  if (!db.isTransaction) return true
  const names = lookedFor.get(db) ?? new Set()
  lookedFor.set(db, names)
  if (names.size < maxSearched) names.add(name)
  return names.has(name)
}

/**
 * The addresses of which one is a mistyped spelling, of the centres that may be seen. Of a
 * million addresses only keys of nearly the same length are read, from the index, page by page.
 */
export async function closestAddresses(
  db: Kysely<Store>,
  { key, visible }: { key: string; visible: VisibleCentres },
): Promise<Candidate[]> {
  if (!isLookedFor(db, key)) return []
  const near = nearestTo<string>(key, maxDistance(key))
  let after: string | undefined = ''
  while (after !== undefined) {
    const page: { email_key: string }[] = await keysAfter(db, {
      after,
      length: key.length,
      within: near.limit,
      visible,
    })
    for (const { email_key } of page) {
      const far = distanceOfAddresses(key, email_key)
      if (far !== undefined) near.take(email_key, { far, row: email_key })
    }
    after = page.length < pageSize ? undefined : page.at(-1)?.email_key
  }
  const keys = near.found()
  const found = await Promise.all(keys.map((one) => candidateOf(db, one)))
  return found.filter((candidate) => candidate !== undefined)
}

const pageSize = 20_000

function keysAfter(
  db: Kysely<Store>,
  {
    after,
    length,
    within,
    visible,
  }: { after: string; length: number; within: number; visible: VisibleCentres },
): Promise<{ email_key: string }[]> {
  return db
    .selectFrom('users')
    .select('email_key')
    .where('status', '<>', 'deleted')
    .where('email_key', '>', after)
    .where(isVisible('centre_id', visible))
    .where(({ fn }) => fn<number>('length', ['email_key']), '>=', length - within)
    .where(({ fn }) => fn<number>('length', ['email_key']), '<=', length + within)
    .orderBy('email_key')
    .limit(pageSize)
    .execute()
}

function candidateOf(db: Kysely<Store>, key: string): Promise<Candidate | undefined> {
  return db
    .selectFrom('users')
    .leftJoin('centres', 'centres.id', 'users.centre_id')
    .select(['users.email', 'users.status', 'centres.number as centre'])
    .where('users.email_key', '=', key)
    .where('users.status', '<>', 'deleted')
    .executeTakeFirst()
}

/** The centre numbers of which one is a mistyped spelling, of the centres that may be seen. */
export async function closestCentres(
  db: Kysely<Store>,
  { number, visible }: { number: string; visible: VisibleCentres },
): Promise<{ number: string; name: string }[]> {
  if (!isLookedFor(db, number)) return []
  const rows = db
    .selectFrom('centres')
    .select(['number', 'name'])
    .where('deleted_at', 'is', null)
    .where(isVisible('id', visible))
    .orderBy('number')
    .stream()
  const wanted = numberWithoutSlips(number)
  const near: { number: string; name: string }[] = []
  for await (const row of rows) if (numberWithoutSlips(row.number) === wanted) near.push(row)
  return near.slice(0, 3)
}
