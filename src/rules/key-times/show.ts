import type { Kysely } from 'kysely'
import type { CentreWithPeople } from '../../db/centres/centres.ts'
import { findKeyTimes } from '../../db/key-times.ts'
import type { ExamSession, Store } from '../../db/schema.ts'
import { findOwnCentre } from '../centres/find.ts'
import type { RuleContext } from '../permissions/actor.ts'
import { localTimeAt, momentOf } from './local-time.ts'
import { type KeyTime, keyTimeOf, keyTimesByCountry, type TimeProblem, timeZoneOf } from './lookup.ts'

/** A session of a day at a centre: its Key Time and the moment of it, or what stands in the way. */
export interface SessionOfDay {
  session: ExamSession
  /** Null: every series that has none of its own. */
  series: string | null
  keyTime: KeyTime | null
  at: Date | null
  problem: TimeProblem | null
}

export interface KeyTimesOfCentre {
  centre: CentreWithPeople
  /** Null: nobody knows. */
  zone: string | null
  date: string
  sessions: SessionOfDay[]
}

interface Wanted {
  centre: string
  /** Absent: today, where the centre is. */
  date: string | undefined
  ctx: RuleContext
}

/** The Key Times of a centre on a day; the people of a centre see those of their own. */
export async function keyTimesOfCentre(
  db: Kysely<Store>,
  { centre: number, date: wanted, ctx }: Wanted,
): Promise<KeyTimesOfCentre> {
  const centre = await findOwnCentre(db, number, ctx)
  const all = await findKeyTimes(db, { countries: [centre.country] })
  const placed = timeZoneOf(centre)
  const zone = 'zone' in placed ? placed.zone : null
  const date = wanted ?? localTimeAt(ctx.at, zone ?? 'Etc/UTC').slice(0, 10)
  const keyTimes = keyTimesByCountry(all)
  const asked = new Map(all.map(({ session, series }) => [`${session} ${series ?? ''}`, { session, series }]))
  const sessions = [...asked.values()].map(({ session, series }): SessionOfDay => {
    const found = keyTimeOf(centre, { session, date, series: series ?? undefined }, keyTimes)
    return 'problem' in found
      ? { session, series, keyTime: null, at: null, problem: found.problem }
      : { session, series, keyTime: found.keyTime, at: found.at, problem: null }
  })
  const isOfDay = ({ keyTime, problem, series }: SessionOfDay) =>
    // What only holds on other days, or is that of every series, is not told again.
    problem === null ? keyTime?.series === series : problem.code !== 'no-key-time'
  return { centre, zone, date, sessions: sessions.filter(isOfDay).sort(inOrderOfDay) }
}

const order: readonly ExamSession[] = ['AM', 'PM', 'EV']

function inOrderOfDay(one: SessionOfDay, other: SessionOfDay): number {
  const bySession = order.indexOf(one.session) - order.indexOf(other.session)
  return bySession || ((one.series ?? '') < (other.series ?? '') ? -1 : 1)
}

/** The next moment of a Key Time; undefined where there is none any more. */
export function nextMoment(
  { local_time, time_zone, from_date, until_date }: KeyTime,
  now: Date,
): Date | undefined {
  const today = localTimeAt(now, time_zone).slice(0, 10)
  for (const day of [today, dayAfter(today)]) {
    const date = from_date !== null && from_date > day ? from_date : day
    if (until_date !== null && until_date < date) return undefined
    const moment = momentOf({ date, time: local_time, zone: time_zone })
    if ('at' in moment && moment.at > now) return moment.at
  }
  return undefined
}

function dayAfter(date: string): string {
  return new Date(Date.parse(date) + 86_400_000).toISOString().slice(0, 10)
}
