import { actsForNobody, mayRun } from '../rules/permissions/matrix.ts'
import { shellWord } from '../shell-word.ts'
import { followTree } from './tree.ts'
import { type Line, shownWord } from './typed-line.ts'

/** The options that say which store, key, actor and mail are meant. */
const settingOptions = [
  ['db', '--db'],
  ['keyFile', '--key-file'],
  ['as', '--as'],
  ['smtp', '--smtp'],
  ['mailDir', '--mail-dir'],
] as const

/** The values of these options that were typed. */
export type TypedSettings = Partial<Record<(typeof settingOptions)[number][0], string | undefined>>

/** The settings that a line types. */
export function typedSettingsIn(argv: Line): TypedSettings {
  const end = argv.indexOf('--')
  const words = end < 0 ? argv : argv.slice(0, end)
  const typed: TypedSettings = {}
  for (const [at, word] of words.entries())
    for (const [name, option] of settingOptions) {
      if (word === option) typed[name] = words[at + 1]
      else if (word.startsWith(`${option}=`)) typed[name] = word.slice(option.length + 1)
    }
  return typed
}

/**
 * Adds the typed settings to each command that a text suggests, because without them it would mean another store or
 * actor. Passwords in addresses are masked.
 */
export function withTypedSettings(text: string, typed: TypedSettings): string {
  if (!text.includes('ssh-admin ') || settingOptions.every(([name]) => !typed[name]?.trim())) return text
  return text
    .split(/(?<![\w./-])(?=ssh-admin [a-z])/)
    .map((part) => withSettingsInFirstCommand(part, typed))
    .join('')
}

/** Commands that need neither a store nor an actor. */
const withoutSettings: ReadonlySet<string> = new Set(['help', 'version', 'completion', 'complete', 'config'])

function withSettingsInFirstCommand(text: string, typed: TypedSettings): string {
  const [program, ...words] = text.split(/[^a-z-]+/)
  if (program !== 'ssh-admin') return text
  const { path, node } = followTree(words)
  const command = path.join(' ')
  const beginning = `ssh-admin ${command}`
  const isCommand = typeof node === 'function' || node.withoutVerb !== undefined
  if (!isCommand || !text.startsWith(beginning) || withoutSettings.has(path[0] ?? '')) return text
  const [rest = ''] = text.slice(beginning.length).split('\n')
  const names = (option: string) => new RegExp(`\\s'?${option}[\\s=]`).test(rest)
  const options = settingOptions.flatMap(([name, option]) => {
    const value = typed[name]?.trim()
    if (!value || names(option)) return []
    // Another store has another key.
    if (name === 'keyFile' && names('--db')) return []
    if (name === 'as' && !takesActor(command, value)) return []
    // Anything else was typed by mistake, and may be a secret.
    if (name === 'smtp' && !/^smtps?:/i.test(value)) return []
    return [option, shellWord(shownWord(value))]
  })
  return [beginning, ...options].join(' ') + text.slice(beginning.length)
}

/** A command for nobody, and for a user one that is for Cambridge staff, is suggested without the actor. */
function takesActor(command: string, actor: string): boolean {
  return !actsForNobody(command) && (actor.toLowerCase() === 'staff' || mayRun(command))
}
