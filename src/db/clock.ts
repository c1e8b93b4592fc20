import type { Kysely, Transaction } from 'kysely'
import { Unavailable } from '../errors.ts'
import type { Engine, LastEvent } from './engine.ts'
import { prepared } from './prepared.ts'
import type { Store } from './schema.ts'
import { plainTime } from '../plain-time.ts'

/** How far a clock may be behind the last event before changes are refused, in milliseconds. */
const maxBehind = 3_600_000

interface Clocks {
  /** What the machine's clock says. */
  clock: Date
  /** The time of the last event, by the clock of whoever made it. */
  lastEvent: Date | undefined
  /** The last row of the log. */
  lastRow: LastRow | undefined
}

export type LastRow = Pick<LastEvent, 'id' | 'segment' | 'mac'>

/** The machine's clock and the time of the last event, by which time in a store is judged. */
export async function readClocks(
  db: Kysely<Store>,
  clock: Date,
  { server }: Pick<Engine, 'server'> = {},
): Promise<Clocks> {
  const lastRow = server ? server.storeState.lastEvent : (await prepared(db, lastEventQuery, {}).execute())[0]
  return { clock, lastEvent: lastRow && new Date(lastRow.at), lastRow }
}

function lastEventQuery(db: Kysely<Store>) {
  return db.selectFrom('audit').select(['id', 'segment', 'mac', 'at']).orderBy('id', 'desc').limit(1)
}

/** The time to judge and to write down: what the clock says, and never before the last event of the log. */
export function monotonicTime({ clock, lastEvent }: Omit<Clocks, 'lastRow'>): Date {
  return lastEvent && lastEvent > clock ? lastEvent : clock
}

export async function readMonotonicTime(
  db: Kysely<Store>,
  clock: Date,
  engine: Pick<Engine, 'server'>,
): Promise<Date> {
  return monotonicTime(await readClocks(db, clock, engine))
}

/** @throws `clock-behind` where the clock is more than an hour behind the last event */
export function refuseClockBehind({ clock, lastEvent }: Omit<Clocks, 'lastRow'>): void {
  if (!lastEvent || lastEvent.getTime() - clock.getTime() <= maxBehind) return
  const [now, last] = [clock.toISOString(), lastEvent.toISOString()]
  throw new Unavailable(
    'clock-behind',
    `This machine's clock says ${plainTime(now)}, and the last event in the store is of ${plainTime(last)}: nothing is changed while time would run backwards.`,
    {
      hint: "Set the machine's clock. If it is right, and the store's time the wrong one: ssh-admin store accept-clock",
      details: { clock: now, lastEvent: last },
    },
  )
}

/** Counts the events later than the clock; `isAccepted` if the last event is not one, so that time goes on from it. */
export async function futureEvents(
  db: Kysely<Store>,
  clock: Date,
): Promise<{ count: number; latest: string | null; isAccepted: boolean }> {
  const [last] = await lastEventQuery(db).execute()
  const found = await db
    .selectFrom('audit')
    .where('at', '>', clock.toISOString())
    .select(({ fn }) => [fn.countAll<number>().as('count'), fn.max('at').as('latest')])
    .executeTakeFirstOrThrow()
  return { ...found, isAccepted: last === undefined || new Date(last.at) <= clock }
}

/** Moves every wait that begins or ends after the accepted time back to it, so that none lasts too long. */
export async function endWaitsAfter(trx: Transaction<Store>, time: string): Promise<void> {
  await trx.deleteFrom('account_requests').where('at', '>', time).execute()
  await trx.updateTable('wrong_sign_ins').set({ last_at: time }).where('last_at', '>', time).execute()
  await trx
    .updateTable('outbox')
    .set({ next_try_at: time })
    .where('state', '=', 'queued')
    .where('next_try_at', '>', time)
    .execute()
  await trx.updateTable('outbox').set({ claimed_at: time }).where('claimed_at', '>', time).execute()
}
