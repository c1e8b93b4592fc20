import { createHmac } from 'node:crypto'
import { existsSync } from 'node:fs'
import { type Selectable, sql } from 'kysely'
import { openDatabase } from '../sqlite/connection.ts'
import { addressOfErased } from './erased.ts'
import type { ErasedAccountTable } from '../schema.ts'
import { surroundingsOf, type Trx } from '../transact.ts'

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
      sql<number>`(hub_role is 'coordinator'
        or exists (select 1 from learner_groups where owner_id = users.id)
        or exists (select 1 from assignments where assignments.user_id = users.id))`.as('holds'),
    )
    .where('email', '<>', addressOfErased())
    .orderBy('users.id')
    .execute()
  return rows.map(({ holds, ...account }) => ({ ...account, holds: holds === 1 }))
}

/**
 * Whom the store at a path erased, where it is the same store as the backup. @returns undefined where it is too
 * damaged to tell
 */
export function erasedIn(path: string, { backup }: { backup: string }): ErasedAccount[] | undefined {
  if (!existsSync(path)) return []
  try {
    const id = storeIdOf(backup)
    const raw = openDatabase(path)
    try {
      if (raw.prepare('select store_id from store').pluck().get() !== id) return []
      const noted = raw.prepare(`select 1 from sqlite_schema where name = 'erased_accounts'`).get()
      const erased = noted
        ? 'select user_id, created_at, address from erased_accounts'
        : `select id as user_id, created_at, null as address from users
            where email = 'erased-' || id || '@erased.invalid'`
      return raw.prepare<[], ErasedAccount>(erased).all()
    } finally {
      raw.close()
    }
  } catch {
    return undefined
  }
}

function storeIdOf(path: string): unknown {
  const raw = openDatabase(path)
  try {
    return raw.prepare('select store_id from store').pluck().get()
  } finally {
    raw.close()
  }
}

function digestOf(trx: Trx, emailKey: string): string {
  return createHmac('sha256', surroundingsOf(trx).erasureKey).update(emailKey).digest('hex')
}
