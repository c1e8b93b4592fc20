import type { ResourceRow } from '../db/resources.ts'
import type { ChangedResource } from '../rules/resources.ts'
import { oneLine, tsvLine } from './clean-text.ts'
import { factLines, field, timeField } from './fields.ts'
import type { JsonOfChange, Shape } from './json.ts'
import type { View } from './table.ts'
import { markOf, sentenceCase } from './text.ts'
import { plainTime } from '../plain-time.ts'

/** What a list says of a resource. */
export const resourceFields = {
  id: field<ResourceRow>('No.', ({ id }) => id),
  title: field<ResourceRow>('Title', ({ title }) => title),
  kind: field<ResourceRow>('Kind', ({ kind }) => kind),
  area: field<ResourceRow>('Area', ({ area }) => area),
  series: field<ResourceRow>('Series', ({ series }) => series),
  components: field<ResourceRow>('Components', ({ components }) => components.join(', ')),
  file: field<ResourceRow>('File', ({ file }) => file),
  bytes: field<ResourceRow>(
    'Size',
    ({ bytes }) => bytes,
    ({ bytes }) => sizeInWords(bytes),
  ),
  sha256: field<ResourceRow>('SHA-256', ({ sha256 }) => sha256),
  status: field<ResourceRow>('Status', statusOf),
  created: timeField<ResourceRow>('Uploaded', ({ created_at }) => created_at),
  withdrawn: field<ResourceRow>('Withdrawn', ({ withdrawn_at }) => withdrawn_at),
}

/** Of a resource or a help document: whether it can be had. */
export function statusOf({
  withdrawn_at,
  mismatch_at,
}: Pick<ResourceRow, 'withdrawn_at' | 'mismatch_at'>): 'kept' | 'withdrawn' | 'damaged' {
  if (mismatch_at !== null) return 'damaged'
  return withdrawn_at === null ? 'kept' : 'withdrawn'
}

export function sizeInWords(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`
  if (bytes < 1_000_000) return `${(bytes / 1000).toFixed(1)} KB`
  return `${(bytes / 1_000_000).toFixed(1)} MB`
}

export function resourceJson(resource: ResourceRow): Shape<'keptResource'> {
  return {
    id: resource.id,
    title: resource.title,
    kind: resource.kind,
    area: resource.area,
    series: resource.series,
    components: resource.components,
    file: resource.file,
    bytes: resource.bytes,
    sha256: resource.sha256,
    status: statusOf(resource),
    createdAt: resource.created_at,
    withdrawnAt: resource.withdrawn_at,
  }
}

export function changedResourcesJson(changed: readonly ChangedResource[]): JsonOfChange<'changedResources'> {
  return {
    resources: changed.map(({ resource, outcome }) => ({
      ...resourceJson(resource),
      outcome,
      changed: outcome !== 'unchanged',
    })),
    total: changed.length,
  }
}

export function renderChangedResources(changed: readonly ChangedResource[], view: View): string {
  if (!view.isTerminal) {
    return changed
      .map(({ resource: { id, title, file, sha256 }, outcome }) =>
        tsvLine([id, title, file, sha256, outcome]),
      )
      .join('\n')
  }
  return changed
    .map(({ resource, outcome }) => {
      const { id, title, file, bytes } = resource
      const mark = markOf(outcome !== 'unchanged', view)
      const what = outcome === 'unchanged' ? `is ${statusOf(resource)} as it was` : `is ${outcome}`
      return `${mark} Resource ${id} ${what}: ${oneLine(title)} (${oneLine(file)}, ${sizeInWords(bytes)}).`
    })
    .join('\n')
}

export function renderResource(resource: ResourceRow, view: View): string {
  const { id, title, kind, area, series, components, file, bytes, sha256 } = resource
  const time = (iso: string) => (view.isTerminal ? plainTime(iso) : iso)
  const facts: [string, string][] = [
    ['status', statusOf(resource)],
    ['kind', kind],
    ['area', area],
    ['series', series],
    ['components', components.join(', ')],
    ['file', file],
    ['size', view.isTerminal ? sizeInWords(bytes) : String(bytes)],
    ['sha256', sha256],
    ['uploaded', time(resource.created_at)],
    ['withdrawn', resource.withdrawn_at === null ? '' : time(resource.withdrawn_at)],
  ]
  if (!view.isTerminal) {
    return [tsvLine(['id', id]), tsvLine(['title', title]), ...facts.map((fact) => tsvLine(fact))].join('\n')
  }
  const lines = factLines(
    facts.map(([name, value]) => [name === 'sha256' ? 'SHA-256' : sentenceCase(name), value]),
  )
  return [view.chalk.bold(`Resource ${id}: ${oneLine(title)}`), '', ...lines].join('\n')
}
