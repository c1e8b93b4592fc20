import { headFileOnServer, isBehindHeadFile } from '../audit/head-file.ts'
import { latestVersion } from '../migrations/index.ts'
import { keysOfStore } from '../store/keys.ts'
import {
  type Opening,
  type OpenStore,
  isReadOnlyMode,
  migratesInMemory,
  storeMissing,
  storeNewer,
  storeOlder,
} from '../store/opening.ts'
import { connect, serverAddressOf } from './connection.ts'
import { sharedDatabase } from './dialect.ts'
import { sharedEngine } from './engine.ts'
import { type ServerAddress, fillInStoreId } from '../../server-address.ts'
import { SharedConnection } from './shared-connection.ts'
import type { StoreRow } from './store-row.ts'

/** Opens a shared store. @throws `store-missing`, `store-newer`, `store-older`, or a failure of the server */
export async function openSharedStore(opening: Opening): Promise<OpenStore> {
  const server = serverAddressOf(opening.path)
  const connection = await connectionTo(server, opening)
  if (opening.startsWithChange && (opening.mode === 'use' || opening.mode === 'rehearse'))
    return openedStore(connection, { opening, created: false })
  try {
    const row = await connection.readStoreRow()
    if (row) {
      refuseOtherVersion(row, { server, reads: isReadOnlyMode(opening.mode) })
      const isOlder = migratesInMemory(opening.mode) && row.version < latestVersion
      const store = openedStore(connection, { opening, created: false })
      return isOlder ? await upToDateInMemory(store, opening) : store
    }
    await connection.refuseForeign({
      createsStore: opening.mode === 'create' || opening.mode === 'rehearse-creation',
    })
  } catch (error) {
    await connection.close()
    throw error
  }
  await connection.close()
  if (opening.mode === 'create') {
    const { createSharedStore } = await import('./new-store.ts')
    const created = await createSharedStore(server, opening)
    return created ? createdStore(server, opening) : openSharedStore({ ...opening, mode: 'use' })
  }
  if (opening.mode === 'rehearse-creation') {
    const { rehearseNewSchema } = await import('./new-store.ts')
    await rehearseNewSchema(opening.path)
  } else if (opening.mode !== 'read-if-any') throw storeMissing(server.shown)
  const { openSqliteStore } = await import('../sqlite/open.ts')
  return openSqliteStore(opening)
}

/** @param check runs once the store is locked; by default it refuses another schema version */
export async function connectionTo(
  server: ServerAddress,
  opening: Opening,
  check = (row: StoreRow) => refuseOtherVersion(row, { server, reads: false }),
): Promise<SharedConnection> {
  const reads = isReadOnlyMode(opening.mode)
  // With several hosts, a failover may be under way.
  const maxWaitMs = server.hosts.length > 1 ? opening.maxWaitMs : 0
  const { onOutage } = opening
  const signal = () => opening.signal
  const client = await connect(server, { writes: !reads, maxWaitMs, signal, onOutage })
  return new SharedConnection(client, { server, opening, snapshot: reads, check })
}

function openedStore(
  connection: SharedConnection,
  { opening, created }: { opening: Opening; created: boolean },
): OpenStore {
  const { command, interruption, path, secret } = opening
  const server = serverAddressOf(path)
  const keyFile = () => fillInStoreId(opening.keyFile, connection.row.storeId)
  const headFile = () => headFileOnServer(keyFile(), server)
  const lastEvent = () => {
    const { lastEvent: last } = connection.seen
    return last && { events: last.id, head: last.mac.toString('hex') }
  }
  const db = sharedDatabase(connection)
  const engine = sharedEngine(connection, { server, db })
  return {
    db,
    engine,
    path,
    get keyFile() {
      return keyFile()
    },
    get headFile() {
      return headFile()
    },
    ownPath: (path) => fillInStoreId(path, connection.row.storeId),
    keyFromCommand: secret !== undefined,
    created,
    isCopy: false,
    get version() {
      return connection.row.version
    },
    command,
    now: () => connection.now(),
    interruption,
    keys: keysOfStore(engine, () => ({
      keyFile: keyFile(),
      secret,
      isShared: true,
      isOlderCopy: () => isBehindHeadFile(lastEvent(), headFile()),
    })),
    close: async () => {
      await db.destroy()
      await connection.close()
    },
  }
}

/**
 * Reads an older store through a migrated copy in memory, as with a file. Only facts about the server come from the server
 * itself. Contents of files are not copied: they may exceed memory, and a download could not be recorded anyway.
 */
async function upToDateInMemory(store: OpenStore, opening: Opening): Promise<OpenStore> {
  const { copyToMemory } = await import('../sqlite/new-file.ts')
  const { signal = new AbortController().signal } = opening
  const { db, engine, close } = await copyToMemory(opening, { from: store, signal, withoutContent: true })
  const { readServerFacts, currentHolder, size } = store.engine
  return {
    ...store,
    db,
    engine: { ...engine, isShared: true, readServerFacts, currentHolder, size },
    isCopy: true,
    close: async () => {
      await close()
      await store.close()
    },
  }
}

/** A store that this desk has just created. */
async function createdStore(server: ServerAddress, opening: Opening): Promise<OpenStore> {
  const connection = await connectionTo(server, { ...opening, mode: 'use' })
  await connection.readStoreRow()
  const store = openedStore(connection, { opening, created: true })
  await opening.writeFirstEvent?.(store)
  return store
}

function refuseOtherVersion(
  { version }: StoreRow,
  { server, reads }: { server: ServerAddress; reads: boolean },
): void {
  if (version > latestVersion) throw storeNewer(server.shown)
  if (version === latestVersion || reads) return
  const how = 'Have its owner bring it up to date with: ssh-admin store migrate.'
  throw storeOlder(server.shown, { version, how })
}
