import type { Source } from '../import/apply.ts'
import type { Deletions } from '../import/deletions.ts'
import type { Plan } from '../import/plan.ts'
import { tsvLine } from './clean-text.ts'
import { describePlan, listsOfPlan } from './import.ts'
import type { JsonAnswer } from './json.ts'
import { type Pieces, piecesOfLines } from './pieces.ts'
import type { View } from './table.ts'
import { count } from './text.ts'

export interface Linted {
  source: Source
  plan: Plan
  /** What importing it would delete, unless told otherwise: nothing. */
  deletions: Deletions
}

/** What is wrong with a workbook and what it would do; a pipe gets the mistakes, one a line. */
export function renderLint({ source, plan, deletions }: Linted, view: View): string | Pieces {
  if (!view.isTerminal) return piecesOfLines(mistakes(plan))
  const { read, heldBack } = plan.rows
  const verdict =
    heldBack === 0
      ? view.chalk.green('nothing is wrong with any of them')
      : view.chalk.yellow(`${heldBack} would be held back`)
  return [
    `${source.file}: ${count(read, 'row')}, ${verdict}.`,
    ...describePlan(plan, deletions, view),
    view.chalk.dim('Nothing was imported.'),
  ].join('\n')
}

function* mistakes({ issues }: Plan): Generator<string> {
  for (const { cell, code, value, message } of issues) yield tsvLine([cell, code, value, message])
}

export function lintJson({ source, plan }: Linted): JsonAnswer<'linted'> {
  const { rows, newCentres, newUsers } = plan
  return {
    ok: rows.heldBack === 0,
    file: source.file,
    sheet: source.sheet,
    digest: source.digest,
    rows,
    newCentres: newCentres.length,
    newUsers: newUsers.length,
    ...listsOfPlan(plan),
  }
}
