import type { ImportView } from '../db/imports/view.ts'
import { catalogue, findRole } from '../rules/roles/catalogue.ts'
import { similarNames } from '../rules/unknown-name.ts'
import { askForTheAddress, domainOf, onlyLooksLike } from '../rules/users/look-alike.ts'
import type { RosterAndStore } from './hold-back.ts'
import { holdBack, holdBackFaults } from './issues.ts'
import type { RosterRow } from './roster-rows.ts'

/** A person that the workbook brings. */
interface NewUserOfRoster {
  /** Equal rows count once. */
  rows: RosterRow[]
  key: string
  isCoordinator: boolean
}

/** The positions of the rows of a person that the workbook brings; most have one. */
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
  // Most centres have one row: nothing is made to look for its twins.
  const people = rows.length > 1 ? new Map<string, NewUserOfRoster>() : undefined
  const newRows: NewUserOfRoster[] = []
  for (const row of rows) {
    const { email } = row
    if (email && users.has(email.key)) continue
    if (lookAlikes.size > 0) holdBackLookAlike(row, lookAlikes)
    // A name that was not calculated matters for somebody new.
    holdBackFaults(row, ['firstName', 'lastName'])
    const roles = rolesOf(row)
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
    message: `${email.email} has a domain that ${onlyLooksLike({ domain, other })}`,
    hint: askForTheAddress,
  })
}

/** A centre has at most one coordinator: the first address in the alphabet, so that order is nothing. */
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

/** The roles that an accepted row names; a new user's only. */
export function rolesNamed(text: string): readonly string[] {
  if (text === '') return noRoles
  const roles = new Set<string>()
  for (const word of wordsOf(text)) {
    const role = findRole(word)
    if (role) roles.add(role.name)
  }
  return [...roles].sort()
}

/** Separated by commas or semicolons. */
function wordsOf(text: string): string[] {
  return text
    .split(/[,;]/)
    .map((part) => part.trim())
    .filter((word) => word !== '')
}

/** The same of any row; where one of them cannot be given, it is held back. */
function rolesOf(row: RosterRow): readonly string[] {
  if (holdBackFaults(row, ['role'])) return noRoles
  const { role: text } = row
  if (text === '') return noRoles
  for (const word of wordsOf(text)) {
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
  return rolesNamed(text)
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
