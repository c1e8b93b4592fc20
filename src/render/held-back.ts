import type { CellIssue, RowCounts } from '../rules/imports/table-row.ts'
import { oneLine, tsvLine } from './clean-text.ts'
import type { View } from './table.ts'
import { count, listLines } from './text.ts'

/** How many rows were read, and how many of them held back. */
export function renderRowCounts({ read, accepted, heldBack }: RowCounts, view: View): string[] {
  if (!view.isTerminal) return [tsvLine(['rows', read, accepted, heldBack])]
  const { chalk } = view
  const back = heldBack === 0 ? '' : ` ${count(heldBack, 'row')} held back.`
  return [`${heldBack === 0 ? chalk.green('✓') : chalk.yellow('!')} ${count(read, 'row')} read.${back}`]
}

const mostIssues = 30

/** What is wrong, cell by cell. */
export function renderIssues(issues: readonly CellIssue[], view: View): string[] {
  if (!view.isTerminal) {
    return issues.map(({ cell, code, message, hint }) => tsvLine(['issue', cell, code, message, hint]))
  }
  const lines = issues.map(({ cell, message, hint }) =>
    oneLine(`${cell}  ${message}${hint === null ? '' : ` (${hint})`}`),
  )
  return listLines('  Held back:', lines, mostIssues)
}
