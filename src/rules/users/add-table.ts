import type { Trx } from '../../db/transact.ts'
import { type Failure, Usage } from '../../errors.ts'
import type { Given } from '../permissions/actor.ts'
import { addUser } from './add.ts'
import type { ChangedUser } from './changed.ts'
import { chosenRoles, chosenSites } from '../roles/chosen.ts'
import { typedAddress } from './email.ts'
import { findCentre } from '../centres/find.ts'
import { readPersonName } from '../names.ts'
import { namesIn, type Person } from './person.ts'
import { failureOf, forEachRow } from '../batch.ts'

/** One row of a table of new users, as it is written there. */
export interface UserRow {
  /** Where each field stands: `Users!D4`. */
  cells: Readonly<Record<UserField, string>>
  /** The first cell that could not be read, such as `#N/A`, worded to follow its column's name. */
  error?: { field: UserField; code: string; message: string; hint: string }
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
  return forEachRow(trx, rows, {
    check: (row) => wrongCells(trx, { row, given }),
    rule: (row) => {
      const { centre, roles, sites } = row
      return addUser(trx, { person: personIn(row), centre, roles, sites, admin, ifMissing, given })
    },
    cellOf: ({ cells, error }, { code, details }) =>
      cells[error?.field ?? nameField(details) ?? fields[code] ?? 'email'],
  })
}

/** Each cell is looked at, whatever is wrong with the others. */
async function wrongCells(trx: Trx, { row, given }: { row: UserRow; given: Given }): Promise<Failure[]> {
  const { error, centre, email, roles, sites } = row
  if (error) return [new Usage(`The cell ${error.message}.`, { code: error.code, hint: error.hint })]
  const looks = [
    () => (centre === '' ? refuseNoNumber() : findCentre(trx, centre, given)),
    () => nameIn(row),
    () => typedAddress(email),
    () => chosenRoles(roles),
    () => chosenSites(sites),
  ]
  const wrong: Failure[] = []
  for (const look of looks) {
    const failure = await failureOf(look)
    if (failure) wrong.push(failure)
  }
  return wrong
}

function refuseNoNumber(): never {
  throw new Usage('A centre number is missing.', { code: 'invalid-number' })
}

function personIn(row: UserRow): Person {
  return { address: typedAddress(row.email), ...nameIn(row) }
}

function nameIn({ firstName, lastName }: UserRow): { firstName: string; lastName: string } {
  if (firstName.trim() === '' && lastName.trim() === '')
    throw new Usage('A name is missing.', { code: 'name-missing' })
  return namesIn(readPersonName({ firstName, lastName }))
}

/** Which of the two names is none. */
function nameField({ field }: Record<string, unknown>): UserField | undefined {
  return field === 'firstName' || field === 'lastName' ? field : undefined
}

const fields: Readonly<Record<string, UserField>> = {
  'centre-not-found': 'centre',
  'centre-deleted': 'centre',
  'invalid-number': 'centre',
  'name-missing': 'firstName',
  'unknown-role': 'role',
  'is-coordinator': 'role',
  'derived-role': 'role',
  'unknown-site': 'site',
}
