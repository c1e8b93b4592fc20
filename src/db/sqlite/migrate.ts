import type Database from 'better-sqlite3'
import { Kysely, Migrator } from 'kysely'
import { Failure, Unavailable } from '../../errors.ts'
import { version as program } from '../../version.ts'
import { StoreDialect } from './dialect.ts'
import { latestVersion, migrationNames, migrations } from '../migrations/index.ts'
import { isDiskError } from './errors.ts'
import { pathInWords } from '../../shell-word.ts'

interface Migrating {
  /** The store's path for messages; the connection may be to a copy. */
  path: string
  /** The version to stop at. Absent: the latest. */
  to?: number
}

/**
 * Runs the missing migrations in one transaction; foreign keys are checked at its end.
 * @throws `migration-failed`, or a failure of the disk
 */
export async function migrate(
  raw: Database.Database,
  { path, to = latestVersion }: Migrating,
): Promise<void> {
  const db = new Kysely<unknown>({ dialect: new StoreDialect({ database: raw }) })
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations() } })
  raw.pragma('foreign_keys = off')
  raw.pragma('legacy_alter_table = on')
  try {
    const { error, results = [] } = await migrator.migrateTo(migrationNames[to - 1] ?? '')
    if (!error) return noteProgram(raw)
    const failed = results.find(({ status }) => status === 'Error')?.migrationName
    throw failureOf(error, { path, failed })
  } finally {
    raw.pragma('legacy_alter_table = off')
    raw.pragma('foreign_keys = on')
  }
}

/** Records the program's version; the column exists since migration 0003. */
function noteProgram(raw: Database.Database): void {
  if (Number(raw.pragma('user_version', { simple: true })) < 3) return
  raw.prepare('update store set program = ?').run(program)
}

function failureOf(error: unknown, { path, failed }: { path: string; failed: string | undefined }): unknown {
  if (error instanceof Failure || isDiskError(error)) return error
  const words = error instanceof Error ? error.message : String(error)
  return new Unavailable(
    'migration-failed',
    `The store ${pathInWords(path)} cannot be brought up to date${failed ? `, at ${failed}` : ''}: ${words}.`,
    {
      hint: 'Nothing was changed. Go on with the ssh-admin that made it, look through it with ssh-admin store check, and report this.',
      cause: error,
    },
  )
}
