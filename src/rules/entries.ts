import { entriesOf, insertEntries, type NewEntry } from '../db/entries.ts'
import { groupBy, removeRows } from '../db/rows.ts'
import type { Trx } from '../db/transact.ts'
import { appendAudit } from './audit/append.ts'
import {
  type ChangedField,
  changesOf,
  digestOfRows,
  readEachRow,
  type RowRead,
  issuesOf,
  rowCounts,
  type HoldableRows,
  faultsOfRow,
  type TableRowAsWritten,
} from './table-rows.ts'
import { type Comparison, withoutSlipped } from './slipped-columns.ts'
import { permit } from './permissions/decide.ts'
import { trackClosings } from './releases/what-closes.ts'
import { isPlaceholderNumber, readCentreNumber } from './centres/find.ts'
import { readSeries, seriesHint } from './dates-and-times.ts'
import type { ImportedRows } from './imports.ts'
import { componentHint, readComponent } from './resources.ts'

/**
 * Imports entries. The rows of a centre, series and component replace its saved entries; those not in the file stay,
 * and 0 candidates removes an entry. Duplicates in the file are saved as they are, and listed as errors until a later
 * file has the entry once.
 */
export async function importEntries(
  trx: Trx,
  { file, digest, rows, planned, allowChanges, ctx }: HoldableRows<EntryRowAsWritten>,
): Promise<ImportedRows> {
  permit(ctx, 'entries.import', { name: file })
  const { found, heldBack, inFile } = readEachRow(rows, readEntryRow)
  const centres = new Set(found.map(({ read: { centre_number } }) => centre_number))
  const saved = new Map<string, { ids: number[]; counts: number[] }>()
  const savedEntries = await entriesOf(trx, [...centres])
  for (const entry of savedEntries) {
    const existing = saved.get(entryKey(entry)) ?? { ids: [], counts: [] }
    existing.ids.push(entry.id)
    existing.counts.push(entry.candidates)
    saved.set(entryKey(entry), existing)
  }

  const table = comparisonOf(inFile, saved)
  const read = planned ? found : withoutSlipped(found, { rows, table, heldBack, allowChanges })
  const entries = { created: 0, changed: 0, unchanged: 0 }
  const changed: ChangedField<EntryField>[] = []
  const removedIds: number[] = []
  const added: NewEntry[] = []
  const changedCentres = new Set<string>()
  for (const [key, sameEntries] of groupBy(read, (one) => entryKey(one.read))) {
    const existing = saved.get(key)
    const withCandidates = sameEntries.flatMap((one) => (one.read.candidates > 0 ? one.read : []))
    const counts = withCandidates.map(({ candidates }) => candidates)
    if (sortedCounts(existing?.counts ?? []) === sortedCounts(counts)) {
      entries.unchanged += sameEntries.length
      continue
    }
    const [first] = sameEntries
    if (existing) entries.changed += sameEntries.length
    else entries.created += sameEntries.length
    if (existing && first)
      changed.push({
        row: first.row,
        field: 'candidates',
        what: () => key,
        from: describeCounts(existing.counts),
        to: describeCounts(counts),
      })
    removedIds.push(...(existing?.ids ?? []))
    added.push(...withCandidates)
    changedCentres.add(first?.read.centre_number ?? '')
  }
  const { closes, opens } = await trackClosings(trx, {
    scope: { numbers: [...changedCentres] },
    ctx,
    work: async () => {
      await removeRows(trx, { table: 'entries', ids: removedIds })
      await insertEntries(trx, added)
    },
  })
  const counts = rowCounts(rows, heldBack, planned)
  if (changedCentres.size > 0) {
    const facts = { digest, rows: counts, entries, closes: closes.length, opens: opens.length }
    await appendAudit(trx, { ...ctx, action: 'entries.imported', subject: file, facts })
  }
  return {
    file,
    rows: counts,
    counts: entries,
    issues: issuesOf(heldBack, planned),
    changes: changesOf(changed),
    closes,
    opens,
    // Of the accepted rows alone, because a plan has no others when it is applied.
    storeDigest: () => {
      const accepted = new Set(read.map((one) => one.read.centre_number))
      return digestOfRows(savedEntries.filter(({ centre_number }) => accepted.has(centre_number)))
    },
  }
}

type EntryKey = Exclude<EntryField, 'candidates'>
type SavedEntries = ReadonlyMap<string, { ids: number[]; counts: number[] }>

/** Compares the numbers of candidates with the saved ones, 0 with no entry; those of saved duplicates are not clear. */
function comparisonOf(
  rows: readonly (NewEntry | undefined)[],
  saved: SavedEntries,
): Comparison<EntryField, NewEntry, EntryKey> {
  const textOf = (count: number | undefined) => (count ? String(count) : undefined)
  const compare = (entry: NewEntry) => {
    const [only, ...others] = saved.get(entryKey(entry))?.counts ?? []
    return others.length > 0 ? undefined : { saved: textOf(only), now: textOf(entry.candidates) }
  }
  return {
    rows,
    compare,
    valueColumns: [{ field: 'candidates', compare }],
    keyColumns: [['number'], ['series'], ['component']],
    cellsOf: ({ centre_number: number, series, component }) => ({ number, series, component }),
    withCells: ({ candidates }, { number, ...others }) => ({ ...others, centre_number: number, candidates }),
    keyOf: entryKey,
  }
}

/** The count, or all counts of an entry that has duplicates: `3 and 5`; null for none. */
function describeCounts(counts: readonly number[]): string | null {
  return counts.length === 0 ? null : counts.join(' and ')
}

function entryKey({ centre_number, series, component }: NewEntry): string {
  return `${centre_number} ${series} ${component}`
}

function sortedCounts(counts: readonly number[]): string {
  return [...counts].sort((one, other) => one - other).join()
}

export type EntryField = 'number' | 'series' | 'component' | 'candidates'
type EntryRowAsWritten = TableRowAsWritten<EntryField>

/** Reads one row, or returns the faults of its cells. An unknown centre is no fault here: `errors list` reports it. */
function readEntryRow(row: EntryRowAsWritten): RowRead<EntryField, NewEntry> {
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
    wrong('component', 'invalid-component', `is such as 0500/12, not ${texts.component || 'blank'}`, () =>
      componentHint(texts.component),
    )
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
