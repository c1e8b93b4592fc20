import * as z from 'zod'
import { renderImportedResults } from '../../render/progression-tests.ts'
import { importProgressionTests } from '../../rules/import-progression-tests.ts'
import { changingAfter } from '../changing.ts'
import { changingCommand, example } from '../command.ts'
import { readResults } from './read-results.ts'

const Options = z.object({ file: z.string(), sheet: z.string().optional() })

export const importResults = changingCommand('import')
  .summary('bring Progression Test results in from a workbook')
  .description(
    'Bring learner groups, tests and results in, with their owners and site. All rows or none; the same rows again change nothing, a different mark is a correction.',
  )
  .argument('<file>', 'the workbook or CSV file; - for stdin')
  .option('--sheet <name>', 'the sheet to read (default: the first)')
  .addHelpText('after', example('ssh-admin progression-tests import fixtures/progression-tests.xlsx'))
  .action(
    changingAfter({
      options: Options,
      prepare: async ({ file, sheet }, session) => {
        const read = await readResults({ file, sheet, stdin: session.context.stdin })
        for (const notice of read.notices) session.notify(notice)
        for (const heading of read.unknown) {
          session.notify({ code: 'unknown-column', message: `The column ${heading} is not used.` })
        }
        return read
      },
      act:
        ({ file, digest, rows }, given) =>
        (trx) =>
          importProgressionTests(trx, { file, digest, rows, given }),
      render: renderImportedResults,
      json: (imported) => ({
        ...imported,
        changed: imported.results.created + imported.results.corrected > 0,
      }),
    }),
  )
