import type { Kysely } from 'kysely'
import { numbersOfRows } from '../../db/numbers-of-rows.ts'
import { findResources, type ResourceRow } from '../../db/resources/resources.ts'
import type { ResourceArea, ResourceKind, Store } from '../../db/schema.ts'
import { NotFound, Usage } from '../../errors.ts'
import type { LookUp } from '../batch.ts'
import { unknownName } from '../unknown-name.ts'

export const resourceKinds = [
  'listening-audio',
  'pre-release',
  'specimen',
  'other',
] as const satisfies readonly ResourceKind[]
export const resourceAreas = ['general', 'tp'] as const satisfies readonly ResourceArea[]

/** A resource after a change, and what became of it. */
export interface ChangedResource {
  resource: ResourceRow
  outcome: 'uploaded' | 'mended' | 'withdrawn' | 'restored' | 'unchanged'
}

/** @throws `unknown-kind` */
export function typedResourceKind(text: string): ResourceKind {
  const kind = resourceKinds.find((one) => one === plain(text))
  if (kind) return kind
  throw unknownName({ kind: 'kind', name: text, known: resourceKinds })
}

/** @throws `unknown-area` */
export function typedArea(text: string): ResourceArea {
  const area = resourceAreas.find((one) => one === plain(text))
  if (area) return area
  throw unknownName({ kind: 'area', name: text, known: resourceAreas })
}

function plain(text: string): string {
  return text
    .trim()
    .toLowerCase()
    .replace(/[\s_]+/g, '-')
}

/** Syllabus and component, `0500/12`; undefined where it is none. */
export function readComponent(text: string): string | undefined {
  const component = text.replace(/\s/g, '').toUpperCase()
  return /^\d{4}\/\d{1,2}[A-Z]?$/.test(component) ? component : undefined
}

/** @throws `invalid-component` */
export function typedComponent(text: string): string {
  const component = readComponent(text)
  if (component !== undefined) return component
  throw new Usage(`${text} is not a component: its syllabus and its number, such as 0500/12.`, {
    code: 'invalid-component',
  })
}

/** @throws `resource-not-found` */
export async function findResource(db: Kysely<Store>, id: string): Promise<ResourceRow> {
  const number = typedNumber(id, 'a resource')
  const [found] = await findResources(db, { ids: [number] })
  if (found) return found
  throw resourceNotFound(id)
}

function resourceNotFound(id: string): NotFound {
  return new NotFound('resource-not-found', `There is no resource ${id}.`, {
    hint: 'ssh-admin resources list',
  })
}

/** Many at once. */
export function lookUpResources(db: Kysely<Store>): LookUp<number> {
  return {
    keyOf: numberIn,
    find: (numbers) => numbersOfRows(db, { table: 'resources', numbers }),
    refusal: async (id) => resourceNotFound(id),
  }
}

export function numberIn(text: string): number | undefined {
  return /^\d{1,12}$/.test(text.trim()) ? Number(text) : undefined
}

export function typedNumber(text: string, of: string): number {
  const number = numberIn(text)
  if (number !== undefined) return number
  throw new Usage(`${text} is not the number of ${of}.`, { code: 'invalid-number' })
}
