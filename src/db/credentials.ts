import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { MessageReason } from './message-reasons.ts'
import { cancelCredentialMessages, cancelMessages } from './outbox.ts'
import { anyOf } from './portable.ts'
import { type Placeholders, prepared } from './prepared.ts'
import type { CredentialPurpose, Store } from './schema.ts'
import { sendWithNext, transactionState, type Trx } from './transact.ts'

function credentials(db: Kysely<Store>) {
  return db
    .selectFrom('credentials')
    .select([
      'credentials.id',
      'credentials.user_id as userId',
      'credentials.purpose',
      'credentials.nonce',
      'credentials.expires_at as expiresAt',
      'credentials.state',
    ])
}

export type Credential = Awaited<ReturnType<ReturnType<typeof credentials>['execute']>>[number]

interface Issue {
  userId: number
  purpose: CredentialPurpose
  at: Date
  random: (bytes: number) => Buffer
  /** In milliseconds, as the rule on credentials says. */
  lifetime: number
}

/**
 * Issues a link, temporary password or code; voids older open ones of its purpose and cancels their waiting messages.
 * @returns its number, as a subquery for the statement that needs it
 */
export async function issueCredential(
  trx: Trx,
  { userId, purpose, at, random, lifetime }: Issue,
): Promise<{ id: RawBuilder<number>; expiresAt: string }> {
  await voidCredentials(trx, { userId, purposes: [purpose], reason: 'replaced' })
  const expiresAt = new Date(at.getTime() + lifetime).toISOString()
  const credential = { user_id: userId, purpose, nonce: random(16), state: 'open' } as const
  const issued = trx
    .insertInto('credentials')
    .values({ ...credential, issued_at: at.toISOString(), expires_at: expiresAt })
  await sendWithNext(trx, issued)
  const id = sql<number>`(select max(id) from credentials where user_id = ${userId} and purpose = ${purpose} and state = 'open')`
  return { id, expiresAt }
}

/** Voids every open link, temporary password, code and PIN of users, and cancels the messages that carry them. */
export async function voidOpenCredentials(trx: Trx, userIds: readonly number[]): Promise<void> {
  await cancelCredentialMessages(trx, { userIds })
  await sendWithNext(trx, prepared(trx, voidedCredentials, { userIds }))
  await voidPins(trx, userIds)
}

function voidedCredentials(trx: Kysely<Store>, { userIds }: Placeholders<{ userIds: readonly number[] }>) {
  return trx
    .updateTable('credentials')
    .set({ state: 'void' })
    .where(anyOf(sql.ref('user_id'), userIds))
    .where('state', '=', 'open')
}

/** Voids an open PIN and cancels the letter that says how to use it. */
export async function voidPin(trx: Trx, userId: number): Promise<void> {
  await voidPins(trx, [userId])
  await cancelMessages(trx, { userId, letter: 'account-activation', reason: 'void' })
}

async function voidPins(trx: Trx, userIds: readonly number[]): Promise<void> {
  await sendWithNext(trx, prepared(trx, voidedPins, { userIds }))
}

function voidedPins(trx: Kysely<Store>, { userIds }: Placeholders<{ userIds: readonly number[] }>) {
  return trx
    .updateTable('users')
    .set({ pin_state: 'void' })
    .where(anyOf(sql.ref('id'), userIds))
    .where('pin_state', '=', 'issued')
}

/** Voids the open credentials of these purposes; the one given as `used` becomes used instead. */
export async function voidCredentials(
  trx: Trx,
  {
    userId,
    purposes,
    used,
    reason,
  }: { userId: number; purposes: readonly CredentialPurpose[]; used?: number; reason: MessageReason },
): Promise<void> {
  if (used !== undefined)
    await sendWithNext(trx, trx.updateTable('credentials').set({ state: 'used' }).where('id', '=', used))
  await cancelMessages(trx, { userId, carrying: purposes, reason })
  const open = trx
    .updateTable('credentials')
    .set({ state: 'void' })
    .where('user_id', '=', userId)
    .where('state', '=', 'open')
    .where('purpose', 'in', [...purposes])
  await sendWithNext(trx, open)
}

/** A credential by its number, whatever its state. */
export function findCredential(db: Kysely<Store>, id: number): Promise<Credential | undefined> {
  return credentials(db).where('credentials.id', '=', id).executeTakeFirst()
}

/** The credentials that these messages carry, by the credential's number. */
export async function credentialsOfMessages(
  db: Kysely<Store>,
  messages: readonly number[],
): Promise<ReadonlyMap<number, Credential>> {
  const rows = await credentials(db)
    .innerJoin('outbox', 'outbox.credential_id', 'credentials.id')
    .where(anyOf(sql.ref('outbox.id'), messages))
    .execute()
  return new Map(rows.map((row) => [row.id, row]))
}

/** The one credential of its purpose that is open; it may have expired. */
export function findOpenCredential(
  db: Kysely<Store>,
  { userId, purpose }: { userId: number; purpose: CredentialPurpose },
): Promise<Credential | undefined> {
  return credentials(db)
    .where('credentials.user_id', '=', userId)
    .where('purpose', '=', purpose)
    .where('state', '=', 'open')
    .executeTakeFirst()
}

export interface Voided {
  pins: number
  links: number
  /** Waiting letters with one of those links, which were cancelled. */
  letters: number
}

/** Voids every open PIN, link, temporary password and code, and counts them. */
export function voidEveryCredential(trx: Trx): Promise<Voided> {
  return voidIssuedAfter(trx, '')
}

/** The same for those issued after an ISO time. */
export async function voidIssuedAfter(trx: Trx, time: string): Promise<Voided> {
  const pins = await trx
    .updateTable('users')
    .set({ pin_state: 'void' })
    .where('pin_state', '=', 'issued')
    .where('pin_issued_at', '>', time)
    .executeTakeFirst()
  // Otherwise undoing the import that deleted a user would open their former PIN again.
  await trx
    .updateTable('users')
    .set({ pin_nonce: null })
    .where('status', '=', 'deleted')
    .where('pin_state', '=', 'void')
    .where('pin_issued_at', '>', time)
    .execute()
  const letters = await trx
    .updateTable('outbox')
    .set({ state: 'cancelled' })
    .where('state', '=', 'queued')
    .where('credential_id', 'in', (eb) =>
      eb.selectFrom('credentials').select('id').where('state', '=', 'open').where('issued_at', '>', time),
    )
    .executeTakeFirst()
  const links = await trx
    .updateTable('credentials')
    .set({ state: 'void' })
    .where('state', '=', 'open')
    .where('issued_at', '>', time)
    .executeTakeFirst()
  return {
    pins: Number(pins.numUpdatedRows),
    links: Number(links.numUpdatedRows),
    letters: Number(letters.numUpdatedRows),
  }
}

/** Gives each user a new PIN, which replaces and so voids the former one. */
export async function renewPins(
  trx: Trx,
  { nonces, at }: { nonces: readonly { id: number; nonce: Buffer }[]; at: string },
): Promise<void> {
  function* rows() {
    for (const { id, nonce } of nonces) yield [id, nonce, 'issued', at, 0]
  }
  const columns = ['id', 'pin_nonce', 'pin_state', 'pin_issued_at', 'pin_wrong_tries'] as const
  await transactionState(trx).bulk.update('users', columns, rows())
}
