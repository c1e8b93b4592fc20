import { renderSettings, settingsJson } from '../../render/settings.ts'
import { command } from '../../cli/define.ts'

/** `config` and `config show`. Of no other kind: it opens no store. */
const showing = (name: 'config' | 'show', words: string) =>
  command({
    name,
    summary: 'show each setting and where it came from',
    description:
      'Show each setting with its value and where it came from: a flag, the environment, the configuration file, or the default. Passwords are not shown.',
    examples: [`ssh-admin ${words}`, `ssh-admin ${words} --json`],
    run: async (_, { context, settings, terminal }) => {
      const { configFilePath } = await import('../../config.ts')
      const file = configFilePath(context)
      return {
        text: renderSettings(settings, { file, view: terminal.out }),
        json: { file, settings: settingsJson(settings) },
      }
    },
  })

export const config = () => showing('config', 'config')
export const show = () => showing('show', 'config show')
