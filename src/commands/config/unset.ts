import { command } from '../../cli/define.ts'
import { argument, withValues } from '../../cli/parameters.ts'
import { changeConfiguration, settingNamed, settingFlags } from './configuration.ts'

/** Of no other kind: it changes a file, and opens no store. */
export const unset = () =>
  command({
    name: 'unset',
    summary: 'take a setting out of the configuration file',
    description: 'Take a setting out of the configuration file: what it was by default, it is again.',
    args: { name: withValues(settingFlags, argument('the setting, named as its flag is')) },
    examples: ['ssh-admin config unset mail-from'],
    changes: true,
    run: async ({ name: typed }, session) => {
      const name = settingNamed(typed)
      return changeConfiguration(session, {
        name,
        change: (file) => Object.fromEntries(Object.entries(file).filter(([one]) => one !== name)),
      })
    },
  })
