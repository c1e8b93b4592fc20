import { centreNameFault, isPlainName, readPersonName, tidyName, wholeNameFault } from '../rules/names.ts'
import { type CellNote, cellFault } from '../workbook/sheet-xml.ts'
import type { CentreField } from './columns.ts'
import type { Fault } from './issues.ts'

/** A cell as it stands. */
export interface NameCell {
  text: string
  note: CellNote | undefined
}

/** A name as it is kept, what is wrong with it, and whether something was left out of it. */
export interface ReadName {
  name: string
  fault?: Fault
  tidied: boolean
}

const longest = 250

/** The name of a centre; a blank cell says nothing of it. */
export function readCentreName({ text, note }: NameCell): ReadName {
  if (note === undefined && text.length <= longest && isPlainName(text)) return { name: text, tidied: false }
  const cell = cellFault(note)
  if (cell) return { name: '', fault: cell, tidied: false }
  if (text.trim() === '') return { name: '', tidied: false }
  const { name, notices } = tidyName(text)
  const fault = kindFault({ text: name, note }) ?? centreNameFault(text) ?? lengthFault(name)
  if (fault) return { name, fault: { value: name, ...fault }, tidied: false }
  return { name, tidied: notices.length > 0 }
}

function lengthFault(name: string) {
  if (name.length <= longest) return undefined
  return { code: 'too-long', message: `is longer than ${longest} characters` }
}

/** A name behind the apostrophe with which a spreadsheet begins a text. */
export function markedAsText(name: string): { code: string; message: string; hint: string } {
  return {
    code: 'not-a-name',
    message: `is ${name}, which begins with an apostrophe, as a spreadsheet marks a text`,
    hint: 'Take the apostrophe away.',
  }
}

type PersonField = Extract<CentreField, 'firstName' | 'lastName'>

/** The two names of a person; both may be blank. */
export function readPersonCells(cells: Record<PersonField, NameCell>): {
  firstName: string
  lastName: string
  faults: { field: PersonField; fault: Fault }[]
  tidied: boolean
} {
  const { firstName: first, lastName: last } = cells
  const faults: { field: PersonField; fault: Fault }[] = []
  if (first.note !== undefined || last.note !== undefined) {
    for (const field of ['firstName', 'lastName'] as const) {
      const fault = cellFault(cells[field].note) ?? noNameOf(cells, field)
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

/** A cell that was ticked, or holds a date, where nothing else in the row is a name. */
export function noNameOf(cells: Record<PersonField, NameCell>, field: PersonField): KindFault | undefined {
  const other = cells[field === 'firstName' ? 'lastName' : 'firstName']
  const { name } = tidyName(other.text)
  const named = name !== '' && kindFault(other) === undefined && wholeNameFault(name) === undefined
  return named ? undefined : kindFault(cells[field])
}

type KindFault = Fault & { message: string; hint: string }

/** A cell that is no text is no name. */
function kindFault({ text, note }: NameCell): KindFault | undefined {
  const what = note?.kind === 'date' ? 'a date' : note?.kind === 'boolean' ? 'a yes or no' : undefined
  if (what === undefined) return undefined
  return {
    value: text,
    code: 'not-a-name',
    message: `is ${text}, ${what} and no name`,
    hint: 'Type the name.',
  }
}
