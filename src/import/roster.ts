import { type Address, readAddress, visible } from '../rules/email.ts'
import { readCentreNumber } from '../rules/centre-number.ts'
import { cellName } from '../workbook/cell.ts'
import { cleanCode, cleanText, trimCode } from '../workbook/clean.ts'
import { readTable, type Table } from '../workbook/headings.ts'
import { isBlankRow, type SheetRow, type Workbook } from '../workbook/read.ts'
import { type CentreField, centreColumns, headingOf } from './columns.ts'

/** Something wrong in a cell, and what to do about it. */
export interface Issue {
  cell: string
  row: number
  column: string
  value: string
  code: string
  message: string
  hint: string | null
}

/** A row as it was read: what it says of a place and of a person, and what is wrong with it. */
export interface RosterRow {
  row: number
  /** In capitals; undefined where it is unusable. */
  number: string | undefined
  name: string
  /** Undefined for a row that is a centre alone, or whose address is unusable. */
  address: Address | undefined
  firstName: string
  lastName: string
  role: string
  place: { address: string; town: string; postcode: string; country: string }
  kind: string
  associate: string
  /** Error cells such as #N/A, by field. */
  errors: Map<CentreField, string> | undefined
  /** A row with an issue is held back. */
  issues: Issue[] | undefined
}

export interface Roster {
  file: string
  sheet: string
  digest: string
  /** Field → 0-based column. */
  columns: Map<string, number>
  headings: string[]
  unknownColumns: string[]
  rows: RosterRow[]
  blank: number
  /** The cells as they stand, by row number, when they were asked for. */
  cells: Map<number, readonly (string | undefined)[]> | undefined
}

interface Reading {
  map: Readonly<Record<string, string>>
  /** Keeps the cells as they stand, for a workbook of the rows held back. */
  keepCells: boolean
  progress?: (share: number, rows: number) => void
}

const longestName = 250

/** Reads every row; a row with a mistake stays, with its issues. */
export async function readRoster(workbook: Workbook, { map, keepCells, progress }: Reading): Promise<Roster> {
  const rows: RosterRow[] = []
  const cells = keepCells ? new Map<number, readonly (string | undefined)[]>() : undefined
  let blank = 0
  let lastRow: number | undefined
  let read: ((row: SheetRow) => RosterRow) | undefined
  const table = await readTable(workbook, {
    specs: centreColumns,
    map,
    onRow: (row, found) => {
      if (isBlankRow(row)) return
      // What lies between two rows is blank, written or not; what lies below the last is nothing.
      blank += row.number - (lastRow ?? found.headingRow) - 1
      lastRow = row.number
      read ??= rowReader(found, workbook.sheet)
      rows.push(read(row))
      cells?.set(row.number, [...row.cells])
    },
    progress: (share) => progress?.(share, rows.length),
  })
  return {
    file: workbook.file,
    sheet: workbook.sheet,
    digest: workbook.digest,
    columns: table.columns,
    headings: table.headings,
    unknownColumns: table.unknown,
    rows,
    blank,
    cells,
  }
}

/** Made once for a table: what it looks up would cost more, row by row, than reading. */
function rowReader(table: Table, sheet: string): (row: SheetRow) => RosterRow {
  const { columns } = table
  const at = (field: CentreField) => columns.get(field) ?? -1
  const number = at('number')
  const name = at('name')
  const email = at('email')
  const firstName = at('firstName')
  const lastName = at('lastName')
  const role = at('role')
  const address = at('address')
  const town = at('town')
  const postcode = at('postcode')
  const country = at('country')
  const kind = at('kind')
  const associate = at('associate')
  return (row) => {
    const read: RosterRow = {
      row: row.number,
      number: undefined,
      name: textIn(row, name),
      address: undefined,
      firstName: textIn(row, firstName),
      lastName: textIn(row, lastName),
      role: textIn(row, role),
      place: {
        address: textIn(row, address),
        town: textIn(row, town),
        postcode: textIn(row, postcode),
        country: textIn(row, country),
      },
      kind: textIn(row, kind),
      associate: cleanCode(cellIn(row, associate)).toUpperCase(),
      errors: errorsOf(row, table),
      issues: undefined,
    }
    const blame: Blame = (field, fault) => addIssue(read, { field, sheet, columns, fault })
    readNumber(read, cleanCode(cellIn(row, number)), blame)
    readEmail(read, trimCode(cellIn(row, email)), blame)
    for (const field of namedFields) readLength(read, field, blame)
    return read
  }
}

function cellIn({ cells }: SheetRow, column: number): string {
  return column < 0 ? '' : (cells[column] ?? '')
}

function textIn(row: SheetRow, column: number): string {
  return cleanText(cellIn(row, column))
}

const namedFields = ['name', 'firstName', 'lastName'] as const

function readLength(read: RosterRow, field: (typeof namedFields)[number], blame: Blame): void {
  if (read.errors?.has(field)) blame(field, errorCell(read.errors.get(field) ?? ''))
  if (read[field].length <= longestName) return
  blame(field, {
    value: read[field],
    code: 'too-long',
    message: `is longer than ${longestName} characters`,
  })
}

/** What is wrong, worded to follow the column's name. */
export interface Fault {
  value: string
  code: string
  message: string
  hint?: string
}

type Blame = (field: CentreField, fault: Fault) => void

function readNumber(read: RosterRow, text: string, blame: Blame): void {
  const error = read.errors?.get('number')
  read.number = error === undefined ? readCentreNumber(text) : undefined
  if (error !== undefined) blame('number', errorCell(error))
  else if (text === '') blame('number', { value: '', code: 'missing-number', message: 'is missing' })
  else if (read.number === undefined) {
    blame('number', {
      value: text,
      code: 'invalid-number',
      message: `${visible(text)} is not a centre number`,
      hint: '2 to 12 letters and digits, such as EG001',
    })
  }
}

function readEmail(read: RosterRow, text: string, blame: Blame): void {
  const error = read.errors?.get('email')
  if (error !== undefined) blame('email', errorCell(error))
  else if (text !== '') {
    const address = readAddress(text)
    if ('key' in address) read.address = address
    else {
      const value = visible(text)
      blame('email', { value, code: 'invalid-email', message: `${value} ${address.problem}` })
    }
  } else if (isAPerson(read)) {
    blame('email', { value: '', code: 'missing-email', message: 'is missing, though the row names a person' })
  }
}

/** A row without address and person is a centre alone. */
function isAPerson({ firstName, lastName, role, errors }: RosterRow): boolean {
  const named = firstName !== '' || lastName !== '' || role !== ''
  return named || errors?.has('firstName') === true || errors?.has('lastName') === true
}

export function errorCell(value: string): Fault {
  return {
    value,
    code: 'error-cell',
    message: `is ${value}, which is an error of a formula, not a value`,
    hint: 'Mend the formula, or type the value.',
  }
}

/** Adds an issue to a row; a row with an issue is held back. */
export function addIssue(
  row: RosterRow,
  {
    field,
    sheet,
    columns,
    fault,
  }: { field: CentreField; sheet: string; columns: ReadonlyMap<string, number>; fault: Fault },
): void {
  const column = columns.get(field) ?? columns.get('number') ?? 0
  const issue = {
    cell: cellName(sheet, column, row.row),
    row: row.row,
    column: headingOf(field),
    value: fault.value,
    code: fault.code,
    message: `${headingOf(field)} ${fault.message}`,
    hint: fault.hint ?? null,
  }
  // A list of its own: planning puts the row's former list back.
  row.issues = [...(row.issues ?? []), issue]
}

function errorsOf(row: SheetRow, table: Table): Map<CentreField, string> | undefined {
  if (!row.errors || row.errors.size === 0) return undefined
  const errors = new Map<CentreField, string>()
  for (const { field } of centreColumns) {
    const column = table.columns.get(field)
    const error = column === undefined ? undefined : row.errors.get(column)
    if (error !== undefined) errors.set(field, error)
  }
  return errors.size > 0 ? errors : undefined
}
