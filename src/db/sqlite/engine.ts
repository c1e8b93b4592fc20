import type Database from 'better-sqlite3'
import { existsSync, statSync } from 'node:fs'
import type { Engine, Value } from '../engine.ts'
import { sqliteBulk } from './bulk.ts'
import { faultPoint } from '../../fault-points.ts'
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
    aboutServer: async () => undefined,
    size: async () => sizeOf(named),
    aboutToCommit: () => undefined,
    mayRunAgain: () => false,
    damage: () => damageIn(raw, named),
    rowsOf: (table, columns) => rowsOf(raw, { table, columns }),
    lastNumber: async (table) =>
      raw.prepare<[string], number>('select seq from sqlite_sequence where name = ?').pluck().get(table) ?? 0,
    copyOut: async (to, { signal, withoutContent }) => {
      const { copyDatabase } = await import('./backup.ts')
      const bytes = await copyDatabase(raw, { to, signal })
      if (!withoutContent) return bytes
      const { leaveOutContent } = await import('./leave-out-content.ts')
      return leaveOutContent(to)
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

/** How many rows, and about how many bytes of them, are held at once. */
const rowsAtOnce = 1000
const bytesAtOnce = 8_000_000

/** Nothing else is asked of the connection meanwhile. */
async function* rowsOf(
  raw: Database.Database,
  { table, columns }: { table: string; columns: readonly string[] },
): AsyncGenerator<Value[][]> {
  const names = columns.map((name) => `"${name}"`).join(', ')
  const found = raw.prepare<[], Value[]>(`select ${names} from "${table}"`).raw().iterate()
  let rows: Value[][] = []
  let bytes = 0
  for (const row of found) {
    rows.push(row)
    for (const value of row) if (Buffer.isBuffer(value)) bytes += value.length
    if (rows.length < rowsAtOnce && bytes < bytesAtOnce) continue
    yield rows
    rows = []
    bytes = 0
  }
  if (rows.length > 0) yield rows
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
  faultPoint('scrub', 'sqlite')
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
