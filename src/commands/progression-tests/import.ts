import * as z from 'zod'
import { renderImportedResults } from '../../render/progression-tests.ts'
import { importProgressionTests } from '../../rules/progression-tests/import.ts'
import { columnsHelp } from '../columns-help.ts'
import { preparedMutation } from '../../cli/define.ts'
import { argument, option, repeated } from '../../cli/parameters.ts'
import { readResults, resultColumns } from './read-results.ts'

export const importResults = () =>
  preparedMutation({
    name: 'import',
    summary: 'bring Progression Test results in from a workbook',
    description:
      'Bring learner groups, tests and results in, with their owners and site. All rows or none; the same rows again change nothing, a different mark is a correction.',
    args: { file: argument('the workbook or CSV file; - for stdin') },
    options: {
      sheet: option('<name>', 'the sheet to read (default: the one that is open, or else the first)'),
      map: repeated(
        '<column=field>',
        "which column is which field, such as 'Pupil no=Learner'",
        z.array(z.string()).default([]),
      ),
    },
    notes: columnsHelp(resultColumns, 'ssh-admin progression-tests sample'),
    examples: ['ssh-admin progression-tests import fixtures/progression-tests.xlsx'],
    prepare: readResults,
    act: (trx, ctx, { file, digest, rows }) => importProgressionTests(trx, { file, digest, rows, ctx }),
    render: renderImportedResults,
    json: (imported) => ({
      ...imported,
      changed: imported.results.created + imported.results.corrected > 0,
    }),
  })
