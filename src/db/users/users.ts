import { type Kysely, type RawBuilder, sql } from 'kysely'
import { anyOf } from '../portable.ts'
import { type Placeholders, prepared } from '../prepared.ts'
import type { CredentialPurpose, Store, UserStatus } from '../schema.ts'

/** What is known of a user beside what every list shows of their own row and their centre's. */
export type UserPart = 'details' | 'coordinator' | 'roles' | 'sites' | 'assignments' | 'tests'

const withoutTests: ReadonlySet<UserPart> = new Set([
  'details',
  'coordinator',
  'roles',
  'sites',
  'assignments',
])

const everyPart: ReadonlySet<UserPart> = new Set([...withoutTests, 'tests'])

/** The query that every look-up of users begins with: the user, their centre, what they hold. */
export function usersWithCentre(db: Kysely<Store>) {
  return withParts(db, everyPart).selectAll('users')
}

/** The same without their Progression Test data, whose counting takes longer the more there is. */
function uncountedUsers(db: Kysely<Store>) {
  return withParts(db, withoutTests).selectAll('users')
}

/** What lists of users begin with: as much of their own rows as an account is made of. */
export function listedUsers(db: Kysely<Store>, parts: ReadonlySet<UserPart> = everyPart) {
  return withParts(db, parts)
    .select([
      'users.email',
      'users.first_name',
      'users.last_name',
      'users.centre_id',
      'users.hub_role',
      'users.status',
      'users.last_signed_in_at',
    ])
    .$if(parts.has('details'), (query) =>
      query.select([
        'users.id',
        'users.email_key',
        'users.status_before_suspension',
        'users.status_before_deletion',
        'users.pin_state',
        'users.pin_issued_at',
        'users.created_at',
      ]),
    )
}

/** What was not asked for is absent: to read a column takes longer than all that is done with it. */
function withParts(db: Kysely<Store>, parts: ReadonlySet<UserPart>) {
  return db
    .selectFrom('users')
    .leftJoin('centres', 'centres.id', 'users.centre_id')
    .select([
      'centres.number as centre_number',
      'centres.kind as centre_kind',
      'centres.deleted_at as centre_deleted_at',
    ])
    .$if(parts.has('details'), (query) =>
      query.select(['centres.name as centre_name', 'centres.global_listening as centre_global_listening']),
    )
    .$if(parts.has('coordinator'), (query) =>
      query.select(
        sql<UserStatus | null>`(select coordinator.status from users as coordinator
          where coordinator.centre_id = users.centre_id and coordinator.hub_role = 'coordinator'
          and coordinator.status <> 'deleted')`.as('coordinator_status'),
      ),
    )
    .$if(parts.has('roles'), (query) => query.select(listed(sql`role`, sql`user_roles`).as('role_names')))
    .$if(parts.has('sites'), (query) => query.select(listed(sql`site`, sql`user_sites`).as('site_names')))
    .$if(parts.has('assignments'), (query) =>
      query.select(listed(sql`centre_id`, sql`assignments`).as('assigned_ids')),
    )
    .$if(parts.has('tests'), (query) =>
      query.select([
        sql<number>`(select count(*) from learner_groups where owner_id = users.id)`.as('learner_groups'),
        sql<number>`(select count(*) from tests
          join learner_groups on learner_groups.id = tests.learner_group_id where owner_id = users.id)`.as(
          'tests',
        ),
        sql<number>`(select count(*) from results join tests on tests.id = results.test_id
          join learner_groups on learner_groups.id = tests.learner_group_id where owner_id = users.id)`.as(
          'results',
        ),
      ]),
    )
}

/** A user's rows of a table, separated by commas in their order; null where there are none. */
function listed(column: RawBuilder<unknown>, table: RawBuilder<unknown>) {
  const values = sql`string_agg(cast(${column} as text), ',' order by ${column})`
  return sql<string | null>`(select ${values} from ${table} where user_id = users.id)`
}

export type UserWithCentre = Awaited<ReturnType<ReturnType<typeof usersWithCentre>['execute']>>[number]
/** As an account is made of it. */
export type ListedUser = Awaited<ReturnType<ReturnType<typeof listedUsers>['execute']>>[number]
export type UncountedUser = Awaited<ReturnType<ReturnType<typeof uncountedUsers>['execute']>>[number]

/** The live account of an address, by its key. */
export async function findLiveUser(db: Kysely<Store>, key: string): Promise<UserWithCentre | undefined> {
  return (await prepared(db, liveUserQuery, { key }).execute())[0]
}

function liveUserQuery(db: Kysely<Store>, { key }: Placeholders<{ key: string }>) {
  return usersWithCentre(db).where('users.email_key', '=', key).where('users.status', '<>', 'deleted')
}

/** The same, where nobody asks how much they hold. */
export function findLiveUserUncounted(db: Kysely<Store>, key: string): Promise<UncountedUser | undefined> {
  return uncountedUsers(db)
    .where('users.email_key', '=', key)
    .where('users.status', '<>', 'deleted')
    .executeTakeFirst()
}

/** Somebody to whom a message may go: the first that is invited or active, at a centre that is not deleted. */
export function findAnyUserToWriteTo(db: Kysely<Store>): Promise<UserWithCentre | undefined> {
  return usersWithCentre(db)
    .where('users.status', 'in', ['invited', 'active'])
    .where('centres.deleted_at', 'is', null)
    .where('users.centre_id', 'is not', null)
    .orderBy('users.id')
    .limit(1)
    .executeTakeFirst()
}

/** Which account an address has, and at which centre it is, of many at once. */
export async function centresOfUsers(
  db: Kysely<Store>,
  keys: readonly string[],
): Promise<Map<string, { id: number; centreId: number | null }>> {
  const users = await db
    .selectFrom('users')
    .select(['id', 'email_key as key', 'centre_id as centreId'])
    .where('status', '<>', 'deleted')
    .where(anyOf(sql.ref('email_key'), keys))
    .execute()
  return new Map(users.map(({ key, ...user }) => [key, user]))
}

/** Who coordinates a centre, by its number in capitals. */
export function findCoordinatorOf(
  db: Kysely<Store>,
  centreNumber: string,
): Promise<UserWithCentre | undefined> {
  return usersWithCentre(db)
    .where('centres.number', '=', centreNumber)
    .where('users.hub_role', '=', 'coordinator')
    .where('users.status', '<>', 'deleted')
    .executeTakeFirst()
}

/** Which of these keys of addresses an account has; with `deletedToo` one that is deleted, too. */
export async function addressesInUse(
  db: Kysely<Store>,
  { keys, deletedToo }: { keys: readonly string[]; deletedToo: boolean },
): Promise<string[]> {
  const users = db
    .selectFrom('users')
    .select('email_key')
    .where(anyOf(sql.ref('email_key'), keys))
  const rows = await (deletedToo ? users : users.where('status', '<>', 'deleted')).execute()
  return rows.map(({ email_key }) => email_key)
}

export async function findUserById(db: Kysely<Store>, id: number): Promise<UserWithCentre | undefined> {
  return (await prepared(db, userByIdQuery, { id }).execute())[0]
}

function userByIdQuery(db: Kysely<Store>, { id }: Placeholders<{ id: number }>) {
  return usersWithCentre(db).where('users.id', '=', id)
}

/** Many at once, by their addresses, without counting their Progression Test data. */
export async function findUsersById(db: Kysely<Store>, ids: readonly number[]): Promise<ListedUser[]> {
  if (ids.length === 0) return []
  return listedUsers(db, withoutTests)
    .where(anyOf(sql.ref('users.id'), ids))
    .orderBy('users.email_key')
    .execute()
}

/** The account of an address that was deleted last. */
export function findDeletedUser(db: Kysely<Store>, key: string): Promise<UserWithCentre | undefined> {
  return usersWithCentre(db)
    .where('users.email_key', '=', key)
    .where('users.status', '=', 'deleted')
    .orderBy('users.deleted_at', 'desc')
    .orderBy('users.id', 'desc')
    .limit(1)
    .executeTakeFirst()
}

/** Nobody has an address there. */
const domainOfErased = 'erased.invalid'

/** What stands in place of the address of somebody who was erased, in a query on users. */
export function addressOfErased(): RawBuilder<string> {
  return sql<string>`'erased-' || users.id || ${`@${domainOfErased}`}`
}

/** Whether whose account this was is gone, and nobody is left to give it back to. */
export function isErased({ id, email }: { id: number; email: string }): boolean {
  return email === `erased-${id}@${domainOfErased}`
}

/** The nonce of a user's open PIN, and when it was issued. */
export async function openPinOf(
  db: Kysely<Store>,
  userId: number,
): Promise<{ nonce: Buffer; issuedAt: string } | undefined> {
  const row = await db
    .selectFrom('users')
    .select(['pin_nonce', 'pin_issued_at'])
    .where('id', '=', userId)
    .where('pin_state', '=', 'issued')
    .executeTakeFirst()
  if (!row?.pin_nonce || row.pin_issued_at === null) return undefined
  return { nonce: row.pin_nonce, issuedAt: row.pin_issued_at }
}

/** What was sent to a user to choose a password with, or to prove their address, and is not used or void; it may have expired. */
export function openCredentialsOf(
  db: Kysely<Store>,
  userId: number,
): Promise<{ purpose: CredentialPurpose; validUntil: string }[]> {
  return db
    .selectFrom('credentials')
    .select(['purpose', 'expires_at as validUntil'])
    .where('user_id', '=', userId)
    .where('state', '=', 'open')
    .orderBy('id')
    .execute()
}

/** Which account has each of these keys of addresses; where none has, the last that had it. */
export async function accountsEverOf(
  db: Kysely<Store>,
  keys: readonly string[],
): Promise<Map<string, number>> {
  const users = await db
    .selectFrom('users')
    .select(['id', 'email_key'])
    .where(anyOf(sql.ref('email_key'), keys))
    .orderBy(sql`case when status = 'deleted' then 0 else 1 end`)
    .orderBy('id')
    .execute()
  return new Map(users.map(({ id, email_key }) => [email_key, id]))
}
