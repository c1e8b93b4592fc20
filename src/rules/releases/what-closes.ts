import type { Kysely } from 'kysely'
import { type CentresMeant, findReleases } from '../../db/releases/releases.ts'
import type { Store } from '../../db/schema.ts'
import type { Trx } from '../../db/transact.ts'
import { findUserById } from '../../db/users/users.ts'
import type { RuleContext } from '../permissions/actor.ts'
import { type Account, accountOf } from '../users/account.ts'
import { type Authorisation, authorisationsOf, stateAt } from './authorisations.ts'
import { readReleaseFacts } from './release-facts.ts'
import { mayHave } from './visible.ts'

/** A release that was open for a centre and is not any more, or is now and was not. */
export interface Closing {
  release: { id: number; name: string }
  centre: { number: string; name: string }
  /** The address of the one person whom it is about; absent: everybody of the centre. */
  user?: string
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

/** A person before and after something was done to them. */
interface ChangedPerson {
  before: Account
  after: Account
}

/** What somebody could have of what is open at their centre, and cannot any more; what closes for the whole centre aside. */
export async function closedForPerson(
  db: Kysely<Store>,
  { before, after, at }: ChangedPerson & { at: Date },
): Promise<readonly Closing[]> {
  if (before.centre === null || !before.canSignIn) return []
  const open = await openNow(db, { meant: { numbers: [before.centre.number] }, ctx: { at } })
  return lostBy({ before, after }, open)
}

function lostBy({ before, after }: ChangedPerson, open: OpenAt): Closing[] {
  const stays = after.canSignIn && after.centre?.id === before.centre?.id
  const could = before.canSignIn ? mayHave(before) : () => false
  const still = stays ? mayHave(after) : () => false
  return [...open.values()].flatMap(({ release, centre, resources }) => {
    if (centre.id !== before.centre?.id) return []
    const lost = resources.filter((resource) => could(resource) && !still(resource))
    return lost.length === 0 ? [] : [{ ...closing({ release, centre, resources: lost }), user: before.email }]
  })
}

/** What would close if these centres were deleted, and these users, whose centres stay. */
export async function closedByDeleting(
  db: Kysely<Store>,
  { centres, users, at }: { centres: readonly string[]; users: readonly number[]; at: Date },
): Promise<readonly Closing[]> {
  if ((await findReleases(db, { states: ['released'] })).length === 0) return []
  const people: Account[] = []
  for (const id of users) {
    const row = await findUserById(db, id)
    if (row) people.push(accountOf(row, at))
  }
  const closed = await openNow(db, { meant: { numbers: centres }, ctx: { at } })
  const numbers = [...new Set(people.flatMap(({ centre }) => centre?.number ?? []))]
  const open = await openNow(db, { meant: { numbers }, ctx: { at } })
  const gone = people.map((before) => ({ before, after: { ...before, canSignIn: false } }))
  return [...[...closed.values()].map(closing), ...gone.flatMap((one) => lostBy(one, open))]
}

function closing({
  release,
  centre,
  resources,
}: Pick<Authorisation, 'release' | 'centre' | 'resources'>): Closing {
  return {
    release: { id: release.id, name: release.name },
    centre: { number: centre.number, name: centre.name },
    resources: resources.map(({ title }) => title),
  }
}

type OpenAt = ReadonlyMap<string, Authorisation>

function onlyIn(there: OpenAt, other: OpenAt): Closing[] {
  const only: Closing[] = []
  for (const [key, { release, centre, resources }] of there) {
    const also = new Set(other.get(key)?.resources.map(({ id }) => id))
    const alone = resources.filter(({ id }) => !also.has(id))
    if (alone.length === 0) continue
    only.push(closing({ release, centre, resources: alone }))
  }
  return only
}

/** What is open at this moment, by release and centre. */
async function openNow(
  trx: Kysely<Store>,
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
