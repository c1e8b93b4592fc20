import { type Kysely, sql } from 'kysely'
import { isVisible, type VisibleCentres } from '../centres/visible.ts'
import { anyOf, positionOf } from '../portable.ts'
import type { Store, UserStatus } from '../schema.ts'

/** The query that every look-up and list of users begins with: the user, their centre, what they hold. */
export function usersWithCentre(db: Kysely<Store>) {
  return uncountedUsers(db).select((eb) => [
    eb
      .selectFrom('learner_groups')
      .select(({ fn }) => fn.countAll<number>().as('n'))
      .whereRef('owner_id', '=', 'users.id')
      .as('learner_groups'),
    eb
      .selectFrom('tests')
      .innerJoin('learner_groups', 'learner_groups.id', 'tests.learner_group_id')
      .select(({ fn }) => fn.countAll<number>().as('n'))
      .whereRef('owner_id', '=', 'users.id')
      .as('tests'),
    eb
      .selectFrom('results')
      .innerJoin('tests', 'tests.id', 'results.test_id')
      .innerJoin('learner_groups', 'learner_groups.id', 'tests.learner_group_id')
      .select(({ fn }) => fn.countAll<number>().as('n'))
      .whereRef('owner_id', '=', 'users.id')
      .as('results'),
  ])
}

/** The same without their Progression Test data, whose counting takes longer the more there is. */
function uncountedUsers(db: Kysely<Store>) {
  return db
    .selectFrom('users')
    .leftJoin('centres', 'centres.id', 'users.centre_id')
    .selectAll('users')
    .select([
      'centres.number as centre_number',
      'centres.name as centre_name',
      'centres.kind as centre_kind',
      'centres.associate_id as centre_associate_id',
      'centres.deleted_at as centre_deleted_at',
      'centres.global_listening as centre_global_listening',
    ])
    .select((eb) => [
      eb
        .selectFrom('users as coordinator')
        .select('coordinator.status')
        .whereRef('coordinator.centre_id', '=', 'users.centre_id')
        .where('coordinator.hub_role', '=', 'coordinator')
        .where('coordinator.status', '<>', 'deleted')
        .as('coordinator_status'),
      eb
        .selectFrom('user_roles')
        .select(sql<string | null>`string_agg(role, ',' order by role)`.as('names'))
        .whereRef('user_roles.user_id', '=', 'users.id')
        .as('role_names'),
      eb
        .selectFrom('user_sites')
        .select(sql<string | null>`string_agg(site, ',' order by site)`.as('names'))
        .whereRef('user_sites.user_id', '=', 'users.id')
        .as('site_names'),
      eb
        .selectFrom('assignments')
        .select(sql<string | null>`string_agg(cast(centre_id as text), ',' order by centre_id)`.as('ids'))
        .whereRef('assignments.user_id', '=', 'users.id')
        .as('assigned_ids'),
    ])
}

export type UserWithCentre = Awaited<ReturnType<ReturnType<typeof usersWithCentre>['execute']>>[number]
export type UncountedUser = Awaited<ReturnType<ReturnType<typeof uncountedUsers>['execute']>>[number]

/** The live account of an address, by its key. */
export function findLiveUser(db: Kysely<Store>, key: string): Promise<UserWithCentre | undefined> {
  return usersWithCentre(db)
    .where('users.email_key', '=', key)
    .where('users.status', '<>', 'deleted')
    .executeTakeFirst()
}

/** The same, where nobody asks how much they hold. */
export function findLiveUserUncounted(db: Kysely<Store>, key: string): Promise<UncountedUser | undefined> {
  return uncountedUsers(db)
    .where('users.email_key', '=', key)
    .where('users.status', '<>', 'deleted')
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

export function findUserById(db: Kysely<Store>, id: number): Promise<UserWithCentre | undefined> {
  return usersWithCentre(db).where('users.id', '=', id).executeTakeFirst()
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

/** How many associate centres an account acts for. */
export async function countAssignments(db: Kysely<Store>, userId: number): Promise<number> {
  const { n } = await db
    .selectFrom('assignments')
    .select(({ fn }) => fn.countAll<number>().as('n'))
    .where('user_id', '=', userId)
    .executeTakeFirstOrThrow()
  return n
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

/** Every domain that an account which is not deleted has its address at. */
export async function domainsInUse(db: Kysely<Store>): Promise<string[]> {
  const rows = await db
    .selectFrom('users')
    .select(sql<string>`substr(email_key, ${positionOf('@', sql.ref('email_key'))} + 1)`.as('domain'))
    .where('status', '<>', 'deleted')
    .distinct()
    .execute()
  return rows.map(({ domain }) => domain)
}

/** As much of a user as it takes to compare them with others. */
export interface PersonRow {
  id: number
  email: string
  emailKey: string
  firstName: string
  lastName: string
  /** The centre's number. */
  centre: string | null
  status: UserStatus
  lastSignedInAt: string | null
}

const peopleAtOnce = 5000

/** Every user who is not deleted, of the centres that may be seen: some thousand at a time, and some by their ids. */
export function livePeople(
  db: Kysely<Store>,
  { visible, centre }: { visible: VisibleCentres; centre?: number | undefined },
): {
  pages: () => AsyncGenerator<PersonRow[]>
  withIds: (ids: readonly number[]) => Promise<PersonRow[]>
} {
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
  const wanted = centre === undefined ? people : people.where('users.centre_id', '=', centre)
  return {
    async *pages() {
      let last = 0
      for (;;) {
        const page = await wanted.where('users.id', '>', last).limit(peopleAtOnce).execute()
        if (page.length > 0) yield page
        if (page.length < peopleAtOnce) return
        last = page.at(-1)?.id ?? last
      }
    },
    withIds: (ids) => wanted.where(anyOf(sql.ref('users.id'), ids)).execute(),
  }
}
