import { progressionTestSites } from '../../rules/roles/catalogue.ts'
import type { ResultField } from '../../rules/progression-tests/result-rows.ts'
import type { SheetToWrite } from '../../workbook/sheet.ts'
import { type ColumnAdvice, sheetsToFillIn } from '../sheets-to-fill-in.ts'
import { resultColumns } from './read-results.ts'

const guide: Readonly<Record<ResultField, ColumnAdvice>> = {
  teacher: {
    what: 'The address of the teacher who owns the results.',
    example: 'amira@school.example',
    width: 36,
  },
  site: {
    what: `One of: ${progressionTestSites.join(', ')}.`,
    example: 'cambridge-primary',
    width: 26,
    choices: progressionTestSites,
  },
  group: { what: 'The name of the learner group.', example: '4B', width: 16 },
  stage: {
    needed: 'no',
    what: 'The stage of the learner group, the same in all its rows.',
    example: '4',
    width: 8,
  },
  subject: { what: 'The subject of the test.', example: 'English', width: 18 },
  test: { what: 'What the test is called.', example: 'Paper 1', width: 18 },
  takenOn: { what: 'The day of the test: a date, or 2026-03-02.', example: '2026-03-02', width: 14 },
  learner: { what: "The learner's name, once in a test.", example: 'Ali Hassan', width: 28 },
  mark: {
    needed: 'no',
    what: 'A number without %. Blank where nothing was marked.',
    example: '31.5',
    width: 8,
  },
}

const rules = [
  'One row for each result. The order of the rows and of the columns does not matter.',
  'A learner group is its teacher, site and name; a test is its group, subject, title and date.',
  'All rows go in, or none: each cell that stands in the way is named.',
  'The same rows again change nothing; a different mark is a correction.',
  'To see what would happen, and change nothing: ssh-admin progression-tests import FILE --dry-run',
]

/** The workbook of results to fill in, and a guide to its columns. */
export function sampleSheets(): [SheetToWrite, SheetToWrite] {
  return sheetsToFillIn({ name: 'Results', columns: resultColumns, guide, rules })
}
