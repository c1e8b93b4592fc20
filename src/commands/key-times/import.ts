import { importedKeyTimesJson, renderImportedKeyTimes } from '../../render/key-times.ts'
import { type ImportedKeyTimes, importKeyTimes } from '../../rules/key-times/import.ts'
import type { KeyTimeField } from '../../rules/key-times/key-time-rows.ts'
import { applicationOfRows, importOfRows, type RowsImport } from '../import-rows.ts'
import { keyTimeColumns } from './columns.ts'

const keyTimes: RowsImport<KeyTimeField, ImportedKeyTimes> = {
  of: 'key-times',
  columns: keyTimeColumns,
  importRows: importKeyTimes,
  question: 'Change these Key Times',
  agreed: (imported) => imported.keyTimes,
  render: renderImportedKeyTimes,
  json: importedKeyTimesJson,
}

const example = 'ssh-admin key-times import fixtures/key-times.csv'

export const importTimes = () =>
  importOfRows(keyTimes, {
    summary: 'bring Key Times in from a workbook',
    description: `Read a workbook of Key Times: for each country and session the local time at which every candidate is in the exam.
One for the same country, time zone, session, series and first day takes the place of the one that is there.
Rows with a mistake are held back and change nothing; the rest goes in (exit code 8).
A country with several time zones needs one in each row: it is never guessed.`,
    example,
  })

export const applyTimes = () =>
  applicationOfRows(keyTimes, {
    summary: 'apply a saved plan of Key Times, exactly',
    description: `Apply a plan that key-times import --plan-out saved: exactly what was reviewed.
If the workbook or the Key Times of the store have changed meanwhile, nothing happens (exit code 3).`,
    example,
  })
