import { preparedMutation } from '../../cli/define.ts'
import { closingQuestion, comparableClosing } from '../../render/closing.ts'
import { argument } from '../../cli/parameters.ts'
import { importedKeyTimesJson, renderImportedKeyTimes } from '../../render/key-times.ts'
import { importKeyTimes } from '../../rules/key-times/import.ts'
import { columnsHelp } from '../columns-help.ts'
import { readRows, refuseIssues, tableOptions } from '../read-rows.ts'
import { keyTimeColumns } from './columns.ts'

export const importTimes = () =>
  preparedMutation({
    name: 'import',
    summary: 'bring Key Times in from a workbook',
    description: `Read a workbook of Key Times: for each country and session the local time at which every candidate is in the exam.
One for the same country, time zone, session, series and first day takes the place of the one that is there.
Rows with a mistake are held back and change nothing; the rest goes in (exit code 8).
A country with several time zones needs one in each row: it is never guessed.`,
    args: { file: argument('the workbook (.xlsx or .csv), or - for stdin') },
    options: tableOptions,
    notes: columnsHelp(keyTimeColumns, 'ssh-admin key-times sample'),
    examples: ['ssh-admin key-times import fixtures/key-times.csv'],
    prepare: (wanted, session) => readRows(wanted, keyTimeColumns, session),
    act: async (trx, ctx, { file, digest, rows, strict }) => {
      const imported = await importKeyTimes(trx, { file, digest, rows, ctx })
      refuseIssues(imported.issues, { strict })
      return imported
    },
    confirm: {
      question: ({ closes, opens }) => closingQuestion(closes, 'Change these Key Times', opens),
      comparable: ({ rows, keyTimes, closes, opens }) => [rows, keyTimes, comparableClosing(closes, opens)],
    },
    render: renderImportedKeyTimes,
    json: importedKeyTimesJson,
    exit: ({ issues }) => (issues.length > 0 ? 8 : 0),
  })
