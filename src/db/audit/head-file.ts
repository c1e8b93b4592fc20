import type { Kysely } from 'kysely'
import { createHash } from 'node:crypto'
import { closeSync, constants, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { listNames, openSync, overwriteSync, rmSync } from '../../disk.ts'
import { readPlainFile } from '../../input-file.ts'
import type { ServerAddress } from '../../server-address.ts'
import type { Store } from '../schema.ts'

/** The head of the audit log: the number of its last row, and that row's seal. */
export interface LogHead {
  events: number
  /** In hexadecimal. */
  head: string
}

const heading = 'ssh-admin head 1'

/** The head of a log without rows, which every log continues. */
export const emptyLog: LogHead = { events: 0, head: '0'.repeat(64) }

/** The first store version with a head file; older ssh-admin wrote none. */
export const firstVersionWithHead = 4

/** The head file lies beside the key, best kept away from the store: to hide a cut log, one must reach both. */
export function headFileOf(keyFile: string): string {
  return `${keyFile}.head`
}

/**
 * The head file of a store in a file. A store used with another store's key has one of its own: a backup, for example,
 * read with the key of the store that it was made of, whose log has gone on.
 */
export function headFileOfFile(keyFile: string, path: string | undefined): string {
  const file = headFileOf(keyFile)
  if (path === undefined || keyFile === `${path}.key`) return file
  const { store, identity: notedIdentity, events = 0 } = parseHeadFile(file) ?? {}
  const isSame = store === undefined ? undefined : isSameFile(store, path)
  if (isSame === true) return file
  const ownFile = headFileAt(keyFile, ['file', path])
  const ownHead = parseHeadFile(ownFile)
  const presentIdentity = identityOf(path)
  if (ownHead !== undefined && presentIdentity !== undefined && presentIdentity === ownHead.identity)
    return ownFile
  if (isSame === undefined && presentIdentity !== undefined && presentIdentity === notedIdentity) return file
  // A store moved within its disk keeps the head file of its former path, unless the new path has one of another file:
  // otherwise an earlier copy put in that file's place would go unnoticed.
  const { file: formerFile } =
    (ownHead === undefined ? otherHeadFiles({ keyFile, headFile: ownFile }) : []).find(
      ({ identity }) => identity !== undefined && identity === presentIdentity,
    ) ?? {}
  if (formerFile !== undefined && formerFile !== file) return formerFile
  // A store from another disk, or with a head file of an older version, is taken for the noted one whose path is empty:
  // if any head file would do, a cut log would pass for a copy's. The path's own one wins if it counts more events.
  if (isSame === undefined && ownHead !== undefined && ownHead.events > events) return ownFile
  return isSame === false ? ownFile : file
}

/**
 * The head file of a store created at a path where there is none. Another store's head file is never reused, even if
 * that store cannot be found: it may have been moved, and its log has no other head file to be checked against.
 */
export function headFileOfNewFile(keyFile: string, path: string): string {
  const file = headFileOf(keyFile)
  const noted = keyFile === `${path}.key` ? undefined : parseHeadFile(file)
  return noted === undefined || noted.store === path ? file : headFileAt(keyFile, ['file', path])
}

/**
 * Whether the noted path and this one are the same file; undefined if there is nothing at the noted path, as the store
 * may have been moved. If there is, a store not yet at `path` is another one.
 */
function isSameFile(noted: string, path: string): boolean | undefined {
  if (noted === path) return true
  const [first, second] = [noted, path].map(identityOf)
  return first === undefined ? undefined : first === second
}

/**
 * Identifies a file by device, inode and time of birth, as an inode may be reused once its file is gone. Errors give
 * undefined, as this also runs after a commit, which must not fail.
 */
function identityOf(path: string): string | undefined {
  try {
    const { dev, ino, birthtimeNs } = statSync(path, { bigint: true })
    return `${dev}:${ino}:${birthtimeNs}`
  } catch {
    return undefined
  }
}

function headFileAt(keyFile: string, identifiers: readonly unknown[]): string {
  const digest = createHash('sha256').update(JSON.stringify(identifiers)).digest('hex').slice(0, 8)
  return headFileOf(`${keyFile}.${digest}`)
}

/**
 * The head file of a store on a server, named by the store's address, which nobody on the server can change: copies of
 * one store have logs of their own, and a desk may use one key for several of them.
 */
export function headFileOnServer(
  keyFile: string,
  { hosts, database, schema }: Pick<ServerAddress, 'hosts' | 'database' | 'schema'>,
): string {
  const servers = hosts.map(({ host, port }) => `${host.toLowerCase()}:${port}`).sort()
  return headFileAt(keyFile, [servers, database, schema])
}

/** Whether the log holds a head from another head file of the same key, as when its server is known by another name. */
export async function isInOtherHeadFile(
  db: Kysely<Store>,
  { keyFile, headFile }: { keyFile: string; headFile: string },
): Promise<boolean> {
  for (const noted of otherHeadFiles({ keyFile, headFile }))
    if (noted.events > emptyLog.events && (await hasSeal(db, noted))) return true
  return false
}

/**
 * Whether a store in a file is used with the key of another store, in a file or on a server, and so may have no head
 * file yet. Head files of other files do not count for the store itself, whose own head file may have been removed.
 */
export function usesKeyOfAnotherStore(store: { path: string; keyFile: string; headFile: string }): boolean {
  const { path, keyFile, headFile } = store
  if (keyFile === `${path}.key`) return false
  return (
    headFile !== headFileOf(keyFile) ||
    otherHeadFiles(store).some(({ store: storePath }) => storePath === undefined)
  )
}

function otherHeadFiles({
  keyFile,
  headFile,
}: {
  keyFile: string
  headFile: string
}): (NotedHead & { file: string })[] {
  const prefix = basename(keyFile)
  return listNames(dirname(keyFile))
    .filter((name) => name.startsWith(prefix) && /^([.][0-9a-f]{8})?[.]head$/.test(name.slice(prefix.length)))
    .map((name) => join(dirname(keyFile), name))
    .filter((file) => file !== headFile)
    .flatMap((file) => {
      const noted = parseHeadFile(file)
      return noted ? [{ ...noted, file }] : []
    })
}

/**
 * Writes the head of the log after a commit. The file is additional evidence, never a condition: it is not synced, and
 * if it cannot be written the change stands, and the older head is still in the log.
 * @param store the path of a store in a file
 * @returns whether it was written
 */
export function writeHeadFile(
  path: string,
  { events, head }: LogHead,
  { store }: { store?: string | undefined } = {},
): boolean {
  const { O_WRONLY, O_CREAT, O_NOFOLLOW, O_NONBLOCK } = constants
  try {
    const file = openSync(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o600)
    try {
      const storeLines =
        store === undefined || store.includes('\n') ? '' : `${store}\n${identityOf(store) ?? ''}\n`
      overwriteSync(file, `${heading}\n${head}\n${events}\n${storeLines}`)
    } finally {
      closeSync(file)
    }
    return true
  } catch {
    // The change is committed; the next one writes the head again.
    return false
  }
}

/** Removes a head file before another store replaces its store: a missing head file is no finding then. */
export function removeHeadFile(path: string): void {
  try {
    rmSync(path)
  } catch {
    // The file is overwritten once the other store is in its place.
  }
}

/** The noted head; undefined if there is none, or the file cannot be read. */
export function readHeadFile(path: string): LogHead | undefined {
  const noted = parseHeadFile(path)
  return noted && { head: noted.head, events: noted.events }
}

interface NotedHead extends LogHead {
  /** The path of a store in a file; undefined for a store on a server, and in head files of older versions. */
  store: string | undefined
  /** That file's `identityOf`; undefined for a store on a server, and in head files of older versions. */
  identity: string | undefined
}

function parseHeadFile(path: string): NotedHead | undefined {
  const [first, head = '', events = '', store = '', identity = ''] = contentsOf(path).split('\n')
  if (first !== heading || !/^[0-9a-f]{64}$/.test(head) || !/^\d{1,15}$/.test(events)) return undefined
  const orUndefined = (text: string) => (text === '' ? undefined : text)
  return { head, events: Number(events), store: orUndefined(store), identity: orUndefined(identity) }
}

/** The head of the log, or the head that it had before one of its rows. */
export async function headOf(
  db: Kysely<Store>,
  { before }: { before?: LogHead | undefined } = {},
): Promise<LogHead | undefined> {
  const newest = db.selectFrom('audit').select(['id', 'mac']).orderBy('id', 'desc').limit(1)
  const last = await (before ? newest.where('id', '<', before.events) : newest).executeTakeFirst()
  return last && { events: last.id, head: last.mac.toString('hex') }
}

/** Whether the log still holds the row of a noted head. */
export async function hasSeal(db: Kysely<Store>, { events, head }: LogHead): Promise<boolean> {
  if (events === emptyLog.events) return true
  const row = await db.selectFrom('audit').select('mac').where('id', '=', events).executeTakeFirst()
  return row?.mac.toString('hex') === head
}

/** Whether a log that ends with this event lacks the last one of its head file. */
export function isBehindHeadFile(last: LogHead | undefined, headFile: string): boolean {
  const noted = readHeadFile(headFile)
  if (!noted || noted.events === 0) return false
  return !last || last.events < noted.events || (last.events === noted.events && last.head !== noted.head)
}

/**
 * Whether an operator, or the operator of an event, has written to the log up to a row: at a shared store, a desk that
 * has not written yet has no head file to miss.
 */
export async function hasWritten(
  db: Kysely<Store>,
  { by, upTo }: { by: string | { event: number }; upTo: number },
): Promise<boolean> {
  const operatorOfEvent = db.selectFrom('audit as own').select('own.operator')
  const row = await db
    .selectFrom('audit')
    .select('id')
    .where('operator', '=', typeof by === 'string' ? by : operatorOfEvent.where('own.id', '=', by.event))
    .where('id', '<=', upTo)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

function contentsOf(path: string): string {
  try {
    return readPlainFile(path)?.toString('utf8') ?? ''
  } catch {
    return ''
  }
}

/** Whether two heads are equal, or both logs are empty. */
export function isSameHead(one: LogHead | undefined, other: LogHead | undefined): boolean {
  return one?.events === other?.events && one?.head === other?.head
}
