import type { Setting, Settings } from '../config.ts'
import type { View } from '../terminal.ts'
import { record } from './one-line.ts'
import { table } from './table.ts'

export function renderSettings(settings: Settings, { file, view }: { file: string; view: View }): string {
  const rows = Object.entries(settings).map(([name, { value, from }]) => [name, masked(value) ?? '', from])
  if (!view.isTerminal) return rows.map(record).join('\n')
  return `${table(['setting', 'value', 'from'], rows, view)}\n\nThe configuration file is ${file}`
}

export function settingsJson(settings: Settings): Record<string, { value: string | null; from: string }> {
  const shown = ({ value, from }: Setting) => ({ value: masked(value) ?? null, from })
  return Object.fromEntries(Object.entries(settings).map(([name, setting]) => [name, shown(setting)]))
}

/** A password in a URL is nobody's business. */
function masked(value: string | undefined): string | undefined {
  return value?.replace(/^(\w+:\/\/[^/?#:@]*):.*@/, '$1:***@')
}
