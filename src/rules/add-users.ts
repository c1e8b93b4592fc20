import type { Trx } from '../db/transact.ts'
import { Usage } from '../errors.ts'
import type { Given } from './actor.ts'
import { addUser } from './add-user.ts'
import type { ChangedUser } from './changed-user.ts'
import { typedAddress } from './email.ts'
import { cleanName } from './person.ts'
import { forEachRow } from './several.ts'

/** One row of a table of new users, as it is written there. */
export interface UserRow {
  /** Where each field stands: `Users!D4`. */
  cells: Readonly<Record<UserField, string>>
  /** What stands in a cell instead of a value, such as `#N/A`. */
  error?: { field: UserField; what: string }
  centre: string
  firstName: string
  lastName: string
  email: string
  roles: readonly string[]
  sites: readonly string[]
}

export type UserField = 'centre' | 'firstName' | 'lastName' | 'email' | 'role' | 'site'

interface Table {
  rows: readonly UserRow[]
  admin: boolean
  ifMissing: boolean
  given: Given
}

/** Adds the people of a table, all or none. @throws `bad-rows`, with every problem by its cell */
export function addUsers(trx: Trx, { rows, admin, ifMissing, given }: Table): Promise<ChangedUser[]> {
  return forEachRow(rows, {
    rule: (row) => {
      const { centre, roles, sites } = row
      return addUser(trx, { person: personIn(row), centre, roles, sites, admin, ifMissing, given })
    },
    cellOf: ({ cells, error }, { code }) => cells[error?.field ?? fields[code] ?? 'email'],
  })
}

function personIn({ email, firstName, lastName, centre, error }: UserRow) {
  if (error) throw new Usage(`${error.what} stands there instead of a value.`, { code: 'error-cell' })
  if (centre === '') throw new Usage('A centre number is missing.', { code: 'invalid-number' })
  if (firstName === '' && lastName === '') throw new Usage('A name is missing.', { code: 'name-missing' })
  const address = typedAddress(email)
  return { address, firstName: cleanName(firstName), lastName: cleanName(lastName) }
}

const fields: Readonly<Record<string, UserField>> = {
  'centre-not-found': 'centre',
  'centre-deleted': 'centre',
  'invalid-number': 'centre',
  'name-missing': 'firstName',
  'invalid-name': 'firstName',
  'unknown-role': 'role',
  'is-coordinator': 'role',
  'derived-role': 'role',
  'unknown-site': 'site',
}
