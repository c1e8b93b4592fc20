import { type Kysely, sql } from 'kysely'
import { type CentreWithPeople, centresWithPeople } from './centres.ts'
import type { Store } from '../schema.ts'
import { contains } from '../portable.ts'
import { groupBy } from '../rows.ts'
import { sendWithNext, type Trx } from '../transact.ts'
import { isVisible, type VisibleCentres } from './visible.ts'

/** The associate centres an account acts for, deleted ones included, in order of number. */
export async function assignedCentres(
  db: Kysely<Store>,
  userId: number,
): Promise<{ id: number; number: string }[]> {
  return db
    .selectFrom('assignments')
    .innerJoin('centres', 'centres.id', 'assignments.centre_id')
    .select(['centres.id', 'centres.number'])
    .where('assignments.user_id', '=', userId)
    .orderBy('centres.number')
    .execute()
}

export async function assignCentre(
  trx: Trx,
  { userId, centreId }: { userId: number; centreId: number },
): Promise<void> {
  await sendWithNext(trx, trx.insertInto('assignments').values({ user_id: userId, centre_id: centreId }))
}

export async function unassignCentre(
  trx: Trx,
  { userId, centreId }: { userId: number; centreId: number },
): Promise<void> {
  await sendWithNext(
    trx,
    trx.deleteFrom('assignments').where('user_id', '=', userId).where('centre_id', '=', centreId),
  )
}

/** Every visible live Associate, with the counts of its centres and of those assigned to an account. */
export function associatesWithCounts(db: Kysely<Store>, visible: VisibleCentres) {
  return db
    .selectFrom('centres as associate')
    .select(['associate.id', 'associate.number', 'associate.name'])
    .select((eb) => [
      eb
        .selectFrom('centres')
        .select(({ fn }) => fn.countAll<number>().as('n'))
        .whereRef('centres.associate_id', '=', 'associate.id')
        .where('centres.deleted_at', 'is', null)
        .as('centres'),
      eb
        .selectFrom('assignments')
        .innerJoin('centres', 'centres.id', 'assignments.centre_id')
        .select(sql<number>`count(distinct assignments.centre_id)`.as('n'))
        .whereRef('centres.associate_id', '=', 'associate.id')
        .where('centres.deleted_at', 'is', null)
        .as('assigned'),
    ])
    .where('associate.kind', '=', 'associate')
    .where('associate.deleted_at', 'is', null)
    .where(isVisible('associate.id', visible))
    .orderBy('associate.number')
    .execute()
}

export type AssociateRow = Awaited<ReturnType<typeof associatesWithCounts>>[number]

/** @param search folded text that the number or name must contain */
export function associateCentres(
  db: Kysely<Store>,
  { associateId, search, visible }: { associateId: number; search: string; visible: VisibleCentres },
): Promise<CentreWithPeople[]> {
  return centresWithPeople(db)
    .where('centres.associate_id', '=', associateId)
    .where(contains(sql.ref('centres.folded'), search))
    .where(isVisible('centres.id', visible))
    .orderBy('centres.number')
    .execute()
}

/** The accounts of an Associate that centres are assigned to, and how many. */
export function actingAccounts(
  db: Kysely<Store>,
  associateId: number,
): Promise<{ email: string; assigned: number }[]> {
  return db
    .selectFrom('assignments')
    .innerJoin('users', 'users.id', 'assignments.user_id')
    .select('users.email')
    .select(({ fn }) => fn.countAll<number>().as('assigned'))
    .where('users.centre_id', '=', associateId)
    .groupBy('users.id')
    .orderBy('users.email')
    .execute()
}

/** The accounts that each centre of an Associate is assigned to, by centre id. */
export async function assignedAccounts(db: Kysely<Store>, associateId: number) {
  const rows = await db
    .selectFrom('assignments')
    .innerJoin('users', 'users.id', 'assignments.user_id')
    .innerJoin('centres', 'centres.id', 'assignments.centre_id')
    .select(['assignments.centre_id', 'users.email'])
    .where('centres.associate_id', '=', associateId)
    .orderBy('users.email')
    .execute()
  return groupBy(rows, ({ centre_id }) => centre_id)
}
