import type { Command } from 'commander'
import * as z from 'zod'
import type { SheetToWrite } from '../workbook/sheet.ts'
import { prepareTable } from '../cli/output-file.ts'
import { workbookToWrite } from './centres/export.ts'
import { command } from '../cli/define.ts'
import { optionalArgument } from '../cli/parameters.ts'
import { shellWord } from '../shell-word.ts'

interface Sample {
  /** Where it goes when no name is typed. */
  file: string
  /** The command that reads it when it is filled in, without the file. */
  reader: string
  example: string
  sheets: () => Promise<[SheetToWrite, ...SheetToWrite[]]>
}

/** The command that writes an empty workbook to fill in. Of no other kind: it opens no store. */
export function sampleCommand({ file: usual, reader, example, sheets }: Sample): Command {
  return command({
    name: 'sample',
    summary: 'write an empty workbook to fill in, with a guide',
    description:
      'Write an empty workbook with the right headings and drop-down lists, and a guide to its columns on a second sheet.',
    args: {
      file: optionalArgument(
        `.xlsx, or .csv for the headings alone (default: ${usual} here)`,
        z.string().min(1, 'the name of a file').default(usual),
      ),
    },
    examples: [example],
    changes: true,
    run: async ({ file }, session) => {
      const { common, context, terminal } = session
      const output = await workbookToWrite(session, { kind: 'sample', file })
      if (!common.dryRun) {
        const { now, signal } = context
        await prepareTable(output, { sheets: await sheets(), at: now(), signal })
        await output.moveIntoPlace()
      }
      const next = `When it is filled in: ${reader} ${shellWord(file)}`
      const wrote = `${common.dryRun ? 'Would write' : 'Wrote'} ${file}. ${next}`
      const text = terminal.out.isTerminal ? wrote : file
      // A pipe gets the name of the file alone; whoever reads along sees what comes next.
      return { text, json: { file }, say: terminal.out.isTerminal || common.dryRun ? [] : [next] }
    },
  })
}
