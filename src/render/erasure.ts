import type { Erasure } from '../rules/users/erase.ts'
import type { View } from './table.ts'
import { oneLine, tsvLine } from './clean-text.ts'
import type { JsonOfChange } from './json.ts'

export interface Erased {
  erasure: Erasure
  /** Messages that go from the mail directory; once it is done, those that went. */
  files: readonly string[]
  /** How many of them could not be removed. */
  kept: number
  /** What was found and could not be reached. */
  left: readonly string[]
}

/** What lies beyond this store, whoever runs it. */
export const beyondReach = [
  'backups of the store',
  'PIN sheets, workbooks, plans and exports that were handed out or saved',
  'messages that were delivered',
  'copies of the mail directory',
  'drafts of what was typed, which each desk keeps for a week',
] as const

export function erasureJson({
  erasure: { accounts, events, messages, changed: inStore },
  files: { length: files },
  left,
}: Erased): JsonOfChange<'erasure'> {
  const changed = inStore || files > 0
  return { erased: { accounts, events, messages, files }, left: [...left, ...beyondReach], changed }
}

export function renderErasure({ erasure, files: { length: files }, left }: Erased, view: View): string {
  const { accounts, events, messages, changed } = erasure
  if (!view.isTerminal) return tsvLine([accounts, events, messages, files])
  const { chalk } = view
  const already = !changed && files === 0
  return [
    already
      ? 'Unchanged: they were erased before.'
      : `${chalk.green('✓')} Erased: ${accounts} account${accounts === 1 ? '' : 's'}, named in ${events} event${events === 1 ? '' : 's'} and ${messages} message${messages === 1 ? '' : 's'}.`,
    'Not reached, and for you to see to:',
    ...[...left, ...beyondReach].map((what) => `  - ${oneLine(what)}`),
  ].join('\n')
}
