import { isAbsolute, join, resolve } from 'node:path'
import { kebabCase } from './kebab-case.ts'
import { decodeText, readPlainFile } from './input-file.ts'
import type { Context } from './context.ts'
import {
  completeAddress,
  homeFolder,
  isMistypedAddress,
  isServerAddress,
  mistypedAddress,
  refuseInvalidStoreId,
  storeIdPlaceholder,
  stripQuotes,
} from './server-address.ts'
import { errorCodeOf, isMissingPath, Unavailable, Usage } from './errors.ts'
import { pathInWords } from './shell-word.ts'

type Origin = 'flag' | 'environment' | 'file' | 'default'

export interface Setting {
  value: string | undefined
  from: Origin
  /** For a store on a server: PostgreSQL's own variables that take part in the connection. */
  variables?: readonly string[]
}

export const settingNames = [
  'db',
  'keyFile',
  'keyCommand',
  'as',
  'asRequired',
  'smtp',
  'smtpPasswordFile',
  'mailDir',
  'mailFrom',
  'baseUrl',
] as const
export type SettingName = (typeof settingNames)[number]
/** Settings with a default, which always have a value. */
type Defaulted = 'db' | 'keyFile' | 'asRequired' | 'mailDir' | 'mailFrom' | 'baseUrl'
export type Settings = Record<Exclude<SettingName, Defaulted>, Setting> & Record<Defaulted, SettingWithValue>
interface SettingWithValue extends Setting {
  value: string
}

/** The environment variable of each setting. */
export const variables: Record<SettingName, string> = {
  db: 'SSH_ADMIN_DB',
  keyFile: 'SSH_ADMIN_KEY_FILE',
  keyCommand: 'SSH_ADMIN_KEY_COMMAND',
  as: 'SSH_ADMIN_AS',
  asRequired: 'SSH_ADMIN_AS_REQUIRED',
  smtp: 'SSH_ADMIN_SMTP_URL',
  smtpPasswordFile: 'SSH_ADMIN_SMTP_PASSWORD_FILE',
  mailDir: 'SSH_ADMIN_MAIL_DIR',
  mailFrom: 'SSH_ADMIN_MAIL_FROM',
  baseUrl: 'SSH_ADMIN_BASE_URL',
}

/** Variables whose names nearly match a setting's: nothing reads them, which their author will not expect. */
export async function misspeltVariables(
  env: Context['env'],
): Promise<{ name: string; suggestions: readonly string[] }[]> {
  const known = Object.values(variables)
  const unknown = Object.keys(env).filter((name) => name.startsWith(prefix) && !known.includes(name))
  if (unknown.length === 0) return []
  const { nearestOf } = await import('./nearest.ts')
  const lettersOf = (name: string) => [...name].sort().join('')
  return unknown
    .map((name) => {
      const swapped = known.filter((one) => lettersOf(one) === lettersOf(name))
      const limit = name.length < prefix.length + 4 ? 1 : 2
      return { name, suggestions: swapped.length > 0 ? swapped : nearestOf(name, known, limit) }
    })
    .filter(({ suggestions }) => suggestions.length > 0)
}

const prefix = 'SSH_ADMIN_'

/** Settings that name a file or a folder. */
export const pathSettings: ReadonlySet<string> = new Set<SettingName>([
  'db',
  'keyFile',
  'mailDir',
  'smtpPasswordFile',
])

/** Resolves each setting: flag, then environment, then configuration file, then default. */
export function resolveSettings(
  flags: Partial<Record<SettingName, string>>,
  context: Context,
  file: Configuration = readConfigFile(context),
): Settings {
  const configured = (name: SettingName) => settingFrom(name, { flags, env: context.env, file })
  const resolvePath = (name: SettingName, setting: SettingWithValue): SettingWithValue => {
    if (!pathSettings.has(name)) return setting
    const source = sourceOf(name, setting.from)
    if (name === 'db') {
      const location = storeLocation(setting.value, source)
      if (isServerAddress(location)) {
        const { address, variables } = completeAddress(location, context.env)
        return { ...setting, value: address, ...(variables.length > 0 && { variables }) }
      }
      return { ...setting, value: settingPath(location, context) }
    }
    const scheme = schemeOf(setting.value)
    if (scheme !== undefined) throw notAFile(source, { scheme, isStore: false })
    return { ...setting, value: settingPath(setting.value, context) }
  }
  const withDefault = (name: SettingName, fallback: string): SettingWithValue =>
    resolvePath(name, configured(name) ?? { value: fallback, from: 'default' })
  const optional = (name: SettingName): Setting => {
    const setting = configured(name)
    return setting ? resolvePath(name, setting) : { value: undefined, from: 'default' }
  }
  const db = withDefault('db', join(dataFolder(context), 'hub.db'))
  const isShared = isServerAddress(db.value)
  const keyFile = withDefault(
    'keyFile',
    isShared ? join(configFolder(context), `${storeIdPlaceholder}.key`) : `${db.value}.key`,
  )
  const keyCommand = optional('keyCommand')
  return {
    db,
    keyFile,
    keyCommand: takesPrecedence(keyFile, keyCommand) ? { value: undefined, from: 'default' } : keyCommand,
    as: optional('as'),
    asRequired: parseBoolean(withDefault('asRequired', 'false')),
    smtp: optional('smtp'),
    smtpPasswordFile: optional('smtpPasswordFile'),
    mailDir: withDefault(
      'mailDir',
      isShared ? join(dataFolder(context), `${storeIdPlaceholder}.mail`) : `${db.value}.mail`,
    ),
    mailFrom: withDefault('mailFrom', 'noreply@cambridgeinternational.org'),
    baseUrl: withDefault('baseUrl', 'https://support.cambridgeinternational.example'),
  }
}

/** A key file takes precedence over a key command from a weaker source; from the same source the command counts. */
function takesPrecedence(keyFile: Setting, keyCommand: Setting): boolean {
  return keyFile.from === 'flag' || (keyFile.from === 'environment' && keyCommand.from === 'file')
}

/** The absolute path of a setting. `~/` is expanded here, as no shell does it in a file or behind `--db=`. */
export function settingPath(path: string, { cwd, env }: Context): string {
  return resolve(cwd, path.startsWith('~/') ? join(homeFolder(env.HOME), path.slice(2)) : path)
}

/** The location of a store: an absolute path, or the address of a server. @throws what `storeLocation` throws */
export function storeAddress(typed: string, { context, flag }: { context: Context; flag: string }): string {
  const location = storeLocation(typed, flag)
  return isServerAddress(location)
    ? completeAddress(location, context.env).address
    : settingPath(location, context)
}

/**
 * The address of a server without surrounding blanks and quotes, or a path as it was typed.
 * @throws Usage `not-a-file`, `invalid-store`
 */
export function storeLocation(typed: string, source: string): string {
  const bare = stripQuotes(typed)
  if (isServerAddress(bare)) return bare
  const scheme = schemeOf(bare)
  if (scheme !== undefined) throw notAFile(source, { scheme, isStore: true })
  if (isMistypedAddress(bare)) throw mistypedAddress(source)
  return typed
}

interface KeyFileOptions {
  settings: Settings
  context: Context
  storeId: string
}

/** The path of the key for a store at another location. */
export function keyFileFor(
  address: string,
  { settings: { keyFile }, context, storeId }: KeyFileOptions,
): string {
  if (keyFile.from !== 'default') return keyFile.value
  if (!isServerAddress(address)) return `${address}.key`
  refuseInvalidStoreId(storeId)
  return join(configFolder(context), `${storeId}.key`)
}

/** The address of the user to act for; undefined for Cambridge staff, also where they are named: `--as staff`. */
export function actorEmail({ as }: Settings): string | undefined {
  return as.value?.trim().toLowerCase() === 'staff' ? undefined : as.value
}

function parseBoolean({ value, from }: SettingWithValue): SettingWithValue {
  if (value === '1' || value === 'true') return { value: 'true', from }
  if (value === '0' || value === 'false') return { value: 'false', from }
  throw new Usage(`${variables.asRequired} is '${value}': it is 1 or 0.`, {
    code: 'invalid-option',
    hint: 'With 1 every command must say for whom it acts: --as EMAIL, or --as staff.',
  })
}

interface Sources {
  flags: Partial<Record<SettingName, string>>
  env: Context['env']
  file: Configuration
}

function settingFrom(name: SettingName, { flags, env, file }: Sources): SettingWithValue | undefined {
  const sources = [
    { value: flags[name], from: 'flag' as const },
    { value: env[variables[name]], from: 'environment' as const },
    { value: file[name]?.toString(), from: 'file' as const },
  ]
  for (const { value, from } of sources) {
    if (value === undefined) continue
    if (value.trim() !== '') return { value, from }
    throw new Usage(`${sourceOf(name, from)} is empty.`, {
      code: 'empty-setting',
      hint:
        from === 'environment'
          ? `Give it a value, or: unset ${variables[name]}`
          : 'Give it a value, or leave it out.',
    })
  }
  return undefined
}

/** The name of a setting's source, as the user would look for it. */
function sourceOf(name: SettingName, from: Origin): string {
  if (from === 'environment') return variables[name]
  return from === 'flag' ? flagOf(name) : `"${kebabCase(name)}" in the configuration file`
}

function flagOf(name: SettingName): string {
  return `--${kebabCase(name)}`
}

/** Schemes that are also written without slashes; other colons may be part of a file's name. */
const slashlessSchemePattern =
  /^((jdbc:)?(postgres(ql)?|pg|mysql|mariadb|mssql|sqlserver|oracle|mongodb|redis|libsql|sqlite3?|file|https?|s3)([+][a-z0-9]+)?:)/i

/** The beginning of a connection string in key-value form: `host=db.example password=…`. */
const keyValuePattern =
  /^\s*((?:host(?:addr)?|server|data source|port|dbname|database|service|user(?:name| id)?|uid|passw(?:or)?d|pwd)\s*=)/i

/** The scheme of an address, such as `postgres://`, `file:` or `host=`; undefined for a path. */
function schemeOf(value: string): string | undefined {
  // Resolved paths begin with a slash; compiling the expressions takes longer than reading all other settings.
  if (value.startsWith('/')) return undefined
  const scheme = /^[a-z][a-z0-9+.-]+:\/\//i.exec(value)?.[0]
  return scheme ?? slashlessSchemePattern.exec(value)?.[1] ?? keyValuePattern.exec(value)?.[1]
}

/**
 * Names only the scheme, because an address may hold a password.
 * @param source the setting's source: `--db`, `SSH_ADMIN_DB` …
 */
function notAFile(source: string, { scheme, isStore }: { scheme: string; isStore: boolean }): Usage {
  const kinds = isStore ? 'a file, or a store on a server (postgres://)' : 'a file or folder'
  return new Usage(`${source} names a place of kind ${scheme}, and must name ${kinds}.`, {
    code: 'not-a-file',
    hint: isStore
      ? 'Such as ./hub.db, a path on this machine, or postgres://user@host/database.'
      : 'Such as ./hub.db: a path on this machine.',
  })
}

export function configFilePath(context: Context): string {
  return join(configFolder(context), 'config.json')
}

/** The folder for drafts of long typed input. */
export function draftsFolder(context: Context): string {
  return join(dataFolder(context), 'drafts')
}

function configFolder({ env }: Context): string {
  return join(baseFolder(env.XDG_CONFIG_HOME) ?? join(homeFolder(env.HOME), '.config'), 'ssh-admin')
}

/** The folder for this user's data. */
export function dataFolder({ env }: Context): string {
  return join(baseFolder(env.XDG_DATA_HOME) ?? join(homeFolder(env.HOME), '.local', 'share'), 'ssh-admin')
}

/** XDG specification: a relative path is ignored; it would put the store into whatever folder is current. */
function baseFolder(path: string | undefined): string | undefined {
  return path !== undefined && isAbsolute(path) ? path : undefined
}

/** The contents of the configuration file: text for each setting, a boolean for `asRequired`. */
export type Configuration = Partial<Record<Exclude<SettingName, 'asRequired'>, string>> & {
  asRequired?: boolean
}

/** The contents of the configuration file; empty where there is no file. */
export function readConfigFile(context: Context): Configuration {
  const path = configFilePath(context)
  const contents = readTextFile(path)
  return contents === undefined ? {} : parseConfiguration(contents, sourceOfFile(path))
}

/** The name of a configuration in error messages, and the hint for correcting it. */
interface ConfigurationSource {
  description: string
  hint: string
}

export function sourceOfFile(path: string): ConfigurationSource {
  return {
    description: `The configuration file ${pathInWords(path)}`,
    hint: 'To mend it: ssh-admin config edit',
  }
}

/** Parses and checks the text of a configuration. @throws `bad-config` */
export function parseConfiguration(contents: string, source: ConfigurationSource): Configuration {
  const found = withCamelCaseKeys(parseJson(contents, source))
  const problem = problemIn(found)
  if (isConfiguration(found, problem)) return found
  throw new Usage(`${source.description} is wrong: ${problem}.`, {
    code: 'bad-config',
    hint: `It may hold: ${settingNames.map(kebabCase).join(', ')}; each a text, but as-required: true or false. ${source.hint}`,
  })
}

/** Converts `mail-from` to `mailFrom`, unless the file has both. */
function withCamelCaseKeys(found: unknown): unknown {
  if (typeof found !== 'object' || found === null || Array.isArray(found)) return found
  const entries = Object.entries(found).map(([name, value]) => {
    const ours = settingNames.find((one) => kebabCase(one) === name)
    return [ours === undefined || ours in found ? name : ours, value] as const
  })
  return Object.fromEntries(entries)
}

function problemIn(found: unknown): string | undefined {
  if (typeof found !== 'object' || found === null || Array.isArray(found))
    return 'it holds no settings between braces'
  const names: readonly string[] = settingNames
  for (const [name, value] of Object.entries(found)) {
    const shown = kebabCase(name)
    if (settingNames.some((one) => one !== name && kebabCase(one) === name)) return `it says ${name} twice`
    if (!names.includes(name)) return `it has no setting ${name}`
    if (name === 'asRequired') {
      if (typeof value !== 'boolean') return `${shown} is neither true nor false`
    } else if (typeof value !== 'string') return `${shown} is no text`
    else if (value === '') return `${shown} is empty; leave it out instead`
  }
  return undefined
}

function isConfiguration(_found: unknown, problem: string | undefined): _found is Configuration {
  return problem === undefined
}

/** The configuration, or an empty one where it is broken, for commands that must work all the same. */
export function readConfigFileOrEmpty(context: Context): Configuration {
  try {
    return readConfigFile(context)
  } catch (error) {
    if (error instanceof Usage || error instanceof Unavailable) return {}
    throw error
  }
}

/** The text of the configuration file; undefined where there is no file. */
export function readConfigFileText(context: Context): string | undefined {
  return readTextFile(configFilePath(context))
}

function readTextFile(path: string): string | undefined {
  let bytes: Buffer | undefined
  try {
    bytes = readPlainFile(path)
  } catch (cause) {
    if (isMissingPath(cause)) return undefined
    const isForbidden = /^E(ACCES|PERM)$/.test(errorCodeOf(cause))
    throw new Unavailable(
      'config-unreadable',
      `The configuration file ${pathInWords(path)} cannot be read${isForbidden ? ': you may not read it' : ''}.`,
      { hint: 'Check who owns it and its folder; XDG_CONFIG_HOME says where that is.', cause },
    )
  }
  if (!bytes) {
    throw new Unavailable(
      'config-unreadable',
      `The configuration file ${pathInWords(path)} is no ordinary file.`,
      { hint: 'It is read many times: a folder, a pipe or a device cannot be.' },
    )
  }
  const text = decodeText(bytes)
  if (text !== undefined) return text
  throw new Usage(`The configuration file ${pathInWords(path)} is neither UTF-8 nor UTF-16.`, {
    code: 'bad-config',
    hint: 'Save it as UTF-8.',
  })
}

function parseJson(contents: string, { description, hint }: ConfigurationSource): unknown {
  try {
    return JSON.parse(contents)
  } catch (cause) {
    throw new Usage(`${description} is not JSON.`, {
      code: 'bad-config',
      hint,
      cause,
    })
  }
}
