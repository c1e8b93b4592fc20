import { type Address, readAddress, visible } from '../rules/users/email.ts'
import { cellName, cleanCode, cleanText, trimCode } from '../workbook/cell.ts'
import {
  cellFault,
  type CellFault,
  type CellNote,
  type CoveredCells,
  type CellRange,
  errorCell,
  isErrorWord,
  notAsShown,
  shownOtherwise,
} from '../workbook/sheet-xml.ts'
import { headingKey, readTable, runningNumbers, type Table } from '../workbook/headings.ts'
import { isBlankRow, type SheetRow, type Workbook } from '../workbook/read.ts'
import { tableNotices } from '../workbook/table-notices.ts'
import { type CentreField, centreColumns, headingOf } from './columns.ts'
import { type NameCell, readCentreName, readPersonCells } from './name-cell.ts'
import { readNumberCell } from './number-cell.ts'
import { type RowCounter, watchRowCounter } from './row-counter.ts'

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
  location: { address: string; town: string; postcode: string; country: string }
  kind: string
  associate: string
  /** Cells that could not be read, such as #N/A, by field. */
  faults: Map<CentreField, CellFault> | undefined
  /** Where the fields stand, for a row below headings of another order. */
  columns: ReadonlyMap<string, number> | undefined
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
  /** Hidden rows and columns, headings that stand again, names that were tidied. */
  notices: { code: string; message: string }[]
  /** The names of the workbook's custom properties. */
  marks: ReadonlySet<string>
  rows: RosterRow[]
  blank: number
  /** Its column of numbers may only count the rows: the store's numbers tell. */
  rowCounter: RowCounter | undefined
  /** The cells as they stand, by row number, when they were asked for. */
  cells: Map<number, readonly (string | undefined)[]> | undefined
  /** By row number, for rows below headings of another order: where each column of theirs is kept. */
  moved: Map<number, ReadonlyMap<number, number>>
  /** Headings that only stand further down; their cells are kept behind those of the others. */
  laterHeadings: string[]
}

interface Reading {
  map: Readonly<Record<string, string>>
  /** Keeps the cells as they stand, for a workbook of the rows held back. */
  keepCells: boolean
  progress?: (share: number, rows: number) => void
}

/** Reads every row; a row with a mistake stays, with its issues. */
export async function readRoster(workbook: Workbook, { map, keepCells, progress }: Reading): Promise<Roster> {
  const rows: RosterRow[] = []
  const cells = keepCells ? new Map<number, readonly (string | undefined)[]>() : undefined
  let blank = 0
  let lastRow: number | undefined
  let readers: { table: Table; read: (row: SheetRow) => RosterRow } | undefined
  let first: Table | undefined
  const moved: Roster['moved'] = new Map()
  const laterHeadings: string[] = []
  let moves: ReadonlyMap<number, number> | undefined
  const counting = rowCounter()
  const counted = watchRowCounter()
  const tidied: string[] = []
  const table = await readTable(workbook, {
    specs: centreColumns,
    map,
    onRow: (row, found) => {
      if (isBlankRow(row)) return
      first ??= found
      // What lies between two rows is blank, written or not; what lies below the last is nothing.
      blank += row.number - (lastRow ?? first.headingRow) - 1
      lastRow = row.number
      if (readers?.table !== found) {
        moves = found === first ? undefined : movesTo(first, { found, laterHeadings })
        readers = { table: found, read: rowReader(found, { sheet: workbook.sheet, first, tidied }) }
      }
      rows.push(readers.read(row))
      counting.see(row.cells[found.columns.get('number') ?? -1] ?? '')
      counted.see(row, found)
      cells?.set(row.number, cellsAsShown(row, moves))
      if (cells && moves) moved.set(row.number, moves)
    },
    progress: (share) => progress?.(share, rows.length),
  })
  if (counting.counts()) {
    throw runningNumbers(table.headings[table.columns.get('number') ?? 0] ?? '', headingOf('number'))
  }
  const roster: Roster = {
    file: workbook.file,
    sheet: workbook.sheet,
    digest: workbook.digest,
    columns: table.columns,
    headings: table.headings,
    unknownColumns: table.unknown,
    notices: [...tableNotices(table), ...tidiedNotice(tidied)],
    marks: workbook.marks,
    rows,
    // Who says which column it is knows what it holds.
    rowCounter: Object.values(map).includes('number') ? undefined : counted.found(),
    blank: blank - table.headingsAgain.filter(({ row }) => row < (lastRow ?? 0)).length,
    cells,
    moved,
    laterHeadings,
  }
  holdBackCovered(roster, table.covered)
  holdBackFormattedByRule(roster, table.formattedByRule)
  return roster
}

/** Whether a column begins at 1 and goes up by one, again or not: then it counts rows and numbers no centre. */
function rowCounter(): { see: (text: string) => void; counts: () => boolean } {
  let last = 0
  let seen = 0
  let broken = false
  return {
    see(raw) {
      if (broken) return
      const text = raw.trim()
      if (text === '') return
      const value = /^\d{1,7}$/.test(text) ? Number(text) : 0
      broken = value !== last + 1 && !(value === 1 && seen > 0)
      last = value
      seen += 1
    },
    counts: () => !broken && seen >= 3,
  }
}

/** A row's cells as a person sees them, under the first headings: what could not be read stays to be seen. */
function cellsAsShown(row: SheetRow, moves: ReadonlyMap<number, number> | undefined): (string | undefined)[] {
  const cells = [...row.cells]
  for (const [column, note] of row.notes ?? []) {
    if (note.kind === 'error') cells[column] = note.value
    else if (note.kind === 'not-calculated') cells[column] = note.formula
    else if (note.kind === 'number' || note.kind === 'text') cells[column] = note.shown
  }
  if (moves === undefined) return cells
  const moved: (string | undefined)[] = []
  for (const [from, to] of moves) moved[to] = cells[from]
  return moved
}

/** For each column below other headings, the column of the first ones that says the same, or a new one behind them. */
function movesTo(
  first: Table,
  { found, laterHeadings }: { found: Table; laterHeadings: string[] },
): Map<number, number> {
  const fields = new Map([...found.columns].map(([field, column]) => [column, field]))
  const moves = new Map<number, number>()
  for (const [column, heading] of found.headings.entries()) {
    const key = headingKey(heading)
    const field = fields.get(column)
    const same =
      (field === undefined ? undefined : first.columns.get(field)) ??
      first.headings.findIndex((other) => key !== '' && headingKey(other) === key)
    const later = laterHeadings.findIndex((other) => key !== '' && headingKey(other) === key)
    if (same >= 0) moves.set(column, same)
    else moves.set(column, first.headings.length + (later >= 0 ? later : laterHeadings.push(heading) - 1))
  }
  return moves
}

function tidiedNotice(tidied: readonly string[]): { code: string; message: string }[] {
  const [where] = tidied
  if (where === undefined) return []
  const more = tidied.length - 1
  return [
    {
      code: 'name-tidied',
      message: `Invisible marks, or a dash for a missing name, were left out of the name in ${where}${more > 0 ? ` and ${more.toLocaleString('en')} more` : ''}.`,
    },
  ]
}

/** Beneath a merged cell there may be anything, and nobody sees it. */
function holdBackCovered(roster: Roster, covered: CoveredCells): void {
  if (covered.size === 0) return
  for (const row of roster.rows) {
    const cells = covered.get(row.row)
    if (cells === undefined) continue
    const columns = row.columns ?? roster.columns
    const kept = roster.cells?.get(row.row)
    for (const { field } of centreColumns) {
      const cell = cells.get(columns.get(field) ?? -1)
      const fault = cell === undefined ? undefined : cellFault({ kind: 'merged', cell }, { text: true })
      if (fault === undefined) continue
      if (field === 'number') row.number = undefined
      if (field === 'email') row.address = undefined
      if (field === 'name') row.name = ''
      row.issues = row.issues?.filter(({ column }) => column !== headingOf(field))
      if (alwaysRead.has(field)) addIssue(row, { field, sheet: roster.sheet, columns: roster.columns, fault })
      else row.faults = new Map([...(row.faults ?? []), [field, fault]])
      if (kept) {
        const shown = [...kept]
        const column = columns.get(field) ?? -1
        shown[roster.moved.get(row.row)?.get(column) ?? column] = undefined
        roster.cells?.set(row.row, shown)
      }
    }
    if (row.issues?.length === 0) row.issues = undefined
  }
}

/** What a conditional format shows depends on more than the cell. */
function holdBackFormattedByRule(roster: Roster, ranges: readonly CellRange[]): void {
  const columns = new Set(roster.rows.map((row) => (row.columns ?? roster.columns).get('number') ?? -1))
  const within = ranges.filter(({ firstColumn, lastColumn }) =>
    [...columns].some((column) => column >= firstColumn && column <= lastColumn),
  )
  if (within.length === 0) return
  for (const row of roster.rows) {
    const { number = '' } = row
    const column = (row.columns ?? roster.columns).get('number') ?? -1
    if (!/^\d+$/.test(number)) continue
    if (!within.some((range) => covers(range, row.row, column))) continue
    const fault: CellFault = {
      code: 'shown-otherwise',
      value: number,
      message: `holds ${number}, and a conditional format may show it otherwise`,
      hint: 'Take the number format out of the conditional format, and type what it showed.',
    }
    row.number = undefined
    addIssue(row, { field: 'number', sheet: roster.sheet, columns: roster.columns, fault })
  }
}

function covers(
  { firstRow, lastRow, firstColumn, lastColumn }: CellRange,
  row: number,
  column: number,
): boolean {
  return row >= firstRow && row <= lastRow && column >= firstColumn && column <= lastColumn
}

/** The fields of every row; the others are read for new centres and new users alone. */
const alwaysRead: ReadonlySet<CentreField> = new Set(['number', 'name', 'email', 'firstName', 'lastName'])

interface RowReading {
  sheet: string
  first: Table
  /** The cells whose names were tidied. */
  tidied: string[]
}

/** Made once for a table: what it looks up would cost more, row by row, than reading. */
function rowReader(table: Table, { sheet, first, tidied }: RowReading): (row: SheetRow) => RosterRow {
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
  const others = ['address', 'town', 'postcode', 'country', 'role', 'kind', 'associate'] as const
  return (row) => {
    const named = readCentreName(nameCell(row, name))
    const person = readPersonCells({
      firstName: nameCell(row, firstName),
      lastName: nameCell(row, lastName),
    })
    const read: RosterRow = {
      row: row.number,
      number: undefined,
      name: named.name,
      address: undefined,
      firstName: person.firstName,
      lastName: person.lastName,
      role: textIn(row, role),
      location: {
        address: textIn(row, address),
        town: textIn(row, town),
        postcode: textIn(row, postcode),
        country: textIn(row, country),
      },
      kind: textIn(row, kind),
      associate: cleanCode(textIn(row, associate)).toUpperCase(),
      faults: faultsIn(row, { columns, fields: others }),
      columns: table === first ? undefined : columns,
      issues: undefined,
    }
    const blame: Blame = (field, fault) => addIssue(read, { field, sheet, columns, fault })
    const numbered = readNumberCell(cellIn(row, number), row.notes?.get(number))
    if ('number' in numbered) read.number = numbered.number
    else blame('number', numbered.fault)
    if (named.fault) blame('name', named.fault)
    readEmail(read, { text: trimCode(cellIn(row, email)), note: row.notes?.get(email), blame, person })
    for (const { field, fault } of person.faults) blame(field, fault)
    if (row.notes !== undefined) {
      for (const [field, column] of [
        ['name', name],
        ['firstName', firstName],
        ['lastName', lastName],
      ] as const) {
        const note = row.notes.get(column)
        const fault = note?.kind === 'boolean' ? undefined : notAsShown(note, cellIn(row, column))
        if (fault && !blames(read, field)) blame(field, fault)
      }
    }
    if (named.tidied) tidied.push(cellName(sheet, name, row.number))
    if (person.tidied) tidied.push(cellName(sheet, lastName, row.number))
    return read
  }
}

function nameCell(row: SheetRow, column: number): NameCell {
  return { text: cellIn(row, column), note: row.notes?.get(column) }
}

function cellIn({ cells }: SheetRow, column: number): string {
  return column < 0 ? '' : (cells[column] ?? '')
}

/** What a cell of text shows; where that is no text, what it holds, with a fault beside. */
function textIn(row: SheetRow, column: number): string {
  return cleanText(shownAsText(row.notes?.get(column)) ?? cellIn(row, column))
}

/** What a number shows through its format, such as a postcode `123 45`; undefined where it is shown shortened, or as nothing. */
function shownAsText(note: CellNote | undefined): string | undefined {
  if (note?.kind !== 'number' || note.shown === undefined || note.shown === '') return undefined
  return /\de[+-]?\d/i.test(note.shown) ? undefined : note.shown
}

/** Whether something else is wrong in that column already. */
export function blames({ issues = [] }: Pick<RosterRow, 'issues'>, field: CentreField): boolean {
  return issues.some(({ column }) => column === headingOf(field))
}

/** What is wrong, worded to follow the column's name. */
export interface Fault {
  value: string
  code: string
  message: string
  hint?: string
}

type Blame = (field: CentreField, fault: Fault) => void

function readEmail(
  read: RosterRow,
  {
    text,
    note,
    blame,
    person,
  }: {
    text: string
    note: CellNote | undefined
    blame: Blame
    person: ReturnType<typeof readPersonCells>
  },
): void {
  const fault =
    cellFault(note, { text: true }) ??
    (isErrorWord(text) ? errorCell(text) : undefined) ??
    shownOtherwise(note, text)
  if (fault) blame('email', fault)
  else if (text !== '') {
    const address = readAddress(text)
    if ('key' in address) read.address = address
    else {
      const value = visible(text)
      const { problem, hint } = address
      blame('email', {
        value,
        code: 'invalid-email',
        message: `${value} ${problem}`,
        ...(hint === undefined ? {} : { hint }),
      })
    }
  } else if (read.firstName !== '' || read.lastName !== '' || read.role !== '' || person.faults.length > 0) {
    // A row without address and person is a centre alone.
    blame('email', { value: '', code: 'missing-email', message: 'is missing, though the row names a person' })
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
  const places = row.columns ?? columns
  const column = places.get(field) ?? places.get('number') ?? 0
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

function faultsIn(
  { cells, notes }: SheetRow,
  { columns, fields }: { columns: ReadonlyMap<string, number>; fields: readonly CentreField[] },
): Map<CentreField, CellFault> | undefined {
  let faults: Map<CentreField, CellFault> | undefined
  for (const field of fields) {
    const column = columns.get(field)
    if (column === undefined) continue
    const text = cells[column]
    const note = notes?.get(column)
    const fault =
      cellFault(note, { text: true }) ??
      (text !== undefined && isErrorWord(text) ? errorCell(text) : undefined) ??
      (shownAsText(note) === undefined ? notAsShown(note, text ?? '') : undefined)
    if (fault === undefined) continue
    faults ??= new Map()
    faults.set(field, fault)
  }
  return faults
}
