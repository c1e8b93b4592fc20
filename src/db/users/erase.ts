import { type Kysely, type RawBuilder, type Selectable, sql } from 'kysely'
import { createHmac } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { rm } from '../../disk.ts'
import { anyOf, contains, positionOf } from '../portable.ts'
import type { ErasedAccountTable, Store } from '../schema.ts'
import { transactionState, type Trx } from '../transact.ts'
import { forgetWrongSignIns } from '../wrong-tries.ts'

const erasedWord = '(erased)'
const lineEnd = sql.lit('\n')

interface Somebody {
  /** Every account of theirs. */
  ids: readonly number[]
  /** That one, and those they had before which nobody else has now. */
  addresses: readonly WrittenAddress[]
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

/** Where the log and the messages have written an address of theirs, the former ones among them. */
export async function addressesWritten(trx: Trx, ids: readonly number[]): Promise<string[]> {
  const logged = trx
    .selectFrom('audit_personal')
    .select(sql<string>`value`.as('address'))
    .where('user_id', 'in', [...ids])
    .where(sql<boolean>`${positionOf('@', sql.ref('value'))} > 1`)
  const written = trx
    .selectFrom('outbox')
    .select('to_address as address')
    .where('user_id', 'in', [...ids])
    .where('to_address', '<>', '')
  const rows = await logged.union(written).execute()
  return rows.map(({ address }) => address)
}

/** Whether somebody else has the address, or had an account of it. */
export async function isOfSomebodyElse(
  trx: Trx,
  { ids, emailKey }: { ids: readonly number[]; emailKey: string },
): Promise<boolean> {
  const other = await trx
    .selectFrom('users')
    .select('id')
    .where('email_key', '=', emailKey)
    .where('id', 'not in', [...ids])
    .executeTakeFirst()
  return other !== undefined
}

/** The accounts stay, as numbers that history can point to; whose they were is gone. */
export async function eraseAccounts(trx: Trx, { ids, addresses }: Somebody): Promise<void> {
  const nobody = addressOfErased()
  await trx
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
    .where('id', 'in', [...ids])
    .execute()
  await trx
    .deleteFrom('credentials')
    .where('user_id', 'in', [...ids])
    .execute()
  await trx
    .deleteFrom('account_requests')
    .where('user_id', 'in', [...ids])
    .execute()
  for (const { emailKey } of addresses) await forgetWrongSignIns(trx, emailKey)
}

/** Empties their messages; what waits is cancelled. @returns how many, and the files they were written to */
export async function eraseMessages(
  trx: Trx,
  { ids, addresses }: Somebody,
): Promise<{ count: number; files: string[] }> {
  const theirs = await trx
    .selectFrom('outbox')
    .select(['id', 'file'])
    .where((eb) =>
      eb.or([eb('user_id', 'in', [...ids]), eb(sql`lower(to_address)`, 'in', spellingsOf(addresses))]),
    )
    .execute()
  const numbers = theirs.map(({ id }) => id)
  await trx
    .updateTable('outbox')
    .set({
      to_address: '',
      to_name: '',
      subject: '',
      fields: '{}',
      last_error: null,
      file: null,
      state: sql<'cancelled'>`case when state = 'queued' then 'cancelled' else state end`,
      next_try_at: null,
    })
    .where(anyOf(sql.ref('id'), numbers))
    .execute()
  return { count: theirs.length, files: theirs.flatMap(({ file }) => (file === null ? [] : [file])) }
}

/** Where others' rows name them: letters they had sent, templates they changed, imports they ran. */
export async function eraseMentions(trx: Trx, { ids, addresses }: Somebody): Promise<void> {
  const spellings = spellingsOf(addresses)
  if (addresses.length > 0) {
    await takeOutOfLetters(trx, addresses)
    await takeOutOfFileNames(trx, addresses)
  }
  await trx
    .updateTable('imports')
    .set({ actor: erasedWord })
    .where(sql`lower(actor)`, 'in', spellings)
    .execute()
  await trx
    .updateTable('templates')
    .set({ edited_by: erasedWord })
    .where(sql`lower(edited_by)`, 'in', spellings)
    .execute()
  await trx
    .updateTable('import_changes')
    .set({ before: null, after: null })
    .where('kind', '=', 'user-deleted')
    .where('user_id', 'in', [...ids])
    .execute()
}

async function takeOutOfLetters(trx: Trx, addresses: Somebody['addresses']): Promise<void> {
  const mentions = mentionsIn(addresses)
  const rows = await trx
    .selectFrom('outbox')
    .select(['id', 'subject', 'fields', 'last_error'])
    .where((eb) =>
      eb.or((['subject', 'fields', 'last_error'] as const).map((column) => mayMention(column, addresses))),
    )
    .execute()
  for (const { id, subject, fields, last_error } of rows) {
    await trx
      .updateTable('outbox')
      .set({
        subject: subject.replace(mentions, erasedWord),
        fields: fields.replace(mentions, erasedWord),
        last_error: last_error?.replace(mentions, erasedWord) ?? null,
      })
      .where('id', '=', id)
      .execute()
  }
}

async function takeOutOfFileNames(trx: Trx, addresses: Somebody['addresses']): Promise<void> {
  const mentions = mentionsInFileName(addresses)
  const rows = await trx
    .selectFrom('imports')
    .select(['id', 'file', 'sheet'])
    .where((eb) => eb.or([mayMention('file', addresses), mayMention('sheet', addresses)]))
    .execute()
  for (const { id, file, sheet } of rows) {
    await trx
      .updateTable('imports')
      .set({ file: file.replace(mentions, erasedWord), sheet: sheet.replace(mentions, erasedWord) })
      .where('id', '=', id)
      .execute()
  }
}

/**
 * Empties their values beside the audit log, and those of others that name them: refusals, files that were
 * imported. Its seals hold. @returns the fields that lost their value, by row
 */
export async function eraseFromAudit(
  trx: Trx,
  { ids, addresses }: Somebody,
): Promise<Record<number, string[]>> {
  const naming = addresses.length === 0 ? [] : await valuesNaming(trx, addresses)
  const emptied = await trx
    .updateTable('audit_personal')
    .set({ value: null, salt: null })
    .where('value', 'is not', null)
    .where((eb) => eb.or([eb('user_id', 'in', [...ids]), anyOf(sql`audit_id || ' ' || field`, naming)]))
    .returning(['audit_id', 'field'])
    .execute()
  const fields: Record<number, string[]> = {}
  for (const { audit_id, field } of emptied) fields[audit_id] = [...(fields[audit_id] ?? []), field]
  return fields
}

/** The values that hold one of the addresses, each by its row and field. */
async function valuesNaming(trx: Trx, addresses: Somebody['addresses']): Promise<string[]> {
  const inText = mentionsIn(addresses)
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

/** What is imported is called by its file. */
function isAboutFile(action: string): boolean {
  return action.startsWith('centres.') || action === 'progression-tests.imported'
}

/** What names them and is not theirs to change: for somebody to see to. Said without the address. */
export async function mentionsLeft(trx: Trx, addresses: readonly WrittenAddress[]): Promise<string[]> {
  if (addresses.length === 0) return []
  const inText = mentionsIn(addresses)
  const inFileName = mentionsInFileName(addresses)
  const templates = await trx
    .selectFrom('templates')
    .select(['name', sql<string>`subject || ${lineEnd} || text || ${lineEnd} || html`.as('words')])
    .orderBy('name')
    .execute()
  const centres = await trx
    .selectFrom('centres')
    .select([
      'number',
      sql<string>`address || ${lineEnd} || town || ${lineEnd} || postcode || ${lineEnd} || name`.as('words'),
    ])
    .where((eb) =>
      eb.or(
        (['address', 'town', 'postcode', 'name'] as const).map((column) => mayMention(column, addresses)),
      ),
    )
    .orderBy('number')
    .execute()
  const events = await trx
    .selectFrom('audit')
    .select(['id', 'facts'])
    .where('action', '=', 'progression-tests.imported')
    .where(mayMention('facts', addresses))
    .orderBy('id')
    .execute()
  const names = (pattern: RegExp) => (row: { words: string }) => row.words.search(pattern) >= 0
  return [
    ...templates.filter(names(inText)).map(({ name }) => `the template ${name}, which names them`),
    ...centres.filter(names(inText)).map(({ number }) => `the entry of centre ${number}, which names them`),
    ...events
      .filter(({ facts }) => facts.search(inFileName) >= 0)
      .map(({ id }) => `row ${id} of the audit log: the name of a file of results, which names them`),
  ]
}

/** The written messages that are to somebody, and those to others that name them. */
export async function messagesNaming(
  folder: string,
  addresses: readonly WrittenAddress[],
): Promise<{ theirs: string[]; others: string[] }> {
  const found: { theirs: string[]; others: string[] } = { theirs: [], others: [] }
  const there = await stat(folder).catch(() => undefined)
  if (!there?.isDirectory() || addresses.length === 0) return found
  const mentions = mentionsIn(addresses)
  const isNamed = (part: string) => part.search(mentions) >= 0
  for (const name of await readdir(folder)) {
    if (!name.endsWith('.eml')) continue
    // A long line is broken with = in quoted-printable.
    const text = (await readFile(join(folder, name), 'utf8')).replace(/=\r?\n/g, '')
    const heading = text.slice(0, Math.max(text.search(/\r?\n\r?\n/), 0))
    if (heading.split(/\r?\n(?![ \t])/).some((line) => /^to:/i.test(line) && isNamed(line))) {
      found.theirs.push(join(folder, name))
    } else if (isNamed(text)) found.others.push(join(folder, name))
  }
  return found
}

export async function removeFiles(paths: readonly string[]): Promise<void> {
  for (const path of paths) await rm(path, { force: true })
}

const domain = 'erased.invalid'

/** What stands in place of the address of somebody who was erased, in a query on users. */
function addressOfErased(): RawBuilder<string> {
  return sql<string>`'erased-' || users.id || ${`@${domain}`}`
}

/** Whether whose account this was is gone, and nobody is left to give it back to. */
export function isErased({ id, email }: { id: number; email: string }): boolean {
  return email === `erased-${id}@${domain}`
}

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

export interface WrittenAddress {
  /** As it was written. */
  email: string
  /** As it is compared. */
  emailKey: string
}

/** As it is compared, and as it was written: the name of a domain has a form in ASCII. */
function spellingsOf(addresses: readonly WrittenAddress[]): string[] {
  return [...new Set(addresses.flatMap(({ email, emailKey }) => [emailKey, email.toLowerCase()]))]
}

/** Finds addresses within a text, and never one that is only part of a longer one. */
function mentionsIn(addresses: readonly WrittenAddress[]): RegExp {
  return new RegExp(`(?<![a-z0-9._+-])(?:${alternatives(addresses)})(?![a-z0-9-]|\\.[\\p{L}\\p{N}])`, 'giu')
}

/** The same in the name of a file, where an address is followed by a file's ending, or follows another word. */
export function mentionsInFileName(addresses: readonly WrittenAddress[]): RegExp {
  return new RegExp(`(?<![\\p{L}\\p{N}])(?:${alternatives(addresses)})(?![\\p{L}\\p{N}])`, 'giu')
}

/** Whether a column may hold one of them: what stands before the @ is in the English alphabet. */
function mayMention(column: string, addresses: readonly WrittenAddress[]): RawBuilder<boolean> {
  const starts = [
    ...new Set(addresses.map(({ emailKey }) => emailKey.slice(0, emailKey.lastIndexOf('@') + 1))),
  ]
  return sql<boolean>`(${sql.join(
    starts.map((start) => contains(sql`lower(${sql.ref(column)})`, start)),
    sql` or `,
  )})`
}

function alternatives(addresses: readonly WrittenAddress[]): string {
  return spellingsOf(addresses)
    .map((spelling) => spelling.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'))
    .join('|')
}
