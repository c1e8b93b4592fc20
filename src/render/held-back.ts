import type { CellIssue, CellIssues, RowCounts } from '../rules/table-rows.ts'
import { oneLine, tsvLine } from './clean-text.ts'
import { count, firstOfEachKind, markOf } from './text.ts'
import type { View } from './table.ts'

/** How many rows were read, and how many of them held back. */
export function renderRowCounts({ read, accepted, heldBack }: RowCounts, view: View): string[] {
  if (!view.isTerminal) return [tsvLine(['rows', read, accepted, heldBack])]
  const back = heldBack === 0 ? '' : ` ${count(heldBack, 'row')} held back.`
  return [
    `${heldBack === 0 ? markOf(true, view) : view.chalk.yellow('!')} ${count(read, 'row')} read.${back}`,
  ]
}

const maxIssues = 30

/** What is wrong, cell by cell; of many, a person at a terminal sees the first of each kind, and where the rest are. */
export function* renderIssues(issues: CellIssues, view: View): Generator<string> {
  if (!view.isTerminal) {
    for (const { cell, code, message, hint } of issues) yield tsvLine(['issue', cell, code, message, hint])
    return
  }
  if (issues.length === 0) return
  yield '  Held back:'
  if (issues.length <= maxIssues) {
    for (const issue of issues) yield `    ${issueText(issue)}`
    return
  }
  for (const line of firstOfEachKind(issues, issueText)) yield `    ${line}`
  yield view.chalk.dim('    All of them: --json')
}

function issueText({ cell, message, hint }: CellIssue): string {
  return oneLine(`${cell}  ${message}${hint === null ? '' : ` (${hint})`}`)
}
