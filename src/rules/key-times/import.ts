import {
  changeKeyTime,
  findKeyTimes,
  insertKeyTime,
  type KeyTimeRow,
  type NewKeyTime,
} from '../../db/key-times.ts'
import type { Trx } from '../../db/transact.ts'
import { appendAudit } from '../audit/append.ts'
import {
  type CellIssues,
  digestOfRows,
  type HeldBackRow,
  issuesOf,
  type RowCounts,
  rowCounts,
} from '../table-rows.ts'
import type { RuleContext } from '../permissions/actor.ts'
import { permit } from '../permissions/decide.ts'
import { type KeyTimeField, type KeyTimeRowAsWritten, readKeyTimeRow, overlaps } from './key-time-rows.ts'
import { type Closing, noticingWhatCloses } from '../releases/what-closes.ts'
import { showTheSame } from './time-zones.ts'

interface Import {
  file: string
  digest: string
  rows: readonly KeyTimeRowAsWritten[]
  ctx: RuleContext
}

export interface ImportedKeyTimes {
  file: string
  rows: RowCounts
  keyTimes: { created: number; changed: number; unchanged: number }
  issues: CellIssues
  /** For whom something closes by this that was open, and opens that was not. */
  closes: Closing[]
  opens: Closing[]
  /** Of the Key Times as they were before it. */
  storeDigest: () => string
}

interface ReadRow {
  row: KeyTimeRowAsWritten
  read: NewKeyTime
}

/**
 * Brings Key Times in. One for the same country, time zone, session, series and first day, dated or not, takes the place of the
 * one that is there; rows with a mistake, and rows that would hold at once with another, are held back.
 */
export async function importKeyTimes(
  trx: Trx,
  { file, digest, rows, ctx }: Import,
): Promise<ImportedKeyTimes> {
  const { by, at } = ctx
  permit(ctx, 'key-times.import', { name: file })
  const heldBack: HeldBackRow<KeyTimeField>[] = []
  const found: ReadRow[] = []
  for (const row of rows) {
    const outcome = readKeyTimeRow(row)
    if ('faults' in outcome) heldBack.push({ row, count: outcome.faults.length, faults: () => faultsOf(row) })
    else found.push({ row, read: outcome.read })
  }
  const saved = await findKeyTimes(trx)
  const accepted = withoutOverlaps(found, saved, heldBack)

  const countries = [...new Set(accepted.map(({ read }) => read.country))]
  const {
    result: keyTimes,
    closes,
    opens,
  } = await noticingWhatCloses(trx, {
    meant: { countries },
    ctx,
    work: () => saveKeyTimes(trx, { accepted, saved }),
  })
  const counts = rowCounts(rows, heldBack)
  if (keyTimes.created + keyTimes.changed > 0) {
    const facts = { digest, rows: counts, keyTimes, closes: closes.length, opens: opens.length }
    await appendAudit(trx, { by, at, action: 'key-times.imported', subject: file, facts })
  }
  const storeDigest = () => digestOfRows(saved)
  return { file, rows: counts, keyTimes, issues: issuesOf(heldBack), closes, opens, storeDigest }
}

function faultsOf(row: KeyTimeRowAsWritten) {
  const outcome = readKeyTimeRow(row)
  return 'faults' in outcome ? outcome.faults : []
}

async function saveKeyTimes(
  trx: Trx,
  { accepted, saved }: { accepted: readonly ReadRow[]; saved: readonly KeyTimeRow[] },
): Promise<ImportedKeyTimes['keyTimes']> {
  const keyTimes = { created: 0, changed: 0, unchanged: 0 }
  for (const { read } of accepted) {
    const same = saved.find((one) => isSameKeyTime(one, read))
    if (same === undefined) {
      keyTimes.created += 1
      await insertKeyTime(trx, read)
    } else if (isEqual(same, read)) keyTimes.unchanged += 1
    else {
      keyTimes.changed += 1
      await changeKeyTime(trx, { id: same.id, ...read })
    }
  }
  return keyTimes
}

/** Equal rows count once; rows that would hold at once with others, of the file or saved, are held back. */
function withoutOverlaps(
  found: readonly ReadRow[],
  saved: readonly KeyTimeRow[],
  heldBack: HeldBackRow<KeyTimeField>[],
): ReadRow[] {
  const said = new Set<string>()
  const together = new Map<string, ReadRow[]>()
  const distinct = found.filter((one) => {
    const content = contentOf(one.read)
    if (said.has(content)) return false
    said.add(content)
    const place = placeOf(one.read)
    const others = together.get(place)
    if (others) others.push(one)
    else together.set(place, [one])
    return true
  })
  const stays = saved.filter((one) =>
    (together.get(placeOf(one)) ?? []).every(({ read }) => !isSameKeyTime(one, read)),
  )
  return distinct.filter(({ row, read }) => {
    const inFile = together
      .get(placeOf(read))
      ?.find((other) => other.read !== read && overlaps(other.read, read))
    const inStore = stays.find((one) => overlaps(one, read))
    if (inFile === undefined && inStore === undefined) return true
    const other = inFile ? `that of row ${inFile.row.row}` : `the saved one (No. ${inStore?.id})`
    const code = 'key-times-overlap'
    const hint = 'Let one end before the other begins, with From and Until.'
    const message = `and ${other} would hold on the same days`
    heldBack.push({ row, count: 1, faults: () => [{ field: 'localTime', code, message, hint }] })
    return false
  })
}

/** Only those of one country and session can be the same, or hold at once. */
function placeOf({ country, session }: NewKeyTime): string {
  return `${country} ${session}`
}

/** Rows that say the same are one. */
function contentOf(read: NewKeyTime): string {
  const { country, session, series, time_zone, local_time, administrative_zone, from_date, until_date } = read
  const dates = [from_date ?? null, until_date ?? null]
  return JSON.stringify([
    country,
    session,
    series ?? null,
    time_zone,
    local_time,
    administrative_zone ?? null,
    dates,
  ])
}

/** Whether one takes the place of the other. */
function isSameKeyTime(one: NewKeyTime, other: NewKeyTime): boolean {
  return (
    one.country === other.country &&
    one.session === other.session &&
    (one.series ?? null) === (other.series ?? null) &&
    (one.from_date ?? null) === (other.from_date ?? null) &&
    hasDates(one) === hasDates(other) &&
    showTheSame(one.time_zone, other.time_zone)
  )
}

/** One without dates holds whenever none with dates does: the two stand side by side. */
function hasDates({ from_date, until_date }: NewKeyTime): boolean {
  return (from_date ?? null) !== null || (until_date ?? null) !== null
}

function isEqual(one: NewKeyTime, other: NewKeyTime): boolean {
  return (
    isSameKeyTime(one, other) &&
    one.time_zone === other.time_zone &&
    one.local_time === other.local_time &&
    (one.administrative_zone ?? null) === (other.administrative_zone ?? null) &&
    (one.until_date ?? null) === (other.until_date ?? null)
  )
}
