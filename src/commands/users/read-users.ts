import type { UserField, UserRow } from '../../rules/add-users.ts'
import type { Table } from '../../workbook/headings.ts'
import type { SheetRow } from '../../workbook/read.ts'
import type { TableNotice } from '../../workbook/table-notices.ts'

const columns = [
  { field: 'centre', heading: 'Centre number', synonyms: ['Centre no', 'Center number', 'Centre', 'Center'] },
  { field: 'firstName', heading: 'First name', synonyms: ['Given name', 'Forename', 'First'] },
  { field: 'lastName', heading: 'Last name', synonyms: ['Surname', 'Family name', 'Last'] },
  {
    field: 'email',
    heading: 'Email',
    synonyms: ['E-mail', 'Email address', 'E-mail address', 'User email'],
    required: true,
  },
  { field: 'role', heading: 'Role', synonyms: ['Roles', 'User role'] },
  { field: 'site', heading: 'Sites', synonyms: ['Site', 'Support sites'] },
] as const

interface Reading {
  /** `-` for stdin. */
  file: string
  sheet: string | undefined
  stdin: NodeJS.ReadableStream
  /** Where a row says none. */
  centre: string | undefined
  roles: readonly string[]
  sites: readonly string[]
}

export interface ReadUsers {
  rows: UserRow[]
  /** Columns that mean nothing here. */
  unknown: string[]
  notices: TableNotice[]
}

/** Reads a table of new users; what is wrong in its cells is for the rule to say. */
export async function readUsers({ file, sheet, stdin, centre, roles, sites }: Reading): Promise<ReadUsers> {
  const { openWorkbook, isBlankRow } = await import('../../workbook/read.ts')
  const { hasHeadings, readTable } = await import('../../workbook/headings.ts')
  const { cellName } = await import('../../workbook/cell.ts')
  const { trimCode } = await import('../../workbook/clean.ts')
  const { cellFault, errorCell, isErrorWord } = await import('../../workbook/cell-notes.ts')
  const { tableNotices } = await import('../../workbook/table-notices.ts')
  const workbook = await openWorkbook(file, {
    sheet,
    stdin,
    fits: (first) => hasHeadings(first, { specs: columns }),
  })
  const rows: UserRow[] = []
  const rowNumbers: number[] = []
  /** The first cell of a known column that could not be read. */
  const errorIn = ({ cells, notes }: SheetRow, places: Table['columns']): UserRow['error'] => {
    for (const { field } of columns) {
      const column = places.get(field) ?? -1
      const text = cells[column]?.trim()
      const fault =
        cellFault(notes?.get(column), { text: true }) ??
        (text !== undefined && isErrorWord(text) ? errorCell(text) : undefined)
      if (fault !== undefined) return { field, ...fault }
    }
    return undefined
  }
  const onRow = (row: SheetRow, table: Table) => {
    if (isBlankRow(row)) return
    const textOf = (field: UserField) => row.cells[table.columns.get(field) ?? -1] ?? ''
    const cellOf = (field: UserField) => cellName(workbook.sheet, table.columns.get(field) ?? 0, row.number)
    rowNumbers.push(row.number)
    rows.push({
      cells: {
        centre: cellOf('centre'),
        firstName: cellOf('firstName'),
        lastName: cellOf('lastName'),
        email: cellOf('email'),
        role: cellOf('role'),
        site: cellOf('site'),
      },
      error: errorIn(row, table.columns),
      centre: trimCode(textOf('centre')) || (centre ?? ''),
      firstName: textOf('firstName'),
      lastName: textOf('lastName'),
      email: trimCode(textOf('email')),
      roles: [...roles, ...listIn(textOf('role'))],
      sites: [...sites, ...listIn(textOf('site'))],
    })
  }
  try {
    const table = await readTable(workbook, { specs: columns, onRow })
    for (const [at, row] of rows.entries()) {
      const covered = table.covered.get(rowNumbers[at] ?? 0)
      for (const { field } of columns) {
        const cell = covered?.get(table.columns.get(field) ?? -1)
        const fault = cell === undefined ? undefined : cellFault({ kind: 'merged', cell }, { text: true })
        if (fault) row.error = { field, ...fault }
      }
    }
    return { rows, unknown: table.unknown, notices: tableNotices(table) }
  } finally {
    await workbook.close()
  }
}

function listIn(text: string): string[] {
  return text
    .split(/[,;\n]/)
    .map((part) => part.trim())
    .filter((part) => part !== '')
}
