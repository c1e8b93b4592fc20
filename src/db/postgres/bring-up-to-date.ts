import { Unavailable } from '../../errors.ts'
import { finishing } from '../../interruption.ts'
import { version as program } from '../../version.ts'
import { latestVersion } from '../migrations/index.ts'
import type { Opening } from '../store/opening.ts'
import { connect, serverAddressOf } from './connection.ts'
import { inWords } from './errors.ts'
import { migrateWithin } from './migrate.ts'
import { refuseOthers } from './rights.ts'

/** @throws `store-refused` for a user who does not own the store: its tables are not theirs to alter */
export async function refuseOthersToMigrate(address: string): Promise<void> {
  await refuseOthers(serverAddressOf(address), { what: 'bring it up to date' })
}

/**
 * Brings a shared store up to date in one transaction, which holds the store: all of it, or none.
 * @returns the version that it had; with any other than the one agreed to, nothing is done
 */
export async function migrateSharedStore(
  { path, maxWaitMs, interruption }: Opening,
  { from }: { from: number },
): Promise<number> {
  const server = serverAddressOf(path)
  const client = await connect(server, { writes: true })
  const schema = client.escapeIdentifier(server.schema)
  try {
    await client.query(
      `begin isolation level read committed; set local search_path to ${schema}; set local lock_timeout to ${Math.max(1, Math.ceil(maxWaitMs))}`,
    )
    await client.query('select id from store where id = 1 for update')
    const { rows } = await client.query<{ version: number }>(
      'select max(version) as version from store_versions',
    )
    const version = Number(rows[0]?.version)
    if (version === from && version < latestVersion) {
      await migrateWithin(client, { from })
      await client.query('update store set program = $1', [program])
      await finishing(interruption, {
        what: 'the store is being brought up to date',
        finish: async () => {
          await client.query('commit')
        },
      })
    } else {
      await client.query('rollback')
    }
    return version
  } catch (error) {
    await client.query('rollback').catch(() => undefined)
    const failure = inWords(error, server.shown)
    if (failure instanceof Unavailable || !(error instanceof Error)) throw failure
    throw new Unavailable(
      'migration-failed',
      `The store ${server.shown} cannot be brought up to date: ${error.message}.`,
      {
        hint: 'Nothing was changed. Go on with the ssh-admin that made it, and report this.',
        cause: error,
      },
    )
  } finally {
    await client.end()
  }
}
