import { resolveSettings, type SettingName } from '../../config.ts'
import type { Session } from '../../cli/session.ts'
import { existsSync, statSync } from 'node:fs'
import { Unavailable, Usage } from '../../errors.ts'
import { isSharedPlace, readSharedPlace } from '../../shared-place.ts'
import { command } from '../../cli/define.ts'
import { argument, withValues } from '../../cli/parameters.ts'
import { changeConfiguration, settingNamed, typedSetting, settingFlags } from './configuration.ts'
import { pathInWords } from '../../shell-word.ts'

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
  session: Session,
  { name, setting }: { name: SettingName; setting: string | boolean },
): Promise<void> {
  const { context } = session
  if (name === 'as' && String(setting).trim().toLowerCase() !== 'staff') {
    const { typedAddress } = await import('../../rules/users/email.ts')
    typedAddress(String(setting))
  }
  if (name === 'db') await refuseUnusableStore(session, String(setting))
  if (name === 'keyFile' && existsSync(String(setting))) {
    const { readKeyFile } = await import('../../db/store/keys.ts')
    readKeyFile(String(setting))
  }
  if (name === 'mailDir') refuseFileForFolder(String(setting))
  if (name === 'smtpPasswordFile') {
    const { smtpPasswordIn } = await import('../../mail/smtp-settings.ts')
    smtpPasswordIn(String(setting))
  }
  if (name !== 'smtp' && name !== 'mailFrom' && name !== 'baseUrl') return
  const { checkMailSettings } = await import('../../mail/smtp-settings.ts')
  const file = { [name]: String(setting) }
  const alone = resolveSettings({}, { ...context, env: { HOME: context.env.HOME } }, file)
  try {
    checkMailSettings({ ...alone, smtpPasswordFile: session.settings.smtpPasswordFile })
  } catch (error) {
    // That the file with its password cannot be read is about another setting.
    if (!(error instanceof Unavailable)) throw error
  }
}

/** What lies there now, and is no store of ours; one that is still to be made may be named. */
async function refuseUnusableStore(session: Session, place: string): Promise<void> {
  if (isSharedPlace(place)) readSharedPlace(place)
  else if (existsSync(place)) {
    try {
      await (await session.open('read', { path: place })).close()
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error
      // Whether it is busy, older or without its key is not about the setting.
      if (/^store-(?:foreign|unavailable|newer|damaged)$/.test(error.code)) throw error
    }
  }
}

function refuseFileForFolder(path: string): void {
  if (!existsSync(path) || statSync(path).isDirectory()) return
  throw new Usage(`${pathInWords(path)} is a file, and messages are written to a folder.`, {
    code: 'invalid-option',
  })
}
