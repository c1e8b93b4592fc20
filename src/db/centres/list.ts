import { type Expression, expressionBuilder, type Kysely, type SqlBool, sql } from 'kysely'
import { countOf, type Pages, pagesOf } from '../rows.ts'
import { type CentrePart, type ListedCentre, listedCentres } from './centres.ts'
import type { CentreKind, Store } from '../schema.ts'
import { contains, positionOf, withoutIndex } from '../portable.ts'
import { isVisible, type VisibleCentres } from './visible.ts'

export type CentreStatus = 'approved' | 'active' | 'deleted'

interface CentreFilter {
  /** None means every status but deleted. */
  statuses?: readonly CentreStatus[]
  kinds?: readonly CentreKind[]
  /** ISO 3166 alpha-2. */
  countries?: readonly string[]
  associateId?: number
  withoutCoordinator?: boolean
  /** Folded words, each of which must be part of the number or the name. */
  words?: readonly string[]
  visible?: VisibleCentres
}

export const centreOrders = ['number', 'name', 'country', 'kind', 'status', 'users', 'created'] as const

type CentreOrder = (typeof centreOrders)[number]

interface Listing {
  filter: CentreFilter
  order: CentreOrder
  reverse: boolean
  limit?: number | undefined
  /** Every country's code, in the order of their names. */
  countries: readonly string[]
  /** The parts to read of each centre; absent: all. */
  parts?: ReadonlySet<CentrePart> | undefined
}

/** The centres that pass the filter, however many there are. */
export function streamCentres(
  db: Kysely<Store>,
  { filter, order, reverse, limit, countries, parts }: Listing,
): Pages<ListedCentre> {
  const direction = reverse ? 'desc' : 'asc'
  const sorted = listedCentres(db, parts)
    .where(matchesFilter(filter))
    .orderBy(orderedBy(order, { countries, words: filter.words }), direction)
    .orderBy('centres.number', direction)
  return pagesOf(db, limit === undefined ? sorted : sorted.limit(limit))
}

export function countCentres(db: Kysely<Store>, filter: CentreFilter): Promise<number> {
  return countOf(db.selectFrom('centres').where(matchesFilter(filter)))
}

function orderedBy(
  order: CentreOrder,
  { countries, words = [] }: { countries: readonly string[]; words?: readonly string[] | undefined },
): Expression<unknown> {
  switch (order) {
    case 'number':
      // Where few can match, a table scan is faster: by the index of numbers each row would be looked up by itself.
      return words.some(({ length }) => length > 2)
        ? withoutIndex('centres.number')
        : sql.ref('centres.number')
    case 'name':
      // The folded text is the number, a blank, and the name.
      return sql`substr(centres.folded, length(centres.number) + 2)`
    case 'country':
      return positionOf(sql.ref('centres.country'), sql`${countries.join(' ')}`)
    case 'kind':
      return sql.ref('centres.kind')
    case 'status':
      return sql`case when centres.deleted_at is null then centres.status else 'deleted' end`
    case 'users':
      return sql.ref('user_count')
    case 'created':
      return sql.ref('centres.created_at')
  }
}

/** The one place that decides which centres a list shows. */
function matchesFilter({
  statuses = [],
  kinds = [],
  countries = [],
  associateId,
  withoutCoordinator,
  words = [],
  visible = 'all',
}: CentreFilter): Expression<SqlBool> {
  const eb = expressionBuilder<Store, 'centres'>()
  const live = statuses.filter((status) => status !== 'deleted')
  const conditions: Expression<SqlBool>[] = [
    statuses.length === 0
      ? eb('centres.deleted_at', 'is', null)
      : eb.or([
          ...(statuses.includes('deleted') ? [eb('centres.deleted_at', 'is not', null)] : []),
          ...(live.length > 0
            ? [eb.and([eb('centres.deleted_at', 'is', null), eb('centres.status', 'in', live)])]
            : []),
        ]),
  ]
  if (kinds.length > 0) conditions.push(eb('centres.kind', 'in', [...kinds]))
  if (countries.length > 0) conditions.push(eb('centres.country', 'in', [...countries]))
  if (associateId !== undefined) conditions.push(eb('centres.associate_id', '=', associateId))
  if (withoutCoordinator)
    conditions.push(
      sql<SqlBool>`not exists (select 1 from users where centre_id = centres.id
        and hub_role = 'coordinator' and users.status <> 'deleted')`,
    )
  for (const word of words) conditions.push(contains(sql.ref('centres.folded'), word))
  if (visible !== 'all') conditions.push(sql<SqlBool>`${isVisible('centres.id', visible)}`)
  return eb.and(conditions)
}

/** The distinct time zones given for centres. */
export async function timeZonesOfCentres(db: Kysely<Store>): Promise<string[]> {
  const zones = await db.selectFrom('centres').select('time_zone').distinct().orderBy('time_zone').execute()
  return zones.flatMap(({ time_zone: zone }) => zone ?? [])
}

/** The numbers of the centres with this time zone, in order. */
export async function centresInTimeZone(db: Kysely<Store>, zone: string): Promise<string[]> {
  const rows = await db
    .selectFrom('centres')
    .select('number')
    .where('time_zone', '=', zone)
    .orderBy('number')
    .execute()
  return rows.map(({ number }) => number)
}
