import type { ImportView } from '../db/imports/view.ts'
import { firstFew } from '../format-number.ts'
import { indexOfTexts } from '../packed-index.ts'
import { cellName } from '../workbook/cell.ts'
import { groupByAddress, type RosterAndStore } from './hold-back.ts'
import { hasIssueIn, holdBack } from './issues.ts'
import type { Roster } from './roster.ts'
import type { RosterRow } from './roster-rows.ts'
import type { RosterRows } from './roster-rows.ts'

/** An address that belongs to several centres, with every place where it was found. */
export interface DuplicatedUser {
  email: string
  places: { centre: string; in: 'workbook' | 'store'; cell?: string }[]
}

/** Accepts the row at an address's saved centre and holds back all its other rows, in whatever order they stand. */
export function holdBackDuplicates({ roster, view }: RosterAndStore): DuplicatedUser[] {
  const { users, centres } = view
  const duplicated: DuplicatedUser[] = []
  const conflicting = findConflictingAddresses(roster.rows, view)
  if (conflicting.size === 0) return duplicated
  const isLive = (number: string) => centres.get(number)?.deleted === false
  for (const [key, rows] of groupByAddress(rowsOf(roster.rows, conflicting))) {
    const saved = users.get(key)
    const savedCentre = saved && centres.withId(saved.centreId)
    if (saved && !savedCentre) {
      holdBackWithoutCentre(rows, isLive)
      continue
    }
    const numbers = new Set(rows.map(({ number }) => number))
    if (savedCentre) numbers.add(savedCentre.number)
    if (numbers.size < 2) continue

    const sorted = [...numbers].flatMap((number) => number ?? []).sort()
    const words = savedCentre ? savedAtMessage(savedCentre.number) : alsoAtMessage(sorted)
    for (const row of rows) {
      if (row.number === savedCentre?.number) continue
      const { number = '', email: { email = '' } = {} } = row
      holdBack(row, {
        field: 'email',
        value: email,
        code: 'duplicated-user',
        message: words(number),
        hint:
          savedCentre && isLive(number)
            ? (address: string) => `To move them: ssh-admin users move ${address} --to ${number}`
            : keepOneRowHint,
      })
    }
    duplicated.push({
      email: saved?.email ?? rows.map((row) => row.email?.email ?? key).sort()[0] ?? key,
      places: placesOf(roster, { rows, saved: savedCentre?.number }),
    })
  }
  return duplicated.sort((one, other) => (one.email < other.email ? -1 : 1))
}

const maxSlippedShare = 0.2
const minSlipped = 5

/**
 * Holds back the rows of new users where many saved users stand at other centres than their own: then the addresses
 * have slipped by a row or were sorted by themselves, and a new user stands in the row of somebody else, who would get
 * the PIN. A saved user does not count where the row's number is faulty, where their own centre is deleted, or where
 * they act for associate centres.
 */
export function holdBackSlippedAddresses(
  { roster, view: { users, centres, holdsAssociateCentres } }: RosterAndStore,
  { duplicated, partial }: { duplicated: readonly DuplicatedUser[]; partial: boolean },
): void {
  if (duplicated.length < minSlipped) return
  const places = new Map<string, 'at-home' | 'elsewhere'>()
  for (const { email, number, issues } of roster.rows) {
    const saved = email && number !== undefined ? users.get(email.key) : undefined
    const savedCentre = saved && centres.withId(saved.centreId)
    if (!email || !savedCentre || places.get(email.key) === 'at-home') continue
    if (savedCentre.number === number) places.set(email.key, 'at-home')
    else if (!savedCentre.deleted && !hasIssueIn(issues, 'number') && !holdsAssociateCentres.has(saved.id))
      places.set(email.key, 'elsewhere')
  }
  let slipped = 0
  for (const place of places.values()) if (place === 'elsewhere') slipped += 1
  // Part of a roster, such as the rows held back, leaves out users at their own centre, so all saved users count.
  const all = partial ? users.size : places.size
  if (slipped < minSlipped || slipped <= all * maxSlippedShare) return
  const message = `is of somebody new, and ${slipped} of the ${all} saved users ${partial ? 'of its centres' : 'in the workbook'} stand at other centres than theirs`
  for (const row of roster.rows) {
    if (row.number === undefined || !row.email || users.has(row.email.key)) continue
    holdBack(row, {
      field: 'email',
      value: row.email.email,
      code: 'addresses-slipped',
      message,
      hint: slippedHint,
    })
  }
}

const slippedHint =
  'Perhaps the addresses slipped by a row, or were sorted by themselves. If those users have moved: ssh-admin users move EMAIL --to CENTRE, and import again.'

function* rowsOf(rows: RosterRows, addresses: ReadonlySet<string>): Generator<RosterRow> {
  for (const row of rows) if (row.number !== undefined && row.email && addresses.has(row.email.key)) yield row
}

/**
 * The addresses that stand at several centres, or at another centre than the saved one: there are hardly any, and they
 * are found before all rows are grouped.
 */
function findConflictingAddresses(rows: RosterRows, { users, centres }: ImportView): Set<string> {
  const conflicting = new Set<string>()
  const first = indexOfTexts((position, key) => rows.at(position)?.email?.key === key)
  for (const { email, number, position } of rows) {
    if (!email || number === undefined) continue
    const { key } = email
    const saved = users.get(key)
    if (saved) {
      if (centres.withId(saved.centreId)?.number !== number) conflicting.add(key)
      continue
    }
    const other = first.find(key)
    if (other === -1) first.add(key, position)
    else if (rows.at(other)?.number !== number) conflicting.add(key)
  }
  return conflicting
}

const keepOneRowHint = 'Keep the row of the centre where they work.'

function savedAtMessage(saved: string): (number: string) => (email: string) => string {
  const words = (email: string) => `${email} belongs to ${saved} already`
  return () => words
}

/** Words that name the other centres of an address; all centres but the first few share the same words. */
function alsoAtMessage(numbers: readonly string[]): (number: string) => (email: string) => string {
  const first = numbers.slice(0, 4)
  const messageExcept = (number: string | undefined) => {
    const others = firstFew(
      first.filter((other) => other !== number),
      { total: numbers.length - 1 },
    )
    return (email: string) => `${email} stands at ${others} too`
  }
  const laterMessage = messageExcept(undefined)
  const firstMessages = new Map(first.map((number) => [number, messageExcept(number)]))
  return (number) => firstMessages.get(number) ?? laterMessage
}

function holdBackWithoutCentre(rows: readonly RosterRow[], isLive: (number: string) => boolean): void {
  for (const row of rows) {
    const { number, email: { email = '' } = {} } = row
    holdBack(row, {
      field: 'email',
      value: email,
      code: 'no-centre',
      message: `${email} has an account without a centre, and an import changes no saved user`,
      hint: isLive(number ?? '')
        ? `ssh-admin users add ${email} --centre ${number}`
        : 'When the centre is there, they are added with: ssh-admin users add',
    })
  }
}

function placesOf(
  roster: Roster,
  { rows, saved }: { rows: readonly RosterRow[]; saved: string | undefined },
): DuplicatedUser['places'] {
  const column = roster.columns.get('email') ?? 0
  const inWorkbook = rows.map(({ number: centre = '', row }) => ({
    centre,
    in: 'workbook' as const,
    cell: cellName(roster.sheet, column, row),
  }))
  return saved === undefined ? inWorkbook : [...inWorkbook, { centre: saved, in: 'store' }]
}
