import type Database from 'better-sqlite3'
import { Unavailable } from '../../errors.ts'
import { latestVersion, migrationNames } from '../migrations/index.ts'
import { storeNewer, storeOlder } from '../store/opening.ts'
import { tableNames } from '../store/tables.ts'
import { pathInWords } from '../../shell-word.ts'

/** A prepared statement for the schema version (user_version). */
export function versionStatement(raw: Database.Database): Database.Statement<[], number> {
  return raw.prepare<[], number>('pragma user_version').pluck()
}

/**
 * The store's schema version, current or older.
 * @throws `store-newer`, or `store-damaged` for a version that never existed or a missing table
 */
export function knownVersionOf(raw: Database.Database, path: string): number {
  const version = Number(versionStatement(raw).get())
  if (version === latestVersion) {
    const missing = missingTable(raw)
    if (missing !== undefined) throw damaged(path, `it has no table ${missing}`)
    return version
  }
  const applied = appliedMigrations(raw)
  const isCounted = version >= 1 && applied.length === version
  if (isCounted && version > latestVersion) throw storeNewer(pathInWords(path), programOf(raw))
  if (isCounted && applied.every((name, position) => name === migrationNames[position])) return version
  const list = `its list of migrations has ${applied.length}`
  throw damaged(path, `it says that it is of version ${version}, and ${list}`)
}

/** Refuses a change after another process has migrated the store since it was opened. */
export function refuseOtherVersion(
  raw: Database.Database,
  { path, version }: { path: string; version: number },
): void {
  if (version > latestVersion) throw storeNewer(pathInWords(path), programOf(raw))
  if (version < latestVersion) throw olderFile(path, version)
}

export function olderFile(path: string, version: number): Unavailable {
  return storeOlder(pathInWords(path), {
    version,
    how: 'Bring it up to date with: ssh-admin store migrate. It keeps a copy of the store as it is;',
  })
}

function damaged(path: string, what: string): Unavailable {
  return new Unavailable('store-damaged', `The store ${pathInWords(path)} is damaged: ${what}.`, {
    hint: 'Keep all files as they are. ssh-admin store restore FILE brings a backup back, and keeps the present store.',
  })
}

function appliedMigrations(raw: Database.Database): string[] {
  const listed = raw.prepare(`select 1 from sqlite_schema where name = 'kysely_migration'`).get()
  return listed
    ? raw.prepare('select name from kysely_migration order by name').pluck().all().map(String)
    : []
}

/** The program that wrote the store; unknown in some versions. */
function programOf(raw: Database.Database): string {
  const column = raw.prepare(`select 1 from pragma_table_info('store') where name = 'program'`).get()
  return column ? String(raw.prepare('select program from store').pluck().get() ?? '') : ''
}

/** The first table that is missing from the store, if any. */
function missingTable(raw: Database.Database): string | undefined {
  const there = new Set(raw.prepare(`select name from sqlite_schema where type = 'table'`).pluck().all())
  return tableNames.find((name) => !there.has(name))
}
