import { command } from '../cli/define.ts'
import { version } from '../version.ts'

/** Of no other kind: it opens no store. */
export const showVersion = () =>
  command({
    name: 'version',
    summary: 'show the version',
    description: 'Show the version of ssh-admin, and what it runs on.',
    examples: ['ssh-admin version'],
    run: async () => {
      const { version: node, platform } = process
      return { text: version, json: { version, node, platform } }
    },
  })
