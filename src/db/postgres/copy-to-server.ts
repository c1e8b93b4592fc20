import { finishing, type Interruption } from '../../interruption.ts'
import type { CopyingOut } from '../engine.ts'
import { type Copied, copyTables, type Source } from '../store/copy-tables.ts'
import { serverAddressOf } from './connection.ts'
import { commitNewSchema } from './unknown-commit.ts'
import { emptySchema, withNewSchema } from './new-schema.ts'

interface CopyingToServer extends CopyingOut {
  from: Source
  /** Absent where nothing that is done counts. */
  interruption: Interruption | undefined
  /** Just before it is saved. */
  beforeSaving?: () => void | Promise<void>
  onRows?: (copied: number) => void
}

/** Copies every row of a store, which nobody changes meanwhile, into a schema of its own: all of it, or nothing is there. */
export async function copyToServer(
  address: string,
  { interruption, beforeSaving, ...copying }: CopyingToServer,
): Promise<Copied> {
  const server = serverAddressOf(address)
  return withNewSchema(server, async (client) => {
    const copied = await copyTables({ ...copying, to: emptySchema(client, server) })
    await client.query(
      `analyze ${Object.keys(copied.rows)
        .map((name) => client.escapeIdentifier(name))
        .join(', ')}`,
    )
    await finishing(interruption, {
      what: `the copy is being saved in ${server.shown}`,
      finish: async () => {
        await beforeSaving?.()
        return commitNewSchema(client, server, { what: 'the copy' })
      },
    })
    return copied
  })
}

/** Whether a store could be made there; nothing is. @throws `store-exists`, `store-foreign`, `store-refused` */
export async function rehearseNewSchema(address: string): Promise<void> {
  await withNewSchema(serverAddressOf(address), async (client) => {
    await client.query('rollback')
  })
}
