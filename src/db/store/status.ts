import type { Kysely } from 'kysely'
import type { ImportTable, Store, UserStatus } from '../schema.ts'

export interface StoreCounts {
  centres: { approved: number; active: number; deleted: number }
  users: Record<UserStatus, number>
  messages: { waiting: number; failed: number; unknown: number }
  /** Set-up links and temporary passwords, and PINs, that are open and will soon be worth nothing. */
  lapsing: { links: number; pins: number }
  lastImports: { id: number; file: string; at: string; state: ImportTable['state'] }[]
}

interface Soon {
  /** Links that lapse before this have little time left; ISO times. */
  linksFrom: string
  linksUntil: string
  /** PINs issued between these. */
  pinsFrom: string
  pinsUntil: string
}

const importsShown = 3

/** What is in the store and what waits in it: a few counts, however large it is. */
export async function storeCounts(
  db: Kysely<Store>,
  { linksFrom, linksUntil, pinsFrom, pinsUntil }: Soon,
): Promise<StoreCounts> {
  const users = { invited: 0, active: 0, suspended: 0, deleted: 0 }
  for (const { status, n } of await db
    .selectFrom('users')
    .select(['status', ({ fn }) => fn.countAll<number>().as('n')])
    .groupBy('status')
    .execute())
    users[status] = n
  const centres = { approved: 0, active: 0, deleted: 0 }
  for (const { status, deleted, n } of await db
    .selectFrom('centres')
    .select([
      'status',
      ({ fn }) => fn.countAll<number>().as('n'),
      ({ fn }) => fn.count<number>('deleted_at').as('deleted'),
    ])
    .groupBy('status')
    .execute()) {
    centres[status] += n - deleted
    centres.deleted += deleted
  }
  const messages = { waiting: 0, failed: 0, unknown: 0 }
  for (const { state, n } of await db
    .selectFrom('outbox')
    .select(['state', ({ fn }) => fn.countAll<number>().as('n')])
    .where('state', 'in', ['queued', 'failed', 'unknown'])
    .groupBy('state')
    .execute()) {
    if (state === 'queued') messages.waiting = n
    else if (state === 'failed') messages.failed = n
    else messages.unknown = n
  }
  const links = await db
    .selectFrom('credentials')
    .select(({ fn }) => fn.countAll<number>().as('n'))
    .where('state', '=', 'open')
    .where('purpose', 'in', ['set-up', 'temporary-password'])
    .where('expires_at', '>', linksFrom)
    .where('expires_at', '<=', linksUntil)
    .executeTakeFirstOrThrow()
  const pins = await db
    .selectFrom('users')
    .select(({ fn }) => fn.countAll<number>().as('n'))
    .where('pin_state', '=', 'issued')
    .where('pin_issued_at', '>', pinsFrom)
    .where('pin_issued_at', '<=', pinsUntil)
    .executeTakeFirstOrThrow()
  const lastImports = await db
    .selectFrom('imports')
    .select(['id', 'file', 'at', 'state'])
    .orderBy('id', 'desc')
    .limit(importsShown)
    .execute()
  return { centres, users, messages, lapsing: { links: links.n, pins: pins.n }, lastImports }
}
