import { type Kysely, type Selectable, sql } from 'kysely'
import { anyOf, nextNumber } from './portable.ts'
import type { ResourceArea, ResourceKind, ResourceTable, Store } from './schema.ts'
import { sendWithNext, type Trx } from './transact.ts'

/** A resource as it is shown, with the digest of its bytes. */
export interface ResourceRow extends Selectable<ResourceTable> {
  components: string[]
  sha256: string
  bytes: number
  mismatch_at: string | null
}

interface ResourceFilter {
  ids?: readonly number[]
  kinds?: readonly ResourceKind[]
  areas?: readonly ResourceArea[]
  series?: string | undefined
  component?: string | undefined
  /** True: only withdrawn ones; false: only those that are not; absent: all. */
  withdrawn?: boolean
  contentId?: number
  /** Only resources of these releases, by number. */
  releases?: readonly number[]
}

/** Newest first. */
export async function findResources(db: Kysely<Store>, filter: ResourceFilter = {}): Promise<ResourceRow[]> {
  const { ids, kinds = [], areas = [], series, component, withdrawn, contentId, releases } = filter
  let query = db
    .selectFrom('resources')
    .innerJoin('contents', 'contents.id', 'resources.content_id')
    .selectAll('resources')
    .select(['contents.sha256', 'contents.bytes', 'contents.mismatch_at'])
    .select((eb) =>
      eb
        .selectFrom('resource_components')
        .select(sql<string | null>`string_agg(component, ',' order by component)`.as('names'))
        .whereRef('resource_id', '=', 'resources.id')
        .as('components'),
    )
  if (ids) query = query.where(anyOf(sql.ref('resources.id'), ids))
  if (releases)
    query = query.where('resources.id', 'in', (eb) =>
      eb
        .selectFrom('release_resources')
        .select('resource_id')
        .where(anyOf(sql.ref('release_id'), releases)),
    )
  if (kinds.length > 0) query = query.where('kind', 'in', [...kinds])
  if (areas.length > 0) query = query.where('area', 'in', [...areas])
  if (series !== undefined) query = query.where('series', '=', series)
  if (contentId !== undefined) query = query.where('content_id', '=', contentId)
  if (withdrawn !== undefined) query = query.where('withdrawn_at', withdrawn ? 'is not' : 'is', null)
  if (component !== undefined)
    query = query.where(({ exists, selectFrom }) =>
      exists(
        selectFrom('resource_components')
          .select('component')
          .whereRef('resource_id', '=', 'resources.id')
          .where('component', '=', component),
      ),
    )
  const rows = await query.orderBy('resources.id', 'desc').execute()
  return rows.map(({ components, sha256, bytes, ...row }) => ({
    ...row,
    components: components?.split(',') ?? [],
    sha256: sha256 ?? '',
    bytes: bytes ?? 0,
  }))
}

interface NewResource {
  title: string
  kind: ResourceKind
  area: ResourceArea
  series: string
  components: readonly string[]
  file: string
  contentId: number
  at: Date
}

export async function insertResource(
  trx: Trx,
  { title, kind, area, series, components, file, contentId, at }: NewResource,
): Promise<number> {
  const { id } = await trx
    .insertInto('resources')
    .values({
      id: nextNumber('resources'),
      title,
      kind,
      area,
      series,
      file,
      content_id: contentId,
      created_at: at.toISOString(),
      withdrawn_at: null,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  for (const component of components)
    await sendWithNext(trx, trx.insertInto('resource_components').values({ resource_id: id, component }))
  return id
}

export async function setResourceWithdrawn(
  trx: Trx,
  { id, at }: { id: number; at: Date | null },
): Promise<void> {
  const withdrawn = { withdrawn_at: at?.toISOString() ?? null }
  await sendWithNext(trx, trx.updateTable('resources').set(withdrawn).where('id', '=', id))
}
