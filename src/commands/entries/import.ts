import { preparedMutation } from '../../cli/define.ts'
import { closingQuestion, comparableClosing } from '../../render/closing.ts'
import { argument } from '../../cli/parameters.ts'
import { importedEntriesJson, renderImportedEntries } from '../../render/entries.ts'
import { importEntries } from '../../rules/entries/import.ts'
import { columnsHelp } from '../columns-help.ts'
import { entryColumns } from './columns.ts'
import { readRows, refuseIssues, tableOptions } from '../read-rows.ts'

export const importEntriesCommand = () =>
  preparedMutation({
    name: 'import',
    summary: 'bring entries in from a workbook',
    description: `Read a workbook of entries: how many candidates a centre has for a component in a series.
What it says of a centre, series and component takes the place of what was there; what it does not name stays.
Rows with a mistake are held back and change nothing; the rest goes in (exit code 8). Entries of centres that are not known go in, and ssh-admin errors list names them.`,
    args: { file: argument('the workbook (.xlsx or .csv), or - for stdin') },
    options: tableOptions,
    notes: columnsHelp(entryColumns, 'ssh-admin entries sample'),
    examples: ['ssh-admin entries import fixtures/entries.csv'],
    prepare: (wanted, session) => readRows(wanted, entryColumns, session),
    act: async (trx, ctx, { file, digest, rows, strict }) => {
      const imported = await importEntries(trx, { file, digest, rows, ctx })
      refuseIssues(imported.issues, { strict })
      return imported
    },
    confirm: {
      question: ({ closes, opens }) => closingQuestion(closes, 'Change these entries', opens),
      comparable: ({ rows, entries, closes, opens }) => [rows, entries, comparableClosing(closes, opens)],
    },
    render: renderImportedEntries,
    json: importedEntriesJson,
    exit: ({ issues }) => (issues.length > 0 ? 8 : 0),
  })
