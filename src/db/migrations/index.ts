import { type Kysely, type Migration, sql } from 'kysely'

interface NumberedMigration {
  /** Statements in SQLite's dialect; `tablesOnServer` translates each for PostgreSQL. */
  statements?: readonly string[]
  /** What plain statements cannot do; run for a file only. */
  up?: Migration['up']
  /**
   * Statements for PostgreSQL instead, only where those for SQLite cannot be translated automatically, such as triggers
   * and functions.
   */
  onServer?: readonly string[]
}

/**
 * The migrations in order, loaded only when they run; frozen once merged. They run with foreign keys off and
 * `legacy_alter_table` on, so that a table can be rebuilt (create, copy, drop, rename); dangling references fail the
 * migration afterwards.
 */
const numbered: Record<string, () => Promise<NumberedMigration>> = {
  '0001-centres-users-and-their-history': () => import('./0001-centres-users-and-their-history.ts'),
  '0002-wrong-sign-ins-and-account-requests': () => import('./0002-wrong-sign-ins-and-account-requests.ts'),
  '0003-the-program-that-wrote-it': () => import('./0003-the-program-that-wrote-it.ts'),
  '0004-audit-rows-count-from-one': () => import('./0004-audit-rows-count-from-one.ts'),
  '0005-pin-sheets-that-are-owed': () => import('./0005-pin-sheets-that-are-owed.ts'),
  '0006-whom-it-erased': () => import('./0006-whom-it-erased.ts'),
  '0007-pin-sheets-noted-before-they-are-written': () =>
    import('./0007-pin-sheets-noted-before-they-are-written.ts'),
  '0008-wrong-sign-ins-under-the-key': () => import('./0008-wrong-sign-ins-under-the-key.ts'),
  '0009-key-times-and-time-zones': () => import('./0009-key-times-and-time-zones.ts'),
  '0010-resources-and-help-documents': () => import('./0010-resources-and-help-documents.ts'),
  '0011-entries-and-releases': () => import('./0011-entries-and-releases.ts'),
  '0012-lists-of-words-as-comparisons': () => import('./0012-lists-of-words-as-comparisons.ts'),
  '0013-counts-at-a-glance': () => import('./0013-counts-at-a-glance.ts'),
  '0014-imports-looked-for-at-once': () => import('./0014-imports-looked-for-at-once.ts'),
  '0015-centres-by-name-and-nearly-by-number': () => import('./0015-centres-by-name-and-nearly-by-number.ts'),
  '0016-search-keys-with-letters-alike': () => import('./0016-search-keys-with-letters-alike.ts'),
}

export const migrationNames: readonly string[] = Object.keys(numbered)

/** The `user_version` of a store that has every migration. */
export const latestVersion = migrationNames.length

/** Every migration, each noting its number in the file's header within its own transaction. */
export function migrations(): Record<string, Migration> {
  return Object.fromEntries(
    Object.entries(numbered).map(([name, load], position) => [
      name,
      {
        async up(db: Kysely<unknown>) {
          const { statements = [], up } = await load()
          for (const statement of statements) await sql.raw(statement).execute(db)
          await up?.(db)
          await refuseOrphans(db)
          await sql.raw(`pragma user_version = ${position + 1}`).execute(db)
        },
      },
    ]),
  )
}

/** The migrations that a store of this version lacks, each with the version that it leads to. */
export function migrationsAfter(
  version: number,
): { version: number; load: () => Promise<NumberedMigration> }[] {
  return Object.values(numbered)
    .map((load, position) => ({ version: position + 1, load }))
    .slice(version)
}

async function refuseOrphans(db: Kysely<unknown>): Promise<void> {
  const { rows } = await sql<{ table: string; parent: string }>`pragma foreign_key_check`.execute(db)
  const [first] = rows
  if (first) throw new Error(`rows of ${first.table} point into ${first.parent}, at nothing`)
}
