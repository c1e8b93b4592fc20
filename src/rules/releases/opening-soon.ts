import type { Kysely } from 'kysely'
import { findReleases } from '../../db/releases.ts'
import type { Store } from '../../db/schema.ts'
import { readStoredMoment } from './moment.ts'

/** A release that opens for some centre within a day, or would if the centre had a Key Time. */
export interface OpeningSoon {
  id: number
  name: string
  /** The next moment at which the release opens for some centre, or else the first; null where it opens for none. */
  firstOpensAt: string | null
  centres: number
  /** The number of centres in the audience for which the release never opens. */
  withoutKeyTime: number
  /** The local time of that moment in the time zone of most of these centres; null where that zone is unknown. */
  firstOpensLocal: string | null
  lastOpensAt: string | null
  lastOpensLocal: string | null
}

const day = 24 * 60 * 60 * 1000

/** The releases that open within a day; facts are read and time zones loaded only if some release may. */
export async function releasesOpeningSoon(db: Kysely<Store>, now: Date): Promise<OpeningSoon[]> {
  const candidates = (await findReleases(db, { states: ['released'] })).filter(({ opens }) =>
    mayOpenSoon(opens, now),
  )
  if (candidates.length === 0) return []
  const { readReleaseFacts } = await import('./release-facts.ts')
  const { scheduleFrom } = await import('./schedule.ts')
  const facts = await readReleaseFacts(db, { releases: candidates })
  const until = new Date(now.getTime() + day)
  return candidates.flatMap((release) => {
    const { timeline, centres, without } = scheduleFrom(facts, release)
    const next = timeline.find(({ at }) => at > now)
    const isNext = next !== undefined && next.at <= until
    const isMissed = without.length > 0 && mayOpenBetween(release.opens, { from: now, until })
    if (!isNext && !isMissed) return []
    const { id, name } = release
    const [first, last] = [next ?? timeline.at(0), timeline.at(-1)]
    return [
      {
        id,
        name,
        firstOpensAt: first?.at.toISOString() ?? null,
        centres,
        withoutKeyTime: without.length,
        firstOpensLocal: first?.zones[0]?.local ?? null,
        lastOpensAt: last?.at.toISOString() ?? null,
        lastOpensLocal: last?.zones[0]?.local ?? null,
      },
    ]
  })
}

/** Whether the day of a Key Time, shifted by the offset, overlaps this period in some time zone of the world. */
function mayOpenBetween(opens: string, { from, until }: { from: Date; until: Date }): boolean {
  const moment = readStoredMoment(opens)
  if (moment.kind === 'absolute') return moment.at > from && moment.at <= until
  const midnight = Date.parse(`${moment.date}T00:00:00Z`) + moment.offsetMinutes * 60_000
  return midnight - maxAheadOfUtc <= until.getTime() && midnight + day + maxBehindUtc > from.getTime()
}

/** The largest offsets of any time zone: ahead of UTC, and behind it. */
const maxAheadOfUtc = 14 * 60 * 60 * 1000
const maxBehindUtc = 12 * 60 * 60 * 1000

/** A cheap first check: whether noon UTC of the moment's day is within three days and the offset of now. */
function mayOpenSoon(opens: string, now: Date): boolean {
  const date = /\d{4}-\d{2}-\d{2}/.exec(opens)?.[0] ?? ''
  const [hours, minutes] = [/(\d+)h/, /(\d+)m$/].map((part) => Number(part.exec(opens)?.[1] ?? 0))
  const offset = ((hours ?? 0) * 60 + (minutes ?? 0)) * 60_000
  return Math.abs(Date.parse(`${date}T12:00:00Z`) - now.getTime()) < 3 * day + offset
}
