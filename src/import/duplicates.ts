import type { SeenCentres } from '../db/imports/centres-seen.ts'
import type { SeenUsers } from '../db/imports/users-seen.ts'
import { indexOfTexts } from '../packed-index.ts'
import { cellName } from '../workbook/cell.ts'
import { few, maxListed } from './hold-back.ts'
import { holdBack } from './issues.ts'
import type { Roster } from './roster.ts'
import type { RosterRow } from './roster-row.ts'
import type { RosterRows } from './roster-rows.ts'

/** An address that belongs to several centres, with every place where it was found. */
export interface DuplicatedUser {
  email: string
  places: { centre: string; in: 'workbook' | 'store'; cell?: string }[]
}

interface SeenInStore {
  users: SeenUsers
  centres: SeenCentres
}

/** The row at its saved centre is accepted, all others are held back; whichever order they have. */
export function holdBackDuplicates(roster: Roster, { users, centres }: SeenInStore): DuplicatedUser[] {
  const duplicated: DuplicatedUser[] = []
  const inQuestion = rowsInQuestion(roster.rows, { users, centres })
  if (inQuestion.size === 0) return duplicated
  const isLive = (number: string) => centres.get(number)?.deleted === false
  for (const [key, rows] of inQuestion) {
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
    const words = savedCentre ? savedAt(savedCentre.number) : alsoAt(sorted)
    for (const row of rows) {
      if (row.number === savedCentre?.number) continue
      const { number = '', address: { email = '' } = {} } = row
      holdBack(row, {
        field: 'email',
        value: email,
        code: 'duplicated-user',
        message: words(number),
        hint: savedCentre && isLive(number) ? moveTo(number) : keepOneRow,
      })
    }
    duplicated.push({
      email: saved?.email ?? smallest(rows.map(({ address }) => address?.email ?? key)),
      places: placesOf(roster, { rows, saved: savedCentre?.number }),
    })
  }
  return duplicated.sort((one, other) => (one.email < other.email ? -1 : 1))
}

/** The rows of each address that stands at several centres, or not at the centre where it is saved. */
function rowsInQuestion(rows: RosterRows, seen: SeenInStore): Map<string, RosterRow[]> {
  const inQuestion = addressesInQuestion(rows, seen)
  const people = new Map<string, RosterRow[]>()
  if (inQuestion.size === 0) return people
  for (const row of rows) {
    if (!row.address || row.number === undefined || !inQuestion.has(row.address.key)) continue
    const sameAddress = people.get(row.address.key)
    if (sameAddress) sameAddress.push(row)
    else people.set(row.address.key, [row])
  }
  return people
}

/** Hardly any: found first, so that nothing is made for all the others. */
function addressesInQuestion(rows: RosterRows, { users, centres }: SeenInStore): Set<string> {
  const inQuestion = new Set<string>()
  const first = indexOfTexts((position, key) => rows.at(position)?.address?.key === key)
  for (const { address, number, position } of rows) {
    if (!address || number === undefined) continue
    const { key } = address
    const saved = users.get(key)
    if (saved) {
      if (centres.withId(saved.centreId)?.number !== number) inQuestion.add(key)
      continue
    }
    const other = first.find(key)
    if (other === -1) first.add(key, position)
    else if (rows.at(other)?.number !== number) inQuestion.add(key)
  }
  return inQuestion
}

const keepOneRow = 'Keep the row of the centre where they work.'

function savedAt(saved: string): (number: string) => (email: string) => string {
  const words = (email: string) => `${email} belongs to ${saved} already`
  return () => words
}

function moveTo(number: string): (email: string) => string {
  return (email) => `To move them: ssh-admin users move ${email} --to ${number}`
}

/** The others of the centres where an address stands: for all but the first few, the same words. */
function alsoAt(numbers: readonly string[]): (number: string) => (email: string) => string {
  const first = numbers.slice(0, maxListed + 1)
  const wordsBut = (number: string | undefined) => {
    const others = few(
      first.filter((other) => other !== number),
      numbers.length - 1,
    )
    return (email: string) => `${email} stands at ${others} too`
  }
  const ofLater = wordsBut(undefined)
  const ofFirst = new Map(first.map((number) => [number, wordsBut(number)]))
  return (number) => ofFirst.get(number) ?? ofLater
}

function holdBackWithoutCentre(rows: readonly RosterRow[], isLive: (number: string) => boolean): void {
  for (const row of rows) {
    holdBack(row, {
      field: 'email',
      value: row.address?.email ?? '',
      code: 'no-centre',
      message: `${row.address?.email} has an account without a centre, and an import changes no saved user`,
      hint: isLive(row.number ?? '')
        ? `ssh-admin users add ${row.address?.email} --centre ${row.number}`
        : 'When the centre is there, they are added with: ssh-admin users add',
    })
  }
}

function placesOf(
  roster: Roster,
  { rows, saved }: { rows: readonly RosterRow[]; saved: string | undefined },
): DuplicatedUser['places'] {
  const column = roster.columns.get('email') ?? 0
  const inWorkbook = [...rows]
    .sort((one, other) => one.row - other.row)
    .map((row) => ({
      centre: row.number ?? '',
      in: 'workbook' as const,
      cell: cellName(roster.sheet, column, row.row),
    }))
  return saved === undefined ? inWorkbook : [...inWorkbook, { centre: saved, in: 'store' }]
}

function smallest(texts: readonly string[]): string {
  return [...texts].sort()[0] ?? ''
}
