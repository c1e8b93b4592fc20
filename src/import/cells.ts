import {
  centreNameFault,
  isPlainName,
  readPersonName,
  splitFullName,
  tidyName,
  wholeNameFault,
} from '../rules/names.ts'
import { type NameFault, nameTextFault } from '../rules/text-faults.ts'
import {
  type CellNote,
  cellFault,
  errorCellFault,
  notCalculatedFault,
  shownOtherwiseFault,
} from '../workbook/cell-faults.ts'
import type { CentreField } from './columns.ts'
import type { Fault } from './issues.ts'
import { isErrorWord } from '../error-words.ts'
import { hasDigit, isPlaceholderNumber, readCentreNumber } from '../rules/centres/find.ts'
import { escapeInvisible } from '../rules/users/email.ts'
import { codeAsTyped } from '../workbook/cell.ts'

/** A cell as it stands in the sheet. */
export interface NameCell {
  text: string
  note: CellNote | undefined
}

/** A name as it is stored, its fault, and whether something was left out of it. */
interface ReadName {
  name: string
  fault?: Fault
  tidied: boolean
}

const maxNameLength = 250

/** Reads the name of a centre; a blank cell gives an empty name and no fault. */
export function readCentreName({ text, note }: NameCell): ReadName {
  if (note === undefined && text.length <= maxNameLength && isPlainName(text))
    return { name: text, tidied: false }
  const cell = cellFault(note)
  if (cell) return { name: '', fault: cell, tidied: false }
  if (text.trim() === '') return { name: '', tidied: false }
  const { name, notices } = tidyName(text)
  const fault = kindFault({ text: name, note }) ?? centreNameFault(text) ?? lengthFault(name)
  if (fault) return { name, fault: { value: name, ...fault }, tidied: false }
  return { name, tidied: notices.length > 0 }
}

function lengthFault(name: string) {
  if (name.length <= maxNameLength) return undefined
  return { code: 'too-long', message: `is longer than ${maxNameLength} characters` }
}

/** The fault of a name behind the apostrophe with which a spreadsheet marks a text. */
export function apostropheFault(name: string): { code: string; message: string; hint: string } {
  return {
    code: 'not-a-name',
    message: `is ${name}, which begins with an apostrophe, as a spreadsheet marks a text`,
    hint: 'Take the apostrophe away.',
  }
}

type PersonField = Extract<CentreField, 'firstName' | 'lastName'>

/** A person's names as they are stored, what is wrong with them, and whether something was left out of them. */
interface ReadPerson {
  firstName: string
  lastName: string
  faults: { field: PersonField | 'fullName'; fault: Fault }[]
  tidied: boolean
}

/** Reads the two names of a person; both may be blank. */
export function readPersonCells(cells: Record<PersonField, NameCell>): ReadPerson {
  const { firstName: first, lastName: last } = cells
  const faults: { field: PersonField; fault: Fault }[] = []
  if (first.note !== undefined || last.note !== undefined) {
    for (const field of ['firstName', 'lastName'] as const) {
      const fault = cellFault(cells[field].note) ?? notANameFault(cells, field)
      if (fault) faults.push({ field, fault })
    }
    if (faults.length > 0) return { firstName: '', lastName: '', faults, tidied: false }
  }
  const read = readPersonName({ firstName: first.text, lastName: last.text })
  return {
    firstName: read.firstName,
    lastName: read.lastName,
    faults: read.faults.map(({ field, ...fault }) => ({ field, fault: { value: read[field], ...fault } })),
    tidied: read.notices.length > 0,
  }
}

/** Reads the whole name of a person from one cell, which may be blank. */
export function readFullName(cell: NameCell): ReadPerson {
  const { text } = cell
  if (cell.note === undefined && text === '')
    return { firstName: '', lastName: '', faults: [], tidied: false }
  const names = splitFullName(text)
  const read = names && readPersonName(names)
  const fault =
    cellFault(cell.note) ??
    kindFault(cell) ??
    nameTextFault(text) ??
    (read === undefined ? unclearNameFault(tidyName(text).name) : read.faults[0])
  const { firstName = '', lastName = '', notices = [] } = read ?? {}
  if (fault === undefined) return { firstName, lastName, faults: [], tidied: notices.length > 0 }
  const { code, message, hint } = fault
  const { name: value } = tidyName(text)
  const whole: Fault = hint === undefined ? { value, code, message } : { value, code, message, hint }
  return { firstName, lastName, faults: [{ field: 'fullName', fault: whole }], tidied: false }
}

/** The fault of a whole name whose parts are not clear. */
export function unclearNameFault(name: string): NameFault & { hint: string } {
  return {
    code: 'not-a-name',
    message: `is ${name}, and which part of it is the last name cannot be told`,
    hint: 'Write it without commas: First Last.',
  }
}

/** The fault of a name cell that holds a boolean or a date, where the person's other cell is no name either. */
export function notANameFault(
  cells: Record<PersonField, NameCell>,
  field: PersonField,
): KindFault | undefined {
  const other = cells[field === 'firstName' ? 'lastName' : 'firstName']
  const { name } = tidyName(other.text)
  const hasOtherName = name !== '' && kindFault(other) === undefined && wholeNameFault(name) === undefined
  return hasOtherName ? undefined : kindFault(cells[field])
}

type KindFault = Fault & { message: string; hint: string }

/** The fault of a name cell that holds a date or a boolean. */
function kindFault({ text, note }: NameCell): KindFault | undefined {
  const kindInWords = note?.kind === 'date' ? 'a date' : note?.kind === 'boolean' ? 'a yes or no' : undefined
  if (kindInWords === undefined) return undefined
  return {
    value: text,
    code: 'not-a-name',
    message: `is ${text}, ${kindInWords} and no name`,
    hint: 'Type the name.',
  }
}

/** The centre number that a cell shows, or the fault of the cell. */
export function readNumberCell(
  raw: string,
  note: CellNote | undefined,
): { number: string } | { fault: Fault } {
  // Almost every cell has no note.
  const seen = note === undefined ? raw : note.kind === 'text' ? note.shown : undefined
  const shown = seen === undefined ? undefined : usableNumber(seen)
  if (shown !== undefined) return { number: shown }
  const fault = cellFault(note) ?? numberFormatFault(raw, note)
  if (fault) return { fault }
  const text = codeAsTyped(raw)
  if (text === '' && note?.kind === 'empty-formula') return { fault: notCalculatedFault(note.formula) }
  if (text === '') return { fault: { value: '', code: 'missing-number', message: 'is missing' } }
  if (isErrorWord(text)) return { fault: errorCellFault(text) }
  const number = usableNumber(text)
  if (number !== undefined) return { number }
  if (/^[=＝]/.test(text)) return { fault: notCalculatedFault(text) }
  return { fault: invalidNumberFault(text, { hint: invalidNumberHint(text) }) }
}

function usableNumber(text: string): string | undefined {
  const number = readCentreNumber(text)
  return number === undefined || isPlaceholderNumber(number) ? undefined : number
}

/** Whether a cell may hold the number of a centre; a formula without a result may, too. */
export function mayBeCentreNumber(raw: string, note: CellNote | undefined): boolean {
  if (cellFault(note) !== undefined) return true
  const read = readNumberCell(raw, note)
  return 'number' in read && hasDigit(read.number)
}

/** The fault of a cell that is no centre number because of its kind or its format. */
function numberFormatFault(raw: string, note: CellNote | undefined): Fault | undefined {
  if (note?.kind === 'date')
    return invalidNumberFault(raw, { what: `is the date ${raw}`, hint: readAsDateHint })
  if (note?.kind === 'boolean')
    return invalidNumberFault(raw, { what: `is ${raw}, a yes or no`, hint: formatAsTextHint })
  return shownOtherwiseFault(note, escapeInvisible(raw), formatAsTextHint)
}

const formatAsTextHint = 'Format the column as text, and type the number again.'
const readAsDateHint =
  'The spreadsheet took it for a date. Format the column as text, and type the number again.'

function invalidNumberFault(text: string, { what, hint }: { what?: string; hint: string }): Fault {
  return {
    value: escapeInvisible(text),
    code: 'invalid-number',
    message: what ?? `${escapeInvisible(text)} is not a centre number`,
    hint,
  }
}

const datePatterns = [
  /^\d{1,2}[-/. ][a-z]{3,9}([-/. ]\d{2,4})?$/i,
  /^[a-z]{3,9}[-/. ]\d{1,4}$/i,
  /^\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}$/,
  /^\d{4}-\d{2}-\d{2}([T ].*)?$/,
]

function invalidNumberHint(text: string): string {
  if (isPlaceholderNumber(text)) return 'Write the centre number, or leave the row out until it is known.'
  if (/^\d+\.0+$/.test(text)) return 'The .0 at its end is the trouble: take it away.'
  if (/^\d([.,]\d+)?e[+-]?\d+$/i.test(text)) return `A spreadsheet shortened it. ${formatAsTextHint}`
  if (datePatterns.some((date) => date.test(text))) return readAsDateHint
  // Whether there is such a centre is not known here.
  if (/^[a-z]{2}[\s._/-]+\d{3,4}$/i.test(text))
    return `A number has no blanks or signs in it: ${text.replace(/[^a-z\d]/gi, '').toUpperCase()}, if that is meant.`
  return '2 to 12 letters and digits, such as EG001'
}
