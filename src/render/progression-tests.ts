import type { TestOfOwner } from '../db/progression-tests/holdings.ts'
import type { ImportedResults } from '../rules/progression-tests.ts'
import { tsvLine } from './clean-text.ts'
import { field } from './fields.ts'
import type { View } from './table.ts'
import { count } from './text.ts'

/** What a list says of a test. */
export const testFields = {
  site: field<TestOfOwner>('Site', ({ site }) => site),
  'learner-group': field<TestOfOwner>('Learner group', ({ learnerGroup }) => learnerGroup),
  stage: field<TestOfOwner>('Stage', ({ stage }) => stage),
  subject: field<TestOfOwner>('Subject', ({ subject }) => subject),
  test: field<TestOfOwner>('Test', ({ test }) => test),
  'taken-on': field<TestOfOwner>('Taken on', ({ takenOn }) => takenOn),
  results: field<TestOfOwner>('Results', ({ results }) => results),
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
