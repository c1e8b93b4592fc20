import { type CentresMeant, findReleases } from '../../db/releases/releases.ts'
import type { Trx } from '../../db/transact.ts'
import type { RuleContext } from '../permissions/actor.ts'
import { type Authorisation, authorisationsOf, readReleaseFacts, stateAt } from './authorisations.ts'

/** A release that was open for a centre and is not any more, or is now and was not. */
export interface Closing {
  release: { id: number; name: string }
  centre: { number: string; name: string }
  /** The titles of what closes, or opens. */
  resources: string[]
}

interface Change<Result> {
  /** The centres that the change can be felt at; absent: every one. */
  meant?: CentresMeant
  ctx: Pick<RuleContext, 'at'>
  work: () => Promise<Result>
}

/** Does something, and says what it closed that was open, and opened that was not: neither is done to anybody without being asked about. */
export async function noticingWhatCloses<Result>(
  trx: Trx,
  { meant, ctx, work }: Change<Result>,
): Promise<{ result: Result; closes: Closing[]; opens: Closing[] }> {
  const before = await openNow(trx, { meant, ctx })
  const result = await work()
  const after = await openNow(trx, { meant, ctx })
  return { result, closes: onlyIn(before, after), opens: onlyIn(after, before) }
}

type OpenAt = ReadonlyMap<string, Authorisation>

function onlyIn(there: OpenAt, other: OpenAt): Closing[] {
  const only: Closing[] = []
  for (const [key, { release, centre, resources }] of there) {
    const also = new Set(other.get(key)?.resources.map(({ id }) => id))
    const alone = resources.filter(({ id }) => !also.has(id))
    if (alone.length === 0) continue
    only.push({
      release: { id: release.id, name: release.name },
      centre: { number: centre.number, name: centre.name },
      resources: alone.map(({ title }) => title),
    })
  }
  return only
}

/** What is open at this moment, by release and centre. */
async function openNow(
  trx: Trx,
  { meant, ctx: { at } }: Pick<Change<unknown>, 'meant' | 'ctx'>,
): Promise<OpenAt> {
  const open = new Map<string, Authorisation>()
  const releases = await findReleases(trx, { states: ['released'] })
  if (releases.length === 0) return open
  const facts = await readReleaseFacts(trx, { releases, ...(meant ? { meant } : {}) })
  for (const release of releases)
    for (const authorisation of authorisationsOf(release, facts))
      if (stateAt(authorisation, at) === 'open')
        open.set(`${release.id} ${authorisation.centre.id}`, authorisation)
  return open
}
