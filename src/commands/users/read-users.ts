import type { Session } from '../../cli/session.ts'
import type { notANameFault } from '../../import/cells.ts'
import type { UserField, UserRow } from '../../rules/users/add.ts'
import type { TableRow } from '../read-table.ts'
import type { TableColumn, TableFile } from '../table-file.ts'

export const userColumns = [
  {
    field: 'centre',
    heading: 'Centre number',
    synonyms: ['Centre no', 'Center number', 'Centre', 'Center'],
    valueKind: 'code',
  },
  {
    field: 'firstName',
    heading: 'First name',
    synonyms: ['Given name', 'Forename', 'First'],
    valueKind: 'name',
  },
  {
    field: 'lastName',
    heading: 'Last name',
    synonyms: ['Surname', 'Family name', 'Last'],
    valueKind: 'name',
  },
  {
    field: 'email',
    heading: 'Email',
    synonyms: ['E-mail', 'Email address', 'E-mail address', 'User email'],
    required: true,
    valueKind: 'address',
  },
  { field: 'role', heading: 'Role', synonyms: ['Roles', 'User role'] },
  { field: 'site', heading: 'Sites', synonyms: ['Site', 'Support sites'] },
] as const satisfies readonly TableColumn<UserField>[]

interface Reading extends TableFile {
  /** Default for rows without a centre. */
  centre: string | undefined
  roles: readonly string[]
  sites: readonly string[]
}

/** Reads a table of new users; the rule validates the cells. */
export async function readUsers(
  { centre, roles, sites, ...tableFile }: Reading,
  session: Session,
): Promise<UserRow[]> {
  const { codeAsTyped, trimCode } = await import('../../workbook/cell.ts')
  const { notANameFault } = await import('../../import/cells.ts')
  const { readTableFile } = await import('../read-table.ts')
  const { rows } = await readTableFile(tableFile, userColumns, session)
  const defaults = { centre: centre ?? '', roles, sites, codeAsTyped, trimCode, notANameFault }
  const users = rows.map((row) => new UserTableRow(row, defaults))
  await notifyTidied(users, session)
  return users
}

async function notifyTidied(users: readonly UserRow[], session: Session): Promise<void> {
  const { readPersonName } = await import('../../rules/names.ts')
  const { tidiedNotice } = await import('../../import/roster.ts')
  const cells = users.flatMap((user) =>
    user.error ? [] : readPersonName(user).notices.map(({ field }) => user.cellOf(field)),
  )
  for (const notice of tidiedNotice(cells)) session.notify(notice)
}

/** Defaults of a row, and how its cells are read. */
interface RowDefaults {
  centre: string
  roles: readonly string[]
  sites: readonly string[]
  codeAsTyped: (text: string) => string
  trimCode: (text: string) => string
  notANameFault: typeof notANameFault
}

/** Reads values from the cells on demand: copies of 100,000 rows would double the memory. */
class UserTableRow implements UserRow {
  private readonly row: TableRow<UserField>
  private readonly defaults: RowDefaults

  constructor(row: TableRow<UserField>, defaults: RowDefaults) {
    this.row = row
    this.defaults = defaults
  }

  cellOf(field: UserField): string {
    return this.row.cellOf(field)
  }

  get error(): UserRow['error'] {
    return faultIn(this.row, this.defaults.notANameFault)
  }

  get centre(): string {
    return this.defaults.codeAsTyped(this.row.textOf('centre')) || this.defaults.centre
  }

  get firstName(): string {
    return this.row.textOf('firstName')
  }

  get lastName(): string {
    return this.row.textOf('lastName')
  }

  get email(): string {
    return this.defaults.trimCode(this.row.textOf('email'))
  }

  get roles(): readonly string[] {
    return [...this.defaults.roles, ...listIn(this.row.textOf('role'))]
  }

  get sites(): readonly string[] {
    return [...this.defaults.sites, ...listIn(this.row.textOf('site'))]
  }
}

/** The first unreadable cell of a row. */
function faultIn(row: TableRow<UserField>, notANameFault: RowDefaults['notANameFault']): UserRow['error'] {
  for (const { field } of userColumns) {
    const fault = row.faultOf(field)
    if (fault !== undefined) return { field, ...fault }
  }
  const cellAs = (field: UserField) => ({ text: row.textOf(field), note: row.noteOf(field) })
  const cells = { firstName: cellAs('firstName'), lastName: cellAs('lastName') }
  for (const field of ['firstName', 'lastName'] as const) {
    const fault = notANameFault(cells, field)
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
