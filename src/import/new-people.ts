import type { SeenCentre } from '../db/imports/centres-seen.ts'
import type { SeenUser } from '../db/imports/users-seen.ts'
import { nearestOf } from '../nearest.ts'
import { catalogue, findRole } from '../rules/roles/catalogue.ts'
import { askForTheAddress, domainOf, onlyLooksLike } from '../rules/users/look-alike.ts'
import type { RowsByCentre } from './hold-back.ts'
import { addIssue, holdBack } from './issues.ts'
import type { RosterRow } from './roster-row.ts'

/** A person that the workbook brings, with the roles it asks for. */
export interface NewUserOfRoster {
  /** Equal rows count once. */
  rows: readonly RosterRow[]
  key: string
  firstName: string
  lastName: string
  centre: string
  roles: readonly string[]
}

interface Seen {
  places: RowsByCentre
  centres: ReadonlyMap<string, SeenCentre>
  users: ReadonlyMap<string, SeenUser>
  /** Domains that only look like another, with that one. */
  lookAlikes: ReadonlyMap<string, string>
}

/** The new users of the accepted rows; rows whose role cannot be given are held back. */
export function findNewUsers({ places, centres, users, lookAlikes }: Seen): NewUserOfRoster[] {
  const found: NewUserOfRoster[] = []
  for (const [number, rows] of places) {
    const newRows = newUsersIn({ rows, users, lookAlikes })
    holdBackSecondCoordinators({ newRows, taken: centres.get(number)?.hasCoordinator ?? false })
    for (const newUser of newRows) found.push(newUser)
  }
  return found
}

function newUsersIn({
  rows,
  users,
  lookAlikes,
}: Pick<Seen, 'users' | 'lookAlikes'> & { rows: readonly RosterRow[] }): NewUserOfRoster[] {
  // Most centres have one row: nothing is made to look for its twins.
  const people = rows.length > 1 ? new Map<string, RosterRow[]>() : undefined
  const newRows: NewUserOfRoster[] = []
  for (const row of rows) {
    if (row.address && users.has(row.address.key)) continue
    if (lookAlikes.size > 0) holdBackLookAlike(row, lookAlikes)
    holdBackUnknownNames(row)
    const roles = rolesOf(row)
    if (row.issues || !row.address) continue
    const { key } = row.address
    const twins = people?.get(key)
    if (twins) {
      twins.push(row)
      continue
    }
    const sameAddress = [row]
    people?.set(key, sameAddress)
    const { firstName, lastName, number: centre = '' } = row
    newRows.push({ rows: people ? sameAddress : rows, key, firstName, lastName, centre, roles })
  }
  return newRows
}

/** A name that was not calculated matters for somebody new. */
function holdBackUnknownNames(row: RosterRow): void {
  for (const issue of row.faults ?? [])
    if (issue.field === 'firstName' || issue.field === 'lastName') addIssue(row, issue)
}

function holdBackLookAlike(row: RosterRow, lookAlikes: Seen['lookAlikes']): void {
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
  if (!newRows.some(({ roles }) => roles.includes('coordinator'))) return
  const wanting = newRows.filter(({ roles }) => roles.includes('coordinator'))
  wanting.sort((one, other) => (one.key < other.key ? -1 : 1))
  for (const { rows } of taken ? wanting : wanting.slice(1)) {
    for (const row of rows) {
      holdBack(row, {
        field: 'role',
        value: row.role,
        code: 'has-coordinator',
        message: taken
          ? `coordinator is taken: ${row.number} has one already`
          : `coordinator is taken: ${wanting[0]?.key} stands in this workbook for ${row.number}`,
        hint: `Give them the role admin, and then: ssh-admin coordinator change ${row.number} --to ${row.address?.email}`,
      })
    }
  }
}

const noRoles: readonly string[] = []

/** The roles a row names, separated by commas or semicolons; a new user's only. */
function rolesOf(row: RosterRow): readonly string[] {
  const faulty = row.faults?.find(({ field }) => field === 'role')
  if (faulty !== undefined) {
    addIssue(row, faulty)
    return noRoles
  }
  if (row.role === '') return noRoles
  const roles = new Set<string>()
  for (const word of row.role.split(/[,;]/).map((part) => part.trim())) {
    if (word === '') continue
    const role = findRole(word)
    if (role === undefined) holdBackUnknownRole(row, word)
    else if (role.ctx === 'by-staff' || role.ctx === 'derived') {
      holdBack(row, {
        field: 'role',
        value: word,
        code: 'role-not-granted',
        message: `${role.name} is not given by an import`,
        hint:
          role.ctx === 'derived'
            ? 'It comes with exams-officer.'
            : `After the import: ssh-admin roles grant ${row.address?.email ?? 'EMAIL'} ${role.name}`,
      })
    } else roles.add(role.name)
  }
  return [...roles].sort()
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
