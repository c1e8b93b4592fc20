import { type Kysely, type RawBuilder, type Selectable, sql } from 'kysely'
import { indexOfNumbers, indexOfTexts } from '../../packed-index.ts'
import { PackedChoices, PackedNumbers, PackedTexts } from '../../packed-texts.ts'
import { searchKey } from '../../search-key.ts'
import { hasNearNumber } from '../centres/near-number.ts'
import { anyOf } from '../portable.ts'
import type { CentreKind, CentreTable, Store } from '../schema.ts'
import { idsOf, rowsAtOnce, type SeenUsers } from './users-seen.ts'

/** A saved centre, as far as planning an import needs it. */
export interface SeenCentre {
  /** Its index among the centres read, from 0. */
  readonly position: number
  readonly id: number
  readonly number: string
  readonly name: string
  /** The folded name, for comparison. */
  readonly nameKey: string
  readonly kind: CentreKind
  readonly status: 'approved' | 'active'
  readonly deleted: boolean
  readonly hasCoordinator: boolean
}

type FactsOfCentre = Omit<SeenCentre, 'nameKey' | 'position'>

/** Centres in the order of their numbers, to be found by number and by id. */
export interface SeenCentres extends Iterable<SeenCentre> {
  readonly size: number
  has(number: string): boolean
  get(number: string): SeenCentre | undefined
  withId(id: number | null): SeenCentre | undefined
}

/** Stored by column, as the rows of a roster are: a million centres as objects and strings take half a gigabyte. */
class PackedCentres implements SeenCentres {
  size = 0
  readonly ids = new PackedNumbers()
  readonly numbers = new PackedTexts()
  readonly names = new PackedTexts()
  readonly kinds = new PackedChoices<CentreKind>('school')
  readonly statuses = new PackedChoices<SeenCentre['status']>('active')
  readonly deleted = new PackedChoices(false)
  readonly coordinated = new PackedChoices(false)
  private readonly byNumber = indexOfTexts((position, number) => this.numbers.isAt(position, number))
  private readonly byId = indexOfNumbers((position, id) => this.ids.at(position) === id)

  add({ id, number, name, kind, status, deleted, hasCoordinator }: FactsOfCentre): void {
    this.ids.push(id)
    this.numbers.push(number)
    this.names.push(name)
    this.kinds.push(kind)
    this.statuses.push(status)
    this.deleted.push(deleted)
    this.coordinated.push(hasCoordinator)
    this.byNumber.add(number, this.size)
    this.byId.add(id, this.size)
    this.size += 1
  }

  has(number: string): boolean {
    return this.byNumber.find(number) !== -1
  }

  get(number: string): SeenCentre | undefined {
    return this.at(this.byNumber.find(number))
  }

  withId(id: number | null): SeenCentre | undefined {
    return id === null ? undefined : this.at(this.byId.find(id))
  }

  *[Symbol.iterator](): Generator<SeenCentre> {
    for (let position = 0; position < this.size; position += 1) yield new PackedCentre(this, position)
  }

  private at(position: number): SeenCentre | undefined {
    return position === -1 ? undefined : new PackedCentre(this, position)
  }
}

/** Has its own constructor, as every view of packed rows: inheriting one makes construction take half as long again. */
class PackedCentre implements SeenCentre {
  private readonly centres: PackedCentres
  readonly position: number

  constructor(centres: PackedCentres, position: number) {
    this.centres = centres
    this.position = position
  }

  get id(): number {
    return this.centres.ids.at(this.position)
  }

  get number(): string {
    return this.centres.numbers.at(this.position)
  }

  get name(): string {
    return this.centres.names.at(this.position)
  }

  get nameKey(): string {
    return searchKey(this.name)
  }

  get kind(): CentreKind {
    return this.centres.kinds.at(this.position)
  }

  get status(): SeenCentre['status'] {
    return this.centres.statuses.at(this.position)
  }

  get deleted(): boolean {
    return this.centres.deleted.at(this.position)
  }

  get hasCoordinator(): boolean {
    return this.centres.coordinated.at(this.position)
  }
}

/** The location of a centre: an ISO code, and the town as written. */
export interface CentreLocation {
  country: string
  town: string
}

/** The full location, as written. */
export interface WrittenLocation {
  address: string
  town: string
  postcode: string
}

export async function readCentres(db: Kysely<Store>): Promise<SeenCentres> {
  const centres = new PackedCentres()
  const coordinated = await idsOf(db, coordinatedCentres)
  const rows = db.selectFrom('centres').select(centreColumns).orderBy('number').stream(rowsAtOnce)
  for await (const row of rows) centres.add(factsOf(row, coordinated))
  return centres
}

/** The numbers and names by which a workbook's rows refer to centres. */
export interface CentresNamed {
  numbers: Iterable<string>
  /** Numbers elsewhere than in the column of centre numbers. */
  otherNumbers: Iterable<string>
  /** The folded names of the rows; called only if the store has any centre. */
  names: () => ReadonlySet<string>
}

/** Reads only the centres that rows refer to by number, by name, or by nearly their number. */
export async function readNamedCentres(
  db: Kysely<Store>,
  { numbers, otherNumbers, names: namesOfRows }: CentresNamed,
): Promise<SeenCentres> {
  const anyCentre = await db.selectFrom('centres').select('id').limit(1).executeTakeFirst()
  if (!anyCentre) return new PackedCentres()
  const found = new Map<number, FactsOfCentre>()
  const add = async (condition: RawBuilder<boolean>) => {
    for (const centre of await centresWhere(db, condition)) found.set(centre.id, centre)
  }
  await add(anyOf(sql.ref('number'), [...new Set([...numbers, ...otherNumbers])]))
  const newNumbers = new Set(numbers)
  for (const { number } of found.values()) newNumbers.delete(number)
  const isNamed = anyOf(sql`substr(folded, length(number) + 2)`, [...namesOfRows()])
  // Two queries, as each condition has an index and their combination would use neither.
  await add(isNamed)
  if (newNumbers.size > 0) await add(hasNearNumber(newNumbers))
  return inOrder(found.values())
}

/** Adds the centres of users who were found by their address. */
export async function withCentresOfUsers(
  db: Kysely<Store>,
  { centres, users }: { centres: SeenCentres; users: SeenUsers },
): Promise<{ centres: SeenCentres; idsOfUsersCentres: ReadonlySet<number> }> {
  const idsOfUsersCentres = new Set<number>()
  for (const { centreId } of users) if (centreId !== null) idsOfUsersCentres.add(centreId)
  const others = [...idsOfUsersCentres].filter((id) => centres.withId(id) === undefined)
  if (others.length === 0) return { centres, idsOfUsersCentres }
  const found = await centresWhere(db, anyOf(sql.ref('id'), others))
  return { centres: inOrder([...centres, ...found]), idsOfUsersCentres }
}

async function centresWhere(db: Kysely<Store>, condition: RawBuilder<boolean>): Promise<FactsOfCentre[]> {
  const rows = await db.selectFrom('centres').select(centreColumns).where(condition).execute()
  const ids = rows.map(({ id }) => id)
  const coordinated = await idsOf(db, sql`${coordinatedCentres} and ${anyOf(sql.ref('centre_id'), ids)}`)
  return rows.map((row) => factsOf(row, coordinated))
}

/** Sorted by number, so that the first of several candidates is the one named. */
function inOrder(found: Iterable<FactsOfCentre>): PackedCentres {
  const centres = new PackedCentres()
  for (const centre of [...found].sort((one, other) => (one.number < other.number ? -1 : 1)))
    centres.add(centre)
  return centres
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

export async function locationsWithAtSign(
  db: Kysely<Store>,
  { touched, partial }: { touched: ReadonlySet<number>; partial: boolean },
): Promise<Map<number, WrittenLocation>> {
  if (touched.size === 0) return new Map()
  const query = db
    .selectFrom('centres')
    .select(['id', 'address', 'town', 'postcode'])
    .where(({ eb, or }) =>
      or([eb('address', 'like', '%@%'), eb('town', 'like', '%@%'), eb('postcode', 'like', '%@%')]),
    )
    .orderBy('id')
  const rows = await (partial ? query.where(anyOf(sql.ref('id'), [...touched])) : query).execute()
  return new Map(rows.flatMap(({ id, ...location }) => (touched.has(id) ? [[id, location] as const] : [])))
}

/** Counts live users by centre: of touched centres from `users`, of all others with a query or two. */
export async function countsByCentre(
  db: Kysely<Store>,
  { centres, touched, users }: { centres: SeenCentres; touched: ReadonlySet<number>; users: SeenUsers },
): Promise<(centre: SeenCentre) => number> {
  const counts = new Uint32Array(centres.size)
  const others: number[] = []
  for (const { id, deleted } of centres) if (!deleted && !touched.has(id)) others.push(id)
  if (others.length > 0) {
    // For more than a quarter of the centres it is faster to count everybody, from the index alone.
    const ids = others.length * 4 > centres.size ? undefined : others
    const add = async (rows: AsyncIterable<CentreCount>, sign: 1 | -1) => {
      for await (const { centre_id, n } of rows) {
        const centre = centre_id === null || touched.has(centre_id) ? undefined : centres.withId(centre_id)
        if (centre) counts[centre.position] = (counts[centre.position] ?? 0) + sign * n
      }
    }
    await add(usersByCentre(db, ids).stream(rowsAtOnce), 1)
    await add(usersByCentre(db, ids).where('status', '=', 'deleted').stream(rowsAtOnce), -1)
  }
  // Users of other centres, found by their address, are counted by the store already.
  for (const { centreId } of users) {
    const centre = centreId !== null && touched.has(centreId) ? centres.withId(centreId) : undefined
    if (centre) counts[centre.position] = (counts[centre.position] ?? 0) + 1
  }
  return ({ position }) => counts[position] ?? 0
}

interface CentreCount {
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

const centreColumns = ['id', 'number', 'name', 'kind', 'status', 'deleted_at'] as const

/** Lists the properties one by one: copying the rest of a row takes longer than reading it. */
function factsOf(
  {
    id,
    number,
    name,
    kind,
    status,
    deleted_at,
  }: Pick<Selectable<CentreTable>, (typeof centreColumns)[number]>,
  coordinated: ReadonlySet<number>,
): FactsOfCentre {
  return {
    id,
    number,
    name,
    kind,
    status,
    deleted: deleted_at !== null,
    hasCoordinator: coordinated.has(id),
  }
}

const coordinatedCentres = sql<{
  id: number
}>`select centre_id as id from users where hub_role = 'coordinator' and status <> 'deleted'`
