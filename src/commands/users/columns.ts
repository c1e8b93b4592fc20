import type { UserField } from '../../rules/users/add-table.ts'
import type { ColumnSpec } from '../../workbook/headings.ts'

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
