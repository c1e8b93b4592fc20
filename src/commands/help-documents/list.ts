import { listing } from '../../cli/define.ts'
import { allOf } from '../../cli/list-options.ts'
import { flag } from '../../cli/parameters.ts'
import { helpDocumentFields, helpDocumentJson } from '../../render/help-documents.ts'
import { readableHelpDocuments } from '../../rules/help-documents/help-document.ts'

export const list = () =>
  listing({
    name: 'list',
    summary: 'list the documents for everybody who can sign in',
    description:
      'List help documents by title. Cambridge staff see withdrawn ones too, and with --history what was replaced.\nIn a pipe: number, title, version, file, bytes, SHA-256, status, uploaded, replaced, withdrawn.',
    options: { history: flag('every version, for Cambridge staff') },
    examples: ['ssh-admin help-documents list'],
    singular: 'help document',
    answer: 'helpDocumentList',
    key: 'helpDocuments',
    fields: helpDocumentFields,
    table: ['id', 'title', 'version', 'file', 'bytes', 'status', 'replaced'],
    id: 'id',
    find: async ({ store: { db }, ctx: { by } }, { history }) =>
      allOf(await readableHelpDocuments(db, { by, history })),
    json: helpDocumentJson,
    none: 'No help documents.',
  })
