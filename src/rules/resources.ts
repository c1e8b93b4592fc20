import type { Kysely } from 'kysely'
import { numbersOfRows } from '../db/rows.ts'
import { findResources, type ResourceRow, insertResource, setResourceWithdrawn } from '../db/resources.ts'
import type { ResourceArea, ResourceKind, Store } from '../db/schema.ts'
import { NotFound, Usage } from '../errors.ts'
import { shellWord } from '../shell-word.ts'
import type { LookUp } from './batch.ts'
import { nameReader } from './unknown-name.ts'
import type { Trx } from '../db/transact.ts'
import { appendAudit } from './audit/append.ts'
import type { RuleContext } from './permissions/actor.ts'
import { permit } from './permissions/decide.ts'
import { storeContent, type Uploaded } from './contents.ts'

export const resourceKinds = [
  'listening-audio',
  'pre-release',
  'specimen',
  'other',
] as const satisfies readonly ResourceKind[]
export const resourceAreas = ['general', 'tp'] as const satisfies readonly ResourceArea[]

/** A resource after a change, with the outcome. */
export interface ChangedResource {
  resource: ResourceRow
  outcome: 'uploaded' | 'mended' | 'withdrawn' | 'restored' | 'unchanged'
}

/** @throws `unknown-kind` */
export const parseResourceKind = nameReader('kind', resourceKinds)
/** @throws `unknown-area` */
export const parseArea = nameReader('area', resourceAreas)

/** Reads a syllabus and component, `0500/12`; undefined where the text is none. */
export function readComponent(text: string): string | undefined {
  const component = text.replace(/\s/g, '').toUpperCase()
  return /^\d{4}\/\d{1,2}[A-Z]?$/.test(component) ? component : undefined
}

/** A hint for what was probably meant by `0500-12`, `0500.12`, `500/12` or `050012`. */
export function componentHint(text: string): string | undefined {
  const [, syllabus = '', number = ''] =
    /^(\d{3,4})[\s/\\._-]+(\d{1,2}[A-Z]?)$/i.exec(text) ?? /^(\d{4})(\d{2})$/.exec(text) ?? []
  const component = readComponent(`${syllabus.padStart(4, '0')}/${number}`)
  return component === undefined ? undefined : `Write ${component}, if that is meant.`
}

/** @throws `invalid-component` */
export function parseComponent(text: string): string {
  const component = readComponent(text)
  if (component !== undefined) return component
  throw new Usage(`'${text}' is not a component: its syllabus and its number, such as 0500/12.`, {
    code: 'invalid-component',
    hint: componentHint(text.trim()),
  })
}

/** @throws `resource-not-found` */
export async function findResource(db: Kysely<Store>, id: string): Promise<ResourceRow> {
  const number = parseResourceNumber(id)
  const [found] = await findResources(db, { ids: [number] })
  if (found) return found
  throw resourceNotFound(id)
}

function resourceNotFound(id: string): NotFound {
  return new NotFound('resource-not-found', `There is no resource ${id}.`, {
    hint: 'ssh-admin resources list',
  })
}

/** Looks up many resource numbers in one query. */
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

export const parseResourceNumber = (text: string) => parseNumber(text, 'a resource')
export const parseHelpDocumentNumber = (text: string) => parseNumber(text, 'a help document')

function parseNumber(text: string, of: 'a resource' | 'a help document'): number {
  const number = numberIn(text)
  if (number !== undefined) return number
  const noun = of === 'a resource' ? 'resources' : 'help-documents'
  throw new Usage(`'${text}' is not the number of ${of}.`, {
    code: 'invalid-number',
    hint: `ssh-admin ${noun} list ${shellWord(text)} finds it.`,
  })
}

export interface ResourceFacts {
  title: string
  kind: ResourceKind
  area: ResourceArea
  /** `2026-06`. */
  series: string
  /** Each `0500/12`. */
  components: readonly string[]
}

interface Uploading extends ResourceFacts {
  file: Uploaded
  ctx: RuleContext
}

/** Creates a resource from a file; equal bytes are stored once, however often they are uploaded. */
export async function uploadResource(trx: Trx, { file, ctx, ...facts }: Uploading): Promise<ChangedResource> {
  const { at } = ctx
  permit(ctx, 'resources.upload', { name: file.name })
  const { contentId, mended, isNew } = await storeContent(trx, file)
  const others = isNew ? [] : await findResources(trx, { contentId, withdrawn: false })
  const existing = others.find((one) => isSame(one, facts, file.name))
  if (existing && !mended) return { resource: existing, outcome: 'unchanged' }
  if (existing) {
    const facts = { file: file.name, bytes: file.bytes, sha256: file.sha256 }
    await appendAudit(trx, { ...ctx, action: 'resources.mended', subject: `resource ${existing.id}`, facts })
    const [resource = existing] = await findResources(trx, { ids: [existing.id] })
    return { resource, outcome: 'mended' }
  }

  const id = await insertResource(trx, { ...facts, file: file.name, contentId, at })
  await appendAudit(trx, {
    ...ctx,
    action: 'resources.uploaded',
    subject: `resource ${id}`,
    facts: { ...facts, file: file.name, bytes: file.bytes, sha256: file.sha256 },
  })
  const [resource] = await findResources(trx, { ids: [id] })
  if (!resource) throw new Error(`resource ${id} is gone`)
  return { resource, outcome: 'uploaded' }
}

function isSame(one: ResourceRow, facts: ResourceFacts, file: string): boolean {
  return (
    one.title === facts.title &&
    one.kind === facts.kind &&
    one.area === facts.area &&
    one.series === facts.series &&
    one.file === file &&
    one.components.join() === [...facts.components].sort().join()
  )
}

interface ResourceRequest {
  id: string
  ctx: RuleContext
}

/** Withdraws a resource: it opens for nobody, and is never deleted. */
export function withdrawResource(trx: Trx, request: ResourceRequest): Promise<ChangedResource> {
  return setWithdrawn(trx, 'withdrawn', request)
}

/** Restores a withdrawn resource, which its releases then open again. */
export function restoreResource(trx: Trx, request: ResourceRequest): Promise<ChangedResource> {
  return setWithdrawn(trx, 'restored', request)
}

async function setWithdrawn(
  trx: Trx,
  outcome: 'withdrawn' | 'restored',
  { id, ctx }: ResourceRequest,
): Promise<ChangedResource> {
  const isWithdrawn = outcome === 'withdrawn'
  const resource = await findResource(trx, id)
  const subject = `resource ${resource.id}`
  permit(ctx, isWithdrawn ? 'resources.withdraw' : 'resources.restore', { name: subject })
  if ((resource.withdrawn_at !== null) === isWithdrawn) return { resource, outcome: 'unchanged' }
  await setResourceWithdrawn(trx, { id: resource.id, at: isWithdrawn ? ctx.at : null })
  await appendAudit(trx, {
    ...ctx,
    action: `resources.${outcome}`,
    subject,
    facts: { title: resource.title },
  })
  return { resource: await findResource(trx, id), outcome }
}
