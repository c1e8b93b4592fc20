import type { HelpDocumentRow } from '../db/help-documents.ts'
import type { ResourceRow } from '../db/resources.ts'
import type { ChangedHelpDocument } from '../rules/help-documents.ts'
import type { ChangedResource } from '../rules/resources.ts'
import { oneLine, tsvLine } from './clean-text.ts'
import { factLines, field, timeField } from './fields.ts'
import type { JsonOfChange, Shape } from './json.ts'
import type { View } from './table.ts'
import { changeMark, sentenceCase, sizeInWords } from './text.ts'
import { plainTime } from '../plain-time.ts'

/** A stored file: what a resource and a help document have in common. */
type StoredFile = Pick<
  ResourceRow,
  'file' | 'bytes' | 'sha256' | 'created_at' | 'withdrawn_at' | 'mismatch_at'
>

const fileFields = {
  file: field<StoredFile>('File', ({ file }) => file),
  bytes: field<StoredFile>(
    'Size',
    ({ bytes }) => bytes,
    ({ bytes }) => sizeInWords(bytes),
  ),
  sha256: field<StoredFile>('SHA-256', ({ sha256 }) => sha256),
  status: field<StoredFile>('Status', statusOf),
  created: timeField<StoredFile>('Uploaded', ({ created_at }) => created_at),
}

export const resourceFields = {
  id: field<ResourceRow>('No.', ({ id }) => id),
  title: field<ResourceRow>('Title', ({ title }) => title),
  kind: field<ResourceRow>('Kind', ({ kind }) => kind),
  area: field<ResourceRow>('Area', ({ area }) => area),
  series: field<ResourceRow>('Series', ({ series }) => series),
  components: field<ResourceRow>('Components', ({ components }) => components.join(', ')),
  ...fileFields,
  withdrawn: field<ResourceRow>('Withdrawn', ({ withdrawn_at }) => withdrawn_at),
}

export const helpDocumentFields = {
  id: field<HelpDocumentRow>('No.', ({ id }) => id),
  title: field<HelpDocumentRow>('Title', ({ title }) => title),
  version: field<HelpDocumentRow>('Version', ({ version }) => version),
  ...fileFields,
  replaced: timeField<HelpDocumentRow>('Replaced', ({ replaced_at }) => replaced_at),
  withdrawn: field<HelpDocumentRow>('Withdrawn', ({ withdrawn_at }) => withdrawn_at),
}

/** Whether the file can be downloaded. */
function statusOf({ withdrawn_at, mismatch_at }: StoredFile): 'kept' | 'withdrawn' | 'damaged' {
  if (mismatch_at !== null) return 'damaged'
  return withdrawn_at === null ? 'kept' : 'withdrawn'
}

function fileJson(stored: StoredFile) {
  const { file, bytes, sha256, created_at } = stored
  return { file, bytes, sha256, status: statusOf(stored), createdAt: created_at }
}

export function resourceJson(resource: ResourceRow): Shape<'keptResource'> {
  const { id, title, kind, area, series, components, withdrawn_at } = resource
  const file = fileJson(resource)
  return { id, title, kind, area, series, components, ...file, withdrawnAt: withdrawn_at }
}

export function helpDocumentJson(document: HelpDocumentRow): Shape<'helpDocument'> {
  const { id, title, version, replaced_at, withdrawn_at } = document
  const file = fileJson(document)
  return { id, title, version, ...file, replacedAt: replaced_at, withdrawnAt: withdrawn_at }
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
  return changed
    .map(({ resource, outcome }) => {
      const { id, title, file, bytes, sha256 } = resource
      if (!view.isTerminal) return tsvLine([id, title, file, sha256, outcome])
      const mark = changeMark(outcome !== 'unchanged', view)
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

export function changedHelpDocumentsJson(
  changed: readonly ChangedHelpDocument[],
): JsonOfChange<'changedHelpDocuments'> {
  return {
    helpDocuments: changed.map(({ document, outcome }) => ({
      ...helpDocumentJson(document),
      outcome,
      changed: outcome !== 'unchanged',
    })),
    total: changed.length,
  }
}

export function renderChangedHelpDocuments(changed: readonly ChangedHelpDocument[], view: View): string {
  return changed
    .map(({ document: { id, title, file, version, bytes }, outcome }) => {
      if (!view.isTerminal) return tsvLine([id, title, version, file, outcome])
      const mark = changeMark(outcome !== 'unchanged', view)
      const what = outcome === 'unchanged' ? 'is as it was' : `is ${outcome}`
      return `${mark} Help document ${id} ${what}: ${oneLine(title)}, version ${version} (${oneLine(file)}, ${sizeInWords(bytes)}).`
    })
    .join('\n')
}
