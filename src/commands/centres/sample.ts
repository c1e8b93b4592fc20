import { resolve } from 'node:path'
import * as z from 'zod'
import { sampleSheets } from '../../import/sample.ts'
import { changingCommand, example } from '../command.ts'
import { answer, doing } from '../doing.ts'
import { placeSheets, settlePlace } from './place-sheets.ts'

const Options = z.object({ file: z.string().min(1).default('centres-sample.xlsx') })

export const sample = changingCommand('sample')
  .summary('write an empty workbook to fill in, with a guide')
  .description(
    'Write an empty workbook with the right headings and drop-down lists, and a guide to its columns on a second sheet.',
  )
  .argument('[file]', '.xlsx, or .csv for the headings alone (default: centres-sample.xlsx here)')
  .addHelpText('after', example('ssh-admin centres sample centres-to-fill-in.xlsx --yes'))
  .action(
    doing(Options, async ({ file }, session) => {
      const { common, context, terminal } = session
      const path = resolve(context.cwd, file)
      await settlePlace({ path, shown: file }, session)
      if (!common.dryRun) await placeSheets(path, sampleSheets(), context.now())
      const text = terminal.out.isTerminal
        ? `${common.dryRun ? 'Would write' : 'Wrote'} ${file}. When it is filled in: ssh-admin centres import ${file}`
        : file
      await answer(session, { text, json: { file, dryRun: common.dryRun } })
      return 0
    }),
  )
