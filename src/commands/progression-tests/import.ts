import * as z from 'zod'
import { repeated } from '../../cli/options.ts'
import { renderImportedResults } from '../../render/progression-tests.ts'
import { importProgressionTests } from '../../rules/progression-tests/import.ts'
import { preparedMutation } from '../../cli/mutation.ts'
import { columnsHelp } from '../columns-help.ts'
import { mutationCommand, example } from '../../cli/command.ts'
import { readResults, resultColumns } from './read-results.ts'

const Options = z.object({
  file: z.string(),
  sheet: z.string().optional(),
  map: z.array(z.string()).default([]),
})

export const importResults = () =>
  mutationCommand('import')
    .summary('bring Progression Test results in from a workbook')
    .description(
      'Bring learner groups, tests and results in, with their owners and site. All rows or none; the same rows again change nothing, a different mark is a correction.',
    )
    .argument('<file>', 'the workbook or CSV file; - for stdin')
    .option('--sheet <name>', 'the sheet to read (default: the first)')
    .option('--map <column=field>', "which column is which field, such as 'Pupil no=Learner'", repeated)
    .addHelpText('after', columnsHelp(resultColumns, 'ssh-admin progression-tests sample'))
    .addHelpText('after', example('ssh-admin progression-tests import fixtures/progression-tests.xlsx'))
    .action(
      preparedMutation({
        options: Options,
        prepare: readResults,
        act:
          ({ file, digest, rows }, ctx) =>
          (trx) =>
            importProgressionTests(trx, { file, digest, rows, ctx }),
        render: renderImportedResults,
        json: (imported) => ({
          ...imported,
          changed: imported.results.created + imported.results.corrected > 0,
        }),
      }),
    )
