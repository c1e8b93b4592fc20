import { preparedQuery } from '../../cli/define.ts'
import { argument } from '../../cli/parameters.ts'
import { phaseProgress } from '../../cli/progress.ts'
import type { Notice } from '../../cli/session.ts'
import type { OpenStore } from '../../db/store/opening.ts'
import { centreColumns } from '../../import/columns.ts'
import type { Roster } from '../../import/roster.ts'
import type { RuleContext } from '../../rules/permissions/actor.ts'
import { pathInWords } from '../../shell-word.ts'
import { columnsHelp, tableOptions } from '../table-file.ts'
import { notifyLeftAsideNames, readWorkbook } from './plan-import.ts'
import type { Source } from '../../import/apply.ts'
import type { Deletions } from '../../import/deletions.ts'
import type { Plan } from '../../import/plan.ts'
import { tsvLine } from '../../render/clean-text.ts'
import { describePlan, issueFields, listsOfPlan, maxListed } from '../../render/import.ts'
import type { JsonAnswer } from '../../render/json.ts'
import { type Pieces, piecesOfLines } from '../../render/pieces.ts'
import type { View } from '../../render/table.ts'
import { count } from '../../render/text.ts'

export const lint = () =>
  preparedQuery({
    name: 'lint',
    summary: 'say all that is wrong with a workbook before it is imported',
    description: `Say all that is wrong with a workbook, by cell, and what importing it would do; nothing is imported.
It is compared with the store; where there is none yet, with an empty one. Exit code 8 when a row would be held back.
In a pipe: cell, code, value, message and hint of each mistake.`,
    args: { file: argument('the workbook (.xlsx or .csv), or - for stdin') },
    options: tableOptions('Org ID=Centre number'),
    notes: columnsHelp(centreColumns, 'ssh-admin centres sample'),
    examples: ['ssh-admin centres lint centres.xlsx'],
    prepare: (typed, session) => readWorkbook(typed, session, phaseProgress(session, undefined)),
    mode: () => 'read-if-any',
    read: async (store, ctx, roster, session) => {
      if (store.path === undefined) session.notify(notComparedNotice(session.settings.db.value))
      const result = await lintRoster(store, ctx, roster)
      const isPlanShown = session.terminal.out.isTerminal
      await notifyLeftAsideNames({ roster, plan: result.plan }, { session, isPlanShown })
      return result
    },
    render: renderLint,
    json: lintJson,
    exit: ({ plan }) => (plan.rows.heldBack > 0 ? 8 : 0),
  })

/** Notice that there was no store to compare with: it may be elsewhere, and the result different. */
function notComparedNotice(db: string): Notice {
  const message = `There is no store at ${pathInWords(db)} yet: the workbook is compared with an empty one.`
  return { code: 'store-missing', message }
}

async function lintRoster(store: OpenStore, { sender }: RuleContext, roster: Roster): Promise<LintResult> {
  const { planImport } = await import('../../import/plan.ts')
  const { readStore, referencesOf } = await import('../../import/read-store.ts')
  const { noDeletions } = await import('../../import/deletions.ts')
  const { isPartOfRoster } = await import('../../import/part-of-roster.ts')
  const partial = isPartOfRoster(roster)
  const { view } = await readStore(store, referencesOf(roster, { sender, partial }), roster)
  const plan = planImport(roster, { view, restoreDeleted: false, partial })
  const { file, sheet, digest } = roster
  return { source: { file, sheet, digest }, plan, deletions: noDeletions }
}

interface LintResult {
  source: Source
  plan: Plan
  /** What an import would delete: nothing by default. */
  deletions: Deletions
}

/** The mistakes of a workbook and its effects; in a pipe the mistakes alone, one a line. */
function renderLint({ source, plan, deletions }: LintResult, view: View): string | Pieces {
  if (!view.isTerminal) return piecesOfLines(issueLines(plan))
  const { read, heldBack } = plan.rows
  const verdict =
    heldBack === 0
      ? view.chalk.green('nothing is wrong with any of them')
      : view.chalk.yellow(`${heldBack} would be held back`)
  const isTruncated = Math.max(plan.missingCentres.length, plan.extraUsers.length) > maxListed
  const jsonHint = isTruncated ? ' To see all that is not in the workbook: --json' : ''
  return [
    `${source.file}: ${count(read, 'row')}, ${verdict}.`,
    ...describePlan(plan, deletions, view),
    view.chalk.dim(`Nothing was imported.${jsonHint}`),
  ].join('\n')
}

function* issueLines({ issues }: Plan): Generator<string> {
  for (const issue of issues) yield tsvLine(issueFields(issue))
}

function lintJson({ source, plan }: LintResult): JsonAnswer<'linted'> {
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
