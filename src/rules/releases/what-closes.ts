import type { Kysely } from 'kysely'
import { type CentreScope, findReleases, type ReleaseRow } from '../../db/releases.ts'
import { groupBy } from '../../db/rows.ts'
import type { Store } from '../../db/schema.ts'
import type { Trx } from '../../db/transact.ts'
import { findUsersById } from '../../db/users/users.ts'
import type { RuleContext } from '../permissions/actor.ts'
import { type Account, accountOf } from '../users/account.ts'
import { type Authorisation, authorisationsOf, stateAt } from './centres-of-release.ts'
import { readReleaseFacts } from './release-facts.ts'
import { resourcesAllowedFor } from './visible.ts'

/** A release that a change closes at a centre, or closes earlier; also used for one that a change opens. */
export interface Closing {
  release: { id: number; name: string }
  centre: { number: string; name: string }
  /** The address of the one person affected; absent: the whole centre. */
  user?: string
  /** The titles of the resources that close, or open. */
  resources: string[]
  /** The new closing time, where it is still to come but earlier than before; absent: closes at once. */
  closesAt?: string
}

interface Change<Result> {
  /** The centres that the change can affect; absent: all. */
  scope?: CentreScope
  ctx: Pick<RuleContext, 'at'>
  work: () => Promise<Result>
}

/** Runs a change and compares what is open before and after it, so that both can be confirmed by a question first. */
export async function trackClosings<Result>(
  trx: Trx,
  { scope, ctx, work }: Change<Result>,
): Promise<{ result: Result; closes: Closing[]; opens: Closing[] }> {
  const before = await openNow(trx, { scope, ctx })
  const result = await work()
  const after = await openNow(trx, { scope, ctx })
  return { result, closes: closedIn(before, after), opens: openOnlyIn(after, before) }
}

/** Compares the authorisations of one release before and after a change that affects no other release. */
export function compareOpen({
  before,
  after,
  at,
}: {
  before: Iterable<Authorisation>
  after: Iterable<Authorisation>
  at: Date
}): { closes: Closing[]; opens: Closing[] } {
  const [were, are] = [indexOpen(before, at), indexOpen(after, at)]
  return { closes: closedIn(were, are), opens: openOnlyIn(are, were) }
}

/** What a release gives each centre at present; empty unless it is published. */
export async function presentAuthorisations(
  db: Kysely<Store>,
  release: ReleaseRow,
): Promise<Iterable<Authorisation>> {
  if (release.state !== 'released') return []
  return authorisationsOf(release, await readReleaseFacts(db, { releases: [release] }))
}

/** An account before and after a change. */
interface ChangedPerson {
  before: Account
  after: Account
}

/** All published releases, open or not. */
export function findReleased(db: Kysely<Store>): Promise<ReleaseRow[]> {
  return findReleases(db, { states: ['released'] })
}

/** The open resources that each person loses, by account id; what closes for a whole centre is not included. */
export async function closedForPeople(
  db: Kysely<Store>,
  { people, at, releases }: { people: readonly ChangedPerson[]; at: Date; releases?: readonly ReleaseRow[] },
): Promise<ReadonlyMap<number, readonly Closing[]>> {
  const numbers = numbersOf(people.flatMap(({ before }) => (before.canSignIn ? before : [])))
  if (numbers.length === 0) return new Map()
  const released = releases ?? (await findReleased(db))
  const open = byCentre(await readOpen(db, { releases: released, scope: { numbers }, ctx: { at } }))
  return new Map(people.map((person) => [person.before.id, closingsForPerson(person, open)]))
}

function numbersOf(people: readonly Account[]): string[] {
  return [...new Set(people.flatMap(({ centre }) => centre?.number ?? []))]
}

type OpenByCentre = ReadonlyMap<number, readonly Authorisation[]>

function byCentre(open: OpenAuthorisations): OpenByCentre {
  return groupBy(open.values(), ({ centre }) => centre.id)
}

function closingsForPerson({ before, after }: ChangedPerson, open: OpenByCentre): Closing[] {
  if (before.centre === null) return []
  const keepsAccess = after.canSignIn && after.centre?.id === before.centre?.id
  const couldSee = before.canSignIn ? resourcesAllowedFor(before) : () => false
  const canStillSee = keepsAccess ? resourcesAllowedFor(after) : () => false
  return (open.get(before.centre.id) ?? []).flatMap(({ release, centre, resources }) => {
    const lost = resources.filter((resource) => couldSee(resource) && !canStillSee(resource))
    return lost.length === 0 ? [] : [{ ...closing({ release, centre, resources: lost }), user: before.email }]
  })
}

/** What would close if these centres were deleted, and these users, whose own centres are not deleted. */
export async function closedByDeleting(
  db: Kysely<Store>,
  { centres, users, at }: { centres: readonly string[]; users: readonly number[]; at: Date },
): Promise<readonly Closing[]> {
  const releases = await findReleased(db)
  if (releases.length === 0) return []
  const people = (await findUsersById(db, users)).map((row) => accountOf(row, at))
  const numbers = [...new Set([...centres, ...numbersOf(people)])]
  const open = byCentre(await readOpen(db, { releases, scope: { numbers }, ctx: { at } }))
  const deleted = new Set(centres)
  const closed = [...open.values()].flat().filter(({ centre }) => deleted.has(centre.number))
  const deletedPeople = people.map((before) => ({ before, after: { ...before, canSignIn: false } }))
  return [...closed.map(closing), ...deletedPeople.flatMap((one) => closingsForPerson(one, open))]
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

type OpenAuthorisations = ReadonlyMap<string, Authorisation>

/** What was open and no longer is, and what is still open but closes earlier than before. */
function closedIn(before: OpenAuthorisations, after: OpenAuthorisations): Closing[] {
  const earlier = [...after].flatMap(([key, authorisation]) => {
    const earlierState = before.get(key)
    const { closesAt } = authorisation
    if (
      !earlierState ||
      closesAt === null ||
      (earlierState.closesAt !== null && earlierState.closesAt <= closesAt)
    )
      return []
    const idsBefore = new Set(earlierState.resources.map(({ id }) => id))
    const resources = authorisation.resources.filter(({ id }) => idsBefore.has(id))
    return { ...closing({ ...authorisation, resources }), closesAt: closesAt.toISOString() }
  })
  return [...openOnlyIn(before, after), ...earlier]
}

function openOnlyIn(open: OpenAuthorisations, other: OpenAuthorisations): Closing[] {
  const closings: Closing[] = []
  for (const [key, { release, centre, resources }] of open) {
    const otherIds = new Set(other.get(key)?.resources.map(({ id }) => id))
    const onlyHere = resources.filter(({ id }) => !otherIds.has(id))
    if (onlyHere.length === 0) continue
    closings.push(closing({ release, centre, resources: onlyHere }))
  }
  return closings
}

/** What is open at this moment, keyed by release and centre. */
async function openNow(
  trx: Kysely<Store>,
  change: Pick<Change<unknown>, 'scope' | 'ctx'>,
): Promise<OpenAuthorisations> {
  return readOpen(trx, { ...change, releases: await findReleased(trx) })
}

async function readOpen(
  trx: Kysely<Store>,
  {
    releases,
    scope,
    ctx: { at },
  }: Pick<Change<unknown>, 'scope' | 'ctx'> & { releases: readonly ReleaseRow[] },
): Promise<OpenAuthorisations> {
  if (releases.length === 0) return new Map()
  const facts = await readReleaseFacts(trx, { releases, ...(scope ? { scope } : {}) })
  function* authorisations() {
    for (const release of releases) yield* authorisationsOf(release, facts)
  }
  return indexOpen(authorisations(), at)
}

function indexOpen(authorisations: Iterable<Authorisation>, at: Date): OpenAuthorisations {
  const open = new Map<string, Authorisation>()
  for (const authorisation of authorisations)
    if (stateAt(authorisation, at) === 'open')
      open.set(`${authorisation.release.id} ${authorisation.centre.id}`, authorisation)
  return open
}
