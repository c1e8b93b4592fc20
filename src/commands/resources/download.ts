import { downloadCommand } from '../../cli/download.ts'
import { permitDownload } from '../../rules/releases/visible.ts'
import { findResource, typedNumber } from '../../rules/resources/resource.ts'

export const download = () =>
  downloadCommand({
    summary: 'write a file for centres onto this machine',
    description:
      'Write the bytes of a resource into a file. What comes out is what was uploaded, or nothing: its SHA-256 is checked. With --as only what is open for that person now, by a release. Each download is in the audit log.',
    stored: 'resource',
    id: 'its number, which resources list shows',
    example: 'ssh-admin resources download 1 --out listening.wav',
    find: async (db, { by, at }, id) => {
      if (by.kind === 'user') await permitDownload(db, { resourceId: typedNumber(id, 'a resource'), by, at })
      const { content_id: contentId, ...resource } = await findResource(db, id)
      const { title, sha256, bytes } = resource
      const subject = `resource ${resource.id}`
      return { id: resource.id, title, sha256, bytes, contentId, subject, action: 'resources.downloaded' }
    },
  })
