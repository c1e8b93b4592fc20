import { type Selectable, sql } from 'kysely'
import { createHmac } from 'node:crypto'
import type { ErasedAccountTable } from '../schema.ts'
import { addressOfErased } from './users.ts'
import { sendWithNext, transactionState, type Trx } from '../transact.ts'

export type ErasedAccount = Selectable<ErasedAccountTable>

/** Notes whom the store erased, in numbers and digests only. Before the accounts lose their address. */
export async function noteErased(
  trx: Trx,
  { ids, emailKey }: { ids: readonly number[]; emailKey: string },
): Promise<void> {
  const accounts = await trx
    .selectFrom('users')
    .select(['id', 'created_at'])
    .where('id', 'in', [...ids])
    .execute()
  const address = digestOf(trx, emailKey)
  await addErased(
    trx,
    accounts.map(({ id, created_at }) => ({ user_id: id, created_at, address })),
  )
}

export async function addErased(trx: Trx, accounts: readonly ErasedAccount[]): Promise<void> {
  for (const account of accounts) {
    await sendWithNext(
      trx,
      trx
        .insertInto('erased_accounts')
        .values(account)
        .onConflict((conflict) =>
          conflict.columns(['user_id', 'created_at']).doUpdateSet(({ fn, ref }) => ({
            address: fn.coalesce(ref('excluded.address'), ref('erased_accounts.address')),
          })),
        ),
    )
  }
}

/** Whether an account of this address was erased, as far as the present key tells. */
export async function wasErased(trx: Trx, emailKey: string): Promise<boolean> {
  const found = await trx
    .selectFrom('erased_accounts')
    .select('user_id')
    .where('address', '=', digestOf(trx, emailKey))
    .executeTakeFirst()
  return found !== undefined
}

/** The accounts of whoever was erased that have a name and an address all the same: a backup brought them back. */
export async function accountsErasedBefore(trx: Trx) {
  const rows = await trx
    .selectFrom('users')
    .innerJoin('erased_accounts', (join) =>
      join
        .onRef('erased_accounts.user_id', '=', 'users.id')
        .onRef('erased_accounts.created_at', '=', 'users.created_at'),
    )
    .select(['users.id', 'email', 'email_key', 'status'])
    .select(
      sql<number>`(coalesce(hub_role, '') = 'coordinator'
        or exists (select 1 from learner_groups where owner_id = users.id)
        or exists (select 1 from assignments where assignments.user_id = users.id))`.as('holds'),
    )
    .where('email', '<>', addressOfErased())
    .orderBy('users.id')
    .execute()
  return rows.map(({ holds, ...account }) => ({ ...account, holds: Boolean(holds) }))
}

function digestOf(trx: Trx, emailKey: string): string {
  return createHmac('sha256', transactionState(trx).erasureKey).update(emailKey).digest('hex')
}
