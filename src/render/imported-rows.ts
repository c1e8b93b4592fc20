import type { CellIssue, CellIssues, ImportedRows, RowCounts } from '../rules/table-rows.ts'
import { oneLine, tsvLine } from './clean-text.ts'
import { renderClosing } from './closing.ts'
import { type Pieces, piecesOfLines } from './pieces.ts'
import { count, firstOfEachKind, markOf } from './text.ts'
import type { View } from './table.ts'
import { wrapped } from './wrap.ts'

/** @param title what they are called in a sentence: `Key Times` */
export function renderImportedRows(
  imported: ImportedRows,
  { of, title }: { of: string; title: string },
  view: View,
): Pieces {
  return piecesOfLines(linesThatFit(linesOf(imported, { of, title, view }), view))
}

function* linesThatFit(lines: Iterable<string>, { isTerminal, width }: View): Generator<string> {
  for (const line of lines) yield isTerminal ? wrapped(line, width) : line
}

function* linesOf(
  { rows, counts, issues, closes, opens }: ImportedRows,
  { of, title, view }: { of: string; title: string; view: View },
): Generator<string> {
  const { created, changed, unchanged } = counts
  yield* renderRowCounts(rows, { changed: created + changed > 0, view })
  yield view.isTerminal
    ? `  New ${title}: ${created}. Changed: ${changed}. There already: ${unchanged}.`
    : tsvLine([of, created, changed, unchanged])
  yield* renderIssues(issues, view)
  yield* renderClosing(closes, view, opens)
}

/** @param counted the counts, under the name that the answer has for them */
export function importedRowsJson<Counted extends object>(
  { file, rows, issues, counts, closes, opens }: ImportedRows,
  counted: Counted,
) {
  const changed = counts.created + counts.changed > 0
  return { file, rows, issues, ...counted, closed: closes, opened: opens, changed }
}

/** How many rows were read, and how many of them held back. */
function renderRowCounts(
  { read, accepted, heldBack }: RowCounts,
  { changed, view }: { changed: boolean; view: View },
): string[] {
  if (!view.isTerminal) return [tsvLine(['rows', read, accepted, heldBack])]
  const back = heldBack === 0 ? '' : ` ${count(heldBack, 'row')} held back.`
  return [
    `${heldBack === 0 ? markOf(changed, view) : view.chalk.yellow('!')} ${count(read, 'row')} read.${back}`,
  ]
}

const maxIssues = 30

/** What is wrong, cell by cell; of many, a person at a terminal sees the first of each kind, and where the rest are. */
function* renderIssues(issues: CellIssues, view: View): Generator<string> {
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
