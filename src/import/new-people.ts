import type { SeenCentres } from '../db/imports/centres-seen.ts'
import type { SeenUsers } from '../db/imports/users-seen.ts'
import { nearestOf } from '../nearest.ts'
import { catalogue, findRole } from '../rules/roles/catalogue.ts'
import { askForTheAddress, domainOf, onlyLooksLike } from '../rules/users/look-alike.ts'
import type { RowsByCentre } from './hold-back.ts'
import { addIssue, holdBack } from './issues.ts'
import type { RosterRow } from './roster-row.ts'

/** A person that the workbook brings. */
interface NewUserOfRoster {
  /** Equal rows count once. */
  rows: RosterRow[]
  key: string
  isCoordinator: boolean
}

/** The positions of the rows of a person that the workbook brings; most have one. */
export type RowsOfNewUser = number | readonly number[]

interface RosterAndStore {
  places: RowsByCentre
  centres: SeenCentres
  users: SeenUsers
  /** Domains that only look like another, with that one. */
  lookAlikes: ReadonlyMap<string, string>
}

/** The new users of the accepted rows; rows whose role cannot be given are held back. */
export function findNewUsers({ places, centres, users, lookAlikes }: RosterAndStore): RowsOfNewUser[] {
  const found: RowsOfNewUser[] = []
  for (const [number, rows] of places) {
    const newRows = newUsersIn({ rows, users, lookAlikes })
    holdBackSecondCoordinators({ newRows, taken: centres.get(number)?.hasCoordinator ?? false })
    for (const { rows: same } of newRows) {
      const [one] = same
      if (same.length > 1) found.push(same.map(({ position }) => position))
      else if (one) found.push(one.position)
    }
  }
  return found
}

function newUsersIn({
  rows,
  users,
  lookAlikes,
}: Pick<RosterAndStore, 'users' | 'lookAlikes'> & { rows: readonly RosterRow[] }): NewUserOfRoster[] {
  // Most centres have one row: nothing is made to look for its twins.
  const people = rows.length > 1 ? new Map<string, NewUserOfRoster>() : undefined
  const newRows: NewUserOfRoster[] = []
  for (const row of rows) {
    const { address } = row
    if (address && users.has(address.key)) continue
    if (lookAlikes.size > 0) holdBackLookAlike(row, lookAlikes)
    holdBackUnknownNames(row)
    const roles = rolesOf(row)
    if (row.issues || !address) continue
    const { key } = address
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

/** A name that was not calculated matters for somebody new. */
function holdBackUnknownNames(row: RosterRow): void {
  for (const issue of row.faults ?? [])
    if (issue.field === 'firstName' || issue.field === 'lastName') addIssue(row, issue)
}

function holdBackLookAlike(row: RosterRow, lookAlikes: RosterAndStore['lookAlikes']): void {
  if (!row.address) return
  const domain = domainOf(row.address.key)
  const other = lookAlikes.get(domain)
  if (other === undefined) return
  holdBack(row, {
    field: 'email',
    value: row.address.email,
    code: 'look-alike-domain',
    message: `${row.address.email} has a domain that ${onlyLooksLike({ domain, other })}`,
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
        hint: `Give them the role admin, and then: ssh-admin coordinator change ${row.number} --to ${row.address?.email}`,
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
  const faulty = row.faults?.find(({ field }) => field === 'role')
  if (faulty !== undefined) {
    addIssue(row, faulty)
    return noRoles
  }
  const { role: text } = row
  if (text === '') return noRoles
  for (const word of wordsOf(text)) {
    const role = findRole(word)
    if (role === undefined) holdBackUnknownRole(row, word)
    else if (role.given === 'by-staff' || role.given === 'derived') {
      holdBack(row, {
        field: 'role',
        value: word,
        code: 'role-not-granted',
        message: `${role.name} is not given by an import`,
        hint:
          role.given === 'derived'
            ? 'It comes with exams-officer.'
            : `After the import: ssh-admin roles grant ${row.address?.email ?? 'EMAIL'} ${role.name}`,
      })
    }
  }
  return rolesNamed(text)
}

function holdBackUnknownRole(row: RosterRow, word: string): void {
  const names = catalogue.map(({ name }) => name)
  const [guess] = nearestOf(word.toLowerCase(), names)
  holdBack(row, {
    field: 'role',
    value: word,
    code: 'unknown-role',
    message: `is ${word}: no role is called so${guess ? ` (did you mean ${guess}?)` : ''}`,
    hint: 'ssh-admin roles list names them.',
  })
}
