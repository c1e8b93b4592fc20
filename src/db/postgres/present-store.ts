import { type Kysely, sql } from 'kysely'
import type pg from 'pg'
import { randomBytes } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Refused } from '../../errors.ts'
import { runToCompletion } from '../../interruption.ts'
import { type ServerAddress, fillInStoreId } from '../../server-address.ts'
import { ownerTag } from '../../unfinished-files.ts'
import {
  emptyLog,
  hasSeal,
  headFileOnServer,
  headOf,
  isBehindHeadFile,
  type LogHead,
} from '../audit/head-file.ts'
import { type Delivery, deliveryColumns } from '../outbox.ts'
import { anyOf } from '../portable.ts'
import { copyTables, type Source } from '../store/copy-tables.ts'
import type { Store } from '../schema.ts'
import { openStore } from '../store/open.ts'
import type { Opening } from '../store/opening.ts'
import type { PresentStore, Replaced } from '../store/restore.ts'
import type { ErasedAccount } from '../users/erase.ts'
import { serverAddressOf } from './connection.ts'
import { keptSchemaPrefix } from './new-schema.ts'
import { copyToServer, rehearseNewSchema } from './new-store.ts'
import { grantsFor } from './desk-role.ts'
import { sharedDatabase } from './dialect.ts'
import { emptySchema, makeSchema } from './new-schema.ts'
import { connectionTo } from './open.ts'
import { deskRoleOfSchema, requireOwner } from './rights.ts'

/** The store on a server that a restore replaces. @throws `store-newer`, `store-older`, `store-refused` */
export async function presentSharedStore(opening: Opening): Promise<PresentStore> {
  const server = serverAddressOf(opening.path)
  const found = await findStore(server, opening)
  if (!found) await rehearseNewSchema(opening.path)
  const kept = found ? keptSchemaName(server, opening.now()) : null
  return {
    fingerprint: found?.fingerprint,
    isOlderCopy: () =>
      found !== undefined &&
      isBehindHeadFile(found.head, headFileOnServer(fillInStoreId(opening.keyFile, found.storeId), server)),
    hasInLog: async (head) => found !== undefined && withStore(server, opening, (db) => hasSeal(db, head)),
    keyFileFor: (storeId) => fillInStoreId(opening.keyFile, found?.storeId ?? storeId),
    headFileBeside: (keyFile) => headFileOnServer(keyFile, server),
    erased: (storeId) => (found?.storeId === storeId ? found.erased : []),
    deliveries: async (messageIds) =>
      found ? withStore(server, opening, (db) => deliveriesIn(db, messageIds)) : [],
    keepAs: kept === null ? null : withSchema(server, kept),
    copyBeside: join(tmpdir(), `ssh-admin-${process.pid}`),
    replaceWith: async (file, { beforePlacing }) => {
      const from = await openStore({ ...opening, path: file, mode: 'place', interruption: undefined })
      try {
        if (found && kept !== null)
          return await replaceSchema(server, { opening, from, keepAs: kept, found, beforePlacing })
        const { interruption, signal = new AbortController().signal } = opening
        const copying = { from, signal, interruption, withoutContent: false }
        await copyToServer(opening.path, { ...copying, beforeSaving: beforePlacing })
        return { eventsMeanwhile: 0 }
      } catch (error) {
        // Another desk has created a store there since.
        if (!found && error instanceof Refused && error.code === 'store-exists') return undefined
        throw error
      } finally {
        await from.close()
      }
    },
  }
}

interface PresentRow {
  storeId: string
  fingerprint: string
  head: LogHead | undefined
  erased: ErasedAccount[]
}

async function findStore(server: ServerAddress, opening: Opening): Promise<PresentRow | undefined> {
  const connection = await connectionTo(server, { ...opening, mode: 'use' })
  try {
    const row = await connection.readStoreRow()
    if (!row) {
      await connection.refuseForeign({ createsStore: true })
      return undefined
    }
    connection.check()
    await requireOwner(server, { what: 'put another store in its place', makesSchema: true })
    const db = sharedDatabase(connection)
    return { ...row, head: await headOf(db), erased: await erasedAccounts(db) }
  } finally {
    await connection.close()
  }
}

async function withStore<Result>(
  server: ServerAddress,
  opening: Opening,
  read: (db: Kysely<Store>) => Promise<Result>,
): Promise<Result> {
  const connection = await connectionTo(server, { ...opening, mode: 'use' })
  try {
    return await read(sharedDatabase(connection))
  } finally {
    await connection.close()
  }
}

function deliveriesIn(db: Kysely<Store>, messageIds: readonly string[]): Promise<Delivery[]> {
  return db
    .selectFrom('outbox')
    .select(['message_id', ...deliveryColumns])
    .where(anyOf(sql.ref('message_id'), messageIds))
    .execute()
}

function erasedAccounts(db: Kysely<Store>): Promise<ErasedAccount[]> {
  const erased = db.selectFrom('erased_accounts').select(['user_id', 'created_at', 'address'])
  return erased.orderBy('user_id').orderBy('address').execute()
}

interface Replacing {
  opening: Opening
  from: Source
  keepAs: string
  /** The present store, as it was when the user confirmed. */
  found: PresentRow
  beforePlacing: () => void | Promise<void>
}

/** In one transaction that locks the store: fills a new schema and swaps the two names. */
async function replaceSchema(
  server: ServerAddress,
  { opening, from, keepAs, found, beforePlacing }: Replacing,
): Promise<Replaced | undefined> {
  const { interruption, signal = new AbortController().signal } = opening
  const connection = await connectionTo(server, { ...opening, mode: 'use' })
  try {
    await connection.begin()
    const db = sharedDatabase(connection)
    const now = { ...connection.row, erased: await erasedAccounts(db) }
    // The copy was prepared from what was read before: erasures, a new key or another restore since then make it wrong.
    // Other changes made meanwhile stay in the replaced store, which is kept.
    if (hasChanged(now, found) || !(await hasSeal(db, found.head ?? emptyLog))) {
      await connection.rollback()
      return undefined
    }
    const eventsMeanwhile = ((await headOf(db))?.events ?? 0) - (found.head?.events ?? 0)
    const newSchema = `${server.schema.slice(0, 40)}_${ownerTag().slice(-12)}`
    await connection.withinChange(async (client) => {
      await makeSchema(client, { schema: newSchema, shown: server.shown })
      await copyTables({ from, to: emptySchema(client, server), signal, withoutContent: false })
      const { schema } = server
      await client.query(mergeDeliveries(schema))
      await client.query(
        `alter schema "${schema}" rename to "${keepAs}"; alter schema "${newSchema}" rename to "${schema}"; set local search_path to "${schema}"`,
      )
      await grantToDesks(client, schema)
    })
    await runToCompletion(interruption, {
      what: 'the backup is being put in the place of the store',
      finish: async () => {
        await beforePlacing()
        await connection.commit()
      },
    })
    return { eventsMeanwhile }
  } finally {
    await connection.close()
  }
}

/** Takes over delivery states that changed after the copy was prepared, so that no message is sent twice. */
function mergeDeliveries(present: string): string {
  return `update outbox set (${deliveryColumns.join(', ')}) = row(${deliveryColumns.map((column) => `there.${column}`).join(', ')})
    from "${present}".outbox as there
    where there.message_id = outbox.message_id and outbox.state in ('queued', 'failed')
      and (there.state <> 'queued' or there.claimed_by is not null)`
}

function hasChanged(now: Omit<PresentRow, 'head'>, found: PresentRow): boolean {
  const isReplaced = now.storeId !== found.storeId || now.fingerprint !== found.fingerprint
  return isReplaced || JSON.stringify(now.erased) !== JSON.stringify(found.erased)
}

/** Grants the desk role the rights that it had in the replaced store. */
async function grantToDesks(client: pg.Client, schema: string): Promise<void> {
  const role = deskRoleOfSchema(schema)
  const { rows } = await client.query('select 1 from pg_roles where rolname = $1', [role])
  if (rows.length > 0) await client.query(grantsFor(schema, role).join(' '))
}

/** The name under which the replaced schema is kept, unique even for two restores within a second. */
function keptSchemaName({ schema }: ServerAddress, now: Date): string {
  const time = now.toISOString().slice(0, 19).replace(/\D/g, '_')
  return `${keptSchemaPrefix(schema)}${time}z_${randomBytes(2).toString('hex')}`
}

/** The address with another schema. */
function withSchema({ shown }: ServerAddress, schema: string): string {
  const [address = '', query = ''] = shown.split('?')
  const options = query.split('&').filter((option) => option !== '' && !option.startsWith('schema='))
  return `${address}?${[...options, `schema=${schema}`].join('&')}`
}
