import type { Kysely, Selectable } from 'kysely'
import type { CredentialPurpose, CredentialTable, Store } from '../schema.ts'
import { cancelMessages, type Why } from '../outbox/outbox.ts'
import type { Trx } from '../transact.ts'

export interface Credential {
  id: number
  userId: number
  purpose: CredentialPurpose
  nonce: Buffer
  issuedAt: string
  expiresAt: string
  state: 'open' | 'used' | 'void'
  wrongTries: number
}

interface Issue {
  userId: number
  purpose: CredentialPurpose
  at: Date
  random: (bytes: number) => Buffer
  /** In milliseconds, as the rule on credentials says. */
  lifetime: number
}

/** Issues a link, temporary password or code; older open ones of its purpose are void, their waiting messages cancelled. */
export async function issueCredential(
  trx: Trx,
  { userId, purpose, at, random, lifetime }: Issue,
): Promise<{ id: number; expiresAt: string }> {
  await voidThose(trx, { userId, purposes: [purpose], why: 'replaced' })
  const expiresAt = new Date(at.getTime() + lifetime).toISOString()
  const { id } = await trx
    .insertInto('credentials')
    .values({
      user_id: userId,
      purpose,
      nonce: random(16),
      issued_at: at.toISOString(),
      expires_at: expiresAt,
      state: 'open',
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return { id, expiresAt }
}

/** Voids every open link, temporary password, code and PIN of a user, and cancels the messages that carry them. */
export async function voidOpenCredentials(trx: Trx, userId: number): Promise<void> {
  await voidThose(trx, { userId, purposes: ['set-up', 'reset', 'temporary-password', 'code'], why: 'void' })
  await voidPin(trx, userId)
}

/** Voids an open PIN; the letter that says how to use it is not sent any more. */
export async function voidPin(trx: Trx, userId: number): Promise<void> {
  await trx
    .updateTable('users')
    .set({ pin_state: 'void' })
    .where('id', '=', userId)
    .where('pin_state', '=', 'issued')
    .execute()
  await cancelMessages(trx, { userId, letter: 'account-activation', why: 'void' })
}

/** Closes the open credentials of these purposes; one that was just used is named and becomes `used`. */
export async function voidThose(
  trx: Trx,
  {
    userId,
    purposes,
    used,
    why,
  }: { userId: number; purposes: readonly CredentialPurpose[]; used?: number; why: Why },
): Promise<void> {
  if (used !== undefined) {
    await trx.updateTable('credentials').set({ state: 'used' }).where('id', '=', used).execute()
  }
  const open = await trx
    .selectFrom('credentials')
    .select('id')
    .where('user_id', '=', userId)
    .where('state', '=', 'open')
    .where('purpose', 'in', [...purposes])
    .execute()
  if (open.length === 0) return
  const ids = open.map(({ id }) => id)
  await trx.updateTable('credentials').set({ state: 'void' }).where('id', 'in', ids).execute()
  await cancelMessages(trx, { userId, credentialIds: ids, why })
}

/** A credential by its number, whatever its state. */
export async function findCredential(db: Kysely<Store>, id: number): Promise<Credential | undefined> {
  const row = await db.selectFrom('credentials').selectAll().where('id', '=', id).executeTakeFirst()
  return row && credentialOf(row)
}

/** The one credential of its purpose that is open; it may have expired. */
export async function findOpenCredential(
  db: Kysely<Store>,
  { userId, purpose }: { userId: number; purpose: CredentialPurpose },
): Promise<Credential | undefined> {
  const row = await db
    .selectFrom('credentials')
    .selectAll()
    .where('user_id', '=', userId)
    .where('purpose', '=', purpose)
    .where('state', '=', 'open')
    .executeTakeFirst()
  return row && credentialOf(row)
}

function credentialOf(row: Selectable<CredentialTable>): Credential {
  return {
    id: row.id,
    userId: row.user_id,
    purpose: row.purpose,
    nonce: row.nonce,
    issuedAt: row.issued_at,
    expiresAt: row.expires_at,
    state: row.state,
    wrongTries: row.wrong_tries,
  }
}
