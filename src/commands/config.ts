import * as z from 'zod'
import { renderSettings, settingsJson } from '../render/settings.ts'
import { command, example } from '../cli/command.ts'
import { answer, action } from '../cli/action.ts'

export const config = () =>
  command('config')
    .summary('show each setting and where it came from')
    .description(
      'Show each setting with its value and where it came from: a flag, the environment, the configuration file, or the default. Passwords are not shown.',
    )
    .addHelpText('after', example('ssh-admin config', 'ssh-admin config --json'))
    .action(
      action(z.object({}), async (_, session) => {
        const { configFilePath } = await import('../config.ts')
        const file = configFilePath(session.context)
        const { settings, terminal } = session
        await answer(session, {
          text: renderSettings(settings, { file, view: terminal.out }),
          json: { file, settings: settingsJson(settings) },
        })
        return 0
      }),
    )
