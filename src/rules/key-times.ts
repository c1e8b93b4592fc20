import type { Kysely } from 'kysely'
import type { CentreWithPeople } from '../db/centres/centres.ts'
import {
  changeKeyTime,
  findKeyTime,
  findKeyTimes,
  insertKeyTime,
  type KeyTimeRow,
  type NewKeyTime,
  removeKeyTime,
} from '../db/key-times.ts'
import type { ExamSession, Store } from '../db/schema.ts'
import type { Trx } from '../db/transact.ts'
import { countryName } from '../country-names.ts'
import { groupBy } from '../db/rows.ts'
import { NotFound, Refused, Usage } from '../errors.ts'
import { appendAudit } from './audit/append.ts'
import { findOwnCentre } from './centres/find.ts'
import {
  hasDates,
  type KeyTimeField,
  type KeyTimeRowAsWritten,
  overlaps,
  readKeyTimeRow,
} from './key-times/key-time-rows.ts'
import { sessionContradiction } from './dates-and-times.ts'
import { localTimeAt, momentOf } from './key-times/local-time.ts'
import {
  type KeyTime,
  keyTimeOf,
  keyTimesByCountry,
  type TimeProblem,
  timeZoneOf,
} from './key-times/lookup.ts'
import { isKnownZone, onlyTimeZoneOf, showSameTime } from './key-times/time-zones.ts'
import { parseTimeZoneIn } from './key-times/parse-time-zone.ts'
import type { RuleContext } from './permissions/actor.ts'
import { permit } from './permissions/decide.ts'
import { type Closing, trackClosings } from './releases/what-closes.ts'
import {
  type ChangedField,
  changesOf,
  digestOfRows,
  type HeldBackRow,
  issuesOf,
  readEachRow,
  type ReadRow,
  rowCounts,
  type HoldableRows,
} from './table-rows.ts'
import { type Comparison, withoutSlipped } from './slipped-columns.ts'
import type { ImportedRows } from './imports.ts'

/** The values to change; absent ones stay, and null removes a value. */
interface KeyTimeChanges {
  administrativeZone?: number | null | undefined
  localTime?: string | undefined
  timeZone?: string | undefined
  series?: string | null | undefined
  from?: string | null | undefined
  until?: string | null | undefined
}

export interface ChangedKeyTime {
  keyTime: KeyTimeRow
  outcome: 'edited' | 'removed' | 'unchanged'
  /** What the change closes that was open, and what it opens that was not. */
  closes: Closing[]
  opens: Closing[]
}

interface Editing {
  id: number
  changes: KeyTimeChanges | 'remove'
  ctx: RuleContext
}

/** Edits or removes a Key Time. @throws `key-times-overlap` */
export async function editKeyTime(trx: Trx, { id, changes, ctx }: Editing): Promise<ChangedKeyTime> {
  const before = await findKeyTime(trx, id)
  if (!before) {
    throw new NotFound('key-time-not-found', `There is no Key Time ${id}.`, {
      hint: 'ssh-admin key-times list shows their numbers.',
    })
  }
  permit(ctx, 'key-times.edit', { name: `Key Time ${id}` })
  const subject = before.country
  const scope = { countries: [before.country] }
  if (changes === 'remove') {
    const { closes, opens } = await trackClosings(trx, {
      scope,
      ctx,
      work: () => removeKeyTime(trx, id),
    })
    const facts = { ...before, closes: closes.length, opens: opens.length }
    await appendAudit(trx, { ...ctx, action: 'key-times.removed', subject, facts })
    return { keyTime: before, outcome: 'removed', closes, opens }
  }
  const after = { ...before, ...columnsOf(before, changes) }
  const changed = Object.fromEntries(
    Object.entries(after)
      .filter(([name, value]) => new Map<string, unknown>(Object.entries(before)).get(name) !== value)
      .map(([name, value]) => [name, value]),
  )
  if (Object.keys(changed).length === 0)
    return { keyTime: before, outcome: 'unchanged', closes: [], opens: [] }
  refuseReversedDates(after)
  if (after.local_time !== before.local_time) refuseContradiction(after)
  await refuseOverlap(trx, after)

  const { id: _, ...values } = after
  const { closes, opens } = await trackClosings(trx, {
    scope,
    ctx,
    work: () => changeKeyTime(trx, { id, ...values }),
  })
  const facts = { id, before, after: changed, closes: closes.length, opens: opens.length }
  await appendAudit(trx, { ...ctx, action: 'key-times.edited', subject, facts })
  return { keyTime: after, outcome: 'edited', closes, opens }
}

function columnsOf(before: KeyTimeRow, changes: KeyTimeChanges): Partial<NewKeyTime> {
  const { administrativeZone, localTime, timeZone, series, from, until } = changes
  return {
    ...(administrativeZone === undefined ? {} : { administrative_zone: administrativeZone }),
    ...(localTime === undefined ? {} : { local_time: localTime }),
    ...(timeZone === undefined ? {} : { time_zone: parseTimeZoneIn(before.country, timeZone) }),
    ...(series === undefined ? {} : { series }),
    ...(from === undefined ? {} : { from_date: from }),
    ...(until === undefined ? {} : { until_date: until }),
  }
}

function refuseContradiction({ session, local_time: time }: KeyTimeRow): void {
  const contradiction = sessionContradiction(session, time)
  if (!contradiction) return
  throw new Usage(`The local time ${contradiction.message}.`, {
    code: 'time-not-in-session',
    hint: contradiction.hint,
  })
}

function refuseReversedDates({ from_date, until_date }: KeyTimeRow): void {
  if (from_date === null || until_date === null || from_date <= until_date) return
  throw new Usage(`A Key Time cannot hold from ${from_date} until ${until_date}.`, {
    code: 'ends-before-it-begins',
    hint: 'Change --from or --until.',
  })
}

async function refuseOverlap(trx: Trx, row: KeyTimeRow): Promise<void> {
  const others = await findKeyTimes(trx, { countries: [row.country] })
  const other = others.find((one) => one.id !== row.id && overlaps(one, row))
  if (!other) return
  throw new Refused(
    'key-times-overlap',
    `Key Time ${other.id} (${other.local_time}) holds on the same days.`,
    {
      hint: `ssh-admin key-times edit ${other.id} --from DATE --until DATE`,
    },
  )
}

/** The Key Time of a session on a day at a centre, and its moment; or the problem that prevents one. */
export interface SessionOfDay {
  session: ExamSession
  /** Null: every series that has no Key Time of its own. */
  series: string | null
  keyTime: KeyTime | null
  at: Date | null
  problem: TimeProblem | null
}

export interface KeyTimesOfCentre {
  centre: CentreWithPeople
  /** The time zone of the centre; null where it is unknown. */
  zone: string | null
  date: string
  sessions: SessionOfDay[]
}

interface CentreDay {
  centre: string
  /** Undefined: today, in the time zone of the centre. */
  date: string | undefined
  ctx: RuleContext
}

/** The Key Times of a centre on a day; users see those of their own centre only. */
export async function keyTimesOfCentre(
  db: Kysely<Store>,
  { centre: number, date: day, ctx }: CentreDay,
): Promise<KeyTimesOfCentre> {
  const centre = await findOwnCentre(db, number, ctx)
  const all = await findKeyTimes(db, { countries: [centre.country] })
  const zoneOrProblem = timeZoneOf(centre)
  const zone = 'zone' in zoneOrProblem ? zoneOrProblem.zone : null
  const date = day ?? localTimeAt(ctx.at, zone ?? 'Etc/UTC').slice(0, 10)
  const keyTimes = keyTimesByCountry(all)
  const distinctSessions = new Map(
    all.map(({ session, series }) => [`${session} ${series ?? ''}`, { session, series }]),
  )
  const sessions = [...distinctSessions.values()].map(({ session, series }): SessionOfDay => {
    const found = keyTimeOf(centre, { session, date, series: series ?? undefined }, keyTimes)
    return 'problem' in found
      ? { session, series, keyTime: null, at: null, problem: found.problem }
      : { session, series, keyTime: found.keyTime, at: found.at, problem: null }
  })
  const isOfDay = ({ keyTime, problem, series }: SessionOfDay) =>
    // Omits a series without a Key Time that day, and one whose Key Time is that of every series.
    problem === null ? keyTime?.series === series : problem.code !== 'no-key-time'
  return { centre, zone, date, sessions: sessions.filter(isOfDay).sort(inOrderOfDay) }
}

const sessionOrder: readonly ExamSession[] = ['AM', 'PM', 'EV']

function inOrderOfDay(one: SessionOfDay, other: SessionOfDay): number {
  const bySession = sessionOrder.indexOf(one.session) - sessionOrder.indexOf(other.session)
  return bySession || ((one.series ?? '') < (other.series ?? '') ? -1 : 1)
}

/** The next moment of a Key Time; undefined where no further one is found. */
export function nextMoment(
  { local_time, time_zone, from_date, until_date }: KeyTime,
  now: Date,
): Date | undefined {
  if (!isKnownZone(time_zone)) return undefined
  const today = localTimeAt(now, time_zone).slice(0, 10)
  for (const day of [today, dayAfter(today)]) {
    const date = from_date !== null && from_date > day ? from_date : day
    if (until_date !== null && until_date < date) return undefined
    const moment = momentOf({ date, time: local_time, zone: time_zone })
    if ('at' in moment && moment.at > now) return moment.at
  }
  return undefined
}

function dayAfter(date: string): string {
  return new Date(Date.parse(date) + 86_400_000).toISOString().slice(0, 10)
}

/** A row, and the saved Key Time that it replaces, if there is one. */
interface ReadKeyTime extends ReadRow<KeyTimeField, NewKeyTime> {
  match: KeyTimeRow | undefined
}

/**
 * Imports Key Times. A row replaces the saved Key Time of the same country, time zone, session, series and first day,
 * if both or neither have dates. Rows with a mistake, rows that overlap another Key Time, and rows whose times or
 * zones slipped are held back.
 */
export async function importKeyTimes(
  trx: Trx,
  { file, digest, rows, planned, allowChanges, ctx }: HoldableRows<KeyTimeRowAsWritten>,
): Promise<ImportedRows> {
  permit(ctx, 'key-times.import', { name: file })
  const { found, heldBack, inFile } = readEachRow(rows, readKeyTimeRow)
  const saved = await findKeyTimes(trx)
  const matched = matchSaved(found, saved)
  const table = comparisonOf(rows, { inFile, saved })
  const unslipped = planned ? matched : withoutSlipped(matched, { rows, table, heldBack, allowChanges })
  const accepted = withoutOverlaps(unslipped, saved, heldBack)

  const countries = [...new Set(accepted.map(({ read }) => read.country))]
  const {
    result: { keyTimes, changed },
    closes,
    opens,
  } = await trackClosings(trx, {
    scope: { countries },
    ctx,
    work: () => saveKeyTimes(trx, accepted),
  })
  const counts = rowCounts(rows, heldBack, planned)
  if (keyTimes.created + keyTimes.changed > 0) {
    const facts = { digest, rows: counts, keyTimes, closes: closes.length, opens: opens.length }
    await appendAudit(trx, { ...ctx, action: 'key-times.imported', subject: file, facts })
  }
  return {
    file,
    rows: counts,
    counts: keyTimes,
    issues: issuesOf(heldBack, planned),
    changes: changesOf(changed),
    closes,
    opens,
    storeDigest: () => digestOfRows(saved),
  }
}

function matchSaved(
  found: readonly ReadRow<KeyTimeField, NewKeyTime>[],
  saved: readonly KeyTimeRow[],
): ReadKeyTime[] {
  const savedFor = savedKeyTimes(saved)
  return found.map(({ row, read }) => ({ row, read, match: savedFor(read) }))
}

/** Looks up the saved Key Time that a row replaces. */
function savedKeyTimes(saved: readonly KeyTimeRow[]): (read: NewKeyTime) => KeyTimeRow | undefined {
  const together = groupBy(saved, countryAndSession)
  return (read) => together.get(countryAndSession(read))?.find((one) => isSameKeyTime(one, read))
}

async function saveKeyTimes(trx: Trx, accepted: readonly ReadKeyTime[]) {
  const keyTimes = { created: 0, changed: 0, unchanged: 0 }
  const changed: ChangedField<KeyTimeField>[] = []
  for (const { row, read, match } of accepted) {
    if (match === undefined) {
      keyTimes.created += 1
      await insertKeyTime(trx, read)
      continue
    }
    const fields = changedFields(match, read)
    if (fields.length === 0) {
      keyTimes.unchanged += 1
      continue
    }
    keyTimes.changed += 1
    for (const field of fields) changed.push({ row, what: () => describeKeyTime(read), ...field })
    await changeKeyTime(trx, { id: match.id, ...read })
  }
  return { keyTimes, changed }
}

/** The fields in which a row differs from the saved Key Time. */
function changedFields(match: KeyTimeRow, read: NewKeyTime) {
  const fields = [
    { field: 'localTime', from: match.local_time, to: read.local_time },
    { field: 'timeZone', from: match.time_zone, to: read.time_zone },
    { field: 'administrativeZone', ...textsOf(match.administrative_zone, read.administrative_zone) },
    { field: 'until', ...textsOf(match.until_date, read.until_date) },
  ] as const
  return fields.filter(({ from, to }) => from !== to)
}

function textsOf(from: string | number | null, to: string | number | null | undefined) {
  return {
    from: from === null ? null : String(from),
    to: to === null || to === undefined ? null : String(to),
  }
}

/** A text such as `Egypt, AM`, with the time zone if the country has several, the series and the first day if any. */
function describeKeyTime({ country, session, time_zone, series, from_date }: NewKeyTime): string {
  const zone = onlyTimeZoneOf(country) === undefined ? time_zone : null
  const from = from_date ? `from ${from_date}` : null
  return [countryName(country), session, zone, series, from].filter((part) => part).join(', ')
}

/** A row of the file, with what was read of it. */
interface KeyTimeInFile {
  row: KeyTimeRowAsWritten
  read: NewKeyTime
}

/**
 * Compares Key Times with the saved ones. Rows of which only the time does not fit the session count: where AM and PM
 * alternate, most of the times that slipped fit no session.
 */
function comparisonOf(
  rows: readonly KeyTimeRowAsWritten[],
  { inFile, saved }: { inFile: readonly (NewKeyTime | undefined)[]; saved: readonly KeyTimeRow[] },
): Comparison<KeyTimeField, KeyTimeInFile> {
  const savedFor = savedKeyTimes(saved)
  const comparedBy =
    (textOf: (one: NewKeyTime) => string) =>
    ({ read }: KeyTimeInFile) => {
      const match = savedFor(read)
      return { saved: match && textOf(match), now: textOf(read) }
    }
  const zoneOf = ({ administrative_zone: zone }: NewKeyTime) => String(zone ?? '')
  const untilOf = ({ until_date: until }: NewKeyTime) => until ?? ''
  return {
    rows: rows.map((row, at) => {
      const read = inFile[at]
      return read && { row, read }
    }),
    compare: comparedBy((one) => `${one.local_time} ${zoneOf(one)} ${untilOf(one)}`),
    valueColumns: [
      { field: 'localTime', compare: comparedBy((one) => one.local_time) },
      { field: 'administrativeZone', compare: comparedBy(zoneOf) },
      { field: 'until', compare: comparedBy(untilOf) },
    ],
    keyColumns: [
      ['country'],
      ['country', 'administrativeZone'],
      ['session'],
      ['timeZone'],
      ['series'],
      ['from'],
    ],
    cellsOf: ({ row }) => row.texts,
    withCells: ({ row }, texts) => {
      const { read } = readKeyTimeRow({ texts, faults: [] })
      return read && { row, read }
    },
    keyOf: ({ read }) => String(savedFor(read)?.id ?? ''),
  }
}

/** Removes duplicate rows, and holds back rows that overlap another row of the file or a saved Key Time. */
function withoutOverlaps(
  found: readonly ReadKeyTime[],
  saved: readonly KeyTimeRow[],
  heldBack: HeldBackRow<KeyTimeField>[],
): ReadKeyTime[] {
  const reported = new Set<string>()
  const readByCountry = new Map<string, ReadKeyTime[]>()
  const distinct = found.filter((one) => {
    const content = contentKey(one.read)
    if (reported.has(content)) return false
    reported.add(content)
    const key = countryAndSession(one.read)
    const others = readByCountry.get(key)
    if (others) others.push(one)
    else readByCountry.set(key, [one])
    return true
  })
  const holdBack = ({ row }: ReadKeyTime, other: string) => {
    const code = 'key-times-overlap'
    const hint = 'Let one end before the other begins, with From and Until.'
    const message = `and ${other} would hold on the same days`
    heldBack.push({ row, count: 1, faults: () => [{ field: 'localTime', code, message, hint }] })
  }
  let accepted = distinct.filter((one) => {
    const other = readByCountry
      .get(countryAndSession(one.read))
      ?.find(({ read }) => read !== one.read && overlaps(read, one.read))
    if (other) holdBack(one, `that of row ${other.row.row}`)
    return other === undefined
  })
  // Where a row is held back, the saved Key Time that it would have replaced stays, and may overlap another row.
  for (let before = -1; before !== accepted.length; ) {
    before = accepted.length
    const replaced = new Set(accepted.map(({ match }) => match))
    const kept = groupBy(
      saved.filter((one) => !replaced.has(one)),
      countryAndSession,
    )
    accepted = accepted.filter((one) => {
      const other = kept.get(countryAndSession(one.read))?.find((saved) => overlaps(saved, one.read))
      if (other) holdBack(one, `the saved one (No. ${other.id})`)
      return other === undefined
    })
  }
  return accepted
}

/** The key of Key Times to compare: only those of one country and session can be the same or overlap. */
function countryAndSession({ country, session }: NewKeyTime): string {
  return `${country} ${session}`
}

/** A key of all values of a row: rows with equal keys are duplicates. */
function contentKey(read: NewKeyTime): string {
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

/** Whether an import replaces one of these Key Times by the other. */
function isSameKeyTime(one: NewKeyTime, other: NewKeyTime): boolean {
  return (
    one.country === other.country &&
    one.session === other.session &&
    (one.series ?? null) === (other.series ?? null) &&
    (one.from_date ?? null) === (other.from_date ?? null) &&
    hasDates(one) === hasDates(other) &&
    showSameTime(one.time_zone, other.time_zone)
  )
}
