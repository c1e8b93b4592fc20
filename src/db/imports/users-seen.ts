import { type Kysely, type RawBuilder, sql } from 'kysely'
import { indexOfTexts } from '../../packed-index.ts'
import { PackedChoices, PackedNumbers, PackedTexts } from '../../packed-texts.ts'
import { slicesOf } from '../rows.ts'
import { anyOf } from '../portable.ts'
import type { HubRole, Store } from '../schema.ts'

/** A live user, as far as planning an import needs them. */
export interface SeenUser {
  /** Their index among the users read, from 0. */
  readonly position: number
  readonly id: number
  readonly email: string
  readonly key: string
  readonly centreId: number | null
  readonly hubRole: HubRole | null
  readonly lastSignedInAt: string | null
}

/** Users, to be found by the key of their address. */
export interface SeenUsers extends Iterable<SeenUser> {
  readonly size: number
  has(key: string): boolean
  get(key: string): SeenUser | undefined
}

/** Stored by column, as `PackedCentres`. */
class PackedUsers implements SeenUsers {
  size = 0
  readonly ids = new PackedNumbers()
  readonly emails = new PackedTexts()
  /** Empty where the key of an address equals the address. */
  readonly otherKeys = new PackedTexts()
  /** 0 means no centre. */
  readonly centreIds = new PackedNumbers()
  readonly hubRoles = new PackedChoices<HubRole | null>(null)
  /** Empty means never. */
  readonly signIns = new PackedTexts()
  private readonly byKey = indexOfTexts((position, key) =>
    (this.otherKeys.isAt(position, '') ? this.emails : this.otherKeys).isAt(position, key),
  )

  add({ id, email, key, centreId, hubRole, lastSignedInAt }: FactsOfUser): void {
    this.ids.push(id)
    this.emails.push(email)
    this.otherKeys.push(key === email ? '' : key)
    this.centreIds.push(centreId ?? 0)
    this.hubRoles.push(hubRole)
    this.signIns.push(lastSignedInAt ?? '')
    this.byKey.add(key, this.size)
    this.size += 1
  }

  has(key: string): boolean {
    return this.byKey.find(key) !== -1
  }

  get(key: string): SeenUser | undefined {
    const position = this.byKey.find(key)
    return position === -1 ? undefined : new PackedUser(this, position)
  }

  *[Symbol.iterator](): Generator<SeenUser> {
    for (let position = 0; position < this.size; position += 1) yield new PackedUser(this, position)
  }
}

type FactsOfUser = Omit<SeenUser, 'position'>

class PackedUser implements SeenUser {
  private readonly users: PackedUsers
  readonly position: number

  constructor(users: PackedUsers, position: number) {
    this.users = users
    this.position = position
  }

  get id(): number {
    return this.users.ids.at(this.position)
  }

  get email(): string {
    return this.users.emails.at(this.position)
  }

  get key(): string {
    return this.users.otherKeys.at(this.position) || this.email
  }

  get centreId(): number | null {
    return this.users.centreIds.at(this.position) || null
  }

  get hubRole(): HubRole | null {
    return this.users.hubRoles.at(this.position)
  }

  get lastSignedInAt(): string | null {
    return this.users.signIns.at(this.position) || null
  }
}

/**
 * The live users of the touched centres and of the addresses; and those addresses that only a deleted account had.
 * @param all the number of all centres, if it is known
 */
export async function readUsers(
  db: Kysely<Store>,
  {
    touched,
    all,
    addresses,
  }: { touched: ReadonlySet<number>; all: number | undefined; addresses: Iterable<string> },
): Promise<{ users: SeenUsers; deletedAddresses: Set<string> }> {
  const users = new PackedUsers()
  await addUsersOfCentres(db, { users, touched, all })
  return { users, deletedAddresses: await addUsersByAddress(db, { users, addresses }) }
}

/** Reads all users if more than a quarter of the centres are touched, else those of the touched centres. */
async function addUsersOfCentres(
  db: Kysely<Store>,
  {
    users,
    touched,
    all = Number.POSITIVE_INFINITY,
  }: { users: PackedUsers; touched: ReadonlySet<number>; all: number | undefined },
): Promise<void> {
  if (touched.size === 0) return
  const query =
    touched.size * 4 > all
      ? seenUsers(db).where('centre_id', 'is not', null)
      : seenUsers(db).where(anyOf(sql.ref('centre_id'), [...touched]))
  for await (const user of query.stream(rowsAtOnce))
    if (user.centreId !== null && touched.has(user.centreId)) users.add(user)
}

async function addUsersByAddress(
  db: Kysely<Store>,
  { users, addresses }: { users: PackedUsers; addresses: Iterable<string> },
): Promise<Set<string>> {
  const deleted = new Set<string>()
  const anyUser = await db.selectFrom('users').select('id').limit(1).executeTakeFirst()
  if (!anyUser) return deleted
  const unread = new Set<string>()
  for (const key of addresses) if (!users.has(key)) unread.add(key)
  for (const batch of slicesOf([...unread], addressesAtOnce)) {
    const live = seenUsers(db).where(anyOf(sql.ref('email_key'), batch))
    for (const user of await live.execute()) users.add(user)
    const deletedRows = await db
      .selectFrom('users')
      .select('email_key')
      .distinct()
      .where(anyOf(sql.ref('email_key'), batch))
      .where('status', '=', 'deleted')
      .execute()
    for (const { email_key } of deletedRows) if (!users.has(email_key)) deleted.add(email_key)
  }
  return deleted
}

/** The centres of the live users of these addresses, each with one of the addresses. */
export async function centresOfAddresses(
  db: Kysely<Store>,
  addresses: Iterable<string>,
): Promise<Map<number, string>> {
  const centres = new Map<number, string>()
  for (const keys of slicesOf([...addresses], addressesAtOnce)) {
    const rows = await db
      .selectFrom('users')
      .select(['centre_id', 'email_key'])
      .where(anyOf(sql.ref('email_key'), keys))
      .where('status', '<>', 'deleted')
      .execute()
    for (const { centre_id, email_key } of rows) if (centre_id !== null) centres.set(centre_id, email_key)
  }
  return centres
}

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

export async function idsOf(db: Kysely<Store>, query: RawBuilder<unknown>): Promise<Set<number>> {
  const { rows } = await sql<{ id: number }>`${query}`.execute(db)
  return new Set(rows.map(({ id }) => id))
}

/** How many rows are fetched at once. */
export const rowsAtOnce = 2000

/** How many addresses are looked up at once. */
const addressesAtOnce = 20_000
