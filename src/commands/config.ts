import { existsSync, realpathSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { kebabCase } from '../kebab-case.ts'
import { type AnswerOfChange, command } from '../cli/define.ts'
import { removeUsedDraft } from '../cli/drafts.ts'
import { ownOutputFile } from '../cli/output-file.ts'
import type { Session } from '../cli/session.ts'
import {
  type Configuration,
  configFilePath,
  parseConfiguration,
  sourceOfFile,
  readConfigFileOrEmpty,
  readConfigFile,
  resolveSettings,
  type SettingName,
  settingNames,
  settingPath,
  pathSettings,
  storeLocation,
  readConfigFileText,
  type Setting,
  type Settings,
} from '../config.ts'
import type { Context } from '../context.ts'
import type { StoreProbe } from '../db/store/by-engine.ts'
import { mkdirSync } from '../disk.ts'
import { Cancelled, isDiskFull, systemReason, Usage, Unavailable } from '../errors.ts'
import { hasPassword, withoutPassword } from '../cli/typed-line.ts'
import { unknownName } from '../rules/unknown-name.ts'
import { isServerAddress, parseServerAddress } from '../server-address.ts'
import { pathInWords } from '../shell-word.ts'
import { option, argument, withCompletions } from '../cli/parameters.ts'
import { requireTerminal } from '../cli/confirm.ts'
import { failureOf } from '../rules/batch.ts'
import { editUntilValid, canBeEdited, textFrom } from './editor.ts'
import { oneLine, tsvLine } from '../render/clean-text.ts'
import { serverInWords } from '../render/store.ts'
import { table, type View } from '../render/table.ts'
import { markedAnswer } from '../render/text.ts'
import type { JsonAnswer } from '../render/json.ts'

/** Timeout for the server: this command is often run to find out why something does not work. */
const maxAnswerMs = 3_000

/** `config` and `config show`. Of no other kind: it opens no store. */
const showCommand = (name: 'config' | 'show', words: string) =>
  command({
    name,
    summary: 'show each setting and where it came from, and how the store is reached',
    description:
      'Show each setting with its value and where it came from: a flag, the environment, the configuration file, or the default. Passwords are not shown. Of the store it is said whether it is there and who is changing it; of one on a server also which server answers, and how far away it is. One that does not answer within three seconds is waited for no longer.',
    examples: [`ssh-admin ${words}`, `ssh-admin ${words} --json`],
    run: async (_, { context, common, settings, terminal }) => {
      const file = configFilePath(context)
      const { probeStore } = await import('../db/store/by-engine.ts')
      const limitMs = Math.min(maxAnswerMs, Math.max(1, common.wait) * 1000)
      const store = await probeStore(settings.db.value, { limitMs })
      return {
        text: renderSettings(settings, { file, store, view: terminal.out }),
        json: { file, settings: settingsJson(settings), store },
      }
    },
  })

export const config = () => showCommand('config', 'config')
export const show = () => showCommand('show', 'config show')

/** Of no other kind: it changes a file, and opens no store. */
export const set = () =>
  command({
    name: 'set',
    summary: 'write a setting into the configuration file',
    description:
      'Write a setting into the configuration file, named as its flag is. A flag and the environment still go first. A password is never written: smtp-password-file names a file with it.',
    args: {
      name: withCompletions(
        settingFlags,
        argument('the setting, as ssh-admin config names it: db, key-file, as, smtp, mail-from …'),
      ),
      value: argument('its value'),
    },
    examples: ['ssh-admin config set mail-from hub@school.example'],
    changes: true,
    run: async ({ name: typed, value }, session) => {
      const name = settingNamed(typed)
      const setting = parseSetting(name, value, session)
      await refuseUnusable(session, { name, setting })
      return changeConfiguration(session, { name, change: (file) => ({ ...file, [name]: setting }) })
    },
  })

/** Refuses a setting that would make every command, or every letter, fail. */
async function refuseUnusable(
  session: Session,
  { name, setting }: { name: SettingName; setting: string | boolean },
): Promise<void> {
  const { context } = session
  if (name === 'as' && String(setting).trim().toLowerCase() !== 'staff') {
    const { parseAddress } = await import('../rules/users/email.ts')
    parseAddress(String(setting))
  }
  if (name === 'db') await refuseUnusableStore(session, String(setting))
  if (name === 'keyFile' && existsSync(String(setting))) {
    const { readKeyFile } = await import('../db/store/keys.ts')
    readKeyFile(String(setting))
  }
  if (name === 'mailDir') refuseFileForFolder(String(setting))
  if (name === 'smtpPasswordFile') {
    const { smtpPasswordIn } = await import('../mail/smtp-settings.ts')
    smtpPasswordIn(String(setting))
  }
  if (name !== 'smtp' && name !== 'mailFrom' && name !== 'baseUrl') return
  const { checkMailSettings } = await import('../mail/smtp-settings.ts')
  const file = { [name]: String(setting) }
  const alone = resolveSettings({}, { ...context, env: { HOME: context.env.HOME } }, file)
  try {
    checkMailSettings({ ...alone, smtpPasswordFile: session.settings.smtpPasswordFile })
  } catch (error) {
    // An unreadable password file concerns another setting.
    if (!(error instanceof Unavailable)) throw error
  }
}

/** Refuses the address of something that is not a store; a store that does not exist yet is fine. */
async function refuseUnusableStore(session: Session, address: string): Promise<void> {
  if (isServerAddress(address)) parseServerAddress(address)
  else if (existsSync(address)) {
    try {
      await (await session.open('read', { path: address })).close()
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error
      // A store that is busy, older or without its key does not make the setting wrong.
      if (/^store-(?:foreign|unavailable|newer|damaged)$/.test(error.code)) throw error
    }
  }
}

function refuseFileForFolder(path: string): void {
  if (!existsSync(path) || statSync(path).isDirectory()) return
  throw new Usage(`${pathInWords(path)} is a file, and messages are written to a folder.`, {
    code: 'invalid-option',
    hint: 'Name a folder; one that is not there yet is made.',
  })
}

/** Of no other kind: it changes a file, and opens no store. */
export const unset = () =>
  command({
    name: 'unset',
    summary: 'take a setting out of the configuration file',
    description: 'Take a setting out of the configuration file: its default holds again.',
    args: { name: withCompletions(settingFlags, argument('the setting, named as its flag is')) },
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

/** Of no other kind: it changes a file, and opens no store. */
export const edit = () =>
  command({
    name: 'edit',
    summary: 'change the configuration file in your editor',
    description:
      'Change the configuration file in your editor (VISUAL, EDITOR), or take it from a file. It is checked before it is saved.',
    options: { from: option('<file>', 'take it from this file instead; - for stdin') },
    examples: ['ssh-admin config edit --from config.json'],
    changes: true,
    run: async ({ from }, session) => {
      if (from !== undefined) {
        const file = await configurationFrom(from, session)
        const answer = await changeConfiguration(session, { name: null, change: () => file })
        if (!session.common.dryRun) removeUsedDraft(session, from)
        return answer
      }
      const question = 'What shall the configuration file say?'
      requireTerminal(session, { flag: '--from', question, add: ['--from', 'FILE'] })
      const edited = await editedConfiguration(session)
      return changeConfiguration(session, { name: null, change: () => edited })
    },
  })

async function configurationFrom(from: string, session: Session): Promise<Configuration> {
  const { context } = session
  const text = await textFrom(from, session)
  if (canBeEdited(from, session) && (await failureOf(() => configurationIn(text, context))))
    return editedConfiguration(session, text)
  const named = from === '-' ? 'What came on stdin' : pathInWords(from)
  return configurationIn(text, context, { description: named, hint: 'Mend it, and give it again.' })
}

/** @param draft an invalid draft to continue with */
async function editedConfiguration(session: Session, draft?: string): Promise<Configuration> {
  const { context } = session
  const { value: configuration } = await editUntilValid<Configuration>(session, {
    name: 'config.json',
    draft,
    present: () => readConfigFileText(context) ?? '{}\n',
    parse: async (text) => {
      const failure = await failureOf(() => configurationIn(text, context))
      return failure ? { errors: [failure.message] } : { value: configurationIn(text, context) }
    },
    draftOf: (text) => ({ name: 'config.json', text, command: 'config edit --from' }),
  })
  return configuration
}

export type { Configuration } from '../config.ts'

/** The flags of all settings. */
function settingFlags(): string[] {
  return settingNames.map(kebabCase)
}

/** Accepts `mail-from`, as the flag, or `mailFrom`, as in the file. */
function settingNamed(typed: string): SettingName {
  const found = settingNames.find(
    (name) => name === typed.trim() || kebabCase(name) === typed.trim().toLowerCase(),
  )
  if (found) return found
  if (/^-*wait$/i.test(typed.trim()))
    throw new Usage('How long to wait for a busy store is no setting: it is said with each command.', {
      code: 'unknown-setting',
      hint: 'ssh-admin users list --wait 60',
    })
  throw unknownName({ kind: 'setting', name: withoutPassword(typed), known: settingFlags() })
}

/** The value to save for a typed one. */
function parseSetting(name: SettingName, typed: string, { context }: Session): string | boolean {
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
    throw new Usage(`as-required is true or false, and not '${typed}'.`, {
      code: 'invalid-option',
      hint: 'ssh-admin config set as-required true',
    })
  }
  const value = name === 'db' ? storeLocation(typed, 'The value of db') : typed
  return pathSettings.has(name) && !isServerAddress(value) && !/^[a-z][a-z0-9+.-]+:/i.test(value)
    ? settingPath(value, context)
    : value
}

/** Parses a configuration. @throws its first invalid setting */
function configurationIn(
  text: string,
  context: Context,
  source = sourceOfFile(configFilePath(context)),
): Configuration {
  const file = parseConfiguration(text, source)
  // Without the environment and flags: the file must be valid by itself.
  resolveSettings({}, { ...context, env: { HOME: context.env.HOME } }, file)
  return file
}

interface Change {
  /** Null if the whole file is edited. */
  name: SettingName | null
  change: (file: Configuration) => object
}

/** Replaces the file atomically, with mode 0600; does nothing if nothing changes. */
async function changeConfiguration(session: Session, { name, change }: Change): Promise<AnswerOfChange> {
  const { context, common } = session
  const path = configFilePath(context)
  // An invalid file can only be replaced as a whole.
  const before = name === null ? readConfigFileOrEmpty(context) : readConfigFile(context)
  const text = `${JSON.stringify(change(before), null, 2)}\n`
  const after = configurationIn(text, context)
  const changed = !isDeepStrictEqual(before, after) || !isReadable(context)
  if (context.signal.aborted) throw new Cancelled()
  if (changed && !common.dryRun) await replaceFile(path, { text, session })
  const what = name === null ? 'The configuration' : kebabCase(name)
  const isThere = name === null || Object.hasOwn(after, name)
  const done = isThere ? 'changed in' : 'taken out of'
  const already =
    name === null ? 'is the same in' : isThere ? 'has that value already in' : 'does not stand in'
  const message = changed
    ? `${what} ${common.dryRun ? 'would be' : 'is'} ${done} ${pathInWords(path)}`
    : `${what} ${already} ${pathInWords(path)}; nothing to do.`
  return {
    text: markedAnswer(message, { changed, view: session.terminal.out }),
    json: { file: path, name: name && kebabCase(name), changed },
  }
}

function isReadable(context: Context): boolean {
  const text = readConfigFileText(context)
  try {
    if (text !== undefined) parseConfiguration(text, sourceOfFile(''))
    return true
  } catch {
    return false
  }
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder)
  } catch (cause) {
    const reason = systemReason(cause)
    const because = reason === undefined ? '' : `: ${reason}`
    throw new Unavailable(
      'file-not-writable',
      `The folder ${pathInWords(folder)} of the configuration cannot be made${because}.`,
      {
        hint: isDiskFull(cause) ? 'Make room, then try again.' : 'XDG_CONFIG_HOME says where it is.',
        cause,
      },
    )
  }
}

/** Replaces a symlink's target rather than the link: configurations are often kept in a dotfiles folder. */
async function replaceFile(
  named: string,
  { text, session }: { text: string; session: Session },
): Promise<void> {
  makeFolder(dirname(named))
  const path = existsSync(named) ? realpathSync(named) : named
  const file = ownOutputFile(session, { kind: 'config', path })
  await file.prepare(text)
  await file.moveIntoPlace()
}

interface SettingsView {
  file: string
  store: StoreProbe
  view: View
}

function renderSettings(settings: Settings, { file, store, view }: SettingsView): string {
  const rows = Object.entries(settings).map(([name, { value, from, variables = [] }]) => [
    kebabCase(name),
    shown(name, value) ?? '',
    [from, ...variables].join(', '),
  ])
  if (!view.isTerminal) return [...rows, ['store', store.state, storeInWords(store)]].map(tsvLine).join('\n')
  const where = `The configuration file is ${pathInWords(file)}`
  return `${table(['Setting', 'Value', 'From'], rows, view)}\n\n${oneLine(storeInWords(store))}\n${where}`
}

function storeInWords({ problem, server, heldBy }: StoreProbe): string {
  if (problem) return [problem.message, problem.hint].filter((words) => words !== null).join(' ')
  const where = server ? `, on ${serverInWords(server)}` : ''
  return `The store is there${where}. ${heldBy === null ? 'Nobody is changing it now.' : `In use by ${heldBy}.`}`
}

function settingsJson(settings: Settings): JsonAnswer<'settings'>['settings'] {
  const entryOf = (name: string, { value, from, variables }: Setting) => ({
    value: shown(name, value) ?? null,
    from,
    ...(variables && { variables: [...variables] }),
  })
  return Object.fromEntries(Object.entries(settings).map(([name, setting]) => [name, entryOf(name, setting)]))
}

/** Shows only the program of a command, since its arguments may hold a secret. */
function shown(name: string, value: string | undefined): string | undefined {
  if (name === 'keyCommand') return value?.trim().replace(/\s.*$/s, ' …')
  return value === undefined ? undefined : withoutPassword(value)
}
