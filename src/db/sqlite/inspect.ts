import { existsSync } from 'node:fs'
import type Database from 'better-sqlite3'
import type { LogHead } from '../audit/head-file.ts'
import { type Delivery, deliveryColumns } from '../outbox.ts'
import type { ErasedAccount } from '../users/erase.ts'
import { withDatabase } from './connection.ts'
import { fingerprintStatement, lacksEventOf } from './engine.ts'

/** The key's fingerprint in the store at a path; undefined if the store is missing or damaged. */
export function fingerprintIn(path: string): string | undefined {
  if (!existsSync(path)) return undefined
  try {
    return withDatabase(path, (raw) => String(fingerprintStatement(raw).get()))
  } catch {
    return undefined
  }
}

/** Whether the log of the store at a path lacks the last event of its head file; false if it is damaged. */
export function isOlderThanHead(path: string, headFile: string): boolean {
  try {
    return withDatabase(path, (raw) => lacksEventOf(raw, headFile))
  } catch {
    return false
  }
}

/** The id of the store at a path. */
export function storeIdIn(path: string): string {
  return String(withDatabase(path, storeIdOf))
}

/**
 * The accounts that the store at a path has erased, if it has this store id.
 * @returns undefined if it is too damaged to be read
 */
export function erasedIn(path: string, { storeId }: { storeId: string }): ErasedAccount[] | undefined {
  if (!existsSync(path)) return []
  try {
    return withDatabase(path, (raw) => (storeIdOf(raw) === storeId ? erasedAccounts(raw) : []))
  } catch {
    return undefined
  }
}

/** The delivery states of these messages in the store at a path; empty if it is too damaged to be read. */
export function deliveriesIn(path: string, messageIds: readonly string[]): Delivery[] {
  if (!existsSync(path)) return []
  try {
    return withDatabase(path, (raw) =>
      raw
        .prepare<[string], Delivery>(
          `select message_id, ${deliveryColumns.join(', ')} from outbox
            where message_id in (select value from json_each(?))`,
        )
        .all(JSON.stringify(messageIds)),
    )
  } catch {
    return []
  }
}

/** The head of the log of the store at a path; undefined if it is no store or its log cannot be read. */
export function headAt(path: string): LogHead | undefined {
  return existsSync(path) ? withDatabase(path, headIfAny) : undefined
}

export function headIfAny(raw: Database.Database | undefined): LogHead | undefined {
  try {
    const newest = raw?.prepare<[], { id: number; mac: Buffer }>(
      'select id, mac from audit order by id desc limit 1',
    )
    const last = newest?.get()
    return last && { events: last.id, head: last.mac.toString('hex') }
  } catch {
    return undefined
  }
}

function storeIdOf(raw: Database.Database): unknown {
  return raw.prepare('select store_id from store').pluck().get()
}

function erasedAccounts(raw: Database.Database): ErasedAccount[] {
  const noted = raw.prepare(`select 1 from sqlite_schema where name = 'erased_accounts'`).get()
  const erased = noted
    ? 'select user_id, created_at, address from erased_accounts'
    : `select id as user_id, created_at, null as address from users
        where email = 'erased-' || id || '@erased.invalid'`
  return raw.prepare<[], ErasedAccount>(erased).all()
}
