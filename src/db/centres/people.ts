import { type InferResult, type Kysely, sql } from 'kysely'
import type { Store } from '../schema.ts'
import { type UserWithCentre, usersWithCentre } from '../users/users.ts'
import { isVisible, type VisibleCentres } from './visible.ts'

/** The users of a centre that are not deleted: the coordinator, then the others by name. */
export function peopleAt(db: Kysely<Store>, centreId: number): Promise<UserWithCentre[]> {
  return usersWithCentre(db)
    .where('users.centre_id', '=', centreId)
    .where('users.status', '<>', 'deleted')
    .orderBy(sql`coalesce(users.hub_role, '') = 'coordinator'`, 'desc')
    .orderBy('users.folded')
    .execute()
}

/** Every visible live centre with its live users: a row for each user, or one for a centre without users. */
export function exportedUsers(db: Kysely<Store>, visible: VisibleCentres) {
  return db
    .selectFrom('centres')
    .leftJoin('centres as associate', 'associate.id', 'centres.associate_id')
    .leftJoin('users', (join) =>
      join.onRef('users.centre_id', '=', 'centres.id').on('users.status', '<>', 'deleted'),
    )
    .select([
      'centres.number',
      'centres.name',
      'centres.kind',
      'associate.number as associate',
      'centres.address',
      'centres.town',
      'centres.postcode',
      'centres.country',
      'users.email',
      'users.first_name',
      'users.last_name',
      'users.hub_role',
    ])
    .select((eb) =>
      eb
        .selectFrom('user_roles')
        // Separated by commas.
        .select(sql<string | null>`string_agg(role, ',' order by role)`.as('names'))
        .whereRef('user_roles.user_id', '=', 'users.id')
        .as('roles'),
    )
    .where('centres.deleted_at', 'is', null)
    .where(isVisible('centres.id', visible))
    .orderBy('centres.number')
    .orderBy('users.email_key')
}

export type ExportedUser = InferResult<ReturnType<typeof exportedUsers>>[number]

/** Counts what an export leaves out: deleted centres, their users, and users without a centre. */
export async function countLeftOut(
  db: Kysely<Store>,
): Promise<{ centres: number; users: number; withoutCentre: number }> {
  const { rows } = await sql<{ centres: number; users: number; withoutCentre: number }>`select
      (select count(*) from centres where deleted_at is not null) as "centres",
      (select count(*) from users join centres on centres.id = users.centre_id
        where users.status <> 'deleted' and centres.deleted_at is not null) as "users",
      (select count(*) from users where status <> 'deleted' and centre_id is null) as "withoutCentre"`.execute(
    db,
  )
  return rows[0] ?? { centres: 0, users: 0, withoutCentre: 0 }
}
