import { preparedMutation, listing, mutation } from '../cli/define.ts'
import {
  argument,
  requiredOption,
  flag,
  withCompletions,
  variadicArgument,
  checkedWithoutStore,
} from '../cli/parameters.ts'
import { fileToUpload, type FileToUpload } from '../cli/upload.ts'
import {
  changedHelpDocumentsJson,
  renderChangedHelpDocuments,
  helpDocumentFields,
  helpDocumentJson,
} from '../render/resources.ts'
import {
  uploadHelpDocument,
  replaceHelpDocument,
  withdrawHelpDocument,
  visibleHelpDocuments,
  findHelpDocument,
  lookUpHelpDocuments,
  type ChangedHelpDocument,
} from '../rules/help-documents.ts'
import type { Uploaded } from '../rules/contents.ts'
import { titleTyped } from '../cli/typed-arguments.ts'
import { foundInMemory } from '../cli/list-declaration.ts'
import { downloadCommand } from '../cli/download.ts'
import { checkedText } from '../cli/typed-values.ts'
import { parseHelpDocumentNumber } from '../rules/resources.ts'
import { readEachName, forEachTarget } from '../rules/batch.ts'

interface SingleFile {
  file: FileToUpload
  uploaded: Uploaded
}

interface Request extends SingleFile {
  title: string
}

interface Replacement extends SingleFile {
  id: string
}

function singleFileUpload<Asked extends SingleFile>() {
  return {
    files: ({ file }: Asked) => [file],
    addUploaded: (request: Asked, [uploaded = request.file]: readonly Uploaded[]) => ({
      ...request,
      uploaded,
    }),
  }
}

export const upload = () =>
  preparedMutation({
    name: 'upload',
    summary: 'bring in a document for everybody who can sign in',
    description: 'Bring in a document that everybody who can sign in may read, up to 500 MB.',
    args: { file: argument('the file') },
    options: { title: requiredOption('<title>', 'what it is, as people read it', titleTyped) },
    examples: ["ssh-admin help-documents upload adding-users.pdf --title 'How to add users'"],
    prepare: async ({ file: name, title }, session) => {
      const file = await fileToUpload(session, name)
      const request: Request = { title, file, uploaded: file }
      return request
    },
    upload: singleFileUpload<Request>(),
    act: async (trx, ctx, { title, uploaded: file }) => [await uploadHelpDocument(trx, { title, file, ctx })],
    render: renderChangedHelpDocuments,
    json: changedHelpDocumentsJson,
  })

export const list = () =>
  listing({
    name: 'list',
    summary: 'list the documents for everybody who can sign in',
    description:
      'List help documents by title. Cambridge staff see withdrawn ones too, and with --history every version, when it was uploaded and when another took its place.\nIn a pipe: number, title, version, file, bytes, SHA-256, status, uploaded, replaced, withdrawn.',
    options: { history: flag('every version, for Cambridge staff') },
    examples: ['ssh-admin help-documents list'],
    singular: 'help document',
    answer: 'helpDocumentList',
    key: 'helpDocuments',
    fields: helpDocumentFields,
    table: ['id', 'title', 'version', 'file', 'bytes', 'status', 'created', 'replaced'],
    dropOrder: ['bytes', 'file', 'created', 'version', 'replaced'],
    id: 'id',
    find: async ({ store: { db }, ctx: { actor, at } }, { history }) =>
      foundInMemory(await visibleHelpDocuments(db, { actor, at, history })),
    json: helpDocumentJson,
    emptyMessage: 'No help documents.',
  })

export const download = () =>
  downloadCommand({
    summary: 'write a help document onto this machine',
    description:
      'Write a help document into a file. What comes out is what was uploaded, or nothing. Each download is in the audit log.',
    stored: 'help-document',
    id: argument('its number, which help-documents list shows', checkedText(parseHelpDocumentNumber)),
    example: 'ssh-admin help-documents download 1 --out how-to-add-users.csv',
    find: async (db, ctx, typed) => {
      const { content_id: contentId, ...document } = await findHelpDocument(db, { id: typed, ...ctx })
      const { id, title, sha256, bytes } = document
      const subject = `help document ${id}`
      return { id, title, contentId, sha256, bytes, subject, action: 'help-documents.downloaded' }
    },
  })

export const replace = () =>
  preparedMutation({
    name: 'replace',
    summary: 'put another file in the place of a help document',
    description: 'Put another file in the place of a help document. The old one stays in the history.',
    args: {
      id: withCompletions(
        { stored: 'help-document' },
        argument('its number, which help-documents list shows', checkedText(parseHelpDocumentNumber)),
      ),
      file: argument('the file'),
    },
    examples: ['ssh-admin help-documents replace 1 adding-users.pdf --yes'],
    prepare: async ({ id, file: name }, session) => {
      const file = await fileToUpload(session, name)
      const request: Replacement = { id, file, uploaded: file }
      return request
    },
    upload: singleFileUpload<Replacement>(),
    act: async (trx, ctx, { id, uploaded: file }) => [await replaceHelpDocument(trx, { id, file, ctx })],
    confirm: {
      question: ([changed]) =>
        changed?.outcome === 'replaced'
          ? `Put ${changed.document.file} in the place of '${changed.document.title}', as version ${changed.document.version}?`
          : undefined,
      comparable: comparableHelpDocuments,
    },
    render: renderChangedHelpDocuments,
    json: changedHelpDocumentsJson,
  })

export const withdraw = () =>
  mutation({
    name: 'withdraw',
    summary: 'let nobody but Cambridge staff see a help document any more',
    description:
      'Withdraw help documents: nobody but Cambridge staff sees them any more. Nothing is deleted.',
    args: {
      id: checkedWithoutStore(
        (ids) => readEachName(ids, parseHelpDocumentNumber),
        withCompletions(
          { stored: 'help-document' },
          variadicArgument('the numbers; - reads them from stdin, one a line'),
        ),
      ),
    },
    examples: ['ssh-admin help-documents withdraw 1 --yes'],
    act: (trx, ctx, { id: ids }) =>
      forEachTarget(trx, ids, (id) => withdrawHelpDocument(trx, { id, ctx }), lookUpHelpDocuments(trx)),
    confirm: {
      question: (changed) => {
        const titles = changed
          .filter(({ outcome }) => outcome === 'withdrawn')
          .map(({ document }) => `'${document.title}'`)
        const them = titles.length === 1 ? 'it' : 'them'
        return titles.length === 0
          ? undefined
          : `Withdraw ${titles.join(', ')}, so that nobody but Cambridge staff sees ${them} any more?`
      },
      comparable: comparableHelpDocuments,
    },
    render: renderChangedHelpDocuments,
    json: changedHelpDocumentsJson,
  })

function comparableHelpDocuments(changed: readonly ChangedHelpDocument[]): unknown {
  return changed.map(({ document, outcome }) => [
    [document.id, document.title, document.version, document.sha256],
    outcome,
  ])
}
