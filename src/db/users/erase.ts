import { type Kysely, type RawBuilder, type Selectable, sql } from 'kysely'
import { anyOf, positionOf } from '../portable.ts'
import type { ErasedAccountTable, Store } from '../schema.ts'
import { sendWithNext, awaitAll, transactionState, type Trx } from '../transact.ts'
import { forgetWrongSignIns } from '../rate-limits.ts'
import { searchKey } from '../../search-key.ts'
import { addressOfErased } from './users.ts'
import {
  mayMention,
  mentionPattern,
  mentionsInFileName,
  rowsMentioning,
  spellingsOf,
  type Names,
  type Texts,
  type WrittenAddress,
} from './mentions.ts'
import { createHmac } from 'node:crypto'

const erasedWord = '(erased)'

interface ErasedPerson {
  /** The ids of all their accounts. */
  ids: readonly number[]
  /** Their address, and the former ones that nobody else has now. */
  addresses: readonly WrittenAddress[]
}

/** Whether a row's `user_id` is one of these accounts. */
function isUserAmong(ids: readonly number[]): RawBuilder<boolean> {
  return anyOf(sql.ref('user_id'), ids)
}

/** The deleted accounts of an address. */
export async function deletedAccounts(db: Kysely<Store>, key: string) {
  return db
    .selectFrom('users')
    .select(['id', 'email', 'email_key', 'centre_id'])
    .where('email_key', '=', key)
    .where('status', '=', 'deleted')
    .orderBy('id')
    .execute()
}

/**
 * The names of the owners of these accounts, and their former names according to the log. A single letter is not
 * searched for.
 */
export async function namesOf(trx: Trx, ids: readonly number[]): Promise<Names> {
  const [accounts, changes] = await awaitAll(
    trx
      .selectFrom('users')
      .select(['first_name', 'last_name'])
      .distinct()
      .where(anyOf(sql.ref('id'), ids))
      .execute(),
    trx
      .selectFrom('audit_personal')
      .select('value')
      .where(isUserAmong(ids))
      .where('field', 'in', ['nameBefore', 'nameAfter'])
      .execute(),
  )
  const now = accounts.map(({ first_name, last_name }) => [first_name, last_name])
  const before = changes.map(({ value }) => value ?? '')
  const distinct = (names: string[]) =>
    [...new Set(names.map((name) => searchKey(name).trim()))].filter((name) => /\p{L}.*\p{L}/u.test(name))
  const whole = distinct([...now.map((names) => names.join(' ')), ...before])
  const parts = distinct([...now.flat(), ...before.flatMap((name) => name.split(/\s+/))])
  return { whole, parts: parts.filter((part) => !whole.includes(part)) }
}

/** The centres of these accounts, by their numbers. */
export async function centresOf(trx: Trx, ids: readonly number[]): Promise<string[]> {
  const rows = await trx
    .selectFrom('users')
    .innerJoin('centres', 'centres.id', 'users.centre_id')
    .select('number')
    .distinct()
    .where(anyOf(sql.ref('users.id'), ids))
    .execute()
  return rows.map(({ number }) => number)
}

/** Their addresses as written in the log and in messages, former ones included. */
export async function writtenAddresses(trx: Trx, ids: readonly number[]): Promise<string[]> {
  const logged = trx
    .selectFrom('audit_personal')
    .select(sql<string>`value`.as('address'))
    .where(isUserAmong(ids))
    .where(sql<boolean>`${positionOf('@', sql.ref('value'))} > 1`)
  const inMessages = trx
    .selectFrom('outbox')
    .select('to_address as address')
    .where(isUserAmong(ids))
    .where('to_address', '<>', '')
  const rows = await logged.union(inMessages).execute()
  return rows.map(({ address }) => address)
}

/** Whether another user has the address, or had an account with it. */
export async function belongsToAnotherUser(
  trx: Trx,
  { ids, emailKey }: { ids: readonly number[]; emailKey: string },
): Promise<boolean> {
  const other = await trx
    .selectFrom('users')
    .select('id')
    .where('email_key', '=', emailKey)
    .where(sql<boolean>`not ${anyOf(sql.ref('id'), ids)}`)
    .executeTakeFirst()
  return other !== undefined
}

/** Erases all personal values of the accounts, whose rows stay for the history to refer to. */
export async function eraseAccounts(trx: Trx, { ids, addresses }: ErasedPerson): Promise<void> {
  const nobody = addressOfErased()
  await sendWithNext(
    trx,
    trx
      .updateTable('users')
      .set({
        email: nobody,
        email_key: nobody,
        first_name: '',
        last_name: '',
        folded: '',
        password_hash: null,
        pin_state: sql<'none'>`case when pin_state = 'issued' then 'void' else pin_state end`,
        pin_nonce: null,
      })
      .where(anyOf(sql.ref('id'), ids)),
  )
  await sendWithNext(trx, trx.deleteFrom('credentials').where(isUserAmong(ids)))
  await sendWithNext(trx, trx.deleteFrom('account_requests').where(isUserAmong(ids)))
  for (const { emailKey } of addresses) await forgetWrongSignIns(trx, emailKey)
}

/**
 * Empties their messages and cancels those that wait, or were refused and might be sent again.
 * @returns how many there are, and the files that they were written to
 */
export async function eraseMessages(
  trx: Trx,
  { ids, addresses }: ErasedPerson,
): Promise<{ count: number; files: string[] }> {
  const messages = await trx
    .selectFrom('outbox')
    .select(['id', 'file'])
    .where((eb) => eb.or([isUserAmong(ids), anyOf(sql`lower(to_address)`, spellingsOf(addresses))]))
    .execute()
  const numbers = messages.map(({ id }) => id)
  await sendWithNext(
    trx,
    trx
      .updateTable('outbox')
      .set({
        to_address: '',
        to_name: '',
        subject: '',
        fields: '{}',
        last_error: null,
        file: null,
        state: sql<'cancelled'>`case when state in ('queued', 'failed') then 'cancelled' else state end`,
        next_try_at: null,
      })
      .where(anyOf(sql.ref('id'), numbers)),
  )
  return { count: messages.length, files: messages.flatMap(({ file }) => (file === null ? [] : [file])) }
}

const messageTexts = ['to_address', 'subject', 'fields', 'last_error'] as const

/** Whether a message, an import, a template's editor or the log contains an address that no account has. */
export async function isNamed(trx: Trx, address: WrittenAddress): Promise<boolean> {
  const addresses = [address]
  const spellings = spellingsOf(addresses)
  const isNamedIn = (texts: Texts, pattern: RegExp) =>
    rowsMentioning<number>(trx, texts, { addresses, pattern })
  const run = trx
    .selectFrom('imports')
    .select('id')
    .where(anyOf(sql`lower(actor)`, spellings))
    .limit(1)
    .execute()
  const templates = trx
    .selectFrom('templates')
    .select('name')
    .where(anyOf(sql`lower(edited_by)`, spellings))
    .execute()
  const found = await awaitAll(
    isNamedIn({ of: 'outbox', columns: messageTexts }, mentionPattern(addresses)),
    isNamedIn({ of: 'imports', columns: ['file', 'sheet'] }, mentionsInFileName(addresses)),
    run,
    templates,
    valuesMentioning(trx, addresses),
  )
  return found.some(({ length }) => length > 0)
}

/** Erases them from the rows of others: letters that name them, templates that they edited, imports that they ran. */
export async function eraseMentions(trx: Trx, { ids, addresses }: ErasedPerson): Promise<void> {
  const spellings = spellingsOf(addresses)
  if (addresses.length > 0) {
    await awaitAll(eraseFromLetters(trx, { ids, addresses }), eraseFromFileNames(trx, addresses))
  }
  await sendWithNext(
    trx,
    trx.updateTable('imports').set({ actor: erasedWord }).where(anyOf(sql`lower(actor)`, spellings)),
  )
  await sendWithNext(
    trx,
    trx
      .updateTable('templates')
      .set({ edited_by: erasedWord })
      .where(anyOf(sql`lower(edited_by)`, spellings)),
  )
  await sendWithNext(
    trx,
    trx
      .updateTable('import_changes')
      .set({ before: null, after: null })
      .where('kind', '=', 'user-deleted')
      .where(isUserAmong(ids)),
  )
}

/** Erases them from the letters of others; `eraseMessages` empties their own. */
async function eraseFromLetters(trx: Trx, { ids, addresses }: ErasedPerson): Promise<void> {
  const mentions = mentionPattern(addresses)
  const rows = await trx
    .selectFrom('outbox')
    .select(['id', 'user_id', 'to_address', 'subject', 'fields', 'last_error'])
    .where((eb) =>
      eb.or((['subject', 'fields', 'last_error'] as const).map((column) => mayMention(column, addresses))),
    )
    .execute()
  const spellings = new Set(spellingsOf(addresses))
  for (const { id, user_id, to_address, subject, fields, last_error } of rows) {
    if ((user_id !== null && ids.includes(user_id)) || spellings.has(to_address.toLowerCase())) continue
    await sendWithNext(
      trx,
      trx
        .updateTable('outbox')
        .set({
          subject: subject.replace(mentions, erasedWord),
          fields: fields.replace(mentions, erasedWord),
          last_error: last_error?.replace(mentions, erasedWord) ?? null,
        })
        .where('id', '=', id),
    )
  }
}

async function eraseFromFileNames(trx: Trx, addresses: ErasedPerson['addresses']): Promise<void> {
  const mentions = mentionsInFileName(addresses)
  const rows = await trx
    .selectFrom('imports')
    .select(['id', 'file', 'sheet'])
    .where((eb) => eb.or([mayMention('file', addresses), mayMention('sheet', addresses)]))
    .execute()
  for (const { id, file, sheet } of rows) {
    await sendWithNext(
      trx,
      trx
        .updateTable('imports')
        .set({ file: file.replace(mentions, erasedWord), sheet: sheet.replace(mentions, erasedWord) })
        .where('id', '=', id),
    )
  }
}

/**
 * Empties their values beside the audit log, and values about others that name them, such as refusals and names of
 * imported files; the seals stay valid. @param naming the values about others. @returns the emptied fields, by row
 */
export async function eraseFromAudit(
  trx: Trx,
  { ids, naming }: Pick<ErasedPerson, 'ids'> & { naming: readonly string[] },
): Promise<Record<number, string[]>> {
  const emptied = await trx
    .updateTable('audit_personal')
    .set({ value: null, salt: null })
    .where('value', 'is not', null)
    .where((eb) => eb.or([isUserAmong(ids), anyOf(sql`audit_id || ' ' || field`, naming)]))
    .returning(['audit_id', 'field'])
    .execute()
  const fields: Record<number, string[]> = {}
  for (const { audit_id, field } of emptied) fields[audit_id] = [...(fields[audit_id] ?? []), field]
  return fields
}

/** The values that contain one of the addresses, each as row number, blank and field. */
export async function valuesMentioning(trx: Trx, addresses: ErasedPerson['addresses']): Promise<string[]> {
  if (addresses.length === 0) return []
  const inText = mentionPattern(addresses)
  const inFileName = mentionsInFileName(addresses)
  const rows = await trx
    .selectFrom('audit_personal')
    .innerJoin('audit', 'audit.id', 'audit_personal.audit_id')
    .select(['audit_id', 'field', 'action', 'value'])
    .where(mayMention('value', addresses))
    .execute()
  return rows
    .filter(({ action, value }) => {
      const mentions = isAboutFile(action) ? inFileName : inText
      return value !== null && value.search(mentions) >= 0
    })
    .map(({ audit_id, field }) => `${audit_id} ${field}`)
}

/** Whether an action's values include the name of an imported file. */
function isAboutFile(action: string): boolean {
  return action.startsWith('centres.') || action === 'progression-tests.imported'
}

export type ErasedAccount = Selectable<ErasedAccountTable>

/** Records the erased accounts, by numbers and digests only; to be called before they lose their address. */
export async function recordErasure(
  trx: Trx,
  { ids, emailKey }: { ids: readonly number[]; emailKey: string },
): Promise<void> {
  const accounts = await trx
    .selectFrom('users')
    .select(['id', 'created_at'])
    .where('id', 'in', [...ids])
    .execute()
  const address = digestOf(trx, emailKey)
  await addErasedAccounts(
    trx,
    accounts.map(({ id, created_at }) => ({ user_id: id, created_at, address })),
  )
}

export async function addErasedAccounts(trx: Trx, accounts: readonly ErasedAccount[]): Promise<void> {
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

/** Whether an account of this address was erased, as far as the present key's digests tell. */
export async function wasErased(trx: Trx, emailKey: string): Promise<boolean> {
  const found = await trx
    .selectFrom('erased_accounts')
    .select('user_id')
    .where('address', '=', digestOf(trx, emailKey))
    .executeTakeFirst()
  return found !== undefined
}

/** The accounts of erased people that have a name and an address again, as a backup brought them back. */
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
