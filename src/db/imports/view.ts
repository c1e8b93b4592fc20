import { createHash } from 'node:crypto'
import { type Kysely, type RawBuilder, type Selectable, sql } from 'kysely'
import { anyOf } from '../portable.ts'
import type { CentreKind, CentreTable, HubRole, Store } from '../schema.ts'
import { domainsInUse } from '../users/users.ts'

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

/** A live user as planning an import sees them. */
export interface SeenUser {
  id: number
  email: string
  key: string
  centreId: number | null
  hubRole: HubRole | null
  lastSignedInAt: string | null
}

/** Where a centre is: an ISO code, and a town as it was written. */
export interface CentreLocation {
  country: string
  town: string
}

/** What planning an import reads of the store. */
export interface ImportView {
  /** All; for part of a roster those that it may mean. */
  centres: SeenCentre[]
  /** The same, by their numbers. */
  byNumber: ReadonlyMap<string, SeenCentre>
  /** Whether the plan depends on this centre's being there, by its id. */
  isDependedOn: (centreId: number) => boolean
  /** Those that the workbook names, by their ids. */
  touched: ReadonlySet<number>
  /** The live users of the workbook's centres, and those of its addresses, by address. */
  users: Map<string, SeenUser>
  /** Addresses of the workbook that a deleted account had and no live one has. */
  deletedAddresses: Set<string>
  /** Users who hold Progression Test data or act for associate centres. */
  holdsTests: Set<number>
  holdsAssociateCentres: Set<number>
  /** Domains of the workbook that read as one in use, or as the sender's, with that one. */
  lookAlikes: ReadonlyMap<string, string>
  /** Centres of whose users an address stands on another sheet of the workbook, with that address as it is compared. */
  addressedElsewhere: ReadonlyMap<number, string>
  /** Counts of live users by centre, for centres that are not in the workbook. */
  usersOf: (centreId: number) => number
  /** Where centres are that are not in the workbook, and whose name stands in it beside another number. */
  locations: ReadonlyMap<number, CentreLocation>
  /** The locations, as they were written, of the workbook's centres that have an @ in theirs. */
  locationsWithAt: ReadonlyMap<number, { address: string; town: string; postcode: string }>
}

/** What of the store a workbook touches. */
export interface ImportReading {
  /** Nobody is missing from a part of a roster: of the centres, only those that it may mean are read. */
  partial: boolean
  numbers: Iterable<string>
  /** Those that stand elsewhere than in the column of numbers. */
  otherNumbers: Iterable<string>
  addresses: Iterable<string>
  /** Addresses of rows without a usable number: the centres of their users are touched too. */
  strayAddresses: Iterable<string>
  /** Addresses on other sheets of the workbook. */
  addressesElsewhere: Iterable<string>
  /** What the names of its rows are compared by; asked for where anything is saved. */
  names: () => ReadonlySet<string>
  /** Those of them that stand in a row without a usable number, or with that of a centre called otherwise. */
  namesElsewhere: (centres: ReadonlyMap<string, SeenCentre>) => ReadonlySet<string>
  /** Domains of the workbook that are shown in another script. */
  foreignDomains: readonly string[]
  /** Of domains in use, a line each, those that may read as one of them. */
  mayReadAs: (lines: string) => string[]
  lookAlikes: (inUse: Iterable<string>) => ReadonlyMap<string, string>
  /** What a number has in common with those that it may be mistaken for. */
  nearKey: (number: string) => string
}

/** Reads, table by table, what an import depends on. */
export async function readImportView(db: Kysely<Store>, reading: ImportReading): Promise<ImportView> {
  const { partial, numbers, addresses, strayAddresses, nearKey } = reading
  const centres = partial ? await readCentresMeant(db, reading) : await readCentres(db, reading.names)
  const byNumber = new Map<string, SeenCentre>()
  for (const centre of centres) byNumber.set(centre.number, centre)
  const elsewhere = reading.namesElsewhere(byNumber)
  const borne =
    elsewhere.size === 0
      ? []
      : centres.filter(({ nameKey }) => nameKey !== undefined && elsewhere.has(nameKey))
  const wanted = centresWanted(byNumber, { numbers, borne, nearKey })
  for (const id of (await centresOfAddresses(db, strayAddresses)).keys()) wanted.add(id)
  const users = await usersOfCentres(db, { wanted, all: partial ? undefined : centres.length })
  const usersOf = await countsByCentre(db, { centres: partial ? [] : centres, wanted, users })
  const deletedAddresses = await addUsersByAddress(db, { users, addresses })
  const ofUsers = partial ? await addCentresOfUsers(db, { centres, byNumber, users }) : []
  return {
    centres,
    byNumber,
    isDependedOn: partial ? dependedOn(centres, { reading, wanted, ofUsers }) : () => true,
    touched: wanted,
    users,
    deletedAddresses,
    holdsTests: await idsOf(db, sql`select distinct owner_id as id from learner_groups`),
    holdsAssociateCentres: await idsOf(db, sql`select distinct user_id as id from assignments`),
    lookAlikes: reading.lookAlikes(
      reading.foreignDomains.length > 0 ? await domainsInUse(db, reading.mayReadAs) : [],
    ),
    addressedElsewhere: await centresOfAddresses(db, partial ? [] : reading.addressesElsewhere),
    usersOf: (centreId) => usersOf.get(centreId) ?? 0,
    locations: await locationsOf(db, centresBorne(borne, numbers)),
    locationsWithAt: await locationsWithAt(db, { wanted, partial }),
  }
}

function dependedOn(
  centres: readonly SeenCentre[],
  {
    reading: { numbers, otherNumbers },
    wanted,
    ofUsers,
  }: { reading: ImportReading; wanted: ReadonlySet<number>; ofUsers: readonly number[] },
): ImportView['isDependedOn'] {
  const named = new Set([...numbers, ...otherNumbers])
  const ids = new Set([...wanted, ...ofUsers])
  for (const { id, number } of centres) if (named.has(number)) ids.add(id)
  return (id) => ids.has(id)
}

function centresWanted(
  centres: ReadonlyMap<string, SeenCentre>,
  { numbers, borne, nearKey }: Pick<ImportReading, 'numbers' | 'nearKey'> & { borne: readonly SeenCentre[] },
): Set<number> {
  const wanted = new Set(borne.map(({ id }) => id))
  if (centres.size === 0) return wanted
  const near = new Set<string>()
  for (const number of numbers) {
    const saved = centres.get(number)
    if (saved) wanted.add(saved.id)
    // A new number: saved ones that it may be mistaken for matter too.
    else near.add(nearKey(number))
  }
  if (near.size === 0) return wanted
  for (const { id, number } of centres.values()) if (near.has(nearKey(number))) wanted.add(id)
  return wanted
}

function centresBorne(borne: readonly SeenCentre[], numbers: Iterable<string>): number[] {
  if (borne.length === 0) return []
  const named = new Set(numbers)
  return borne.flatMap(({ id, number }) => (named.has(number) ? [] : [id]))
}

async function locationsOf(db: Kysely<Store>, ids: readonly number[]): Promise<Map<number, CentreLocation>> {
  if (ids.length === 0) return new Map()
  const rows = await db
    .selectFrom('centres')
    .select(['id', 'country', 'town'])
    .where(anyOf(sql.ref('id'), ids))
    .orderBy('id')
    .execute()
  return new Map(rows.map(({ id, country, town }) => [id, { country, town }]))
}

async function locationsWithAt(
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

async function readCentres(db: Kysely<Store>, namesOfRows: ImportReading['names']): Promise<SeenCentre[]> {
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

const coordinatedCentres = sql<{
  id: number
}>`select centre_id as id from users where hub_role = 'coordinator' and status <> 'deleted'`

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

/** Those that rows name by number, by name, or nearly: the store looks for them, and all others stay there. */
async function readCentresMeant(
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
  const nearly = sql`replace(replace(replace(replace(number, 'O', ''), '0', ''), 'I', '1'), 'L', '1')`
  // One after the other: each has an index, which one question with both would not go by.
  await add(isNamed)
  if (newNumbers.size > 0) await add(anyOf(nearly, [...new Set([...newNumbers].map(withoutSlips))]))
  return [...found.values()].sort(inOrder)
}

function inOrder(one: SeenCentre, other: SeenCentre): number {
  return one.number < other.number ? -1 : 1
}

/** What numbers have in common that may be mistaken for one another, and some more: so that the store can tell it. */
function withoutSlips(number: string): string {
  return number.replace(/[O0]/g, '').replace(/[IL]/g, '1')
}

function coordinatedOf(db: Kysely<Store>, ids: readonly number[]): Promise<Set<number>> {
  return idsOf(db, sql`${coordinatedCentres} and ${anyOf(sql.ref('centre_id'), ids)}`)
}

/** The centres of users who were found by their address. @returns their ids */
async function addCentresOfUsers(
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

/** The centres of the live users of these addresses, each with one of them. */
async function centresOfAddresses(
  db: Kysely<Store>,
  addresses: Iterable<string>,
): Promise<Map<number, string>> {
  const keys = [...addresses]
  const centres = new Map<number, string>()
  for (let at = 0; at < keys.length; at += addressesAtOnce) {
    const rows = await db
      .selectFrom('users')
      .select(['centre_id', 'email_key'])
      .where(anyOf(sql.ref('email_key'), keys.slice(at, at + addressesAtOnce)))
      .where('status', '<>', 'deleted')
      .execute()
    for (const { centre_id, email_key } of rows) if (centre_id !== null) centres.set(centre_id, email_key)
  }
  return centres
}

/** Rows fetched at once, where they are fetched. */
const rowsAtOnce = 2000

/** Addresses looked for at once. */
const addressesAtOnce = 20_000

function seenUsers(db: Kysely<Store>) {
  return db
    .selectFrom('users')
    .select([
      'id',
      'email',
      'email_key as key',
      'centre_id as centreId',
      'hub_role as hubRole',
      'last_signed_in_at as lastSignedInAt',
    ])
    .where('status', '<>', 'deleted')
}

/** All users at once where most of all centres are wanted, else those of the wanted ones. */
async function usersOfCentres(
  db: Kysely<Store>,
  { wanted, all = Number.POSITIVE_INFINITY }: { wanted: ReadonlySet<number>; all: number | undefined },
): Promise<Map<string, SeenUser>> {
  const users = new Map<string, SeenUser>()
  if (wanted.size === 0) return users
  const query =
    wanted.size * 4 > all
      ? seenUsers(db).where('centre_id', 'is not', null)
      : seenUsers(db).where(anyOf(sql.ref('centre_id'), [...wanted]))
  for await (const user of query.stream(rowsAtOnce)) {
    if (user.centreId === null || !wanted.has(user.centreId)) continue
    // One text, not two, where they are equal.
    if (user.key === user.email) user.key = user.email
    users.set(user.key, user)
  }
  return users
}

/** Those of the wanted centres are counted as they are there; the others' by the store, all of them at once. */
async function countsByCentre(
  db: Kysely<Store>,
  {
    centres,
    wanted,
    users,
  }: { centres: readonly SeenCentre[]; wanted: ReadonlySet<number>; users: ReadonlyMap<string, SeenUser> },
): Promise<Map<number, number>> {
  const counts = new Map<number, number>()
  const others = centres.filter(({ id, deleted }) => !deleted && !wanted.has(id)).map(({ id }) => id)
  if (others.length > 0) {
    // Of most centres it is quicker to count everybody than to look for each; the index alone tells, without a row.
    const of = others.length * 4 > centres.length ? undefined : others
    const add = async (rows: AsyncIterable<Counted>, sign: 1 | -1) => {
      for await (const { centre_id, n } of rows)
        if (centre_id !== null && !wanted.has(centre_id))
          counts.set(centre_id, (counts.get(centre_id) ?? 0) + sign * n)
    }
    await add(usersByCentre(db, of).stream(rowsAtOnce), 1)
    await add(usersByCentre(db, of).where('status', '=', 'deleted').stream(rowsAtOnce), -1)
  }
  for (const { centreId } of users.values()) {
    if (centreId !== null) counts.set(centreId, (counts.get(centreId) ?? 0) + 1)
  }
  return counts
}

interface Counted {
  centre_id: number | null
  n: number
}

/** @param centres these; absent: all */
function usersByCentre(db: Kysely<Store>, centres: readonly number[] | undefined) {
  const counted = db
    .selectFrom('users')
    .select(({ fn }) => ['centre_id', fn.countAll<number>().as('n')])
    .groupBy('centre_id')
  return centres ? counted.where(anyOf(sql.ref('centre_id'), centres)) : counted
}

async function addUsersByAddress(
  db: Kysely<Store>,
  { users, addresses }: { users: Map<string, SeenUser>; addresses: Iterable<string> },
): Promise<Set<string>> {
  const deleted = new Set<string>()
  const anybody = await db.selectFrom('users').select('id').limit(1).executeTakeFirst()
  if (!anybody) return deleted
  const sought = [...addresses].filter((key) => !users.has(key))
  for (let at = 0; at < sought.length; at += addressesAtOnce) {
    const some = sought.slice(at, at + addressesAtOnce)
    const live = seenUsers(db).where(anyOf(sql.ref('email_key'), some))
    for (const user of await live.execute()) users.set(user.key, user)
    const gone = await db
      .selectFrom('users')
      .select('email_key')
      .distinct()
      .where(anyOf(sql.ref('email_key'), some))
      .where('status', '=', 'deleted')
      .execute()
    for (const { email_key } of gone) if (!users.has(email_key)) deleted.add(email_key)
  }
  return deleted
}

async function idsOf(db: Kysely<Store>, query: RawBuilder<unknown>): Promise<Set<number>> {
  const { rows } = await sql<{ id: number }>`${query}`.execute(db)
  return new Set(rows.map(({ id }) => id))
}

/**
 * A digest of what planning read; equal digests, equal plans. Sign-ins since do not matter, nor
 * what centres that the workbook does not name are called.
 */
export function digestOfView({ centres, touched, users, deletedAddresses, ...view }: ImportView): string {
  const digest = createHash('sha256')
  for (const { id, number, name, kind, status, deleted, hasCoordinator } of centres) {
    if (!view.isDependedOn(id)) continue
    const more = touched.has(id) ? [name, status, hasCoordinator] : []
    digest.update(JSON.stringify([id, number, kind, deleted, ...more]))
  }
  for (const key of [...users.keys()].sort()) {
    const user = users.get(key)
    if (!user) continue
    const holds = [view.holdsTests.has(user.id), view.holdsAssociateCentres.has(user.id)]
    digest.update(JSON.stringify([user.id, user.email, key, user.centreId, user.hubRole, ...holds]))
  }
  for (const key of [...deletedAddresses].sort()) digest.update(key)
  for (const [id, { country, town }] of view.locations) digest.update(JSON.stringify([id, country, town]))
  for (const [id, { address, town, postcode }] of view.locationsWithAt)
    digest.update(JSON.stringify([id, address, town, postcode]))
  for (const pair of [...view.lookAlikes].sort()) digest.update(JSON.stringify(pair))
  return `sha256:${digest.digest('hex')}`
}
