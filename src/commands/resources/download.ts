import { command } from '../../cli/define.ts'
import { downloadTo } from '../../cli/download.ts'
import { argument, requiredOption, yesOption, withValues } from '../../cli/parameters.ts'
import { permitDownload } from '../../rules/releases/visible.ts'
import { findResource, typedNumber } from '../../rules/resources/resource.ts'

export const download = () =>
  command({
    name: 'download',
    summary: 'write a file for centres onto this machine',
    description:
      'Write the bytes of a resource into a file. What comes out is what was uploaded, or nothing: its SHA-256 is checked. With --as only what is open for that person now, by a release. Each download is in the audit log.',
    args: { id: withValues({ stored: 'resource' }, argument('its number, which resources list shows')) },
    options: {
      out: requiredOption('<file>', 'where it goes'),
      yes: yesOption('replace the file that is there without asking'),
    },
    examples: ['ssh-admin resources download 1 --out listening.wav'],
    run: ({ id, out }, session) =>
      downloadTo(session, {
        out,
        find: async (db, { by, at }) => {
          if (by.kind === 'user')
            await permitDownload(db, { resourceId: typedNumber(id, 'a resource'), by, at })
          const { content_id: contentId, ...resource } = await findResource(db, id)
          const { title, sha256, bytes } = resource
          const subject = `resource ${resource.id}`
          return { id: resource.id, title, sha256, bytes, contentId, subject, action: 'resources.downloaded' }
        },
      }),
  })
