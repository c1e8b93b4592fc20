import { isErrorWord } from '../error-words.ts'
import { type Address, readAddress, readNewAddress, escapeInvisible } from '../rules/users/email.ts'
import { cellName, cleanCode, cleanText, trimCode } from '../workbook/cell.ts'
import {
  cellFault,
  type CellNote,
  errorCellFault,
  plainTextFault,
  notCalculatedFault,
  shownOtherwiseFault,
  struckOutFault,
} from '../workbook/cell-faults.ts'
import { isShortened } from '../workbook/number.ts'
import type { UnclearTable } from '../workbook/headings-again.ts'
import { type Table, unclearHint } from '../workbook/headings.ts'
import type { SheetRow } from '../workbook/sheet-rows.ts'
import { centreColumns, type CentreField } from './columns.ts'
import { addIssue, hasIssueIn, type Fault, type RowIssue, withIssue } from './issues.ts'
import type { ReadRow } from './roster-rows.ts'
import { totalsFault } from './totals-row.ts'
import {
  apostropheFault,
  type NameCell,
  readCentreName,
  readFullName,
  readPersonCells,
  readNumberCell,
} from './cells.ts'

interface RowReading {
  sheet: string
  first: Table
  /** The names of the cells whose content was tidied. */
  tidied: string[]
  internIssue: (issue: RowIssue) => RowIssue
}

/** Makes a reader for the rows of a table, once: its look-ups would cost more, row by row, than the reading. */
export function rowReader(
  table: Table,
  { sheet, first, tidied, internIssue }: RowReading,
): (row: SheetRow) => ReadRow {
  const { columns } = table
  const at = (field: CentreField) => columns.get(field) ?? -1
  const number = at('number')
  const name = at('name')
  const email = at('email')
  const firstName = at('firstName')
  const lastName = at('lastName')
  const fullName = at('fullName')
  const associate = at('associate')
  const shared = textInterner()
  const roleIn = internedTextReader(at('role'))
  const addressIn = internedTextReader(at('address'))
  const townIn = internedTextReader(at('town'))
  const postcodeIn = internedTextReader(at('postcode'))
  const countryIn = internedTextReader(at('country'))
  const kindIn = internedTextReader(at('kind'))
  return (row) => {
    if (row.fault) return unreadRow(row, { columns: table === first ? undefined : columns, fault: row.fault })
    const named = readCentreName(nameCell(row, name))
    const person =
      fullName < 0
        ? readPersonCells({ firstName: nameCell(row, firstName), lastName: nameCell(row, lastName) })
        : readFullName(nameCell(row, fullName))
    const read: ReadRow = {
      row: row.number,
      number: undefined,
      name: named.name,
      email: undefined,
      firstName: shared(person.firstName),
      lastName: shared(person.lastName),
      role: roleIn(row),
      address: addressIn(row),
      town: townIn(row),
      postcode: postcodeIn(row),
      country: countryIn(row),
      kind: kindIn(row),
      associate: shared(cleanCode(cellText(row, associate)).toUpperCase()),
      faults: faultsIn(row, columns, internIssue),
      emptyFormulas: emptyFormulasIn(row, columns),
      columns: table === first ? undefined : columns,
      issues: undefined,
    }
    const report = (field: CentreField, fault: Fault) => addIssue(read, internIssue({ field, fault }))
    const numbered = readNumberCell(rawCell(row, number), row.notes?.get(number))
    if ('number' in numbered) read.number = numbered.number
    else report('number', numbered.fault)
    if (named.fault) report('name', named.fault)
    else if (startsWithApostrophe(named.name) && startsWithApostrophe(rawCell(row, number)))
      report('name', { value: named.name, ...apostropheFault(named.name) })
    const text = trimCode(rawCell(row, email))
    const elsewhere =
      text === '' ? [...columns].find(([, column]) => isUsableAddress(rawCell(row, column)))?.[0] : undefined
    const isPerson =
      read.firstName !== '' || read.lastName !== '' || read.role !== '' || person.faults.length > 0
    const address = readEmail({ text, note: row.notes?.get(email) }, { isPerson, elsewhere })
    if (address && 'key' in address) read.email = address
    else if (address) report('email', address)
    for (const { field, fault } of person.faults) report(field, fault)
    if (row.notes !== undefined) {
      for (const field of ['name', 'firstName', 'lastName', 'fullName'] as const) {
        const column = at(field)
        const note = row.notes.get(column)
        const fault = note?.kind === 'boolean' ? undefined : plainTextFault(note, rawCell(row, column))
        // Where a cell shows something other than it holds, that fault replaces the others of the cell.
        if (fault && (note?.kind === 'number' || note?.kind === 'text'))
          read.issues = read.issues?.filter((issue) => issue.field !== field)
        if (fault && !hasIssueIn(read.issues, field)) report(field, fault)
      }
    }
    const struck = struckField(row, columns)
    if (struck && !hasIssueIn(read.issues, struck))
      report(struck, struckOutFault(cleanText(rawCell(row, at(struck)))))
    const total = read.email === undefined ? totalsFault(row, columns) : undefined
    if (total) {
      const { number: typed, name: text } = read
      return Object.assign(unreadRow(row, { columns: read.columns, ...total }), { number: typed, name: text })
    }
    if (named.tidied) tidied.push(cellName(sheet, name, row.number))
    if (person.tidied) tidied.push(cellName(sheet, fullName < 0 ? lastName : fullName, row.number))
    return read
  }
}

/**
 * The fields in which a struck-out row is reported, the first that is struck out: once, however many of its cells are.
 */
const struckFieldOrder = ['email', 'number', 'name', 'lastName', 'firstName', 'fullName'] as const

function struckField({ struck }: SheetRow, columns: Table['columns']): CentreField | undefined {
  if (struck === undefined) return undefined
  return struckFieldOrder.find((field) => struck.has(columns.get(field) ?? -1))
}

/**
 * Whether a text begins with a spreadsheet's apostrophe. Only a name and a number that both do are faulty: a name alone
 * may be 's-Hertogenbosch.
 */
function startsWithApostrophe(text: string): boolean {
  return text.startsWith("'")
}

const maxInternedTexts = 1000

/** Returns the same string for equal texts: a column of countries has the same few in every row. */
function textInterner(): (text: string) => string {
  const known = new Map<string, string>()
  return (text) => {
    const same = known.get(text)
    if (same === undefined && known.size < maxInternedTexts) known.set(text, text)
    return same ?? text
  }
}

/** Returns a reader of a column that tidies and keeps each text once, where all rows have the same few. */
function internedTextReader(column: number): (row: SheetRow) => string {
  const known = new Map<string, string>()
  return (row) => {
    if (row.notes?.has(column) === true) return cellText(row, column)
    const raw = rawCell(row, column)
    const same = known.get(raw)
    if (same !== undefined) return same
    const text = cleanText(raw)
    if (known.size < maxInternedTexts) known.set(raw, text)
    return text
  }
}

/** Whether a cell is a usable address; other texts with an @ are names of something. */
function isUsableAddress(cell: string): boolean {
  return cell.includes('@') && 'key' in readAddress(cell)
}

function nameCell(row: SheetRow, column: number): NameCell {
  return { text: rawCell(row, column), note: row.notes?.get(column) }
}

function rawCell({ cells }: SheetRow, column: number): string {
  return column < 0 ? '' : (cells[column] ?? '')
}

/** What a cell of text shows; where the cell is no text, what it holds, whose fault `faultsIn` reports. */
function cellText(row: SheetRow, column: number): string {
  return cleanText(shownAsText(row.notes?.get(column)) ?? rawCell(row, column))
}

/**
 * What a number shows through its format, such as a postcode `123 45`; undefined where it is shortened or shows
 * nothing.
 */
function shownAsText(note: CellNote | undefined): string | undefined {
  if (note?.kind !== 'number' || note.shown === undefined || note.shown === '') return undefined
  return isShortened(note.shown) ? undefined : note.shown
}

const linkedAddressHint = 'Write the address itself: one that only a link behind the words holds is not read.'

/** The address in a cell, or what is wrong with it; undefined where the row is a centre alone. */
function readEmail(
  { text, note }: NameCell,
  { isPerson, elsewhere }: { isPerson: boolean; elsewhere: string | undefined },
): Address | Fault | undefined {
  const fault =
    cellFault(note) ?? (isErrorWord(text) ? errorCellFault(text) : shownOtherwiseFault(note, text))
  if (fault) return fault
  if (text !== '') {
    const address = readNewAddress(text)
    if ('key' in address) return address
    const { problem, hint = text.includes('@') ? undefined : linkedAddressHint } = address
    const message = (email: string) => `${email} ${problem}`
    return { value: escapeInvisible(text), code: 'invalid-email', message, hint }
  }
  const missing = { value: '', code: 'missing-email' }
  if (elsewhere !== undefined) {
    const where = centreColumns.find(({ field }) => field === elsewhere)?.heading ?? elsewhere
    const hint = 'Perhaps the columns of this row are in another order.'
    return { ...missing, message: `is missing, and an address stands under ${where}`, hint }
  }
  if (!isPerson) return undefined
  if (note?.kind === 'empty-formula') return notCalculatedFault(note.formula)
  return { ...missing, message: 'is missing, though the row names a person' }
}

function emptyFormulasIn({ notes }: SheetRow, columns: Table['columns']): ReadRow['emptyFormulas'] {
  if (notes === undefined) return undefined
  const found = new Map<CentreField, string>()
  for (const field of ['name', 'country', 'email', 'firstName', 'lastName', 'fullName'] as const) {
    const note = notes.get(columns.get(field) ?? -1)
    if (note?.kind === 'empty-formula') found.set(field, note.formula)
  }
  return found.size > 0 ? found : undefined
}

/** The fields that are read only for new centres and new users. */
const newOnlyFields = ['address', 'town', 'postcode', 'country', 'role', 'kind', 'associate'] as const

function faultsIn(
  row: SheetRow,
  columns: Table['columns'],
  internIssue: RowReading['internIssue'],
): RowIssue[] | undefined {
  const { cells, notes } = row
  const struck = struckField(row, columns) === undefined ? row.struck : undefined
  let faults: RowIssue[] | undefined
  for (const field of newOnlyFields) {
    const column = columns.get(field)
    if (column === undefined) continue
    const text = cells[column]
    const note = notes?.get(column)
    const fault =
      cellFault(note) ??
      (text !== undefined && isErrorWord(text) ? errorCellFault(text) : undefined) ??
      (struck?.has(column) === true ? struckOutFault(cleanText(text ?? '')) : undefined) ??
      (shownAsText(note) === undefined ? plainTextFault(note, text ?? '') : undefined)
    if (fault) faults = withIssue(faults, internIssue({ field, fault }))
  }
  return faults
}

/** A row below headings that are not understood: the row counts, and nothing of it is read. */
export function unclearRow(row: SheetRow, { headingRow, reason, columns }: UnclearTable): ReadRow {
  const where =
    headingRow < row.number
      ? `it stands below row ${headingRow}, whose headings are not understood: ${reason}`
      : reason
  const message = `cannot be told: ${where}`
  const fault: Fault = { value: '', code: 'unclear-headings', message, hint: unclearHint }
  return unreadRow(row, { columns, fault })
}

/** A row that counts, but of which nothing is read. */
function unreadRow(
  row: SheetRow,
  { columns, fault, field = 'number' }: { columns: ReadRow['columns']; fault: Fault; field?: CentreField },
): ReadRow {
  const read: ReadRow = {
    row: row.number,
    number: undefined,
    name: '',
    email: undefined,
    firstName: '',
    lastName: '',
    role: '',
    address: '',
    town: '',
    postcode: '',
    country: '',
    kind: '',
    associate: '',
    faults: undefined,
    emptyFormulas: undefined,
    columns,
    issues: undefined,
  }
  addIssue(read, { field, fault })
  return read
}
