import { preparedMutation } from '../../cli/define.ts'
import { argument, withValues } from '../../cli/parameters.ts'
import { fileToUpload, type FileToUpload } from '../../cli/upload.ts'
import { changedHelpDocumentsJson, renderChangedHelpDocuments } from '../../render/help-documents.ts'
import { replaceHelpDocument } from '../../rules/help-documents/upload.ts'
import type { Uploaded } from '../../rules/resources/keep-content.ts'
import { comparableHelpDocuments } from './questions.ts'

interface Request {
  id: string
  file: FileToUpload
  uploaded: Uploaded
}

export const replace = () =>
  preparedMutation({
    name: 'replace',
    summary: 'put another file in the place of a help document',
    description: 'Put another file in the place of a help document. The old one stays in the history.',
    args: {
      id: withValues({ stored: 'help-document' }, argument('its number, which help-documents list shows')),
      file: argument('the file'),
    },
    examples: ['ssh-admin help-documents replace 1 fixtures/users.csv --yes'],
    prepare: async ({ id, file: name }, session) => {
      const file = await fileToUpload(session, name)
      const request: Request = { id, file, uploaded: file }
      return request
    },
    upload: {
      files: ({ file }) => [file],
      with: (request, [uploaded = request.file]) => ({ ...request, uploaded }),
    },
    act: async (trx, ctx, { id, uploaded: file }) => [await replaceHelpDocument(trx, { id, file, ctx })],
    confirm: {
      question: ([changed]) =>
        changed?.outcome === 'replaced'
          ? `Put ${changed.document.file} in the place of ‘${changed.document.title}’, as version ${changed.document.version}?`
          : undefined,
      comparable: comparableHelpDocuments,
    },
    render: renderChangedHelpDocuments,
    json: changedHelpDocumentsJson,
  })
