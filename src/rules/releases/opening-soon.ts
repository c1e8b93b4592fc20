import type { Kysely } from 'kysely'
import { findReleases } from '../../db/releases.ts'
import type { Store } from '../../db/schema.ts'
import { readKept } from './moment.ts'

/** A release that opens for some centre within a day, or would if the centre had a Key Time. */
export interface OpeningSoon {
  id: number
  name: string
  /** The next moment at which it opens for some centre, or else the first; null where it opens for none. */
  firstOpensAt: string | null
  centres: number
  /** Centres of its audience for which it never opens. */
  withoutKeyTime: number
  /** What the clock shows then where most of these centres are; null where their time zone is not known. */
  firstOpensLocal: string | null
  lastOpensAt: string | null
  lastOpensLocal: string | null
}

const day = 24 * 60 * 60 * 1000

/** What opens within a day; time zones are looked up only where something may. */
export async function releasesOpeningSoon(db: Kysely<Store>, now: Date): Promise<OpeningSoon[]> {
  const near = (await findReleases(db, { states: ['released'] })).filter(({ opens }) =>
    mayOpenSoon(opens, now),
  )
  if (near.length === 0) return []
  const { readReleaseFacts } = await import('./release-facts.ts')
  const { outlookFrom } = await import('./outlook.ts')
  const facts = await readReleaseFacts(db, { releases: near })
  const until = new Date(now.getTime() + day)
  return near.flatMap((release) => {
    const { timeline, centres, without } = outlookFrom(facts, release)
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

/** Somewhere in the world the day of its Key Time, with the hours before or after it, is in these. */
function mayOpenBetween(opens: string, { from, until }: { from: Date; until: Date }): boolean {
  const moment = readKept(opens)
  if (moment.kind === 'absolute') return moment.at > from && moment.at <= until
  const midnight = Date.parse(`${moment.date}T00:00:00Z`) + moment.offsetMinutes * 60_000
  return midnight - earliest <= until.getTime() && midnight + day + latest > from.getTime()
}

/** The clocks of the world are at most so far ahead of UTC, and behind it. */
const earliest = 14 * 60 * 60 * 1000
const latest = 12 * 60 * 60 * 1000

/** A day anywhere in the world, with hours before or after it, is less than three days off. */
function mayOpenSoon(opens: string, now: Date): boolean {
  const date = /\d{4}-\d{2}-\d{2}/.exec(opens)?.[0] ?? ''
  const [hours, minutes] = [/(\d+)h/, /(\d+)m$/].map((part) => Number(part.exec(opens)?.[1] ?? 0))
  const offset = ((hours ?? 0) * 60 + (minutes ?? 0)) * 60_000
  return Math.abs(Date.parse(`${date}T12:00:00Z`) - now.getTime()) < 3 * day + offset
}
