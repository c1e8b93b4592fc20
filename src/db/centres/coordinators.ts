import type { Kysely } from 'kysely'
import type { Store } from '../schema.ts'
import type { Trx } from '../transact.ts'

/** The centre's other users that a suspended coordinator locks out: neither suspended nor deleted. */
export async function countAffected(
  db: Kysely<Store>,
  { centreId, coordinatorId }: { centreId: number; coordinatorId: number | null },
): Promise<number> {
  const { n } = await db
    .selectFrom('users')
    .select(({ fn }) => fn.countAll<number>().as('n'))
    .where('centre_id', '=', centreId)
    .where('status', 'in', ['invited', 'active'])
    .where('id', '<>', coordinatorId ?? 0)
    .executeTakeFirstOrThrow()
  return n
}

/** A centre's administrators who are not suspended, by name. */
export async function adminsOf(db: Kysely<Store>, centreId: number) {
  return db
    .selectFrom('users')
    .select(['email', 'first_name', 'last_name', 'status'])
    .where('centre_id', '=', centreId)
    .where('hub_role', '=', 'admin')
    .where('status', 'in', ['invited', 'active'])
    .orderBy('folded')
    .execute()
}

/** An approved centre becomes active when its coordinator is set up. */
export async function activateCentre(trx: Trx, centreId: number): Promise<void> {
  await trx
    .updateTable('centres')
    .set({ status: 'active' })
    .where('id', '=', centreId)
    .where('status', '=', 'approved')
    .execute()
}
