import type { Session } from '../../cli/session.ts'
import type { noNameOf } from '../../import/name-cell.ts'
import type { UserField, UserRow } from '../../rules/users/add.ts'
import type { ColumnSpec } from '../../workbook/headings.ts'
import { readTableFile, type TableRow } from '../read-table.ts'

/** The columns of a table of new users. */
export const userColumns = [
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
] as const satisfies readonly (ColumnSpec & { field: UserField })[]

interface Reading {
  /** `-` for stdin. */
  file: string
  sheet: string | undefined
  map: readonly string[]
  /** Where a row says none. */
  centre: string | undefined
  roles: readonly string[]
  sites: readonly string[]
}

/** Reads a table of new users; what is wrong in its cells is for the rule to say. */
export async function readUsers(
  { centre, roles, sites, ...wanted }: Reading,
  session: Session,
): Promise<UserRow[]> {
  const { trimCode } = await import('../../workbook/cell.ts')
  const { noNameOf } = await import('../../import/name-cell.ts')
  const { rows } = await readTableFile(wanted, userColumns, session)
  return rows.map((row) => {
    const { textOf, cellOf } = row
    return {
      cells: {
        centre: cellOf('centre'),
        firstName: cellOf('firstName'),
        lastName: cellOf('lastName'),
        email: cellOf('email'),
        role: cellOf('role'),
        site: cellOf('site'),
      },
      error: faultIn(row, noNameOf),
      centre: trimCode(textOf('centre')) || (centre ?? ''),
      firstName: textOf('firstName'),
      lastName: textOf('lastName'),
      email: trimCode(textOf('email')),
      roles: [...roles, ...listIn(textOf('role'))],
      sites: [...sites, ...listIn(textOf('site'))],
    }
  })
}

/** The first cell of a row that could not be read. */
function faultIn(
  { faultOf, textOf, noteOf }: TableRow<UserField>,
  isNoName: typeof noNameOf,
): UserRow['error'] {
  for (const { field } of userColumns) {
    const fault = faultOf(field, { text: true })
    if (fault !== undefined) return { field, ...fault }
  }
  const cellAs = (field: UserField) => ({ text: textOf(field), note: noteOf(field) })
  const cells = { firstName: cellAs('firstName'), lastName: cellAs('lastName') }
  for (const field of ['firstName', 'lastName'] as const) {
    const fault = isNoName(cells, field)
    if (fault !== undefined) return { field, ...fault }
  }
  return undefined
}

function listIn(text: string): string[] {
  return text
    .split(/[,;\n]/)
    .map((part) => part.trim())
    .filter((part) => part !== '')
}
