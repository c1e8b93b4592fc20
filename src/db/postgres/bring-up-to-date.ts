import { Failure, Unavailable } from '../../errors.ts'
import { runToCompletion } from '../../interruption.ts'
import { version as program } from '../../version.ts'
import { latestVersion } from '../migrations/index.ts'
import type { Opening } from '../store/opening.ts'
import { serverAddressOf } from './connection.ts'
import { migrateWithin } from './migrate.ts'
import { connectionTo } from './open.ts'
import { requireOwner } from './rights.ts'

/** @throws `store-refused` for a user who does not own the store, and so cannot alter its tables */
export async function requireOwnerToMigrate(address: string): Promise<void> {
  await requireOwner(serverAddressOf(address), { what: 'bring it up to date' })
}

/**
 * Migrates a shared store in one transaction, which locks the store.
 * @param from the version that the user confirmed. @returns the version found; if it is another one, nothing is done
 */
export async function migrateSharedStore(opening: Opening, { from }: { from: number }): Promise<number> {
  const server = serverAddressOf(opening.path)
  const anyVersion = () => undefined
  const connection = await connectionTo(server, { ...opening, mode: 'use' }, anyVersion)
  try {
    await connection.begin()
    const { version } = connection.row
    if (version !== from || version >= latestVersion) {
      await connection.rollback()
      return version
    }
    await connection.withinChange(async (client) => {
      // `store init --roles` locks this table while it grants rights on the others.
      await client.query('lock table store_versions in share row exclusive mode')
      await migrateWithin(client, { from })
      await client.query('update store set program = $1', [program])
    })
    await runToCompletion(opening.interruption, {
      what: 'the store is being brought up to date',
      finish: () => connection.commit(),
    })
    return version
  } catch (error) {
    if (error instanceof Failure || !(error instanceof Error)) throw error
    throw new Unavailable(
      'migration-failed',
      `The store ${server.shown} cannot be brought up to date: ${error.message}.`,
      {
        hint: 'Nothing was changed. Go on with the ssh-admin that made it, and report this.',
        cause: error,
      },
    )
  } finally {
    await connection.close()
  }
}
