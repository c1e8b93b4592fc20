import { importProgressionTests, type ResultField, type ImportedResults } from '../rules/progression-tests.ts'
import { allowChangesOption, columnsHelp, type TableColumn, tableOptions } from './table-file.ts'
import { preparedMutation, listing } from '../cli/define.ts'
import { argument, allowName, requiredOption } from '../cli/parameters.ts'
import { testsOf, type TestOfOwner } from '../db/progression-tests/holdings.ts'
import { findUser } from '../rules/users/find.ts'
import { foundInMemory } from '../cli/list-declaration.ts'
import { tsvLine } from '../render/clean-text.ts'
import { renderChanges } from '../render/changes.ts'
import { field } from '../render/fields.ts'
import { type Pieces, piecesOfLines } from '../render/pieces.ts'
import type { View } from '../render/table.ts'
import { count, changeMark } from '../render/text.ts'

export const importResults = () =>
  preparedMutation({
    name: 'import',
    summary: 'bring Progression Test results in from a workbook',
    description:
      'Bring learner groups, tests and results in, with their owners and site. All rows or none; the same rows again change nothing, a different mark is a correction, and a blank one leaves what is saved as it is: none takes a mark away. Each saved mark that changes is listed, old and new; a file whose marks look as if they had slipped by a row is refused.',
    args: { file: argument('the workbook or CSV file; - for stdin') },
    options: { ...tableOptions('Pupil no=Learner'), allowChanges: allowChangesOption },
    notes: columnsHelp(resultColumns, 'ssh-admin progression-tests sample'),
    examples: ['ssh-admin progression-tests import results.xlsx'],
    prepare: async ({ allowChanges, ...tableFile }, session) => {
      const { readTableFile } = await import('./read-table.ts')
      return { ...(await readTableFile(tableFile, resultColumns, session)), allowChanges }
    },
    act: (trx, ctx, { file, digest, rows, allowChanges }) =>
      importProgressionTests(trx, { file, digest, rows, allowChanges, ctx }),
    render: renderImportedResults,
    json: (imported) => ({
      ...imported,
      changed: imported.results.created + imported.results.corrected > 0,
    }),
  })

export const resultColumns = [
  {
    field: 'teacher',
    heading: 'Teacher email',
    synonyms: ['Teacher e-mail', 'Teacher', 'Owner', 'Email', 'E-mail'],
    required: true,
    valueKind: 'address',
  },
  { field: 'site', heading: 'Site', synonyms: ['Support site'], required: true },
  { field: 'group', heading: 'Learner group', synonyms: ['Group', 'Class'], required: true },
  { field: 'stage', heading: 'Stage', synonyms: [] },
  { field: 'subject', heading: 'Subject', synonyms: [], required: true },
  { field: 'test', heading: 'Test', synonyms: ['Test title', 'Paper'], required: true },
  {
    field: 'takenOn',
    heading: 'Taken on',
    synonyms: ['Date', 'Date taken', 'Test date'],
    required: true,
    valueKind: 'moment',
  },
  { field: 'learner', heading: 'Learner', synonyms: ['Learner name', 'Pupil', 'Student'], required: true },
  {
    field: 'mark',
    heading: 'Mark',
    synonyms: ['Marks', 'Score', 'Result'],
    required: true,
    valueKind: 'number',
  },
] as const satisfies readonly TableColumn<ResultField>[]

export const list = () =>
  listing({
    name: 'list',
    summary: 'list the tests that a teacher holds',
    description: 'List the learner groups and tests that a teacher owns, with how many results each has.',
    options: {
      owner: allowName('user', requiredOption('<email>', "the teacher's address or name")),
    },
    examples: ['ssh-admin progression-tests list --owner amira@school.example'],
    singular: 'test',
    answer: 'progressionTests',
    key: 'progressionTests',
    fields: testFields,
    // The day is dropped last: it distinguishes repeated tests.
    dropOrder: ['stage', 'results', 'subject', 'site'],
    id: 'test',
    find: async ({ store: { db }, ctx: { at, actor } }, { owner }) => {
      const { id } = await findUser(db, { email: owner, at, actor })
      return foundInMemory(await testsOf(db, id))
    },
    json: (test) => test,
    emptyMessage: 'This teacher holds no tests.',
    noMatchMessage: 'This teacher holds no tests.',
  })

const testFields = {
  site: field<TestOfOwner>('Site', ({ site }) => site),
  'learner-group': field<TestOfOwner>('Learner group', ({ learnerGroup }) => learnerGroup),
  stage: field<TestOfOwner>('Stage', ({ stage }) => stage),
  subject: field<TestOfOwner>('Subject', ({ subject }) => subject),
  test: field<TestOfOwner>('Test', ({ test }) => test),
  'taken-on': field<TestOfOwner>('Taken on', ({ takenOn }) => takenOn),
  results: field<TestOfOwner>('Results', ({ results }) => results),
}

function renderImportedResults(imported: ImportedResults, view: View): Pieces {
  return piecesOfLines(linesOf(imported, view))
}

function* linesOf(imported: ImportedResults, view: View): Generator<string> {
  const { rows, learnerGroups, tests, results, changes } = imported
  if (!view.isTerminal) {
    yield tsvLine(['rows', rows])
    yield tsvLine(['learner-groups', learnerGroups.created, learnerGroups.unchanged])
    yield tsvLine(['tests', tests.created, tests.unchanged])
    yield tsvLine(['results', results.created, results.corrected, results.unchanged, results.kept])
  } else {
    const changed = results.created + results.corrected + learnerGroups.created + tests.created > 0
    yield `${changeMark(changed, view)} ${count(rows, 'row')} read.`
    yield `  New results: ${results.created}. Marks corrected: ${results.corrected}. There already: ${results.unchanged}.`
    yield `  New learner groups: ${learnerGroups.created}. New tests: ${tests.created}.`
    if (results.kept > 0)
      yield `  ${count(results.kept, 'saved mark')} stayed where the cell is blank; none in it takes a mark away.`
  }
  yield* renderChanges(changes, view)
}
