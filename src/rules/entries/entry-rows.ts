import type { NewEntry } from '../../db/entries/entries.ts'
import { isPlaceholderNumber, readCentreNumber } from '../centres/find.ts'
import { seriesHint } from '../imports/cell-hints.ts'
import { faultsOfRow, type FieldFault, type TableRowAsWritten } from '../imports/table-row.ts'
import { readSeries } from '../key-times/key-time-rows.ts'
import { readComponent } from '../resources/resource.ts'

export type EntryField = 'number' | 'series' | 'component' | 'candidates'
export type EntryRowAsWritten = TableRowAsWritten<EntryField>

/** Reads one row; says of each cell what is wrong with it. Whether the centre is there is found by looking, later. */
export function readEntryRow(
  row: EntryRowAsWritten,
): { read: NewEntry } | { faults: FieldFault<EntryField>[] } {
  const { texts } = row
  const { faults, wrong } = faultsOfRow(row)
  const number = readCentreNumber(texts.number)
  if (number === undefined || isPlaceholderNumber(number))
    wrong('number', 'invalid-number', `is 2 to 12 letters and digits, not ${texts.number || 'blank'}`)
  const series = readSeries(texts.series)
  if (!series)
    wrong(
      'series',
      'invalid-series',
      `is a year and a month such as 2026-06, not ${texts.series || 'blank'}`,
      () => seriesHint(texts.series),
    )
  const component = readComponent(texts.component)
  if (component === undefined)
    wrong('component', 'invalid-component', `is such as 0500/12, not ${texts.component || 'blank'}`)
  const candidates = /^\d{1,6}$/.test(texts.candidates) ? Number(texts.candidates) : undefined
  if (candidates === undefined)
    wrong('candidates', 'invalid-count', `is a whole number, not ${texts.candidates || 'blank'}`)
  if (
    faults.length > 0 ||
    number === undefined ||
    !series ||
    component === undefined ||
    candidates === undefined
  )
    return { faults }
  return { read: { centre_number: number, series, component, candidates } }
}
