import type { Kysely } from 'kysely'
import { findReleases } from '../../db/releases/releases.ts'
import type { Store } from '../../db/schema.ts'

/** A release that opens for some centre within a day. */
export interface OpeningSoon {
  id: number
  name: string
  firstOpensAt: string
  centres: number
  /** Centres of its audience for which it never opens. */
  withoutKeyTime: number
}

const day = 24 * 60 * 60 * 1000

/** What opens within a day; time zones are looked up only where something may. */
export async function releasesOpeningSoon(db: Kysely<Store>, now: Date): Promise<OpeningSoon[]> {
  const near = (await findReleases(db, { states: ['released'] })).filter(({ opens }) =>
    mayOpenSoon(opens, now),
  )
  if (near.length === 0) return []
  const { readReleaseFacts } = await import('./authorisations.ts')
  const { outlookFrom } = await import('./outlook.ts')
  const facts = await readReleaseFacts(db, { releases: near })
  const until = new Date(now.getTime() + day)
  return near.flatMap((release) => {
    const { timeline, centres, without } = outlookFrom(facts, release)
    const next = timeline.find(({ at }) => at > now)
    if (next === undefined || next.at > until) return []
    const { id, name } = release
    return [{ id, name, firstOpensAt: next.at.toISOString(), centres, withoutKeyTime: without.length }]
  })
}

/** A day anywhere in the world, with hours before or after it, is less than three days off. */
function mayOpenSoon(opens: string, now: Date): boolean {
  const date = /\d{4}-\d{2}-\d{2}/.exec(opens)?.[0] ?? ''
  const [hours, minutes] = [/(\d+)h/, /(\d+)m$/].map((part) => Number(part.exec(opens)?.[1] ?? 0))
  const offset = ((hours ?? 0) * 60 + (minutes ?? 0)) * 60_000
  return Math.abs(Date.parse(`${date}T12:00:00Z`) - now.getTime()) < 3 * day + offset
}
