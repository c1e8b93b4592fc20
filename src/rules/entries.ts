import { entriesOf, insertEntries, type NewEntry } from '../db/entries.ts'
import { groupBy, removeRows } from '../db/rows.ts'
import type { Trx } from '../db/transact.ts'
import { appendAudit } from './audit/append.ts'
import {
  digestOfRows,
  readEachRow,
  issuesOf,
  rowCounts,
  type RowsToImport,
  faultsOfRow,
  type FieldFault,
  type TableRowAsWritten,
  seriesHint,
} from './table-rows.ts'
import { permit } from './permissions/decide.ts'
import { noticingWhatCloses } from './releases/what-closes.ts'
import { isPlaceholderNumber, readCentreNumber } from './centres/find.ts'
import { readSeries } from './key-times/key-time-rows.ts'
import type { ImportedRows } from './imports.ts'
import { componentHint, readComponent } from './resources.ts'

/**
 * Brings entries in: what a file says of a centre, series and component takes the place of what was there, and what it
 * does not name stays, and one of no candidates is taken away. Entries that are named twice are kept so, and listed as errors until a file says it once.
 */
export async function importEntries(
  trx: Trx,
  { file, digest, rows, ctx }: RowsToImport<EntryRowAsWritten>,
): Promise<ImportedRows> {
  permit(ctx, 'entries.import', { name: file })
  const { found, heldBack } = readEachRow(rows, readEntryRow)
  const read = found.map((one) => one.read)
  const entriesByKey = groupBy(read, keyOf)
  const centres = new Set(read.map(({ centre_number }) => centre_number))
  const saved = new Map<string, { ids: number[]; counts: number[] }>()
  for (const entry of await entriesOf(trx, [...centres])) {
    const there = saved.get(keyOf(entry)) ?? { ids: [], counts: [] }
    there.ids.push(entry.id)
    there.counts.push(entry.candidates)
    saved.set(keyOf(entry), there)
  }

  const entries = { created: 0, changed: 0, unchanged: 0 }
  const gone: number[] = []
  const added: NewEntry[] = []
  const touched = new Set<string>()
  for (const [key, together] of entriesByKey) {
    const there = saved.get(key)
    const kept = together.filter(({ candidates }) => candidates > 0)
    const counts = kept.map(({ candidates }) => candidates)
    if (inOrder(there?.counts ?? []) === inOrder(counts)) {
      entries.unchanged += together.length
      continue
    }
    if (there) entries.changed += together.length
    else entries.created += together.length
    gone.push(...(there?.ids ?? []))
    added.push(...kept)
    touched.add(together[0]?.centre_number ?? '')
  }
  const { closes, opens } = await noticingWhatCloses(trx, {
    scope: { numbers: [...touched] },
    ctx,
    work: async () => {
      await removeRows(trx, { table: 'entries', ids: gone })
      await insertEntries(trx, added)
    },
  })
  const counts = rowCounts(rows, heldBack)
  if (touched.size > 0) {
    const facts = { digest, rows: counts, entries, closes: closes.length, opens: opens.length }
    await appendAudit(trx, { ...ctx, action: 'entries.imported', subject: file, facts })
  }
  const storeDigest = () => digestOfRows([...saved])
  return { file, rows: counts, counts: entries, issues: issuesOf(heldBack), closes, opens, storeDigest }
}

function keyOf({ centre_number, series, component }: NewEntry): string {
  return `${centre_number} ${series} ${component}`
}

function inOrder(counts: readonly number[]): string {
  return [...counts].sort((one, other) => one - other).join()
}

export type EntryField = 'number' | 'series' | 'component' | 'candidates'
type EntryRowAsWritten = TableRowAsWritten<EntryField>

/** Reads one row; says of each cell what is wrong with it. Whether the centre is there is found by looking, later. */
function readEntryRow(row: EntryRowAsWritten): { read: NewEntry } | { faults: FieldFault<EntryField>[] } {
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
