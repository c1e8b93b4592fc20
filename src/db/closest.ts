import { distance } from 'fastest-levenshtein'
import type { Kysely } from 'kysely'
import type { Store } from './schema.ts'

const most = 3

/** The addresses most like a mistyped one, with centre and status; far ones are left out. */
export async function closestAddresses(
  db: Kysely<Store>,
  key: string,
): Promise<{ email: string; centre: string | null; status: string }[]> {
  const rows = db
    .selectFrom('users')
    .leftJoin('centres', 'centres.id', 'users.centre_id')
    .select(['users.email', 'users.email_key', 'users.status', 'centres.number as centre'])
    .where('users.status', '<>', 'deleted')
    .stream()
  const near = nearestOf<{ email: string; centre: string | null; status: string }>(key)
  for await (const { email, email_key, centre, status } of rows)
    near.offer(email_key, { email, centre, status })
  return near.found()
}

/** The centre numbers most like a mistyped one. */
export async function closestCentres(
  db: Kysely<Store>,
  number: string,
): Promise<{ number: string; name: string }[]> {
  const rows = db.selectFrom('centres').select(['number', 'name']).where('deleted_at', 'is', null).stream()
  const near = nearestOf<{ number: string; name: string }>(number)
  for await (const row of rows) near.offer(row.number, row)
  return near.found()
}

function nearestOf<Row>(wanted: string) {
  const limit = Math.max(1, Math.min(4, Math.floor(wanted.length / 4)))
  const kept: { row: Row; far: number; name: string }[] = []
  return {
    offer(name: string, row: Row) {
      if (Math.abs(name.length - wanted.length) > limit) return
      const far = distance(name, wanted)
      if (far > limit) return
      kept.push({ row, far, name })
      kept.sort((a, b) => a.far - b.far || (a.name < b.name ? -1 : 1))
      kept.length = Math.min(kept.length, most)
    },
    found: () => kept.map(({ row }) => row),
  }
}
