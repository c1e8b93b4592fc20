import { preparedMutation, listing, query, mutation } from '../cli/define.ts'
import {
  variadicArgument,
  option,
  listOption,
  requiredOption,
  withCompletions,
  flag,
  argument,
  checkedWithoutStore,
} from '../cli/parameters.ts'
import {
  commaList,
  transform,
  listOf,
  checkedText,
  optional,
  text,
  withDefault,
} from '../cli/typed-values.ts'
import { titleTyped } from '../cli/typed-arguments.ts'
import { fileToUpload, type FileToUpload } from '../cli/upload.ts'
import { Usage } from '../errors.ts'
import {
  changedResourcesJson,
  renderChangedResources,
  resourceFields,
  resourceJson,
  renderResource,
} from '../render/resources.ts'
import type { Trx } from '../db/transact.ts'
import type { Uploaded } from '../rules/contents.ts'
import type { RuleContext } from '../rules/permissions/actor.ts'
import {
  resourceAreas,
  resourceKinds,
  parseArea,
  parseComponent,
  parseResourceKind,
  findResource,
  parseResourceNumber,
  lookUpResources,
  type ChangedResource,
  type ResourceFacts,
  uploadResource,
  withdrawResource,
  restoreResource,
} from '../rules/resources.ts'
import { parseSeries } from '../rules/dates-and-times.ts'
import { foundInMemory } from '../cli/list-declaration.ts'
import { findResources } from '../db/resources.ts'
import { downloadCommand } from '../cli/download.ts'
import { permitDownload } from '../rules/releases/visible.ts'
import { closingQuestion, comparableClosing, renderWithClosing, withClosing } from '../render/closing.ts'
import { readEachName, forEachTarget } from '../rules/batch.ts'
import { trackClosings } from '../rules/releases/what-closes.ts'
import { count } from '../render/text.ts'

interface Request {
  facts: ResourceFacts
  files: FileToUpload[]
  uploaded: readonly Uploaded[]
}

/** Removes duplicates: the same file under two paths, such as `a.mp3` and `./a.mp3`, is one resource. */
function distinctFiles(files: readonly FileToUpload[]): FileToUpload[] {
  return [...new Map(files.map((file) => [`${file.sha256} ${file.name}`, file])).values()]
}

export const upload = () =>
  preparedMutation({
    name: 'upload',
    summary: 'bring files in that releases can give to centres',
    description: `Bring files in, up to 500 MB each. The bytes are kept once under their SHA-256, however often they are uploaded.
Nobody sees a resource until a release opens it. The same file with the same facts again changes nothing.`,
    args: { file: variadicArgument('the files') },
    options: {
      title: requiredOption('<title>', 'what it is, as people read it', titleTyped),
      kind: withCompletions(
        resourceKinds,
        requiredOption('<kind>', resourceKinds.join(', '), transform(text, parseResourceKind)),
      ),
      series: requiredOption('<series>', 'the series, such as 2026-06', transform(text, parseSeries)),
      component: listOption(
        '<components>',
        'the components that it is for, such as 0500/12',
        transform(commaList, (texts) => [...new Set(texts.map(parseComponent))].sort()),
      ),
      area: withCompletions(
        resourceAreas,
        option(
          '<area>',
          `${resourceAreas.join(' or ')} (default: general)`,
          withDefault(transform(text, parseArea), 'general'),
        ),
      ),
    },
    examples: [
      "ssh-admin resources upload listening.wav --title 'Listening, paper 12' --kind listening-audio --series 2026-06 --component 0500/12",
    ],
    prepare: async ({ file: names, title, kind, series, component: components, area }, session) => {
      if (names.length === 0)
        throw new Usage('Which file?', {
          code: 'missing-value',
          hint: 'ssh-admin resources upload FILE --title TITLE --kind KIND --series SERIES',
        })
      const files = distinctFiles(
        await readEachName([...new Set(names)], (name) => fileToUpload(session, name)),
      )
      const request: Request = { facts: { title, kind, series, components, area }, files, uploaded: files }
      return request
    },
    upload: {
      files: ({ files }) => files,
      addUploaded: (request, uploaded) => ({ ...request, uploaded }),
    },
    act: async (trx, ctx, { facts, uploaded }) => {
      const changed: Awaited<ReturnType<typeof uploadResource>>[] = []
      for (const file of uploaded) changed.push(await uploadResource(trx, { ...facts, file, ctx }))
      return changed
    },
    render: renderChangedResources,
    json: changedResourcesJson,
  })

export const list = () =>
  listing({
    name: 'list',
    summary: 'list the files for centres',
    description:
      'List resources, newest first, withdrawn ones included.\nIn a pipe: number, title, kind, area, series, components, file, bytes, SHA-256, status, uploaded, withdrawn.',
    options: {
      kind: withCompletions(
        resourceKinds,
        listOption('<kind>', resourceKinds.join(', '), listOf(parseResourceKind)),
      ),
      area: withCompletions(
        resourceAreas,
        listOption('<area>', resourceAreas.join(' or '), listOf(parseArea)),
      ),
      series: option('<series>', 'of this series, such as 2026-06', optional(transform(text, parseSeries))),
      component: option(
        '<component>',
        'for this component, such as 0500/12',
        optional(transform(text, parseComponent)),
      ),
      withdrawn: flag('withdrawn ones alone'),
    },
    examples: ['ssh-admin resources list', 'ssh-admin resources list listening --series 2026-06'],
    singular: 'resource',
    answer: 'resourceList',
    key: 'resources',
    fields: resourceFields,
    table: ['id', 'title', 'kind', 'series', 'components', 'bytes', 'status', 'created'],
    dropOrder: ['created', 'bytes', 'components', 'series', 'kind'],
    id: 'id',
    find: async ({ store: { db } }, { kind: kinds, area: areas, series, component, withdrawn }) =>
      foundInMemory(
        await findResources(db, {
          kinds,
          areas,
          series,
          component,
          ...(withdrawn ? { withdrawn } : {}),
        }),
      ),
    json: resourceJson,
    emptyMessage: 'No resources.',
  })

export const show = () =>
  query({
    name: 'show',
    summary: 'show everything about one file for centres',
    description: 'Show what a resource is, how large, and the SHA-256 of its bytes.',
    args: {
      id: withCompletions(
        { stored: 'resource' },
        argument('its number, which resources list shows', checkedText(parseResourceNumber)),
      ),
    },
    examples: ['ssh-admin resources show 1'],
    read: ({ db }, _ctx, { id }) => findResource(db, id),
    render: renderResource,
    json: resourceJson,
  })

export const download = () =>
  downloadCommand({
    summary: 'write a file for centres onto this machine',
    description:
      'Write the bytes of a resource into a file. What comes out is what was uploaded, or nothing: its SHA-256 is checked. With --as only what is open for that person now, by a release. Each download is in the audit log.',
    stored: 'resource',
    id: argument('its number, which resources list shows', checkedText(parseResourceNumber)),
    example: 'ssh-admin resources download 1 --out listening.wav',
    find: async (db, { actor, at }, id) => {
      if (actor.kind === 'user') await permitDownload(db, { resourceId: parseResourceNumber(id), actor, at })
      const { content_id: contentId, ...resource } = await findResource(db, id)
      const { title, sha256, bytes } = resource
      const subject = `resource ${resource.id}`
      return { id: resource.id, title, sha256, bytes, contentId, subject, action: 'resources.downloaded' }
    },
  })

const resourceArguments = () => ({
  id: checkedWithoutStore(
    (ids) => readEachName(ids, parseResourceNumber),
    withCompletions(
      { stored: 'resource' },
      variadicArgument('the numbers; - reads them from stdin, one a line'),
    ),
  ),
})

/** Changes all resources or none, and notes which releases close and open. */
const changeEach =
  (change: typeof withdrawResource | typeof restoreResource) =>
  (trx: Trx, ctx: RuleContext, { id: ids }: { id: readonly string[] }) =>
    trackClosings(trx, {
      ctx,
      work: () => forEachTarget(trx, ids, (id) => change(trx, { id, ctx }), lookUpResources(trx)),
    })

export const withdraw = () =>
  mutation({
    name: 'withdraw',
    summary: 'let a file for centres open for nobody any more',
    description:
      'Withdraw resources: they open for nobody until they are restored. Nothing is deleted, and whoever has a file keeps it.',
    args: resourceArguments(),
    examples: ['ssh-admin resources withdraw 1 --yes'],
    act: changeEach(withdrawResource),
    confirm: {
      question: (done) => withClosing(withdrawalQuestion(done.result), done),
      comparable: ({ result, closes }) => [comparableResources(result), comparableClosing({ closes })],
    },
    render: (done, view) => renderWithClosing(renderChangedResources(done.result, view), done, view),
    json: ({ result, closes }) => ({ ...changedResourcesJson(result), closed: [...closes] }),
  })

export const restore = () =>
  mutation({
    name: 'restore',
    summary: 'let a withdrawn file open again',
    description:
      'Take a withdrawal back: the resource opens again for those for whom its releases open it, who are named.',
    args: resourceArguments(),
    examples: ['ssh-admin resources restore 1'],
    act: changeEach(restoreResource),
    confirm: {
      question: ({ result, opens }) =>
        closingQuestion({ opens }, `Restore ${count(result.length, 'resource')}`),
      comparable: ({ result, opens }) => [comparableResources(result), comparableClosing({ opens })],
    },
    render: (done, view) => renderWithClosing(renderChangedResources(done.result, view), done, view),
    json: ({ result, opens }) => ({ ...changedResourcesJson(result), opened: opens }),
  })

const maxNamed = 5

function withdrawalQuestion(changed: readonly ChangedResource[]): string | undefined {
  const withdrawn = changed.filter(({ outcome }) => outcome === 'withdrawn')
  if (withdrawn.length === 0) return undefined
  const names = withdrawn.map(({ resource }) => `${resource.id} ${resource.title}`)
  const few = `${names.slice(0, maxNamed).join(', ')}${names.length > maxNamed ? ' …' : ''}`
  const them = withdrawn.length === 1 ? 'it' : 'them'
  return `Withdraw ${count(withdrawn.length, 'resource')} (${few}), so that nobody but Cambridge staff can download ${them}?`
}

function comparableResources(changed: readonly ChangedResource[]): unknown {
  return changed.map(({ resource, outcome }) => [resource.id, resource.title, resource.sha256, outcome])
}
