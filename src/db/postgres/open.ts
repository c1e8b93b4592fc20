import type { Kysely } from 'kysely'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { mkdirSync, rmSync, trySyncFolder } from '../../disk.ts'
import { Refused, Unavailable, CommitUnknown } from '../../errors.ts'
import { version as program } from '../../version.ts'
import { headFileOnServer } from '../audit/head-file.ts'
import type { Engine } from '../engine.ts'
import { latestVersion } from '../migrations/index.ts'
import type { Store } from '../schema.ts'
import {
  deriveKeys,
  type Keys,
  keysOfFingerprint,
  renameWaitingKey,
  waitingKeyFile,
  writeKeyFile,
} from '../store/keys.ts'
import type { OpenStore } from '../store/open.ts'
import { type Opening, readsAlone, readsUpToDate } from '../store/opening.ts'
import { sharedBulk } from './bulk.ts'
import { commitNewSchema } from './unknown-commit.ts'
import { connect } from './connection.ts'
import { sharedDatabase } from './dialect.ts'
import { inWords, sqlStateOf } from './errors.ts'
import { makeSchema, refuseTakenSchema } from './new-schema.ts'
import { type ServerAddress, withStoreNumber } from '../../server-address.ts'
import { serverAddressOf } from './address.ts'
import { SharedConnection } from './shared-connection.ts'
import type { StoreRow } from './store-row.ts'

/** Opens a store that several desks share. @throws `store-missing`, `store-newer`, `store-older`, and what a server says */
export async function openSharedStore(opening: Opening): Promise<OpenStore> {
  const server = serverAddressOf(opening.path)
  const connection = await connectionTo(server, opening)
  if (opening.startsWithChange && (opening.mode === 'use' || opening.mode === 'rehearse'))
    return openedStore(connection, { opening, created: false })
  try {
    const row = await connection.look()
    if (row) {
      refuseOtherVersion(row, { server, reads: readsAlone(opening.mode) })
      const isOlder = readsUpToDate(opening.mode) && row.version < latestVersion
      const store = openedStore(connection, { opening, created: false })
      return isOlder ? await upToDateInMemory(store, opening) : store
    }
    await connection.refuseForeign({
      isToBegin: opening.mode === 'create' || opening.mode === 'rehearse-creation',
    })
  } catch (error) {
    await connection.close()
    throw error
  }
  await connection.close()
  if (opening.mode === 'create') return begin(server, opening)
  if (opening.mode === 'rehearse-creation') {
    const { rehearseNewSchema } = await import('./copy-to-server.ts')
    await rehearseNewSchema(opening.path)
  } else if (opening.mode !== 'read-if-any') throw missing(server)
  const { openSqliteStore } = await import('../sqlite/open.ts')
  return openSqliteStore(opening)
}

export async function connectionTo(server: ServerAddress, opening: Opening): Promise<SharedConnection> {
  const reads = readsAlone(opening.mode)
  // Of several hosts, one may be about to take over from another.
  const maxWaitMs = server.hosts.length > 1 ? opening.maxWaitMs : 0
  const { signal, onOutage } = opening
  const client = await connect(server, { writes: !reads, maxWaitMs, signal, onOutage })
  const check = (row: StoreRow) => refuseOtherVersion(row, { server, reads: false })
  return new SharedConnection(client, {
    server,
    opening,
    snapshot: reads,
    check,
    missing: () => missing(server),
  })
}

function openedStore(
  connection: SharedConnection,
  { opening, created }: { opening: Opening; created: boolean },
): OpenStore {
  const { command, interruption, path, secret } = opening
  const keyFile = () => withStoreNumber(opening.keyFile, connection.row.storeId)
  const db = sharedDatabase(connection)
  let keys: Keys | undefined
  return {
    db,
    engine: sharedEngine(connection, db),
    path,
    get keyFile() {
      return keyFile()
    },
    get headFile() {
      return headFileOnServer(keyFile(), serverAddressOf(path))
    },
    ownPath: (path) => withStoreNumber(path, connection.row.storeId),
    keyFromCommand: secret !== undefined,
    created,
    isCopy: false,
    get version() {
      return connection.row.version
    },
    command,
    now: () => connection.now(),
    interruption,
    keys: () => {
      const { fingerprint } = connection.row
      if (keys?.fingerprint !== fingerprint)
        keys = keysOfFingerprint({ keyFile: keyFile(), secret, isShared: true }, fingerprint)
      return keys
    },
    close: async () => {
      await db.destroy()
      await connection.close()
    },
  }
}

function sharedEngine(connection: SharedConnection, db: Kysely<Store>): Engine {
  const query = async (text: string) => (await connection.query<{ n: number }>(text, [])).rows[0]?.n ?? 0
  return {
    isShared: true,
    bulk: sharedBulk(connection),
    fingerprint: () => connection.row.fingerprint,
    // Every change of what an import reads has its row in the log.
    writesOfOthers: () => query('select coalesce(max(id), 0) as n from audit'),
    // The row that is held says it.
    noteHolder: () => () => undefined,
    aboutToCommit: (head) => connection.aboutToCommit(head),
    server: {
      lookedAt: () => connection.lookedAt(),
      lastEvent: () => connection.lastEvent,
      hasNotedSheets: () => connection.hasNotedSheets,
      hasUploads: () => connection.hasUploads,
      sendWithNext: ({ sql, parameters }) => connection.sendWithNext(sql, parameters),
    },
    aboutServer: () => connection.about(),
    heldBy: () => connection.heldBy(),
    size: () =>
      query(
        `select coalesce(sum(pg_total_relation_size(oid)), 0) as n from pg_class
          where relkind = 'r' and relnamespace = (select oid from pg_namespace where nspname = current_schema())`,
      ),
    mayRunAgain: (error) => connection.mayRunAgain(error),
    damage: async () => [],
    rowsOf: (table, columns) => connection.rowsOf(table, columns),
    lastNumber: (table) => connection.lastNumber(table),
    copyOut: async (to, options) => {
      const { copyToFile } = await import('../sqlite/new-file.ts')
      const engine = sharedEngine(connection, db)
      return (await copyToFile(to, { ...options, from: { db, engine, version: connection.row.version } }))
        .bytes
    },
    overwriteWhatGoes: () => undefined,
    scrub: () => connection.vacuum(),
    close: () => undefined,
  }
}

/**
 * An older store is read as a file's is: in a copy in memory that is brought up to date. The server is asked of itself
 * alone. The bytes of files stay there: they may be more than memory holds, and no download can be recorded anyway.
 */
async function upToDateInMemory(store: OpenStore, opening: Opening): Promise<OpenStore> {
  const { copyToMemory } = await import('../sqlite/new-file.ts')
  const { signal = new AbortController().signal } = opening
  const { db, engine } = await copyToMemory(opening, { from: store, signal, withoutContent: true })
  const { aboutServer, heldBy, size } = store.engine
  return {
    ...store,
    db,
    engine: { ...engine, isShared: true, aboutServer, heldBy, size },
    isCopy: true,
    close: async () => {
      await db.destroy()
      engine.close()
      await store.close()
    },
  }
}

/** In one transaction: of two desks that begin at once, one begins the store and the other finds it. */
async function begin(server: ServerAddress, opening: Opening): Promise<OpenStore> {
  const storeId = randomBytes(12).toString('hex')
  const keyFile = withStoreNumber(opening.keyFile, storeId)
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
  const keys = deriveKeys(secret)
  const client = await connect(server, { writes: true })
  // The store knows its key by the name under which it waits, should this process, or the connection, be lost.
  const waiting = waitingKeyFile(keyFile, keys.fingerprint)
  try {
    await client.query('begin')
    await refuseTakenSchema(client, server)
    await makeSchema(client, server)
    await client.query(
      'insert into store (id, store_id, key_fingerprint, created_at, program) values (1, $1, $2, $3, $4)',
      [storeId, keys.fingerprint, opening.now().toISOString(), program],
    )
    mkdirSync(dirname(keyFile), { recursive: true, mode: 0o700 })
    writeKeyFile(waiting, secret)
    trySyncFolder(dirname(keyFile))
    await commitNewSchema(client, server, {
      what: 'the store',
      ifUnsure: `Once the server can be reached, run the command once more: it says whether the store is there. Its key waits at ${waiting}, and is found there.`,
    })
    renameWaitingKey(keyFile, keys.fingerprint)
  } catch (error) {
    // The store may be there all the same, and would be worth nothing without its key.
    if (error instanceof CommitUnknown) throw error
    await client.query('rollback').catch(() => undefined)
    rmSync(waiting, { force: true })
    if (isBegunByAnother(error)) return openSharedStore({ ...opening, mode: 'use' })
    throw inWords(error, server.shown)
  } finally {
    await client.end()
  }
  const connection = await connectionTo(server, { ...opening, mode: 'use' })
  await connection.look()
  const store = openedStore(connection, { opening, created: true })
  await opening.writeFirstEvent?.(store)
  return store
}

/** Of two desks that begin a store at once, one comes later. */
function isBegunByAnother(error: unknown): boolean {
  if (error instanceof Refused) return error.code === 'store-exists'
  return /^(23505|42P0[67])$/.test(sqlStateOf(error))
}

function refuseOtherVersion(
  { version }: StoreRow,
  { server, reads }: { server: ServerAddress; reads: boolean },
): void {
  if (version > latestVersion) {
    throw new Unavailable('store-newer', `The store ${server.shown} was made by a newer ssh-admin.`, {
      hint: 'Update ssh-admin on this machine. Nothing was changed.',
    })
  }
  if (version === latestVersion || reads) return
  throw new Unavailable(
    'store-older',
    `The store ${server.shown} was made by an older ssh-admin: it is of version ${version}, and this program needs ${latestVersion}.`,
    {
      hint: 'Have its owner bring it up to date with: ssh-admin store migrate. store check and store backup work before, too.',
      details: { version, needed: latestVersion },
    },
  )
}

function missing(server: ServerAddress): Unavailable {
  return new Unavailable('store-missing', `There is no store at ${server.shown}.`, {
    hint: 'Begin one with: ssh-admin centres import FILE, or ssh-admin store init',
  })
}
