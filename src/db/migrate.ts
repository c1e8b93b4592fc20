import { type Kysely, Migrator } from 'kysely'
import { migrations } from './migrations/index.ts'

/** Brings a store up to date in one transaction: all of it, or none. */
export async function migrate<T>(db: Kysely<T>): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations() } })
  const { error } = await migrator.migrateToLatest()
  if (error) throw error
}
