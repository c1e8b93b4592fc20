import { Failure, Usage } from '../../errors.ts'
import { isServerAddress } from '../../server-address.ts'
import type { ServerFacts } from '../engine.ts'
import { openStore } from './open.ts'
import type { Opening, OpenStore } from './opening.ts'

/** What can be learnt of a store without opening it. */
export interface StoreProbe {
  state: 'there' | 'missing' | 'unavailable'
  /** The current writer, by command and operator; null if nobody is changing the store. */
  heldBy: string | null
  /** The server that answered; null for a store in a file. */
  server: ServerFacts | null
  /** Why the store could not be probed; null if it could. */
  problem: { code: string; message: string; hint: string | null } | null
}

/** @param limitMs time after which a server that has not answered counts as unreachable */
export async function probeStore(place: string, { limitMs }: { limitMs: number }): Promise<StoreProbe> {
  try {
    if (isServerAddress(place)) {
      const { probeSharedStore } = await import('../postgres/probe.ts')
      return { ...(await probeSharedStore(place, { limitMs })), problem: null }
    }
    const { probeFile } = await import('../sqlite/open.ts')
    return { ...probeFile(place), server: null, problem: null }
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    const { code, message, hint = null } = error
    const state = code === 'store-missing' ? 'missing' : 'unavailable'
    return { state, heldBy: null, server: null, problem: { code, message, hint } }
  }
}

export interface StoreMigration {
  /** The version that the user confirmed; if the store has another one by now, nothing is done. */
  from: number
  /** The path under which the present store is kept, if it is a file. */
  keepAs: string
  /** Writes the audit event; for a file, into the migrated copy that replaces the store. */
  record: (store: OpenStore) => Promise<void>
}

/** Runs the missing migrations of an older store, all or none. @returns the version that it had */
export async function migrateAnyStore(opening: Opening, options: StoreMigration): Promise<number> {
  if (!isServerAddress(opening.path)) {
    const { migrateStoreFile } = await import('../sqlite/bring-up-to-date.ts')
    return migrateStoreFile(opening, options)
  }
  const { migrateSharedStore } = await import('../postgres/bring-up-to-date.ts')
  const version = await migrateSharedStore(opening, options)
  if (version !== options.from) return version
  const store = await openStore({ ...opening, mode: 'use' })
  try {
    await options.record(store)
  } finally {
    await store.close()
  }
  return version
}

/** @throws `store-refused` if the store is on a server and another of the server's roles owns it */
export async function requireMigrationRights(path: string): Promise<void> {
  if (!isServerAddress(path)) return
  const { requireOwnerToMigrate } = await import('../postgres/bring-up-to-date.ts')
  await requireOwnerToMigrate(path)
}

/** Writes the head file of a store in a file if there is none yet. @returns whether it was written */
export async function writeFirstHead(path: string, { file }: { file: string }): Promise<boolean> {
  const { emptyLog, readHeadFile, writeHeadFile } = await import('../audit/head-file.ts')
  if (isServerAddress(path) || readHeadFile(file)) return false
  const { headAt } = await import('../sqlite/inspect.ts')
  return writeHeadFile(file, headAt(path) ?? emptyLog, { store: path })
}

export interface DeskRole {
  role: string
  /** The SQL statements that create the role; the store's owner has to run them. */
  statements: string[]
  made: boolean
}

export async function deskRoleOf(opening: Opening, options: { make: boolean }): Promise<DeskRole> {
  const { deskRole } = await import('../postgres/desk-role.ts')
  return deskRole(opening, options)
}

/** @throws Usage `store-is-a-file`, as roles exist only on a server */
export function refuseFile(address: string): void {
  if (isServerAddress(address)) return
  throw new Usage('Roles are for a store on a server, and this one is a file.', {
    code: 'store-is-a-file',
    hint: 'Name the server: --db postgres://hub@db.example/hub',
  })
}
