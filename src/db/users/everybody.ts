import { type Kysely, sql } from 'kysely'
import { isVisible, type VisibleCentres } from '../centres/visible.ts'
import { anyOf, positionOf } from '../portable.ts'
import type { Store } from '../schema.ts'

/** The distinct domains of live users' addresses that `filter` picks. */
export async function domainsInUse(
  db: Kysely<Store>,
  filter: (lines: string) => string[],
): Promise<Set<string>> {
  const domains = new Set<string>()
  for (let last: string | null = ''; last !== null; ) {
    const page: DomainsOfAddresses = await domainsOfAddresses(db, last)
    for (const domain of filter(page.domains ?? '')) domains.add(domain)
    last = page.last
  }
  return domains
}

interface DomainsOfAddresses {
  domains: string | null
  /** The last address that was read; null at the end. */
  last: string | null
}

/**
 * Reads from the index alone, whose condition and order the query repeats, and returns many domains as one text, which
 * is faster than a row for each.
 */
async function domainsOfAddresses(db: Kysely<Store>, after: string): Promise<DomainsOfAddresses> {
  const some = db
    .selectFrom('users')
    .select('email_key')
    .where('status', '<>', sql.lit('deleted'))
    .where('email_key', '>', after)
    .orderBy('email_key')
    .limit(addressesAtOnce)
  const domain = sql`substr(email_key, ${positionOf('@', sql.ref('email_key'))} + 1)`
  const { rows } = await sql<DomainsOfAddresses>`
    select string_agg(${domain}, ${sql.lit('\n')}) as domains, max(email_key) as last
    from (${some}) as addresses`.execute(db)
  return rows[0] ?? { domains: null, last: null }
}

const addressesAtOnce = 50_000

const peopleAtOnce = 5000

/** The columns by which users are compared, of live users at visible centres: in pages, or by their ids. */
export function livePeople(
  db: Kysely<Store>,
  { visible, centre }: { visible: VisibleCentres; centre?: number | undefined },
) {
  const people = db
    .selectFrom('users')
    .leftJoin('centres', 'centres.id', 'users.centre_id')
    .select([
      'users.id',
      'email',
      'email_key as emailKey',
      'first_name as firstName',
      'last_name as lastName',
      'centres.number as centre',
      'users.status',
      'last_signed_in_at as lastSignedInAt',
    ])
    .where('users.status', '<>', 'deleted')
    .where(isVisible('users.centre_id', visible))
    .orderBy('users.id')
  const query = centre === undefined ? people : people.where('users.centre_id', '=', centre)
  return {
    async *pages() {
      let last = 0
      for (;;) {
        const page = await query.where('users.id', '>', last).limit(peopleAtOnce).execute()
        if (page.length > 0) yield page
        if (page.length < peopleAtOnce) return
        last = page.at(-1)?.id ?? last
      }
    },
    withIds: (ids: readonly number[]) => query.where(anyOf(sql.ref('users.id'), ids)).execute(),
  }
}

export type PersonRow = Awaited<ReturnType<ReturnType<typeof livePeople>['withIds']>>[number]
