import { command } from '../../cli/define.ts'
import { argument, withValues } from '../../cli/parameters.ts'
import { changeConfiguration, settingNamed, typedSetting, settingFlags } from './configuration.ts'

export const set = () =>
  command({
    name: 'set',
    summary: 'write a setting into the configuration file',
    description:
      'Write a setting into the configuration file, named as its flag is. A flag and the environment still go first. A password is never written: smtp-password-file names a file with it.',
    args: {
      name: withValues(
        settingFlags,
        argument('the setting: db, key-file, as, as-required, smtp, mail-dir, mail-from, base-url …'),
      ),
      value: argument('its value'),
    },
    examples: ['ssh-admin config set mail-from hub@school.example'],
    changes: true,
    run: async ({ name: typed, value }, session) => {
      const name = settingNamed(typed)
      const setting = typedSetting(name, value, session)
      return changeConfiguration(session, { name, change: (file) => ({ ...file, [name]: setting }) })
    },
  })
