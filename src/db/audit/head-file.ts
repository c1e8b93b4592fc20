import type { Kysely } from 'kysely'
import { createHash } from 'node:crypto'
import { closeSync, constants, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { namesIn, openSync, overwriteSync, rmSync } from '../../disk.ts'
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
 * The same of a store on a server: copies of one store go on apart, and may have one key at a desk. It is known by the
 * address, which nobody on the server can change.
 */
export function headFileOnServer(
  keyFile: string,
  { hosts, database, schema }: Pick<ServerAddress, 'hosts' | 'database' | 'schema'>,
): string {
  const servers = hosts.map(({ host, port }) => `${host.toLowerCase()}:${port}`).sort()
  const place = createHash('sha256').update(JSON.stringify([servers, database, schema]))
  return headFileOf(`${keyFile}.${place.digest('hex').slice(0, 8)}`)
}

/** Whether a log goes on from a head that was noted beside the same key under another name: its server has several, or had none. */
export async function isNotedElsewhere(
  db: Kysely<Store>,
  { keyFile, headFile }: { keyFile: string; headFile: string },
): Promise<boolean> {
  const start = basename(keyFile)
  for (const name of namesIn(dirname(keyFile))) {
    const file = join(dirname(keyFile), name)
    if (
      file === headFile ||
      !name.startsWith(start) ||
      !/^([.][0-9a-f]{8})?[.]head$/.test(name.slice(start.length))
    )
      continue
    const noted = readHeadFile(file)
    if (noted && noted.events > emptyLog.events && (await hasSeal(db, noted))) return true
  }
  return false
}

/**
 * Notes the head of the log after a commit. It is one more witness and never a condition: unsynced,
 * and where it cannot be written the change stands, and the older head is still in the log.
 * @returns whether it is noted
 */
export function writeHeadFile(path: string, { events, head }: LogHead): boolean {
  const { O_WRONLY, O_CREAT, O_NOFOLLOW, O_NONBLOCK } = constants
  try {
    const file = openSync(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o600)
    try {
      overwriteSync(file, `${heading}\n${head}\n${events}\n`)
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
    rmSync(path, { force: true })
  } catch {
    // It is written anew once the other store is in its place.
  }
}

/** What was noted; undefined where nothing was, or it cannot be read. */
export function readHeadFile(path: string): LogHead | undefined {
  const [first, head = '', events = ''] = contentsOf(path).split('\n')
  if (first !== heading || !/^[0-9a-f]{64}$/.test(head) || !/^\d{1,15}$/.test(events)) return undefined
  return { head, events: Number(events) }
}

/** Whether the log holds the row that was its last once. */
export async function hasSeal(db: Kysely<Store>, { events, head }: LogHead): Promise<boolean> {
  if (events === emptyLog.events) return true
  const row = await db.selectFrom('audit').select('mac').where('id', '=', events).executeTakeFirst()
  return row?.mac.toString('hex') === head
}

/** Whether somebody at a desk has written to the log: at a shared store, one that has not yet has no head to miss. */
export async function hasWritten(
  db: Kysely<Store>,
  { operator, upTo }: { operator: string; upTo: number },
): Promise<boolean> {
  const row = await db
    .selectFrom('audit')
    .select('id')
    .where('operator', '=', operator)
    .where('id', '<=', upTo)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

function contentsOf(path: string): string {
  try {
    const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
    try {
      return readFileSync(file, 'utf8')
    } finally {
      closeSync(file)
    }
  } catch {
    return ''
  }
}
