import { type Kysely, type RawBuilder, type Selectable, sql } from 'kysely'
import { areNearly } from '../centres/near-number.ts'
import { anyOf } from '../portable.ts'
import type { CentreKind, CentreTable, Store } from '../schema.ts'
import { idsOf, rowsAtOnce, type SeenUser } from './users-seen.ts'
import type { ImportReading, ImportView } from './view.ts'

/** A centre as planning an import sees it. */
export interface SeenCentre {
  id: number
  number: string
  name: string
  /** What its name is compared by; undefined where no row of the workbook bears that name. */
  nameKey: string | undefined
  kind: CentreKind
  status: 'approved' | 'active'
  deleted: boolean
  hasCoordinator: boolean
}

/** Where a centre is: an ISO code, and a town as it was written. */
export interface CentreLocation {
  country: string
  town: string
}

export async function readCentres(
  db: Kysely<Store>,
  namesOfRows: ImportReading['names'],
): Promise<SeenCentre[]> {
  const coordinated = await idsOf(db, coordinatedCentres)
  const rows = db.selectFrom('centres').select(columnsSeen).orderBy('number').stream(rowsAtOnce)
  const centres: SeenCentre[] = []
  let names: ReadonlySet<string> | undefined
  for await (const row of rows) {
    names ??= namesOfRows()
    centres.push(seenCentre(row, { names, coordinated }))
  }
  return centres
}

/** Those that rows name by number, by name, or nearly: the store looks for them, and all others stay there. */
export async function readCentresMeant(
  db: Kysely<Store>,
  { numbers, otherNumbers, names: namesOfRows }: ImportReading,
): Promise<SeenCentre[]> {
  const any = await db.selectFrom('centres').select('id').limit(1).executeTakeFirst()
  if (!any) return []
  const names = namesOfRows()
  const found = new Map<number, SeenCentre>()
  const add = async (condition: RawBuilder<boolean>) => {
    const rows = await db.selectFrom('centres').select(columnsSeen).where(condition).execute()
    const coordinated = await coordinatedOf(
      db,
      rows.map(({ id }) => id),
    )
    for (const row of rows) found.set(row.id, seenCentre(row, { names, coordinated }))
  }
  await add(anyOf(sql.ref('number'), [...new Set([...numbers, ...otherNumbers])]))
  const newNumbers = new Set(numbers)
  for (const { number } of found.values()) newNumbers.delete(number)
  const isNamed = anyOf(sql`substr(folded, length(number) + 2)`, [...names])
  // One after the other: each has an index, which one question with both would not go by.
  await add(isNamed)
  if (newNumbers.size > 0) await add(areNearly(newNumbers))
  return [...found.values()].sort(inOrder)
}

/** The centres of users who were found by their address. @returns their ids */
export async function addCentresOfUsers(
  db: Kysely<Store>,
  {
    centres,
    byNumber,
    users,
  }: { centres: SeenCentre[]; byNumber: Map<string, SeenCentre>; users: ReadonlyMap<string, SeenUser> },
): Promise<number[]> {
  const known = new Set(centres.map(({ id }) => id))
  const ofUsers = [...new Set([...users.values()].flatMap(({ centreId }) => centreId ?? []))]
  const others = ofUsers.filter((id) => !known.has(id))
  if (others.length === 0) return ofUsers
  const rows = await db
    .selectFrom('centres')
    .select(columnsSeen)
    .where(anyOf(sql.ref('id'), others))
    .execute()
  const coordinated = await coordinatedOf(db, others)
  for (const row of rows) centres.push(seenCentre(row, { names: new Set(), coordinated }))
  centres.sort(inOrder)
  // In their order too: of several that are meant the first is told.
  byNumber.clear()
  for (const centre of centres) byNumber.set(centre.number, centre)
  return ofUsers
}

export async function locationsOf(
  db: Kysely<Store>,
  ids: readonly number[],
): Promise<Map<number, CentreLocation>> {
  if (ids.length === 0) return new Map()
  const rows = await db
    .selectFrom('centres')
    .select(['id', 'country', 'town'])
    .where(anyOf(sql.ref('id'), ids))
    .orderBy('id')
    .execute()
  return new Map(rows.map(({ id, country, town }) => [id, { country, town }]))
}

export async function locationsWithAt(
  db: Kysely<Store>,
  { wanted, partial }: { wanted: ReadonlySet<number>; partial: boolean },
): Promise<ImportView['locationsWithAt']> {
  if (wanted.size === 0) return new Map()
  const withAt = db
    .selectFrom('centres')
    .select(['id', 'address', 'town', 'postcode'])
    .where(({ eb, or }) =>
      or([eb('address', 'like', '%@%'), eb('town', 'like', '%@%'), eb('postcode', 'like', '%@%')]),
    )
    .orderBy('id')
  const rows = await (partial ? withAt.where(anyOf(sql.ref('id'), [...wanted])) : withAt).execute()
  return new Map(rows.flatMap(({ id, ...location }) => (wanted.has(id) ? [[id, location] as const] : [])))
}

const columnsSeen = ['id', 'number', 'name', 'folded', 'kind', 'status', 'deleted_at'] as const

/** Named one by one: to copy all but some of a row takes longer than to read it. */
function seenCentre(
  {
    id,
    number,
    name,
    folded,
    kind,
    status,
    deleted_at,
  }: Pick<Selectable<CentreTable>, (typeof columnsSeen)[number]>,
  { names, coordinated }: { names: ReadonlySet<string>; coordinated: ReadonlySet<number> },
): SeenCentre {
  // It is kept behind the number; nearly all are in no row, and are let go of.
  const nameKey = folded.slice(number.length + 1)
  return {
    id,
    number,
    name,
    nameKey: names.has(nameKey) ? nameKey : undefined,
    kind,
    status,
    deleted: deleted_at !== null,
    hasCoordinator: coordinated.has(id),
  }
}

const coordinatedCentres = sql<{
  id: number
}>`select centre_id as id from users where hub_role = 'coordinator' and status <> 'deleted'`

function coordinatedOf(db: Kysely<Store>, ids: readonly number[]): Promise<Set<number>> {
  return idsOf(db, sql`${coordinatedCentres} and ${anyOf(sql.ref('centre_id'), ids)}`)
}

function inOrder(one: SeenCentre, other: SeenCentre): number {
  return one.number < other.number ? -1 : 1
}
