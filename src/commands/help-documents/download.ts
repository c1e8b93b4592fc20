import { downloadCommand } from '../../cli/download.ts'
import { findHelpDocument } from '../../rules/help-documents/help-document.ts'

export const download = () =>
  downloadCommand({
    summary: 'write a help document onto this machine',
    description:
      'Write a help document into a file. What comes out is what was uploaded, or nothing. Each download is in the audit log.',
    stored: 'help-document',
    id: 'its number, which help-documents list shows',
    example: 'ssh-admin help-documents download 1 --out how-to-add-users.csv',
    find: async (db, { by }, typed) => {
      const { content_id: contentId, ...document } = await findHelpDocument(db, { id: typed, by })
      const { id, title, sha256, bytes } = document
      const subject = `help document ${id}`
      return { id, title, contentId, sha256, bytes, subject, action: 'help-documents.downloaded' }
    },
  })
