import { type Kysely, type Migration, sql } from 'kysely'
import * as m0001 from './0001-centres-users-and-their-history.ts'
import * as m0002 from './0002-wrong-sign-ins-and-account-requests.ts'
import * as m0003 from './0003-the-program-that-wrote-it.ts'
import * as m0004 from './0004-audit-rows-count-from-one.ts'
import * as m0005 from './0005-pin-sheets-that-are-owed.ts'
import * as m0006 from './0006-whom-it-erased.ts'
import * as m0007 from './0007-pin-sheets-noted-before-they-are-written.ts'
import * as m0008 from './0008-wrong-sign-ins-under-the-key.ts'

/**
 * In their order; frozen once merged. They run with foreign keys off and `legacy_alter_table` on, so that
 * a table can be rebuilt (new one, copy, drop, rename); what points at nothing afterwards fails the migration.
 */
const numbered: Record<string, Migration> = {
  '0001-centres-users-and-their-history': m0001,
  '0002-wrong-sign-ins-and-account-requests': m0002,
  '0003-the-program-that-wrote-it': m0003,
  '0004-audit-rows-count-from-one': m0004,
  '0005-pin-sheets-that-are-owed': m0005,
  '0006-whom-it-erased': m0006,
  '0007-pin-sheets-noted-before-they-are-written': m0007,
  '0008-wrong-sign-ins-under-the-key': m0008,
}

export const migrationNames: readonly string[] = Object.keys(numbered)

/** What `user_version` says of a store that has every migration. */
export const latestVersion = migrationNames.length

/** Every migration, each noting its number in the file's header within its own transaction. */
export function migrations(): Record<string, Migration> {
  return Object.fromEntries(
    Object.entries(numbered).map(([name, migration], position) => [
      name,
      {
        async up(db: Kysely<unknown>) {
          await migration.up(db)
          await refuseOrphans(db)
          await sql.raw(`pragma user_version = ${position + 1}`).execute(db)
        },
      },
    ]),
  )
}

async function refuseOrphans(db: Kysely<unknown>): Promise<void> {
  const { rows } = await sql<{ table: string; parent: string }>`pragma foreign_key_check`.execute(db)
  const [first] = rows
  if (first) throw new Error(`rows of ${first.table} point into ${first.parent}, at nothing`)
}
