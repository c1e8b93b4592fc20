import { type Kysely, type Selectable, sql } from 'kysely'
import { anyOf, nextNumber } from './portable.ts'
import { countOf, groupBy } from './rows.ts'
import { findResources, type ResourceRow } from './resources.ts'
import { nameKey } from '../search-key.ts'
import { sendWithNext, awaitAll, type Trx } from './transact.ts'
import type { AudienceKind, CentreTable, ReleaseState, ReleaseTable, Store } from './schema.ts'

/** A release with its resources, withdrawn ones included, and its audience. */
export interface ReleaseRow extends Selectable<ReleaseTable> {
  resources: ResourceRow[]
  audience: { kind: AudienceKind; value: string }[]
}

interface ReleaseFilter {
  ids?: readonly number[]
  /** Compared without regard to case. */
  name?: string
  states?: readonly ReleaseState[]
}

/** Newest first. */
export async function findReleases(db: Kysely<Store>, filter: ReleaseFilter = {}): Promise<ReleaseRow[]> {
  const { ids, name, states = [] } = filter
  let query = db.selectFrom('releases').selectAll()
  if (ids) query = query.where(anyOf(sql.ref('id'), ids))
  if (name !== undefined) query = query.where(anyOf(sql.ref('id'), await idsOfReleases(db, name)))
  if (states.length > 0) query = query.where('state', 'in', [...states])
  const releases = await query.orderBy('id', 'desc').execute()
  if (releases.length === 0) return []
  const found = releases.map(({ id }) => id)
  const [links, resources, parts] = await awaitAll(
    db
      .selectFrom('release_resources')
      .selectAll()
      .where(anyOf(sql.ref('release_id'), found))
      .orderBy('resource_id')
      .execute(),
    findResources(db, { releases: found }),
    db
      .selectFrom('release_audiences')
      .selectAll()
      .where(anyOf(sql.ref('release_id'), found))
      .orderBy('kind')
      .orderBy('value')
      .execute(),
  )
  const byId = new Map(resources.map((resource) => [resource.id, resource]))
  const linksOf = byRelease(links)
  const partsOf = byRelease(parts)
  return releases.map((release) => ({
    ...release,
    resources: linksOf(release).flatMap(({ resource_id }) => byId.get(resource_id) ?? []),
    audience: partsOf(release).map(({ kind, value }) => ({ kind, value })),
  }))
}

/** Compared here and not in SQL, as SQLite and PostgreSQL fold case differently. */
async function idsOfReleases(db: Kysely<Store>, name: string): Promise<number[]> {
  const all = await db.selectFrom('releases').select(['id', 'name']).execute()
  return all.filter((one) => nameKey(one.name) === nameKey(name)).map(({ id }) => id)
}

function byRelease<Part extends { release_id: number }>(
  parts: readonly Part[],
): (release: { id: number }) => Part[] {
  const groups = groupBy(parts, ({ release_id }) => release_id)
  return ({ id }) => groups.get(id) ?? []
}

interface ReleaseValues {
  name: string
  opens: string
  closes: string | null
  resourceIds: readonly number[]
  audience: readonly { kind: AudienceKind; value: string }[]
}

export async function insertRelease(
  trx: Trx,
  { name, opens, closes, resourceIds, audience, at }: ReleaseValues & { at: Date },
): Promise<number> {
  const { id } = await trx
    .insertInto('releases')
    .values({
      id: nextNumber('releases'),
      name,
      state: 'draft',
      opens,
      closes,
      created_at: at.toISOString(),
      released_at: null,
      withdrawn_at: null,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  await insertParts(trx, { id, resourceIds, audience })
  return id
}

export async function changeRelease(
  trx: Trx,
  { id, name, opens, closes, resourceIds, audience }: ReleaseValues & { id: number },
): Promise<void> {
  await sendWithNext(trx, trx.updateTable('releases').set({ name, opens, closes }).where('id', '=', id))
  await sendWithNext(trx, trx.deleteFrom('release_resources').where('release_id', '=', id))
  await sendWithNext(trx, trx.deleteFrom('release_audiences').where('release_id', '=', id))
  await insertParts(trx, { id, resourceIds, audience })
}

async function insertParts(
  trx: Trx,
  { id, resourceIds, audience }: Pick<ReleaseValues, 'resourceIds' | 'audience'> & { id: number },
): Promise<void> {
  for (const resource_id of resourceIds)
    await sendWithNext(trx, trx.insertInto('release_resources').values({ release_id: id, resource_id }))
  for (const { kind, value } of audience)
    await sendWithNext(trx, trx.insertInto('release_audiences').values({ release_id: id, kind, value }))
}

export async function markReleased(trx: Trx, { id, at }: { id: number; at: Date }): Promise<void> {
  const values = { state: 'released', released_at: at.toISOString() } as const
  await sendWithNext(trx, trx.updateTable('releases').set(values).where('id', '=', id))
}

export async function markReleaseWithdrawn(trx: Trx, { id, at }: { id: number; at: Date }): Promise<void> {
  const values = { state: 'withdrawn', withdrawn_at: at.toISOString() } as const
  await sendWithNext(trx, trx.updateTable('releases').set(values).where('id', '=', id))
}

/** The columns of a centre that decide what is released to it. */
export type CentreOfRelease = Pick<
  Selectable<CentreTable>,
  'id' | 'number' | 'name' | 'kind' | 'country' | 'time_zone' | 'global_listening'
>

/** Restricts the centres; every field is optional and absent means all. */
export interface CentreScope {
  numbers?: readonly string[] | undefined
  countries?: readonly string[] | undefined
  /** Numbers of deleted centres to be treated as live. */
  restored?: readonly string[] | undefined
}

/** The centres whose users can see what is released: not deleted, with a coordinator who is not suspended. */
export function findCentresOfReleases(
  db: Kysely<Store>,
  { numbers, countries, restored = [] }: CentreScope = {},
): Promise<CentreOfRelease[]> {
  let query = db
    .selectFrom('centres')
    .select(['id', 'number', 'name', 'kind', 'country', 'time_zone', 'global_listening'])
    .where(({ eb, or }) =>
      or([
        eb('deleted_at', 'is', null),
        ...(restored.length > 0 ? [anyOf(sql.ref('number'), restored)] : []),
      ]),
    )
    // `<> 'deleted'` follows from `= 'suspended'`; it is written so that the partial index of coordinators applies.
    .where(sql<boolean>`not exists (select 1 from users where users.centre_id = centres.id
      and users.hub_role = 'coordinator' and users.status = 'suspended' and users.status <> 'deleted')`)
  if (numbers) query = query.where(anyOf(sql.ref('number'), numbers))
  if (countries) query = query.where(anyOf(sql.ref('country'), countries))
  return query.orderBy('number').execute()
}

/** How many exams officers of a centre have set up their account. */
export function countExamsOfficers(db: Kysely<Store>, centreId: number): Promise<number> {
  return countOf(
    db
      .selectFrom('users')
      .innerJoin('user_roles', 'user_roles.user_id', 'users.id')
      .where('users.centre_id', '=', centreId)
      .where('users.status', '=', 'active')
      .where('user_roles.role', '=', 'exams-officer'),
  )
}

/** The numbers of the centres that have candidates, by series and component: `2026-06 0500/12`. */
export async function centresWithEntries(
  db: Kysely<Store>,
  { components, numbers }: { components: readonly string[]; numbers?: readonly string[] | undefined },
): Promise<Map<string, Set<string>>> {
  // For a few centres, the expression keeps SQLite from using the index of components and reading all their entries.
  const component = numbers ? sql`component || ''` : sql.ref('component')
  let query = db
    .selectFrom('entries')
    .select(['centre_number', 'series', 'component'])
    .where(anyOf(component, components))
    .where('candidates', '>', 0)
  if (numbers) query = query.where(anyOf(sql.ref('centre_number'), numbers))
  const centres = new Map<string, Set<string>>()
  for (const { centre_number, series, component } of await query.execute()) {
    const key = `${series} ${component}`
    const there = centres.get(key)
    if (there) there.add(centre_number)
    else centres.set(key, new Set([centre_number]))
  }
  return centres
}
