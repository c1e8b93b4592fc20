import type { Kysely } from 'kysely'
import { createHash } from 'node:crypto'
import { closeSync, constants, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { namesIn, openSync, overwriteSync, rmSync } from '../../disk.ts'
import { readPlainFile } from '../../input-file.ts'
import type { ServerAddress } from '../../server-address.ts'
import type { Store } from '../schema.ts'

/** Where the log ended when it was last written to: the number of its last row, and that row's seal. */
export interface LogHead {
  events: number
  /** In hexadecimal. */
  head: string
}

const heading = 'ssh-admin head 1'

/** Where a log without rows ends: every log goes on from there. */
export const emptyLog: LogHead = { events: 0, head: '0'.repeat(64) }

/** Stores of older versions were kept by programs that noted no head. */
export const firstVersionWithHead = 4

/** Beside the key, which is best kept elsewhere than the store: who cuts the store's log must reach both. */
export function headFileOf(keyFile: string): string {
  return `${keyFile}.head`
}

/**
 * The same of a store in a file. With the key of another store, such as a backup that is looked at with the key of the
 * store that it was made of, it has one of its own: that store's log went on.
 */
export function headFileOfFile(keyFile: string, path: string | undefined): string {
  const file = headFileOf(keyFile)
  if (path === undefined || keyFile === `${path}.key`) return file
  const { store, identity: moved, events = 0 } = notedIn(file) ?? {}
  const isSame = store === undefined ? undefined : isSameFile(store, path)
  if (isSame === true) return file
  const own = headFileAt(keyFile, ['file', path])
  const ofOwn = notedIn(own)
  const present = identityOf(path)
  if (ofOwn !== undefined && present !== undefined && present === ofOwn.identity) return own
  if (isSame === undefined && present !== undefined && present === moved) return file
  // One that was moved on its disk goes on with the note that it has under the place of before; not where the place has a
  // note of another file: a copy that was made earlier would be put in the place of the store of that note, unsaid.
  const { file: before } =
    (ofOwn === undefined ? headsOfOtherPlaces({ keyFile, headFile: own }) : []).find(
      ({ identity }) => identity !== undefined && identity === present,
    ) ?? {}
  if (before !== undefined && before !== file) return before
  // From another disk, or with a note of before, it is the one whose place is empty: a log that was cut would be taken
  // for that of a copy if any note would do. What the place itself has seen more of than that is not forgotten for it.
  if (isSame === undefined && ofOwn !== undefined && ofOwn.events > events) return own
  return isSame === false ? own : file
}

/**
 * The same of a store that comes to a place where none is. What is noted of another one stays, also where that one is
 * not to be seen: it may have been moved, and its note is the only one that its log is held against.
 */
export function headFileOfNewFile(keyFile: string, path: string): string {
  const file = headFileOf(keyFile)
  const noted = keyFile === `${path}.key` ? undefined : notedIn(file)
  return noted === undefined || noted.store === path ? file : headFileAt(keyFile, ['file', path])
}

/**
 * Undefined where nothing is to be seen at the place that was noted: a store that was moved is still the one whose head
 * was noted. Where that one is there, a store that is yet to come to the other place is another.
 */
function isSameFile(noted: string, path: string): boolean | undefined {
  if (noted === path) return true
  const [first, second] = [noted, path].map(identityOf)
  return first === undefined ? undefined : first === second
}

/**
 * Asked after a commit, too: what may not be looked at, or lies behind something that is no folder now, ends nothing. The
 * number of a file that is gone may be another's soon, and not with the moment in which it was made.
 */
function identityOf(path: string): string | undefined {
  try {
    const { dev, ino, birthtimeNs } = statSync(path, { bigint: true })
    return `${dev}:${ino}:${birthtimeNs}`
  } catch {
    return undefined
  }
}

function headFileAt(keyFile: string, place: readonly unknown[]): string {
  const named = createHash('sha256').update(JSON.stringify(place)).digest('hex').slice(0, 8)
  return headFileOf(`${keyFile}.${named}`)
}

/**
 * The same of a store on a server: copies of one store go on apart, and may have one key at a desk. It is known by the
 * address, which nobody on the server can change.
 */
export function headFileOnServer(
  keyFile: string,
  { hosts, database, schema }: Pick<ServerAddress, 'hosts' | 'database' | 'schema'>,
): string {
  const servers = hosts.map(({ host, port }) => `${host.toLowerCase()}:${port}`).sort()
  return headFileAt(keyFile, [servers, database, schema])
}

/** Whether a log goes on from a head that was noted beside the same key under another name: its server has several, or had none. */
export async function isNotedElsewhere(
  db: Kysely<Store>,
  { keyFile, headFile }: { keyFile: string; headFile: string },
): Promise<boolean> {
  for (const noted of headsOfOtherPlaces({ keyFile, headFile }))
    if (noted.events > emptyLog.events && (await hasSeal(db, noted))) return true
  return false
}

/**
 * Whether a store in a file is looked at with a key that is used with another one, in a file or on a server: nothing was
 * noted of it yet. What was tried in a backup once says nothing of the store itself, whose note may have been taken away.
 */
export function hasKeyOfAnother(store: { path: string; keyFile: string; headFile: string }): boolean {
  const { path, keyFile, headFile } = store
  if (keyFile === `${path}.key`) return false
  return (
    headFile !== headFileOf(keyFile) || headsOfOtherPlaces(store).some(({ store: of }) => of === undefined)
  )
}

function headsOfOtherPlaces({
  keyFile,
  headFile,
}: {
  keyFile: string
  headFile: string
}): (NotedHead & { file: string })[] {
  const start = basename(keyFile)
  return namesIn(dirname(keyFile))
    .filter((name) => name.startsWith(start) && /^([.][0-9a-f]{8})?[.]head$/.test(name.slice(start.length)))
    .map((name) => join(dirname(keyFile), name))
    .filter((file) => file !== headFile)
    .flatMap((file) => {
      const noted = notedIn(file)
      return noted ? [{ ...noted, file }] : []
    })
}

/**
 * Notes the head of the log after a commit. It is one more witness and never a condition: unsynced,
 * and where it cannot be written the change stands, and the older head is still in the log.
 * @param store the path of a store in a file
 * @returns whether it is noted
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
      const of = store === undefined || store.includes('\n') ? '' : `${store}\n${identityOf(store) ?? ''}\n`
      overwriteSync(file, `${heading}\n${head}\n${events}\n${of}`)
    } finally {
      closeSync(file)
    }
    return true
  } catch {
    // The change is made; the next one notes the head again.
    return false
  }
}

/** Before another store takes the place of the one that this head is of: a missing head is no finding. */
export function forgetHeadFile(path: string): void {
  try {
    rmSync(path)
  } catch {
    // It is written anew once the other store is in its place.
  }
}

/** What was noted; undefined where nothing was, or it cannot be read. */
export function readHeadFile(path: string): LogHead | undefined {
  const noted = notedIn(path)
  return noted && { head: noted.head, events: noted.events }
}

interface NotedHead extends LogHead {
  /** The path of a store in a file; absent of one on a server, and in notes of before. */
  store: string | undefined
  /** Of that file; absent of one on a server, and in notes of before. */
  identity: string | undefined
}

function notedIn(path: string): NotedHead | undefined {
  const [first, head = '', events = '', store = '', identity = ''] = contentsOf(path).split('\n')
  if (first !== heading || !/^[0-9a-f]{64}$/.test(head) || !/^\d{1,15}$/.test(events)) return undefined
  const named = (text: string) => (text === '' ? undefined : text)
  return { head, events: Number(events), store: named(store), identity: named(identity) }
}

/** Where a log ends, or ended before one of its rows. */
export async function headOf(
  db: Kysely<Store>,
  { before }: { before?: LogHead | undefined } = {},
): Promise<LogHead | undefined> {
  const newest = db.selectFrom('audit').select(['id', 'mac']).orderBy('id', 'desc').limit(1)
  const last = await (before ? newest.where('id', '<', before.events) : newest).executeTakeFirst()
  return last && { events: last.id, head: last.mac.toString('hex') }
}

/** Whether the log holds the row that was its last once. */
export async function hasSeal(db: Kysely<Store>, { events, head }: LogHead): Promise<boolean> {
  if (events === emptyLog.events) return true
  const row = await db.selectFrom('audit').select('mac').where('id', '=', events).executeTakeFirst()
  return row?.mac.toString('hex') === head
}

/**
 * Whether somebody at a desk, or whoever wrote an event, has written to the log: at a shared store, one that has not yet
 * has no head to miss.
 */
export async function hasWritten(
  db: Kysely<Store>,
  { by, upTo }: { by: string | { event: number }; upTo: number },
): Promise<boolean> {
  const ofEvent = db.selectFrom('audit as own').select('own.operator')
  const row = await db
    .selectFrom('audit')
    .select('id')
    .where('operator', '=', typeof by === 'string' ? by : ofEvent.where('own.id', '=', by.event))
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

/** Whether two logs end with the same row, or both without any. */
export function isSameHead(one: LogHead | undefined, other: LogHead | undefined): boolean {
  return one?.events === other?.events && one?.head === other?.head
}
