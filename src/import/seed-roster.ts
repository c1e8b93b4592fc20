import { countryName } from '../country-names.ts'
import { seedCentre, seedUser } from '../rules/store/seed-data.ts'
import type { CellIssue } from '../rules/table-rows.ts'
import { cellName } from '../workbook/cell.ts'
import type { SheetToWrite } from '../workbook/sheet.ts'
import { type CentreField, headingOf, writtenColumns } from './columns.ts'

const sheetName = 'Centres'

interface RosterOptions {
  centres: number
  users: number
  /** The same seed invents the same people. */
  seed: number
  /** The number of rows with a mistake for each hundred rows with a user. */
  faults: number
  /** The name that the sheet has in an import. */
  sheet?: string
}

type Cells = Readonly<Partial<Record<CentreField, string>>>

/** A mistake: the rows that contain it, and the issue that each of them causes. */
interface Fault {
  code: string
  field: CentreField
  rows: (at: { email: string; number: string }) => readonly Cells[]
}

const person = { firstName: 'Ada', lastName: 'Silva' }

const faultCycle: readonly Fault[] = [
  {
    code: 'invalid-email',
    field: 'email',
    rows: ({ email }) => [{ ...person, email: email.replace(/@.*/, '@') }],
  },
  { code: 'error-cell', field: 'firstName', rows: ({ email }) => [{ ...person, email, firstName: '#REF!' }] },
  { code: 'missing-email', field: 'email', rows: () => [person] },
  { code: 'unknown-role', field: 'role', rows: ({ email }) => [{ ...person, email, role: 'techer' }] },
  { code: 'not-a-name', field: 'firstName', rows: ({ email }) => [{ email, firstName: 'NULL' }] },
  {
    code: 'invalid-number',
    field: 'number',
    rows: ({ email, number }) => [{ ...person, email, number: `${number.slice(0, 2)}-${number.slice(2)}` }],
  },
  {
    code: 'rows-differ',
    field: 'email',
    rows: ({ email }) => [
      { ...person, email },
      { ...person, email, firstName: 'Eve' },
    ],
  },
]

/** A roster of invented centres and users, with known mistakes; the correct rows are the users that `seed` creates. */
export function seedRoster(options: RosterOptions): { sheet: SheetToWrite; expected: ExpectedImport } {
  const faults = faultsByCentre(options)
  return {
    sheet: { name: sheetName, columns: writtenColumns, rows: rowsOf(options, faults) },
    expected: expectedOf(options, faults),
  }
}

/** Spreads the mistakes evenly; none is alone at a centre, because the centre is created by its correct rows. */
function faultsByCentre({ centres, users, faults }: RosterOptions): Map<number, Fault[]> {
  const found: Fault[] = []
  let remaining = Math.round((users * faults) / 100)
  for (let cycle = 0; remaining > 0; cycle += 1) {
    const fault = faultCycle[cycle % faultCycle.length]
    const rows = fault?.rows({ email: '', number: '' }).length ?? 0
    if (!fault || rows > remaining) continue
    found.push(fault)
    remaining -= rows
  }
  const byCentre = new Map<number, Fault[]>()
  for (const [at, fault] of found.entries()) {
    const centre = Math.floor((at * centres) / found.length)
    byCentre.set(centre, [...(byCentre.get(centre) ?? []), fault])
  }
  return byCentre
}

function* rowsOf(options: RosterOptions, faults: ReadonlyMap<number, readonly Fault[]>): Generator<string[]> {
  const { centres, users, seed } = options
  for (let at = 0; at < centres; at += 1) {
    const { number, name, town, country } = seedCentre(seed, at)
    const centre = { number, name, town, country: countryName(country) }
    const rowWith = (cells: Cells) => {
      const row: Cells = { ...centre, ...cells }
      return writtenColumns.map(({ field }) => row[field] ?? '')
    }
    for (let position = at, ordinal = 0; position < users; position += centres, ordinal += 1) {
      const { email, firstName, lastName, hubRole } = seedUser(seed, {
        position,
        ordinal,
        centre: number,
      })
      yield rowWith({ email, firstName, lastName, role: hubRole })
    }
    if (usersAt(options, at) === 0) yield rowWith({})
    for (const { cells } of faultyRows(faults.get(at) ?? [], number)) yield rowWith(cells)
  }
}

/** The rows with mistakes at a centre, with addresses that no correct row has. */
function* faultyRows(faults: readonly Fault[], number: string): Generator<{ cells: Cells; fault: Fault }> {
  for (const [turn, fault] of faults.entries()) {
    const email = `mistake-${turn + 1}@${number.toLowerCase()}.school.example`
    for (const cells of fault.rows({ email, number })) yield { cells, fault }
  }
}

function usersAt({ centres, users }: RosterOptions, at: number): number {
  return at < users ? Math.ceil((users - at) / centres) : 0
}

export type ExpectedImport = ReturnType<typeof expectedOf>

/** What an import of the workbook into an empty store must answer, as far as it follows from the workbook. */
function expectedOf(options: RosterOptions, faults: ReadonlyMap<number, readonly Fault[]>) {
  const { centres, users, seed, sheet = sheetName } = options
  const issues: Omit<CellIssue, 'message' | 'hint'>[] = []
  let row = 1
  let accepted = 0
  for (let at = 0; at < centres; at += 1) {
    const correctRows = Math.max(1, usersAt(options, at))
    accepted += correctRows
    row += correctRows
    const { number } = seedCentre(seed, at)
    for (const { cells, fault } of faultyRows(faults.get(at) ?? [], number)) {
      row += 1
      const { code, field } = fault
      const column = writtenColumns.findIndex((one) => one.field === field)
      const cell = cellName(sheet, column, row)
      issues.push({ cell, row, column: headingOf(field), value: cells[field] ?? '', code })
    }
  }
  return {
    rows: { read: row - 1, accepted, heldBack: issues.length, blank: 0 },
    centres: { created: centres, renamed: 0, unchanged: 0, restored: 0, deleted: 0 },
    users: { created: users, replaced: 0, unchanged: 0, deleted: 0 },
    renamedCentres: [],
    missingCentres: [],
    extraUsers: [],
    duplicatedUsers: [],
    issues,
  }
}
