import { PackedNumbers, PackedTexts } from '../packed-texts.ts'
import { tooMuchText } from '../workbook/errors.ts'
import type { ReadRow, RosterRow } from './roster-row.ts'

/** The rows of a roster, in the order of the sheet. */
export interface RosterRows extends Iterable<RosterRow> {
  readonly length: number
  at(position: number): RosterRow | undefined
}

const columnOfTexts = () => new PackedTexts({ refusal: tooMuchText })

/**
 * Rows whose texts are packed, column by column: half a million rows as objects and texts take a quarter of a gigabyte. A row is made
 * when it is looked at, and what is changed of it is changed for all who look at it.
 */
export class PackedRows implements RosterRows {
  length = 0
  /** A number is looked for by all that planning does: it stays a text. */
  readonly numbers: (string | undefined)[] = []
  readonly rowNumbers = new PackedNumbers()
  readonly names = columnOfTexts()
  readonly emails = columnOfTexts()
  /** Blank where an address is compared as it is written. */
  readonly emailKeys = columnOfTexts()
  readonly firstNames = columnOfTexts()
  readonly lastNames = columnOfTexts()
  readonly roles = columnOfTexts()
  readonly addresses = columnOfTexts()
  readonly towns = columnOfTexts()
  readonly postcodes = columnOfTexts()
  readonly countries = columnOfTexts()
  readonly kinds = columnOfTexts()
  readonly associates = columnOfTexts()
  /** What few rows have, by their positions. */
  readonly faults = new Map<number, RosterRow['faults']>()
  readonly emptyFormulas = new Map<number, RosterRow['emptyFormulas']>()
  readonly columns = new Map<number, RosterRow['columns']>()
  readonly issues = new Map<number, RosterRow['issues']>()

  push(row: ReadRow): void {
    const { location, address } = row
    const position = this.length
    this.length += 1
    this.numbers.push(row.number)
    this.rowNumbers.push(row.row)
    this.names.push(row.name)
    this.emails.push(address?.email ?? '')
    this.emailKeys.push(address === undefined || address.key === address.email ? '' : address.key)
    this.firstNames.push(row.firstName)
    this.lastNames.push(row.lastName)
    this.roles.push(row.role)
    this.addresses.push(location.address)
    this.towns.push(location.town)
    this.postcodes.push(location.postcode)
    this.countries.push(location.country)
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

  get address(): RosterRow['address'] {
    const email = this.rows.emails.at(this.position)
    return email === '' ? undefined : { email, key: this.rows.emailKeys.at(this.position) || email }
  }

  set address(address: RosterRow['address']) {
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

  get location(): RosterRow['location'] {
    return new PackedLocation(this.rows, this.position)
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

class PackedLocation {
  private readonly rows: PackedRows
  private readonly position: number

  constructor(rows: PackedRows, position: number) {
    this.rows = rows
    this.position = position
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
}

function setOrDelete<Value>(values: Map<number, Value>, position: number, value: Value): void {
  if (value === undefined) values.delete(position)
  else values.set(position, value)
}

/** A list, or what is one in JSON and whose items are made as they are needed. */
export interface Listed<Item> extends Iterable<Item> {
  readonly length: number
  toJSON?: () => Item[]
}

/** Items that are each made of one row, which is told by its position, and those that take more than one, as they are. */
export class ListedRows<Item extends object> implements Listed<Item> {
  private readonly rows: RosterRows
  private readonly items: readonly (number | Item)[]
  private readonly make: (row: RosterRow) => Item

  constructor(rows: RosterRows, items: readonly (number | Item)[], make: (row: RosterRow) => Item) {
    this.rows = rows
    this.items = items
    this.make = make
  }

  get length(): number {
    return this.items.length
  }

  *[Symbol.iterator](): Generator<Item> {
    for (const item of this.items) {
      const row = typeof item === 'number' ? this.rows.at(item) : undefined
      if (row) yield this.make(row)
      else if (typeof item !== 'number') yield item
    }
  }

  toJSON(): Item[] {
    return [...this]
  }
}
