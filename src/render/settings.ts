import type { Setting, Settings } from '../config.ts'
import { tsvLine } from './clean-text.ts'
import { table, type View } from './table.ts'
import type { JsonAnswer } from './json.ts'

export function renderSettings(settings: Settings, { file, view }: { file: string; view: View }): string {
  const rows = Object.entries(settings).map(([name, { value, from }]) => [
    name,
    shown(name, value) ?? '',
    from,
  ])
  if (!view.isTerminal) return rows.map(tsvLine).join('\n')
  return `${table(['setting', 'value', 'from'], rows, view)}\n\nThe configuration file is ${file}`
}

export function settingsJson(settings: Settings): JsonAnswer<'settings'>['settings'] {
  const told = (name: string, { value, from }: Setting) => ({ value: shown(name, value) ?? null, from })
  return Object.fromEntries(Object.entries(settings).map(([name, setting]) => [name, told(name, setting)]))
}

/** Of a command only which program it is: what follows may be a secret. */
function shown(name: string, value: string | undefined): string | undefined {
  if (name === 'keyCommand') return value?.trim().replace(/\s.*$/s, ' …')
  return masked(value)
}

const inUrl = /^((?:[a-z][a-z0-9+.-]*:\/*|\/\/+)[^/?#:@]*):.*@/is
const withoutScheme = /^([^/?#:@\s]*):[^/\s]*@/
const asParameter = /([?&;](?:[a-z_-]*pass(?:word|wd|phrase)?|pwd|token|secret|[a-z_-]*key|auth)=)[^&;#]*/gi

/** Whether an address holds a password. */
export function hasPassword(value: string): boolean {
  return masked(value) !== value
}

/** A password is nobody's business, wherever in an address it stands, and however wrong that is. */
function masked(value: string | undefined): string | undefined {
  const shown = value?.replace(inUrl, '$1:***@').replace(asParameter, '$1***')
  return shown === undefined || inUrl.test(value ?? '') ? shown : shown.replace(withoutScheme, '$1:***@')
}
