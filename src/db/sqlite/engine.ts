import { readHeadFile } from '../audit/head-file.ts'
import type Database from 'better-sqlite3'
import { existsSync, statSync } from 'node:fs'
import type { Engine, Value, Bulk } from '../engine.ts'
import { faultPoint } from '../../fault-points.ts'
import { isBusy } from './errors.ts'
import { nameHolder } from '../store/opening.ts'
import { holderOf, recordHolder, releaseStore } from './wait.ts'

interface Connected {
  /** The store's name in findings. */
  named: string
  /** Where the note of the holder is written; absent for a private copy. */
  path: string | undefined
  /** Absent for a store in memory. */
  restartTransaction?: () => Promise<void>
}

/** The engine of a store in a SQLite file, over one connection. */
export function sqliteEngine(raw: Database.Database, { named, path, restartTransaction }: Connected): Engine {
  let fingerprint: Database.Statement<[], string> | undefined
  return {
    isShared: false,
    ...(restartTransaction ? { restartTransaction } : {}),
    bulk: sqliteBulk(raw),
    fingerprint: () => {
      fingerprint ??= fingerprintStatement(raw)
      return String(fingerprint.get())
    },
    dataVersion: async () => Number(raw.pragma('data_version', { simple: true })),
    recordHolder: (command) => {
      if (path === undefined) return () => undefined
      recordHolder(path, command)
      return () => releaseStore(path)
    },
    readServerFacts: async () => undefined,
    currentHolder: async () => {
      const holder = holderOf(named)
      return holder ? nameHolder(holder) : null
    },
    size: async () => sizeOf(named),
    reusableSize: async () => {
      const free = 'select freelist_count * page_size from pragma_freelist_count, pragma_page_size'
      return raw.prepare<[], number>(free).pluck().get() ?? 0
    },
    expectCommit: () => undefined,
    isRetryable: () => false,
    checkIntegrity: async () => {
      const { damageIn } = await import('./integrity.ts')
      return { damage: damageIn(raw, named), warnings: [] }
    },
    readRows: (table, columns) => rowsOf(raw, { table, columns }),
    lastNumber: async (table) => {
      // These tables have no AUTOINCREMENT: a server's sequence continues after the highest id.
      const highest = raw
        .prepare<[string], number>(
          `select max(coalesce((select seq from sqlite_sequence where name = ?), 0), coalesce(max(id), 0)) from "${table}"`,
        )
        .pluck()
      return highest.get(table) ?? 0
    },
    writeSnapshot: async (to, { signal, withoutContent }) => {
      const { copyDatabase, leaveOutContent } = await import('./backup.ts')
      const bytes = await copyDatabase(raw, { to, signal })
      return withoutContent ? leaveOutContent(to) : bytes
    },
    enableSecureDelete: () => {
      raw.pragma('secure_delete = on')
    },
    vacuum: () => vacuum(raw),
  }
}

/** Upper bounds of a batch: rows, and roughly their bytes. */
const rowsAtOnce = 1000
const bytesAtOnce = 8_000_000

/** The connection must not be used otherwise meanwhile. */
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

/** Reads the fingerprint of the store's key. */
export function fingerprintStatement(raw: Database.Database): Database.Statement<[], string> {
  return raw.prepare<[], string>('select key_fingerprint from store').pluck()
}

/** In bytes, WAL and shm included. */
function sizeOf(path: string): number {
  return [path, `${path}-wal`].reduce((sum, file) => sum + (existsSync(file) ? statSync(file).size : 0), 0)
}

/** Vacuums the file and truncates the WAL, so that no free page keeps erased values. */
async function vacuum(raw: Database.Database): Promise<boolean> {
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

/** Writes many rows with one prepared statement each. */
function sqliteBulk(raw: Database.Database): Bulk {
  const runAll = (statement: string, rows: Iterable<readonly Value[]>): number => {
    let prepared: Database.Statement<Value[]> | undefined
    let changes = 0
    for (const row of rows) {
      prepared ??= raw.prepare<Value[]>(statement)
      changes += prepared.run(...row).changes
    }
    return changes
  }
  return {
    reserve: async (table) => {
      const next = raw.prepare<[string], number>(
        `select max(coalesce((select seq from sqlite_sequence where name = ?), 0),
          coalesce((select max(id) from ${table}), 0)) + 1`,
      )
      return next.pluck().get(table) ?? 1
    },
    insert: async (table, columns, rows) => {
      runAll(insertion(table, columns), rows)
    },
    update: async (table, [key, ...others], rows) => {
      const set = others.map((column) => `${quoted(column)} = ?`)
      const statement = `update ${quoted(table)} set ${set.join(', ')} where ${quoted(key)} = ?`
      runAll(statement, withFirstLast(rows))
    },
    merge: async (table, { key, set }, rows) => {
      const kept = key.map(quoted).join(', ')
      const column = quoted(set)
      return runAll(
        `${insertion(table, [...key, set])} on conflict (${kept})
          do update set ${column} = excluded.${column} where ${column} is not excluded.${column}`,
        rows,
      )
    },
  }
}

/** Moves a row's key from first to last, where the update statement expects it. */
function* withFirstLast(rows: Iterable<readonly Value[]>) {
  for (const [first = null, ...others] of rows) yield [...others, first]
}

export function insertion(table: string, columns: readonly string[]): string {
  return `insert into ${quoted(table)} (${columns.map(quoted).join(', ')}) values (${columns.map(() => '?').join(', ')})`
}

function quoted(name: string): string {
  return `"${name}"`
}

/** Whether the log lacks the last event that the note beside the key says it had. */
export function lacksEventOf(raw: Database.Database, headFile: string): boolean {
  const noted = readHeadFile(headFile)
  if (!noted || noted.events === 0) return false
  const seal = raw.prepare<[number], Buffer>('select mac from audit where id = ?').pluck().get(noted.events)
  return seal?.toString('hex') !== noted.head
}
