import type { ImportView } from '../db/imports/view.ts'
import { addTo } from '../db/rows.ts'
import { firstFew } from '../format-number.ts'
import { readAddress } from '../rules/users/email.ts'
import { searchKey } from '../search-key.ts'
import type { CentreField } from './columns.ts'
import { holdBack } from './issues.ts'
import type { Roster } from './roster.ts'
import type { RosterRow } from './roster-rows.ts'
import type { RowsByCentre } from './roster-rows.ts'

/** What planning looks at: the rows of a roster, and what the store holds. */
export interface RosterAndStore {
  roster: Roster
  byCentre: RowsByCentre
  view: ImportView
}

/**
 * Accepts rows that say only what is saved. A row without a person, and with an e-mail address in its location, is held
 * back, because its columns may be in another order. Such a row is right where the saved centre has exactly that
 * location and no user has that address: `centres export` writes a centre without users in this way.
 */
export function acceptSavedLocations({ roster, view }: RosterAndStore): void {
  const { centres, locationsWithAtSign, users } = view
  if (locationsWithAtSign.size === 0) return
  const isInUse = (text: string) => {
    const read = readAddress(text)
    return 'key' in read && users.has(read.key)
  }
  for (const row of roster.rows) {
    const { number, issues, firstName, lastName, role } = row
    const centre = number === undefined ? undefined : centres.get(number)
    if (!centre || issues?.length !== 1 || issues[0]?.fault.code !== 'missing-email') continue
    if (firstName !== '' || lastName !== '' || role !== '') continue
    const saved = locationsWithAtSign.get(centre.id)
    const { address, town, postcode } = row
    if (saved?.address !== address || saved.town !== town || saved.postcode !== postcode) continue
    if (![address, town, postcode].some(isInUse)) row.issues = undefined
  }
}

/** Holds back the rows of centres that are deleted in the store; their restoration has to be asked for. */
export function holdBackDeletedCentres({ byCentre, view: { centres } }: RosterAndStore): void {
  if (centres.size === 0) return
  for (const [number, rows] of byCentre.where((one) => centres.get(one)?.deleted === true)) {
    for (const row of rows) {
      holdBack(row, {
        field: 'number',
        value: number,
        code: 'centre-deleted',
        message: `${number} is deleted`,
        hint: `ssh-admin centres restore ${number}, or import with --restore-deleted`,
      })
    }
  }
}

/** Holds back the rows of a centre that do not agree on its name. */
export function holdBackDifferentNames({ byCentre }: RosterAndStore): void {
  for (const [, rows] of byCentre.ofSeveralRows()) {
    holdBackDifferentValues(rows, {
      field: 'name',
      textOf: ({ name }) => name,
      code: 'names-differ',
      hint: 'Give every row of the centre one name, or leave it blank.',
    })
  }
}

/** Holds back the rows of a centre that say different things in one column; a blank cell agrees with everything. */
export function holdBackDifferentValues(
  rows: readonly RosterRow[],
  {
    field,
    textOf,
    ...fault
  }: { field: CentreField; textOf: (row: RosterRow) => string; code: string; hint: string },
): void {
  const values = distinctNonBlank(rows.map(textOf))
  if (values.length < 2) return
  const message = `of ${rows[0]?.number} is not the same in all its rows: ${quotedList(values)}`
  for (const row of rows) holdBack(row, { field, value: textOf(row), message, ...fault })
}

/** The same address twice at one centre: equal rows count once, different ones are held back. */
export function holdBackDifferentRows({ byCentre }: RosterAndStore): void {
  for (const [number, rows] of byCentre.ofSeveralRows()) {
    for (const [key, same] of groupByAddress(rows)) {
      if (same.length < 2 || distinctNonBlank(same.map(personKey)).length < 2) continue
      const numbers = same.map((other) => String(other.row))
      const message = `stands in ${same.length} rows of ${number} that differ: rows ${firstFew(numbers)}`
      for (const row of same) {
        holdBack(row, {
          field: 'email',
          value: row.email?.email ?? key,
          code: 'rows-differ',
          message: (email) => `${email} ${message}`,
          hint: 'Keep the right row, or make them equal.',
        })
      }
    }
  }
}

/** The rows that have an address, by the key with which addresses are compared. */
export function groupByAddress(rows: Iterable<RosterRow>): Map<string, RosterRow[]> {
  const people = new Map<string, RosterRow[]>()
  for (const row of rows) if (row.email) addTo(people, row.email.key, row)
  return people
}

function personKey({ firstName, lastName, role }: RosterRow): string {
  return JSON.stringify([firstName, lastName, searchKey(role)])
}

/** The values that are not blank, each once, in order. */
export function distinctNonBlank(values: readonly string[]): string[] {
  return [...new Set(values.filter((value) => value !== ''))].sort()
}

/** The rows that are not held back. */
export function rowsNotHeldBack(rows: readonly RosterRow[]): readonly RosterRow[] {
  return rows.some(({ issues }) => issues) ? rows.filter(({ issues }) => !issues) : rows
}

/** The first, in order, of the values that are not blank; `''` for none. Most centres have one row: nothing to sort. */
export function firstNonBlank(rows: readonly RosterRow[], value: (row: RosterRow) => string): string {
  const [row] = rows
  if (rows.length === 1 && row) return value(row)
  return distinctNonBlank(rows.map(value))[0] ?? ''
}

function quotedList(values: readonly string[]): string {
  return firstFew(
    values.slice(0, 3).map((value) => `'${truncateForMessage(value)}'`),
    { total: values.length },
  )
}

/** The text of a cell, cut for a message. */
export function truncateForMessage(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}
