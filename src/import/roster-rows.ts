import { PackedNumbers, PackedTexts } from '../packed-texts.ts'
import { tooMuchText } from '../workbook/errors.ts'
import type { Address } from '../rules/users/email.ts'
import type { CentreField } from './columns.ts'
import { type LazyList, lazyList } from '../lazy-list.ts'
import type { RowWithIssues } from './issues.ts'

/** A row as it was read: its centre, its person, and what is wrong with it. */
export interface ReadRow extends RowWithIssues {
  /** In capitals; undefined where it is unusable. */
  number: string | undefined
  name: string
  /** Undefined for a row that is a centre alone, or whose address is unusable. */
  email: Address | undefined
  readonly firstName: string
  readonly lastName: string
  readonly role: string
  readonly address: string
  readonly town: string
  readonly postcode: string
  readonly country: string
  readonly kind: string
  readonly associate: string
  /** Formulas with an empty result, by field; for a saved centre they are allowed. */
  readonly emptyFormulas: ReadonlyMap<CentreField, string> | undefined
}

/** A row among the others of its roster. */
export interface RosterRow extends ReadRow {
  /** The position among the rows, from 0. */
  readonly position: number
}

/** The rows of a roster, in the order of the sheet; rows selected from them keep that order. */
export interface RosterRows extends Iterable<RosterRow> {
  readonly length: number
  at(position: number): RosterRow | undefined
}

const packedColumn = () => new PackedTexts({ tooManyLetters: tooMuchText })

/**
 * Rows whose texts are packed, column by column: as objects and strings, half a million rows would take a quarter of a
 * gigabyte. A row object is made when the row is looked at, and a change made through it is seen by everybody.
 */
export class PackedRows implements RosterRows {
  length = 0
  /** Numbers stay strings, because all of planning looks them up. */
  readonly numbers: (string | undefined)[] = []
  readonly rowNumbers = new PackedNumbers()
  readonly names = packedColumn()
  readonly emails = packedColumn()
  /** Blank where the key of an address is the address as it is written. */
  readonly emailKeys = packedColumn()
  readonly firstNames = packedColumn()
  readonly lastNames = packedColumn()
  readonly roles = packedColumn()
  readonly addresses = packedColumn()
  readonly towns = packedColumn()
  readonly postcodes = packedColumn()
  readonly countries = packedColumn()
  readonly kinds = packedColumn()
  readonly associates = packedColumn()
  /** What few rows have, by position. */
  readonly faults = new Map<number, RosterRow['faults']>()
  readonly emptyFormulas = new Map<number, RosterRow['emptyFormulas']>()
  readonly columns = new Map<number, RosterRow['columns']>()
  readonly issues = new Map<number, RosterRow['issues']>()

  push(row: ReadRow): void {
    const { email } = row
    const position = this.length
    this.length += 1
    this.numbers.push(row.number)
    this.rowNumbers.push(row.row)
    this.names.push(row.name)
    this.emails.push(email?.email ?? '')
    this.emailKeys.push(email === undefined || email.key === email.email ? '' : email.key)
    this.firstNames.push(row.firstName)
    this.lastNames.push(row.lastName)
    this.roles.push(row.role)
    this.addresses.push(row.address)
    this.towns.push(row.town)
    this.postcodes.push(row.postcode)
    this.countries.push(row.country)
    this.kinds.push(row.kind)
    this.associates.push(row.associate)
    if (row.faults) this.faults.set(position, row.faults)
    if (row.emptyFormulas) this.emptyFormulas.set(position, row.emptyFormulas)
    if (row.columns) this.columns.set(position, row.columns)
    if (row.issues) this.issues.set(position, row.issues)
  }

  at(position: number): RosterRow | undefined {
    return position < this.length ? new PackedRow(this, position) : undefined
  }

  *[Symbol.iterator](): Generator<RosterRow> {
    for (let position = 0; position < this.length; position += 1) yield new PackedRow(this, position)
  }
}

class PackedRow implements RosterRow {
  private readonly rows: PackedRows
  readonly position: number

  constructor(rows: PackedRows, position: number) {
    this.rows = rows
    this.position = position
  }

  get row(): number {
    return this.rows.rowNumbers.at(this.position)
  }

  get number(): string | undefined {
    return this.rows.numbers[this.position]
  }

  set number(number: string | undefined) {
    this.rows.numbers[this.position] = number
  }

  get name(): string {
    return this.rows.names.at(this.position)
  }

  set name(name: string) {
    this.rows.names.set(this.position, name)
  }

  get email(): RosterRow['email'] {
    const email = this.rows.emails.at(this.position)
    return email === '' ? undefined : { email, key: this.rows.emailKeys.at(this.position) || email }
  }

  set email(address: RosterRow['email']) {
    const { email = '', key = '' } = address ?? {}
    this.rows.emails.set(this.position, email)
    this.rows.emailKeys.set(this.position, key === email ? '' : key)
  }

  get firstName(): string {
    return this.rows.firstNames.at(this.position)
  }

  get lastName(): string {
    return this.rows.lastNames.at(this.position)
  }

  get role(): string {
    return this.rows.roles.at(this.position)
  }

  get address(): string {
    return this.rows.addresses.at(this.position)
  }

  get town(): string {
    return this.rows.towns.at(this.position)
  }

  get postcode(): string {
    return this.rows.postcodes.at(this.position)
  }

  get country(): string {
    return this.rows.countries.at(this.position)
  }

  get kind(): string {
    return this.rows.kinds.at(this.position)
  }

  get associate(): string {
    return this.rows.associates.at(this.position)
  }

  get faults(): RosterRow['faults'] {
    return this.rows.faults.get(this.position)
  }

  set faults(faults: RosterRow['faults']) {
    setOrDelete(this.rows.faults, this.position, faults)
  }

  get emptyFormulas(): RosterRow['emptyFormulas'] {
    return this.rows.emptyFormulas.get(this.position)
  }

  get columns(): RosterRow['columns'] {
    return this.rows.columns.get(this.position)
  }

  get issues(): RosterRow['issues'] {
    return this.rows.issues.get(this.position)
  }

  set issues(issues: RosterRow['issues']) {
    setOrDelete(this.rows.issues, this.position, issues)
  }
}

function setOrDelete<Value>(values: Map<number, Value>, position: number, value: Value): void {
  if (value === undefined) values.delete(position)
  else values.set(position, value)
}

/** A list of items: those that are made of one row are given by its position, all others as they are. */
export function listOfRows<Item extends object>(
  rows: RosterRows,
  items: readonly (number | Item)[],
  make: (row: RosterRow) => Item,
): LazyList<Item> {
  return lazyList(items.length, function* () {
    for (const item of items) {
      const row = typeof item === 'number' ? rows.at(item) : undefined
      if (row) yield make(row)
      else if (typeof item !== 'number') yield item
    }
  })
}

/**
 * Rows by their centre, in the order in which the numbers first appear. Most centres have one row, for which no array
 * is held.
 */
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

  [Symbol.iterator](): Generator<[string, RosterRow[]]> {
    return this.where(() => true)
  }

  /** The centres whose numbers are sought; rows of other centres are not looked at. */
  *where(includes: (number: string) => boolean): Generator<[string, RosterRow[]]> {
    for (const [number, found] of this.positions) if (includes(number)) yield [number, this.rowsAt(found)]
  }

  /** The centres that have several rows. */
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

export function heldBackRows(rows: RosterRows): RosterRow[] {
  const heldBack: RosterRow[] = []
  for (const row of rows) if (row.issues) heldBack.push(row)
  return heldBack
}
