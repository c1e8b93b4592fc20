import type { Setting, Settings } from '../config.ts'
import { kebabCase } from '../kebab-case.ts'
import { withoutPassword } from '../password-in-url.ts'
import { tsvLine } from './clean-text.ts'
import { table, type View } from './table.ts'
import type { JsonAnswer } from './json.ts'
import { pathInWords } from '../shell-word.ts'

export function renderSettings(settings: Settings, { file, view }: { file: string; view: View }): string {
  const rows = Object.entries(settings).map(([name, { value, from }]) => [
    kebabCase(name),
    shown(name, value) ?? '',
    from,
  ])
  if (!view.isTerminal) return rows.map(tsvLine).join('\n')
  return `${table(['setting', 'value', 'from'], rows, view)}\n\nThe configuration file is ${pathInWords(file)}`
}

export function settingsJson(settings: Settings): JsonAnswer<'settings'>['settings'] {
  const entryOf = (name: string, { value, from }: Setting) => ({ value: shown(name, value) ?? null, from })
  return Object.fromEntries(Object.entries(settings).map(([name, setting]) => [name, entryOf(name, setting)]))
}

/** Of a command only which program it is: what follows may be a secret. */
function shown(name: string, value: string | undefined): string | undefined {
  if (name === 'keyCommand') return value?.trim().replace(/\s.*$/s, ' …')
  return value === undefined ? undefined : withoutPassword(value)
}
