import { Failure, Usage } from '../../errors.ts'
import { isServerAddress } from '../../server-address.ts'
import type { ServerFacts } from '../engine.ts'
import { openStore } from './open.ts'
import type { Opening, OpenStore } from './opening.ts'

/** What can be said of a store that nobody opens. */
export interface StoreProbe {
  state: 'there' | 'missing' | 'unavailable'
  /** Who is changing it now: their command, and who they are; null for nobody. */
  heldBy: string | null
  /** The one that answers; null of a file. */
  server: ServerFacts | null
  /** Why no more can be said. */
  problem: { code: string; message: string; hint: string | null } | null
}

/** @param limitMs a server that has not answered by then cannot be reached */
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

export interface BringingUpToDate {
  /** The version that was agreed to; with any other, nothing is done. */
  from: number
  /** What the store as it is now is called afterwards, where it is a file. */
  keep: string
  /** Writes the event: of a file, in the copy that takes the store's place. */
  note: (store: OpenStore) => Promise<void>
}

/** Brings an older store up to date: all of it, or none. @returns the version that it had */
export async function bringUpToDate(opening: Opening, options: BringingUpToDate): Promise<number> {
  if (!isServerAddress(opening.path)) {
    const { migrateStoreFile } = await import('../sqlite/bring-up-to-date.ts')
    return migrateStoreFile(opening, options)
  }
  const { migrateSharedStore } = await import('../postgres/bring-up-to-date.ts')
  const version = await migrateSharedStore(opening, options)
  if (version !== options.from) return version
  const store = await openStore({ ...opening, mode: 'use' })
  try {
    await options.note(store)
  } finally {
    await store.close()
  }
  return version
}

/** @throws `store-refused` where the store is on a server, and belongs to another of its users */
export async function refuseToBringUpToDate(path: string): Promise<void> {
  if (!isServerAddress(path)) return
  const { requireOwnerToMigrate } = await import('../postgres/bring-up-to-date.ts')
  await requireOwnerToMigrate(path)
}

/** Notes where the log of a file ends, if that is noted nowhere yet. @returns whether it was */
export async function noteFirstHead(path: string, { file }: { file: string }): Promise<boolean> {
  const { emptyLog, readHeadFile, writeHeadFile } = await import('../audit/head-file.ts')
  if (isServerAddress(path) || readHeadFile(file)) return false
  const { headAt } = await import('../sqlite/inspect.ts')
  return writeHeadFile(file, headAt(path) ?? emptyLog, { store: path })
}

export interface DeskRole {
  role: string
  /** What makes it, each to be run by whoever owns the store. */
  statements: string[]
  made: boolean
}

export async function deskRoleOf(opening: Opening, how: { make: boolean }): Promise<DeskRole> {
  const { deskRole } = await import('../postgres/desk-role.ts')
  return deskRole(opening, how)
}

/** @throws Usage `store-is-a-file`: nobody signs in to a file */
export function refuseFile(address: string): void {
  if (isServerAddress(address)) return
  throw new Usage('Roles are for a store on a server, and this one is a file.', {
    code: 'store-is-a-file',
    hint: 'Name the server: --db postgres://hub@db.example/hub',
  })
}
