import type { ImportView } from '../db/imports/view.ts'
import { catalogue, findRole } from '../rules/roles/catalogue.ts'
import { similarNames } from '../rules/unknown-name.ts'
import { askForAddressHint, domainOf, describeLookAlike } from '../rules/users/look-alike.ts'
import type { RosterAndStore } from './hold-back.ts'
import { holdBack, holdBackFaults } from './issues.ts'
import type { RosterRow } from './roster-rows.ts'

/** A user that the import will create. */
interface NewUserOfRoster {
  /** The rows of the user; equal rows count once. */
  rows: RosterRow[]
  key: string
  isCoordinator: boolean
}

/** The positions of a new user's rows; most users have one. */
export type RowsOfNewUser = number | readonly number[]

/** The new users of the accepted rows; rows whose role cannot be given are held back. */
export function findNewUsers({ byCentre, view }: RosterAndStore): RowsOfNewUser[] {
  const found: RowsOfNewUser[] = []
  for (const [number, rows] of byCentre) {
    const newRows = newUsersIn(rows, view)
    holdBackSecondCoordinators({ newRows, taken: view.centres.get(number)?.hasCoordinator ?? false })
    for (const { rows: same } of newRows) {
      const [one] = same
      if (same.length > 1) found.push(same.map(({ position }) => position))
      else if (one) found.push(one.position)
    }
  }
  return found
}

function newUsersIn(rows: readonly RosterRow[], { users, lookAlikes }: ImportView): NewUserOfRoster[] {
  // Most centres have one row, which cannot have a duplicate.
  const people = rows.length > 1 ? new Map<string, NewUserOfRoster>() : undefined
  const newRows: NewUserOfRoster[] = []
  for (const row of rows) {
    const { email } = row
    if (email && users.has(email.key)) continue
    if (lookAlikes.size > 0) holdBackLookAlike(row, lookAlikes)
    // A name that could not be read matters only for a new user.
    holdBackFaults(row, ['firstName', 'lastName', 'fullName'])
    const roles = readRoles(row)
    if (row.issues || !email) continue
    const { key } = email
    const duplicate = people?.get(key)
    if (duplicate) {
      duplicate.rows.push(row)
      continue
    }
    const newUser = { rows: [row], key, isCoordinator: roles.includes('coordinator') }
    people?.set(key, newUser)
    newRows.push(newUser)
  }
  return newRows
}

function holdBackLookAlike(row: RosterRow, lookAlikes: ImportView['lookAlikes']): void {
  const { email } = row
  if (!email) return
  const domain = domainOf(email.key)
  const other = lookAlikes.get(domain)
  if (other === undefined) return
  holdBack(row, {
    field: 'email',
    value: email.email,
    code: 'look-alike-domain',
    message: `${email.email} has a domain that ${describeLookAlike({ domain, other })}`,
    hint: askForAddressHint,
  })
}

/**
 * A centre has at most one coordinator: of several, the first address in the alphabet is accepted, so that the order of
 * the rows does not matter.
 */
function holdBackSecondCoordinators({
  newRows,
  taken,
}: {
  newRows: readonly NewUserOfRoster[]
  taken: boolean
}): void {
  const newCoordinators = newRows.filter(({ isCoordinator }) => isCoordinator)
  if (newCoordinators.length === 0) return
  newCoordinators.sort((one, other) => (one.key < other.key ? -1 : 1))
  for (const { rows } of taken ? newCoordinators : newCoordinators.slice(1)) {
    for (const row of rows) {
      holdBack(row, {
        field: 'role',
        value: row.role,
        code: 'has-coordinator',
        message: taken
          ? `coordinator is taken: ${row.number} has one already`
          : `coordinator is taken: ${newCoordinators[0]?.key} stands in this workbook for ${row.number}`,
        hint: `Give them the role admin, and then: ssh-admin coordinator change ${row.number} --to ${row.email?.email}`,
      })
    }
  }
}

const noRoles: readonly string[] = []

/** The roles that the cell of an accepted row names, for a new user. */
export function parseRoles(text: string): readonly string[] {
  if (text === '') return noRoles
  const roles = new Set<string>()
  for (const word of splitWords(text)) {
    const role = findRole(word)
    if (role) roles.add(role.name)
  }
  return [...roles].sort()
}

/** The words of a cell, which are separated by commas or semicolons. */
function splitWords(text: string): string[] {
  return text
    .split(/[,;]/)
    .map((part) => part.trim())
    .filter((word) => word !== '')
}

/** The roles that any row names; a row with a role that cannot be given is held back. */
function readRoles(row: RosterRow): readonly string[] {
  if (holdBackFaults(row, ['role'])) return noRoles
  const { role: text } = row
  if (text === '') return noRoles
  for (const word of splitWords(text)) {
    const role = findRole(word)
    if (role === undefined) holdBackUnknownRole(row, word)
    else if (role.grantedBy === 'by-staff' || role.grantedBy === 'derived') {
      holdBack(row, {
        field: 'role',
        value: word,
        code: 'role-not-granted',
        message: `${role.name} is not given by an import`,
        hint:
          role.grantedBy === 'derived'
            ? 'It comes with exams-officer.'
            : `After the import: ssh-admin roles grant ${row.email?.email ?? 'EMAIL'} ${role.name}`,
      })
    }
  }
  return parseRoles(text)
}

function holdBackUnknownRole(row: RosterRow, word: string): void {
  const names = catalogue.map(({ name }) => name)
  const [guess] = similarNames(word, names, 'role')
  holdBack(row, {
    field: 'role',
    value: word,
    code: 'unknown-role',
    message: `is ${word}: no role is called so${guess ? ` (did you mean ${guess}?)` : ''}`,
    hint: 'ssh-admin roles list names them.',
  })
}
