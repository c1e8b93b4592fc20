import { type Kysely, type Migration, sql } from 'kysely'
import * as m0001 from './0001-centres-users-and-their-history.ts'
import * as m0002 from './0002-wrong-sign-ins-and-account-requests.ts'

const numbered: Record<string, Migration> = {
  '0001-centres-users-and-their-history': m0001,
  '0002-wrong-sign-ins-and-account-requests': m0002,
}

/** What `user_version` says of a store that has every migration. */
export const latestVersion = Object.keys(numbered).length

/** Every migration, each noting its number in the file's header within its own transaction. */
export function migrations(): Record<string, Migration> {
  return Object.fromEntries(
    Object.entries(numbered).map(([name, migration], position) => [
      name,
      {
        async up(db: Kysely<unknown>) {
          await migration.up(db)
          await sql.raw(`pragma user_version = ${position + 1}`).execute(db)
        },
      },
    ]),
  )
}
