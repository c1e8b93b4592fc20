import { resolveSettings, type SettingName } from '../../config.ts'
import type { Session } from '../../cli/session.ts'
import { command } from '../../cli/define.ts'
import { argument, withValues } from '../../cli/parameters.ts'
import { changeConfiguration, settingNamed, typedSetting, settingFlags } from './configuration.ts'

/** Of no other kind: it changes a file, and opens no store. */
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
      await refuseUnusable(session, { name, setting })
      return changeConfiguration(session, { name, change: (file) => ({ ...file, [name]: setting }) })
    },
  })

/** What every command would be refused for afterwards, or each letter. */
async function refuseUnusable(
  { context }: Session,
  { name, setting }: { name: SettingName; setting: string | boolean },
): Promise<void> {
  if (name === 'as' && String(setting).trim().toLowerCase() !== 'staff') {
    const { typedAddress } = await import('../../rules/users/email.ts')
    typedAddress(String(setting))
  }
  if (name !== 'smtp' && name !== 'mailFrom' && name !== 'baseUrl') return
  const { checkMailSettings } = await import('../../mail/smtp-settings.ts')
  const file = { [name]: String(setting) }
  checkMailSettings(resolveSettings({}, { ...context, env: { HOME: context.env.HOME } }, file))
}
