import { createHmac } from 'node:crypto'
import type { Selectable } from 'kysely'
import type { ErasedAccountTable } from './schema.ts'
import { surroundingsOf, type Trx } from './transact.ts'

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
    await trx
      .insertInto('erased_accounts')
      .values(account)
      .onConflict((conflict) =>
        conflict.columns(['user_id', 'created_at']).doUpdateSet(({ fn, ref }) => ({
          address: fn.coalesce(ref('excluded.address'), ref('erased_accounts.address')),
        })),
      )
      .execute()
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

function digestOf(trx: Trx, emailKey: string): string {
  return createHmac('sha256', surroundingsOf(trx).erasureKey).update(emailKey).digest('hex')
}
