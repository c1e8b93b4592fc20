import type { TestOfOwner } from '../db/progression-tests/holdings.ts'
import type { ImportedResults } from '../rules/progression-tests/import.ts'
import { tsvLine } from './clean-text.ts'
import { table, type View } from './table.ts'
import { count } from './text.ts'

const headings = ['Site', 'Learner group', 'Stage', 'Subject', 'Test', 'Taken on', 'Results']

export function renderTests(tests: readonly TestOfOwner[], view: View): string {
  const rows = tests.map(({ site, learnerGroup, stage, subject, test, takenOn, results }) => {
    return [site, learnerGroup, stage, subject, test, takenOn, results]
  })
  if (!view.isTerminal) return rows.map(tsvLine).join('\n')
  return rows.length === 0 ? 'No tests.' : table(headings, rows, view)
}

export function renderImportedResults(imported: ImportedResults, { isTerminal, chalk }: View): string {
  const { rows, learnerGroups, tests, results } = imported
  if (!isTerminal) {
    return [
      tsvLine(['rows', rows]),
      tsvLine(['learner-groups', learnerGroups.created, learnerGroups.unchanged]),
      tsvLine(['tests', tests.created, tests.unchanged]),
      tsvLine(['results', results.created, results.corrected, results.unchanged]),
    ].join('\n')
  }
  return [
    `${chalk.green('✓')} ${count(rows, 'row')} read.`,
    `  New results: ${results.created}. Marks corrected: ${results.corrected}. There already: ${results.unchanged}.`,
    `  New learner groups: ${learnerGroups.created}. New tests: ${tests.created}.`,
  ].join('\n')
}
