import { command } from '../../cli/define.ts'
import { downloadTo } from '../../cli/download.ts'
import { argument, requiredOption, yesOption, withValues } from '../../cli/parameters.ts'
import { findHelpDocument } from '../../rules/help-documents/help-document.ts'

export const download = () =>
  command({
    name: 'download',
    summary: 'write a help document onto this machine',
    description:
      'Write a help document into a file. What comes out is what was uploaded, or nothing. Each download is in the audit log.',
    args: {
      id: withValues({ stored: 'help-document' }, argument('its number, which help-documents list shows')),
    },
    options: {
      out: requiredOption('<file>', 'where it goes'),
      yes: yesOption('replace the file that is there without asking'),
    },
    examples: ['ssh-admin help-documents download 1 --out how-to-add-users.csv'],
    run: ({ id, out }, session) =>
      downloadTo(session, {
        out,
        find: async (db, { by }) => {
          const {
            content_id: contentId,
            title,
            sha256,
            bytes,
            ...document
          } = await findHelpDocument(db, {
            id,
            by,
          })
          const subject = `help document ${document.id}`
          const action = 'help-documents.downloaded'
          return { id: document.id, title, contentId, sha256, bytes, subject, action }
        },
      }),
  })
