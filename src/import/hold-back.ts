import type { SeenCentres } from '../db/imports/centres-seen.ts'
import { searchKey } from '../search-key.ts'
import { holdBack } from './issues.ts'
import type { RosterRow } from './roster-row.ts'
import type { RosterRows } from './roster-rows.ts'
import { grouped } from '../grouped.ts'

/** Rows by their centre, in the order in which the numbers are met. Most centres have one row: no list is held for them. */
export class RowsByCentre {
  private readonly rows: RosterRows
  private readonly positions = new Map<string, number | number[]>()

  constructor(rows: RosterRows) {
    this.rows = rows
    for (const { number, position } of rows) {
      if (number === undefined) continue
      const others = this.positions.get(number)
      if (others === undefined) this.positions.set(number, position)
      else if (typeof others === 'number') this.positions.set(number, [others, position])
      else others.push(position)
    }
  }

  keys(): Iterable<string> {
    return this.positions.keys()
  }

  has(number: string): boolean {
    return this.positions.has(number)
  }

  get(number: string): RosterRow[] | undefined {
    const found = this.positions.get(number)
    return found === undefined ? undefined : this.rowsAt(found)
  }

  *[Symbol.iterator](): Generator<[string, RosterRow[]]> {
    for (const [number, found] of this.positions) yield [number, this.rowsAt(found)]
  }

  /** Those whose numbers are sought: of the others no row is looked at. */
  *where(includes: (number: string) => boolean): Generator<[string, RosterRow[]]> {
    for (const [number, found] of this.positions) if (includes(number)) yield [number, this.rowsAt(found)]
  }

  /** Those that have several rows. */
  *ofSeveralRows(): Generator<[string, RosterRow[]]> {
    for (const [number, found] of this.positions)
      if (typeof found !== 'number') yield [number, this.rowsAt(found)]
  }

  private rowsAt(found: number | number[]): RosterRow[] {
    if (typeof found !== 'number') return found.flatMap((position) => this.rows.at(position) ?? [])
    const row = this.rows.at(found)
    return row ? [row] : []
  }
}

export function heldBackOf(rows: RosterRows): RosterRow[] {
  const heldBack: RosterRow[] = []
  for (const row of rows) if (row.issues) heldBack.push(row)
  return heldBack
}

/** A centre that is deleted in the store stays deleted, unless its restoration is asked for. */
export function holdBackDeletedCentres({
  places,
  centres,
}: {
  places: RowsByCentre
  centres: SeenCentres
}): void {
  if (centres.size === 0) return
  for (const [number, rows] of places.where((one) => centres.get(one)?.deleted === true)) {
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
  for (const [number, rows] of places.ofSeveralRows()) {
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
  for (const [number, rows] of places.ofSeveralRows()) {
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
    values.slice(0, 4).map((value) => `'${cut(value)}'`),
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
