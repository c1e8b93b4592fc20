import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type Kysely, sql } from 'kysely'
import { rm } from '../disk.ts'
import { isBusy } from './sqlite/errors.ts'
import { addressOfErased } from './erased.ts'
import type { OpenStore } from './open.ts'
import type { Store } from './schema.ts'
import type { Trx } from './transact.ts'
import { forgetWrongSignIns } from './wrong-sign-ins.ts'

interface Somebody {
  /** Every account of theirs. */
  ids: readonly number[]
  email: string
  emailKey: string
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

/** The accounts stay, as numbers that history can point to; whose they were is gone. */
export async function eraseAccounts(trx: Trx, { ids, emailKey }: Somebody): Promise<void> {
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
      pin_state: sql<'none'>`iif(pin_state = 'issued', 'void', pin_state)`,
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
  await forgetWrongSignIns(trx, emailKey)
}

/** Empties their messages; what waits is cancelled. @returns how many, and the files they were written to */
export async function eraseMessages(
  trx: Trx,
  { ids, ...address }: Somebody,
): Promise<{ count: number; files: string[] }> {
  const theirs = await trx
    .selectFrom('outbox')
    .select(['id', 'file'])
    .where((eb) =>
      eb.or([eb('user_id', 'in', [...ids]), eb(sql`lower(to_address)`, 'in', spellingsOf(address))]),
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
      state: sql<'cancelled'>`iif(state = 'queued', 'cancelled', state)`,
      next_try_at: null,
    })
    .where(sql<boolean>`id in (select value from json_each(${JSON.stringify(numbers)}))`)
    .execute()
  return { count: theirs.length, files: theirs.flatMap(({ file }) => (file === null ? [] : [file])) }
}

/** Where others' rows name them: letters they had sent, templates they changed, imports they ran. */
export async function eraseMentions(trx: Trx, { ids, ...address }: Somebody): Promise<void> {
  const spellings = spellingsOf(address)
  for (const spelling of new Set([address.email, ...spellings])) {
    const within = JSON.stringify(spelling).slice(1, -1)
    await trx
      .updateTable('outbox')
      .set({ fields: sql<string>`replace(fields, ${within}, '(erased)')` })
      .where(sql<boolean>`instr(fields, ${within}) > 0`)
      .execute()
  }
  await trx
    .updateTable('imports')
    .set({ actor: '(erased)' })
    .where(sql`lower(actor)`, 'in', spellings)
    .execute()
  await trx
    .updateTable('templates')
    .set({ edited_by: '(erased)' })
    .where(sql`lower(edited_by)`, 'in', spellings)
    .execute()
  await trx
    .updateTable('import_changes')
    .set({ before: null, after: null })
    .where('kind', '=', 'user-deleted')
    .where('user_id', 'in', [...ids])
    .execute()
}

/** Empties their values beside the audit log; its seals hold. @returns the rows that lost a value */
export async function eraseFromAudit(trx: Trx, { ids, ...address }: Somebody): Promise<number[]> {
  const emptied = await trx
    .updateTable('audit_personal')
    .set({ value: null, salt: null })
    .where('value', 'is not', null)
    .where((eb) => eb.or([eb('user_id', 'in', [...ids]), eb(sql`lower(value)`, 'in', spellingsOf(address))]))
    .returning('audit_id')
    .execute()
  return [...new Set(emptied.map(({ audit_id }) => audit_id))].sort((one, other) => one - other)
}

/** As it is compared, and as it was written: the name of a domain has a form in ASCII. */
function spellingsOf({ email, emailKey }: Pick<Somebody, 'email' | 'emailKey'>): string[] {
  return [...new Set([emailKey, email.toLowerCase()])]
}

/** From now on this connection overwrites what it removes. */
export function overwriteWhatGoes({ raw }: OpenStore): void {
  raw.pragma('secure_delete = on')
}

/**
 * Writes the store's file anew, so that no page keeps what earlier changes left behind, and
 * empties the log beside it. @returns whether nobody was in the way
 */
export async function scrub({ raw }: OpenStore): Promise<boolean> {
  for (let tries = 0; tries < 20; tries += 1) {
    if (tries > 0) await new Promise((resolve) => setTimeout(resolve, 100))
    try {
      raw.exec('vacuum')
      const [checkpoint] = raw.prepare<[], { busy: number }>('pragma wal_checkpoint(truncate)').all()
      if (checkpoint?.busy === 0) return true
    } catch (error) {
      if (!isBusy(error)) throw error
    }
  }
  return false
}

/** The written messages that are to somebody, and those to others that name them. */
export async function messagesNaming(
  folder: string,
  { email, emailKey }: { email: string; emailKey: string },
): Promise<{ theirs: string[]; others: string[] }> {
  const found: { theirs: string[]; others: string[] } = { theirs: [], others: [] }
  const there = await stat(folder).catch(() => undefined)
  if (!there?.isDirectory()) return found
  for (const name of await readdir(folder)) {
    if (!name.endsWith('.eml')) continue
    const text = (await readFile(join(folder, name), 'utf8')).toLowerCase()
    const heading = text.slice(0, Math.max(text.search(/\r?\n\r?\n/), 0))
    const isNamed = (part: string) => part.includes(emailKey) || part.includes(email.toLowerCase())
    if (heading.split(/\r?\n(?![ \t])/).some((line) => line.startsWith('to:') && isNamed(line))) {
      found.theirs.push(join(folder, name))
    } else if (isNamed(text)) found.others.push(join(folder, name))
  }
  return found
}

export async function removeFiles(paths: readonly string[]): Promise<void> {
  for (const path of paths) await rm(path, { force: true })
}
