import type Database from 'better-sqlite3'
import { existsSync, statSync } from 'node:fs'
import type { Engine } from '../engine.ts'
import { sqliteBulk } from './bulk.ts'
import { isBusy } from './errors.ts'
import { damageIn } from './integrity.ts'
import { noteHolder, releaseStore } from './wait.ts'

interface Connected {
  /** As it is named in what is found. */
  named: string
  /** Where others look for who has it; absent for a copy that nobody else has. */
  path: string | undefined
}

/** What only SQLite does for a store, over one connection. */
export function sqliteEngine(raw: Database.Database, { named, path }: Connected): Engine {
  return {
    isShared: false,
    bulk: sqliteBulk(raw),
    fingerprint: () => fingerprintOf(raw),
    writesOfOthers: async () => Number(raw.pragma('data_version', { simple: true })),
    noteHolder: (command) => {
      if (path === undefined) return () => undefined
      noteHolder(path, { pid: process.pid, command, since: new Date().toISOString() })
      return () => releaseStore(path)
    },
    server: async () => undefined,
    size: async () => sizeOf(named),
    aboutToCommit: () => undefined,
    mayRunAgain: () => false,
    damage: () => damageIn(raw, named),
    copyOut: async (to, signal) => {
      const { copyDatabase } = await import('./backup.ts')
      return copyDatabase(raw, { to, signal })
    },
    overwriteWhatGoes: () => {
      raw.pragma('secure_delete = on')
    },
    scrub: () => scrub(raw),
    // kysely leaves a connection open that it never used.
    close: () => {
      raw.close()
    },
  }
}

/** What the store keeps of its key. */
export function fingerprintOf(raw: Database.Database): string {
  return String(raw.prepare('select key_fingerprint from store').pluck().get())
}

/** In bytes, with what SQLite keeps beside it. */
function sizeOf(path: string): number {
  return [path, `${path}-wal`].reduce((sum, file) => sum + (existsSync(file) ? statSync(file).size : 0), 0)
}

/** Writes the store's file anew, so that no page keeps what earlier changes left behind, and empties the log beside it. */
async function scrub(raw: Database.Database): Promise<boolean> {
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
