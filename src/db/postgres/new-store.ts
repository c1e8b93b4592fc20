import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { mkdirSync, rmSync, trySyncFolder } from '../../disk.ts'
import { CommitUnknown, Refused, Unavailable } from '../../errors.ts'
import { runToCompletion, type Interruption } from '../../interruption.ts'
import { type ServerAddress, fillInStoreId } from '../../server-address.ts'
import { version as program } from '../../version.ts'
import type { CopyOptions } from '../engine.ts'
import { type Copied, copyTables, type Source } from '../store/copy-tables.ts'
import { deriveKeys, renameWaitingKey, waitingKeyFile, writeKeyFile } from '../store/keys.ts'
import type { Opening } from '../store/opening.ts'
import { serverAddressOf } from './connection.ts'
import { emptySchema, withNewSchema } from './new-schema.ts'
import { commitNewSchema } from './unknown-commit.ts'

/**
 * Creates a store in one transaction; of two desks at once, the second finds the first one's store.
 * @returns whether this desk created it
 */
export async function createSharedStore(server: ServerAddress, opening: Opening): Promise<boolean> {
  const storeId = randomBytes(12).toString('hex')
  const keyFile = fillInStoreId(opening.keyFile, storeId)
  if (existsSync(keyFile)) {
    throw new Unavailable(
      'key-without-store',
      `There is a key at ${keyFile}, but no store at ${server.shown}.`,
      {
        hint: 'Is it the right address? To begin anew, move the key away.',
      },
    )
  }
  const secret = randomBytes(32)
  const { fingerprint } = deriveKeys(secret)
  // The key is first written under a name that holds its fingerprint, and found by it should this process be killed.
  const waiting = waitingKeyFile(keyFile, fingerprint)
  try {
    await withNewSchema(server, async (client) => {
      await client.query(
        'insert into store (id, store_id, key_fingerprint, created_at, program) values (1, $1, $2, $3, $4)',
        [storeId, fingerprint, opening.now().toISOString(), program],
      )
      mkdirSync(dirname(keyFile))
      writeKeyFile(waiting, secret)
      trySyncFolder(dirname(keyFile))
      // From here on no signal cancels: the store needs its first event.
      await runToCompletion(opening.interruption, {
        what: `the store is being begun in ${server.shown}`,
        finish: () =>
          commitNewSchema(client, server, {
            what: 'the store',
            unsureHint: `Once the server can be reached, run the command once more: it says whether the store is there. Its key waits at ${waiting}, and is found there.`,
          }),
      })
    })
  } catch (error) {
    // The store may exist nevertheless, and would be useless without its key.
    if (error instanceof CommitUnknown) throw error
    rmSync(waiting, { force: true })
    // Another desk created the store at the same time.
    if (error instanceof Refused && error.code === 'store-exists') return false
    throw error
  }
  renameWaitingKey(keyFile, fingerprint)
  return true
}

interface CopyToServer extends CopyOptions {
  from: Source
  /** Absent for a rehearsal. */
  interruption: Interruption | undefined
  /** Called just before the commit. */
  beforeSaving?: () => void | Promise<void>
  onRows?: (copied: number) => void
}

/** Copies every row of a locked store into a new schema, in one transaction. */
export async function copyToServer(
  address: string,
  { interruption, beforeSaving, ...copying }: CopyToServer,
): Promise<Copied> {
  const server = serverAddressOf(address)
  return withNewSchema(server, async (client) => {
    const copied = await copyTables({ ...copying, to: emptySchema(client, server) })
    await client.query(
      `analyze ${Object.keys(copied.rows)
        .map((name) => client.escapeIdentifier(name))
        .join(', ')}`,
    )
    await runToCompletion(interruption, {
      what: `the copy is being saved in ${server.shown}`,
      finish: async () => {
        await beforeSaving?.()
        return commitNewSchema(client, server, { what: 'the copy' })
      },
    })
    return copied
  })
}

/** Checks that a store could be created there, and rolls back. @throws `store-exists`, `store-foreign`, `store-refused` */
export async function rehearseNewSchema(address: string): Promise<void> {
  await withNewSchema(serverAddressOf(address), async (client) => {
    await client.query('rollback')
  })
}
