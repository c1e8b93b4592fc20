import { type Kysely, type RawBuilder, sql } from 'kysely'
import { anyOf } from '../portable.ts'
import { type Placeholders, prepared } from '../prepared.ts'
import type { CredentialPurpose, Store, UserStatus } from '../schema.ts'

/** Parts of a user that a list may ask for, beyond what every list shows. */
export type UserPart = 'details' | 'coordinator' | 'roles' | 'sites' | 'assignments' | 'tests'

const withoutTests: ReadonlySet<UserPart> = new Set([
  'details',
  'coordinator',
  'roles',
  'sites',
  'assignments',
])

const everyPart: ReadonlySet<UserPart> = new Set([...withoutTests, 'tests'])

/** The base query of every look-up of users: the user, their centre, their roles, sites and data. */
export function usersWithCentre(db: Kysely<Store>) {
  return withParts(db, everyPart).selectAll('users')
}

/** The same without counts of Progression Test data, which take longer the more there is. */
function uncountedUsers(db: Kysely<Store>) {
  return withParts(db, withoutTests).selectAll('users')
}

/** The base query of lists of users: only the columns that an account is made from. */
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

/** Adds only the parts asked for: reading a column takes longer than all that is done with its value. */
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
/** A user's row as an account is made from it. */
export type ListedUser = Awaited<ReturnType<ReturnType<typeof listedUsers>['execute']>>[number]
export type UncountedUser = Awaited<ReturnType<ReturnType<typeof uncountedUsers>['execute']>>[number]

/** The live account of an address, by its key. */
export async function findLiveUser(db: Kysely<Store>, key: string): Promise<UserWithCentre | undefined> {
  return (await prepared(db, liveUserQuery, { key }).execute())[0]
}

function liveUserQuery(db: Kysely<Store>, { key }: Placeholders<{ key: string }>) {
  return usersWithCentre(db).where('users.email_key', '=', key).where('users.status', '<>', 'deleted')
}

/** The same without counts of Progression Test data. */
export function findLiveUserUncounted(db: Kysely<Store>, key: string): Promise<UncountedUser | undefined> {
  return uncountedUsers(db)
    .where('users.email_key', '=', key)
    .where('users.status', '<>', 'deleted')
    .executeTakeFirst()
}

/** The first user to whom a message may be sent: invited or active, at a centre that is not deleted. */
export function findAnyRecipient(db: Kysely<Store>): Promise<UserWithCentre | undefined> {
  return usersWithCentre(db)
    .where('users.status', 'in', ['invited', 'active'])
    .where('centres.deleted_at', 'is', null)
    .where('users.centre_id', 'is not', null)
    .orderBy('users.id')
    .limit(1)
    .executeTakeFirst()
}

/** The live accounts of many addresses, with their centres. */
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

/** Those of these address keys that a live account has; with `deletedToo` also those of deleted accounts. */
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

/** Many users in the order of their addresses, without counts of their Progression Test data. */
export async function findUsersById(db: Kysely<Store>, ids: readonly number[]): Promise<ListedUser[]> {
  if (ids.length === 0) return []
  return listedUsers(db, withoutTests)
    .where(anyOf(sql.ref('users.id'), ids))
    .orderBy('users.email_key')
    .execute()
}

/** The most recently deleted account of an address. */
export function findDeletedUser(db: Kysely<Store>, key: string): Promise<UserWithCentre | undefined> {
  return usersWithCentre(db)
    .where('users.email_key', '=', key)
    .where('users.status', '=', 'deleted')
    .orderBy('users.deleted_at', 'desc')
    .orderBy('users.id', 'desc')
    .limit(1)
    .executeTakeFirst()
}

/** A domain under which nobody can have an address. */
const domainOfErased = 'erased.invalid'

/** The address put in place of an erased user's, as an expression in a query on users. */
export function addressOfErased(): RawBuilder<string> {
  return sql<string>`'erased-' || users.id || ${`@${domainOfErased}`}`
}

/** Whether the owner of this account was erased, so that it cannot be given back. */
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

/** The user's open links, temporary passwords and codes; they may have expired. */
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

/** The account of each of these address keys: the live one, or else the last deleted one. */
export async function latestAccountsOf(
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
