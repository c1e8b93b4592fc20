import type { SeenCentre } from '../db/imports/centres-seen.ts'
import { searchKey } from '../search-key.ts'
import { holdBack } from './issues.ts'
import type { RosterRow } from './roster-row.ts'
import { grouped } from '../grouped.ts'

/** Rows by their centre, in the order of the numbers. */
export type RowsByCentre = Map<string, RosterRow[]>

export function rowsByCentre(rows: readonly RosterRow[]): RowsByCentre {
  const places: RowsByCentre = new Map()
  for (const row of rows) {
    if (row.number === undefined) continue
    const place = places.get(row.number)
    if (place) place.push(row)
    else places.set(row.number, [row])
  }
  return places
}

/** A centre that is deleted in the store stays deleted, unless its restoration is asked for. */
export function holdBackDeletedCentres({
  places,
  centres,
}: {
  places: RowsByCentre
  centres: ReadonlyMap<string, SeenCentre>
}): void {
  for (const [number, rows] of places) {
    if (!centres.get(number)?.deleted) continue
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

/** Rows of one centre agree on its name; blank is the same. */
export function holdBackDifferentNames(places: RowsByCentre): void {
  for (const [number, rows] of places) {
    if (rows.length < 2) continue
    const names = distinct(rows.map(({ name }) => name))
    if (names.length < 2) continue
    const message = `of ${number} is not the same in all its rows: ${listed(names)}`
    for (const row of rows) {
      holdBack(row, {
        field: 'name',
        value: row.name,
        code: 'names-differ',
        message,
        hint: 'Give every row of the centre one name, or leave it blank.',
      })
    }
  }
}

/** The same address twice at one centre: equal rows count once, different ones are held back. */
export function holdBackDifferentRows(places: RowsByCentre): void {
  for (const [number, rows] of places) {
    if (rows.length < 2) continue
    for (const [key, same] of byAddress(rows)) {
      if (same.length < 2 || distinct(same.map(personOf)).length < 2) continue
      const numbers = same.map((other) => other.row).sort((one, other) => one - other)
      const message = `stands in ${same.length} rows of ${number} that differ: rows ${few(numbers.map(String))}`
      for (const row of same) {
        holdBack(row, {
          field: 'email',
          value: row.address?.email ?? key,
          code: 'rows-differ',
          message: (email) => `${email} ${message}`,
          hint: 'Keep the right row, or make them equal.',
        })
      }
    }
  }
}

function byAddress(rows: readonly RosterRow[]): Map<string, RosterRow[]> {
  const people = new Map<string, RosterRow[]>()
  for (const row of rows) {
    if (!row.address) continue
    const sameAddress = people.get(row.address.key)
    if (sameAddress) sameAddress.push(row)
    else people.set(row.address.key, [row])
  }
  return people
}

function personOf({ firstName, lastName, role }: RosterRow): string {
  return JSON.stringify([firstName, lastName, searchKey(role)])
}

/** The values that are not blank, each once, in order. */
export function distinct(values: readonly string[]): string[] {
  return [...new Set(values.filter((value) => value !== ''))].sort()
}

/** The rows that are not held back. */
export function accepted(rows: readonly RosterRow[]): readonly RosterRow[] {
  return rows.some(({ issues }) => issues) ? rows.filter(({ issues }) => !issues) : rows
}

/** The first, in order, of the values that are not blank; `''` for none. Most centres have one row: nothing to sort. */
export function firstOf(rows: readonly RosterRow[], value: (row: RosterRow) => string): string {
  const [row] = rows
  if (rows.length === 1 && row) return value(row)
  return distinct(rows.map(value))[0] ?? ''
}

export function listed(values: readonly string[]): string {
  return few(
    values.slice(0, 4).map((value) => `‘${cut(value)}’`),
    values.length,
  )
}

/** How many of a list stand in a message. */
export const maxListed = 3

/** The first few of many, and how many more there are: a message stays one, whatever the workbook. */
export function few(texts: readonly string[], total = texts.length): string {
  const first = texts.slice(0, maxListed).join(', ')
  const more = total - Math.min(maxListed, texts.length)
  return more > 0 ? `${first} and ${grouped(more)} more` : first
}

/** A text of a cell as a message shows it. */
export function cut(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}
