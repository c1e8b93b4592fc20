import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, linkSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import type Database from 'better-sqlite3'
import type { Kysely } from 'kysely'
import { Unavailable } from '../errors.ts'
import { version as program } from '../version.ts'
import { applicationId, kyselyOver, type Opening, openDatabase, prepareConnection } from './connection.ts'
import { deriveKeys, writeKeyFile } from './keys.ts'
import type { Store } from './schema.ts'
import { migrate } from './store/migrate.ts'
import { makeWhole } from './store/whole.ts'

/**
 * Made under a temporary name and put in place whole: a crash leaves no half a store, and of
 * two processes that begin at once, the one that places the key first makes the store.
 * @returns whether it was this one
 */
export async function beginStore(opening: Opening): Promise<boolean> {
  const { path, keyFile, now } = opening
  makeFolder(dirname(path))
  makeFolder(dirname(keyFile))
  if (existsSync(keyFile)) return settleWithOtherBeginner(opening)

  const mark = randomBytes(6).toString('hex')
  const newStore = `${path}.${mark}.new`
  const newKey = `${keyFile}.${mark}.new`
  try {
    const secret = randomBytes(32)
    const raw = openDatabase(newStore, { named: path })
    // What SQLite keeps beside a store takes after it.
    chmodSync(newStore, 0o600)
    const db = kyselyOver(raw, opening)
    try {
      prepareConnection(raw, { journal: 'delete' })
      await furnish({ db, raw, path, fingerprint: deriveKeys(secret).fingerprint, at: now() })
    } finally {
      await db.destroy()
      raw.close()
    }
    makeWhole(newStore, { named: path })
    writeKeyFile(newKey, secret)
    if (!placeExclusively(newKey, keyFile)) return settleWithOtherBeginner(opening)
    renameSync(newStore, path)
    return true
  } finally {
    for (const leftover of [newStore, `${newStore}-journal`, newKey]) {
      rmSync(leftover, { force: true })
    }
  }
}

/** What an empty store holds: its tables, and the fingerprint of its key. */
export async function furnish({
  db,
  raw,
  path,
  fingerprint,
  at,
}: {
  db: Kysely<Store>
  raw: Database.Database
  path: string
  fingerprint: string
  at: Date
}): Promise<void> {
  await migrate(raw, { path })
  const store_id = randomBytes(12).toString('hex')
  const created_at = at.toISOString()
  const store = { id: 1, store_id, key_fingerprint: fingerprint, created_at, program } as const
  await db.insertInto('store').values(store).execute()
  raw.pragma(`application_id = ${applicationId}`)
}

function placeExclusively(from: string, to: string): boolean {
  try {
    linkSync(from, to)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

/** Between another process's key and its store lie milliseconds; a key alone is something else. */
async function settleWithOtherBeginner({ path, keyFile }: Opening): Promise<false> {
  for (let tries = 0; tries < 40 && !existsSync(path); tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  if (existsSync(path)) return false
  throw new Unavailable('key-without-store', `There is a key at ${keyFile}, but no store at ${path}.`, {
    hint: 'If the store was moved or lost, bring it back (ssh-admin store restore FILE); to begin anew, move the key away.',
  })
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
  } catch (cause) {
    throw new Unavailable('store-unavailable', `The folder ${folder} cannot be made.`, {
      hint: 'Choose another place with --db.',
      cause,
    })
  }
}
