import { existsSync, realpathSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { kebabCase } from '../../kebab-case.ts'
import type { AnswerOfChange } from '../../cli/define.ts'
import { ownOutputFile, textOf } from '../../cli/output-file.ts'
import type { Session } from '../../cli/session.ts'
import {
  type Configuration,
  configFilePath,
  configurationOf,
  readableConfigFile,
  readConfigFile,
  resolveSettings,
  type SettingName,
  settingNames,
  settingsThatArePaths,
  textOfConfigFile,
} from '../../config.ts'
import type { Context } from '../../context.ts'
import { mkdirSync } from '../../disk.ts'
import { Cancelled, Usage } from '../../errors.ts'
import { hasPassword } from '../../password-in-url.ts'
import { unknownName } from '../../rules/unknown-name.ts'
import { isSharedPlace } from '../../shared-place.ts'
import { pathInWords } from '../../shell-word.ts'

export type { Configuration } from '../../config.ts'

/** Every setting, named as its flag is. */
export function settingFlags(): string[] {
  return settingNames.map(kebabCase)
}

/** `mail-from`, as its flag is named, or `mailFrom`, as the file has it. */
export function settingNamed(typed: string): SettingName {
  const found = settingNames.find(
    (name) => name === typed.trim() || kebabCase(name) === typed.trim().toLowerCase(),
  )
  if (found) return found
  throw unknownName({ kind: 'setting', name: typed, known: settingFlags() })
}

/** What goes into the file for what was typed. */
export function typedSetting(name: SettingName, typed: string, { context }: Session): string | boolean {
  if (hasPassword(typed)) {
    throw new Usage(
      `The value of ${kebabCase(name)} holds a password, and what is typed can be seen by others.`,
      {
        code: 'password-in-argument',
        hint: name === 'smtp' ? 'ssh-admin config set smtp-password-file FILE' : 'Leave the password out.',
      },
    )
  }
  if (typed.trim() === '') {
    throw new Usage(`The value of ${kebabCase(name)} is empty.`, {
      code: 'empty-setting',
      hint: `To take it out: ssh-admin config unset ${kebabCase(name)}`,
    })
  }
  if (name === 'asRequired') {
    if (/^(1|true|yes)$/i.test(typed)) return true
    if (/^(0|false|no)$/i.test(typed)) return false
    throw new Usage(`as-required is true or false, and not ${typed}.`, { code: 'invalid-option' })
  }
  return settingsThatArePaths.has(name) && !isSharedPlace(typed) && !/^[a-z][a-z0-9+.-]+:/i.test(typed)
    ? resolve(context.cwd, typed)
    : typed
}

/** The configuration that a text holds. @throws what of it cannot be used */
export function configurationIn(text: string, context: Context): Configuration {
  const path = configFilePath(context)
  const file = configurationOf(text, path)
  // What another source says just now does not make it right.
  resolveSettings({}, { ...context, env: { HOME: context.env.HOME } }, file)
  return file
}

interface Change {
  /** Null where the whole file is changed. */
  name: SettingName | null
  change: (file: Configuration) => object
}

/** Writes the file anew, whole, readable by its owner only; nothing where nothing is another. */
export async function changeConfiguration(
  session: Session,
  { name, change }: Change,
): Promise<AnswerOfChange> {
  const { context, common } = session
  const path = configFilePath(context)
  // The whole of one that cannot be used can be replaced.
  const before = name === null ? readableConfigFile(context) : readConfigFile(context)
  const text = `${JSON.stringify(change(before), null, 2)}\n`
  const after = configurationIn(text, context)
  const changed = !isDeepStrictEqual(before, after) || !isReadable(context)
  if (context.signal.aborted) throw new Cancelled()
  if (changed && !common.dryRun) await replaceFile(path, { text, session })
  const what = name === null ? 'The configuration' : kebabCase(name)
  return {
    text: changed
      ? `${what} is changed in ${pathInWords(path)}.`
      : `${what} is as it was in ${pathInWords(path)}; nothing to do.`,
    json: { file: path, name: name && kebabCase(name), changed },
  }
}

function isReadable(context: Context): boolean {
  const text = textOfConfigFile(context)
  try {
    if (text !== undefined) configurationOf(text, '')
    return true
  } catch {
    return false
  }
}

/** Behind a link the file that it leads to: a configuration is often kept elsewhere. */
async function replaceFile(
  named: string,
  { text, session }: { text: string; session: Session },
): Promise<void> {
  mkdirSync(dirname(named), { recursive: true, mode: 0o700 })
  const path = existsSync(named) ? realpathSync(named) : named
  const file = ownOutputFile(session, { kind: 'config', path })
  await file.prepare(textOf(text))
  await file.moveIntoPlace()
}
