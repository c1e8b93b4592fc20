import type { Kysely } from 'kysely'
import type { Store } from '../schema.ts'
import { sendWithNext, type Trx } from '../transact.ts'

export interface Secrets {
  passwordHash: string | null
  pinNonce: Buffer | null
}

/** The secrets of an address's live account, for the rules on accounts only. @param key the address as compared */
export async function findSecrets(db: Kysely<Store>, key: string): Promise<Secrets> {
  const row = await db
    .selectFrom('users')
    .select(['password_hash', 'pin_nonce'])
    .where('email_key', '=', key)
    .where('status', '<>', 'deleted')
    .executeTakeFirst()
  return { passwordHash: row?.password_hash ?? null, pinNonce: row?.pin_nonce ?? null }
}

/** Stores a new password; an open PIN becomes used, if it was what the owner signed in with, or else void. */
export async function setPassword(
  trx: Trx,
  { userId, hash, pin }: { userId: number; hash: string; pin: 'used' | 'void' },
): Promise<void> {
  await sendWithNext(trx, trx.updateTable('users').set({ password_hash: hash }).where('id', '=', userId))
  await sendWithNext(
    trx,
    trx
      .updateTable('users')
      .set({ pin_state: pin })
      .where('id', '=', userId)
      .where('pin_state', '=', 'issued'),
  )
}

export async function markActive(trx: Trx, userId: number): Promise<void> {
  await sendWithNext(
    trx,
    trx
      .updateTable('users')
      .set({ status: 'active' })
      .where('id', '=', userId)
      .where('status', '=', 'invited'),
  )
}

export async function markSignedIn(trx: Trx, { userId, at }: { userId: number; at: Date }): Promise<void> {
  await sendWithNext(
    trx,
    trx.updateTable('users').set({ last_signed_in_at: at.toISOString() }).where('id', '=', userId),
  )
}
