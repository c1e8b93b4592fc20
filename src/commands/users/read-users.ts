import type { Session } from '../../cli/session.ts'
import type { notANameFault, unclearNameFault } from '../../import/cells.ts'
import { fullNameSynonyms } from '../../import/columns.ts'
import type { splitFullName } from '../../rules/names.ts'
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
    field: 'fullName',
    heading: 'Full name',
    synonyms: fullNameSynonyms,
    standsInFor: ['firstName', 'lastName'],
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
] as const satisfies readonly TableColumn<UserField | 'fullName'>[]

/** The columns of the lists that this program writes, in which a person has two names. */
export const writtenUserColumns = userColumns.filter(
  (column): column is Exclude<(typeof userColumns)[number], { field: 'fullName' }> =>
    column.field !== 'fullName',
)

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
  const { notANameFault, unclearNameFault } = await import('../../import/cells.ts')
  const { splitFullName } = await import('../../rules/names.ts')
  const { readTableFile } = await import('../read-table.ts')
  const { rows } = await readTableFile(tableFile, userColumns, session)
  const defaults = {
    centre: centre ?? '',
    roles,
    sites,
    codeAsTyped,
    trimCode,
    notANameFault,
    splitFullName,
    unclearNameFault,
  }
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
  splitFullName: typeof splitFullName
  unclearNameFault: typeof unclearNameFault
}

type ColumnField = UserField | 'fullName'

/** Reads values from the cells on demand: copies of 100,000 rows would double the memory. */
class UserTableRow implements UserRow {
  private readonly row: TableRow<ColumnField>
  private readonly defaults: RowDefaults

  constructor(row: TableRow<ColumnField>, defaults: RowDefaults) {
    this.row = row
    this.defaults = defaults
  }

  cellOf(field: UserField): string {
    const isName = field === 'firstName' || field === 'lastName'
    return this.row.cellOf(isName && this.hasFullName ? 'fullName' : field)
  }

  get error(): UserRow['error'] {
    return faultIn(this.row, { ...this.defaults, isUnclear: this.names === undefined })
  }

  get centre(): string {
    return this.defaults.codeAsTyped(this.row.textOf('centre')) || this.defaults.centre
  }

  get firstName(): string {
    return this.names?.firstName ?? ''
  }

  get lastName(): string {
    return this.names?.lastName ?? ''
  }

  private get hasFullName(): boolean {
    return this.row.table.columns.has('fullName')
  }

  /** Undefined where it cannot be told which part of a whole name is the last name. */
  private get names(): { firstName: string; lastName: string } | undefined {
    const { row, defaults } = this
    if (this.hasFullName) return defaults.splitFullName(row.textOf('fullName'))
    return { firstName: row.textOf('firstName'), lastName: row.textOf('lastName') }
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
function faultIn(
  row: TableRow<ColumnField>,
  {
    notANameFault,
    unclearNameFault,
    isUnclear,
  }: Pick<RowDefaults, 'notANameFault' | 'unclearNameFault'> & { isUnclear: boolean },
): UserRow['error'] {
  const total = row.textOf('email').includes('@') ? undefined : row.totalsFault
  if (total !== undefined) return { ...total, field: total.field === 'fullName' ? 'firstName' : total.field }
  for (const { field } of userColumns) {
    const fault = row.faultOf(field)
    if (fault !== undefined) return { field: field === 'fullName' ? 'firstName' : field, ...fault }
  }
  if (isUnclear) return { field: 'firstName', ...unclearNameFault(row.textOf('fullName')) }
  const cellAs = (field: ColumnField) => ({ text: row.textOf(field), note: row.noteOf(field) })
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
