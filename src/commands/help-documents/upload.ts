import { preparedMutation } from '../../cli/define.ts'
import { argument, requiredOption } from '../../cli/parameters.ts'
import { fileToUpload, type FileToUpload } from '../../cli/upload.ts'
import { changedHelpDocumentsJson, renderChangedHelpDocuments } from '../../render/help-documents.ts'
import { uploadHelpDocument } from '../../rules/help-documents/upload.ts'
import type { Uploaded } from '../../rules/resources/keep-content.ts'
import { titleTyped } from '../resources/upload.ts'

interface Request {
  title: string
  file: FileToUpload
  uploaded: Uploaded
}

export const upload = () =>
  preparedMutation({
    name: 'upload',
    summary: 'bring in a document for everybody who can sign in',
    description: 'Bring in a document that everybody who can sign in may read, up to 500 MB.',
    args: { file: argument('the file') },
    options: { title: requiredOption('<title>', 'what it is, as people read it', titleTyped) },
    examples: ["ssh-admin help-documents upload fixtures/users.csv --title 'How to add users'"],
    prepare: async ({ file: name, title }, session) => {
      const file = await fileToUpload(session, name)
      const request: Request = { title, file, uploaded: file }
      return request
    },
    upload: {
      files: ({ file }) => [file],
      with: (request, [uploaded = request.file]) => ({ ...request, uploaded }),
    },
    act: async (trx, ctx, { title, uploaded: file }) => [await uploadHelpDocument(trx, { title, file, ctx })],
    render: renderChangedHelpDocuments,
    json: changedHelpDocumentsJson,
  })
