import type { SeenCentres } from '../db/imports/centres-seen.ts'
import type { ImportView } from '../db/imports/view.ts'
import type { HubRole } from '../db/schema.ts'
import type { CellIssue } from '../rules/table-rows.ts'
import { isHubRole } from '../rules/users/account.ts'
import { hubRoleFor } from '../rules/users/new-user.ts'
import { cellName } from '../workbook/cell.ts'
import { runningNumbersColumn } from '../workbook/headings.ts'
import {
  type ExtraUser,
  findAmbiguousRows,
  findExtraUsers,
  findMissingCentres,
  type MissingCentre,
} from './missing.ts'
import { headingOf } from './columns.ts'
import { type DuplicatedUser, holdBackSlippedAddresses, holdBackDuplicates } from './duplicates.ts'
import {
  rowsNotHeldBack,
  acceptSavedLocations,
  firstNonBlank,
  holdBackDeletedCentres,
  holdBackDifferentNames,
  holdBackDifferentRows,
  type RosterAndStore,
} from './hold-back.ts'
import type { LazyList } from '../lazy-list.ts'
import { compareCodeUnits, issuesOf, type RowIssue } from './issues.ts'
import { findNewCentres, type FoundCentre, type PlannedCentre, schoolOfRow } from './new-centres.ts'
import { findNewUsers, parseRoles, type RowsOfNewUser } from './new-users.ts'
import { type FoundElsewhere, findElsewhere } from './other-sheets.ts'
import {
  holdBackNumbersAsNames,
  holdBackNamesOfOtherCentres,
  stripApostrophes,
  type Rename,
} from './renames.ts'
import type { Roster } from './roster.ts'
import type { RosterRow } from './roster-rows.ts'
import { heldBackRows, listOfRows, type RosterRows, RowsByCentre } from './roster-rows.ts'
import { holdBackNearNumbers, holdBackRenumbered } from './duplicate-centres.ts'

export type { PlannedCentre } from './new-centres.ts'

export interface PlannedUser {
  email: string
  key: string
  firstName: string
  lastName: string
  centre: string
  hubRole: HubRole | null
  /** Roles besides the hub role. */
  roles: readonly string[]
  /** Whether a deleted account had this address. */
  replaces: boolean
}

/** `replaced` counts the users who have the address of a deleted account; a plan from a file lacks the number. */
interface PlannedUsers extends LazyList<PlannedUser> {
  replaced?: number
}

/** What an import will do: a value that is made from a roster and the contents of the store, and nothing else. */
export interface Plan {
  rows: { read: number; accepted: number; heldBack: number; blank: number }
  newCentres: LazyList<PlannedCentre>
  renames: Rename[]
  restores: { id: number; number: string }[]
  /** Approved centres whose first coordinator the workbook brings. */
  activations: { id: number; number: string }[]
  newUsers: PlannedUsers
  /** The new users who get no name because the columns that seem to hold the names are left aside. */
  withoutNames?: { users: number; headings: readonly string[] }
  unchanged: { centres: number; users: number }
  missingCentres: MissingCentre[]
  extraUsers: ExtraUser[]
  duplicatedUsers: DuplicatedUser[]
  issues: LazyList<CellIssue>
  /** A user or centre that would be extra or missing, but stands on another sheet: then nothing is extra or missing. */
  elsewhere?: FoundElsewhere
  /**
   * The numbers of live centres, and of live users at the workbook's centres, by which the limit on deleting is
   * measured. Part of a roster deletes nothing, and its centres are those that it may mean. `inWorkbook`: the live
   * centres that have an accepted row.
   */
  live: { centres: number; users: number; inWorkbook: number }
}

interface Planning {
  view: ImportView
  restoreDeleted: boolean
  /** Whether the workbook is part of a roster: then nobody is missing or extra. */
  partial: boolean
  /** Whether the sheet that is read is the whole roster, even if other sheets name users or centres. */
  wholeRoster?: boolean
}

export function planImport(read: Roster, planning: Planning): Plan {
  // Planning adds the issues that depend on the store, and removes them again: the roster stays as it was read.
  const issuesRead = new Map<number, RowIssue[]>()
  for (const { position, issues } of read.rows) if (issues) issuesRead.set(position, issues)
  try {
    return planRows(read, planning)
  } finally {
    for (const row of read.rows) row.issues = issuesRead.get(row.position)
  }
}

function planRows(roster: Roster, { view, restoreDeleted, partial, wholeRoster = false }: Planning): Plan {
  refuseRowCounter(roster, view.centres)
  const both: RosterAndStore = { roster, byCentre: new RowsByCentre(roster.rows), view }

  acceptSavedLocations(both)
  if (!restoreDeleted) holdBackDeletedCentres(both)
  stripApostrophes(both)
  holdBackNumbersAsNames(both)
  holdBackDifferentNames(both)
  holdBackNearNumbers(both)
  holdBackRenumbered(both)
  holdBackNamesOfOtherCentres(both)
  const duplicatedUsers = holdBackDuplicates(both)
  holdBackSlippedAddresses(both, { duplicated: duplicatedUsers, partial })
  holdBackDifferentRows(both)
  const newRows = findNewUsers(both)
  const foundCentres = findNewCentres(both)

  const heldBack = heldBackRows(roster.rows)
  const { newUsers, coordinated } = plannedUsers(roster.rows, { newRows, deleted: view.deletedAddresses })
  const newCentres = plannedCentres(roster.rows, { foundCentres, coordinated })
  const { renames, restores, activations, unchanged, live: inWorkbook } = savedCentres(both, coordinated)
  const ambiguous = findAmbiguousRows(both)
  const { extraUsers, live } = findExtraUsers(both, ambiguous)
  const missingCentres = partial ? [] : findMissingCentres(both, ambiguous)
  const elsewhere =
    partial || wholeRoster
      ? undefined
      : findElsewhere(roster.otherSheets, { missing: missingCentres, extra: extraUsers, view })
  const isWhole = !partial && elsewhere === undefined
  return {
    rows: {
      read: roster.rows.length,
      accepted: roster.rows.length - heldBack.length,
      heldBack: heldBack.length,
      blank: roster.blank,
    },
    newCentres,
    renames,
    restores,
    activations,
    newUsers,
    ...withoutNames(newUsers, roster),
    unchanged: { centres: unchanged, users: countUnchangedUsers(both) },
    missingCentres: isWhole ? missingCentres : [],
    extraUsers: isWhole ? extraUsers : [],
    ...(elsewhere === undefined ? {} : { elsewhere }),
    live: { ...live, inWorkbook },
    duplicatedUsers,
    issues: issuesOf(heldBack, roster),
  }
}

/**
 * @throws UnusableWorkbook where the column of numbers only counts the rows, and no saved centre has one of the numbers
 */
function refuseRowCounter({ rowCounter }: Roster, centres: SeenCentres): void {
  if (rowCounter === undefined) return
  const { heading, numbers, other } = rowCounter
  for (const number of numbers) if (centres.has(String(number))) return
  throw runningNumbersColumn(heading, headingOf('number'), { other })
}

/** What becomes of the saved centres that an accepted row names, in the order of their numbers. */
function savedCentres(
  { roster, byCentre, view: { centres } }: RosterAndStore,
  coordinated: ReadonlySet<string>,
): Pick<Plan, 'renames' | 'restores' | 'activations'> & { unchanged: number; live: number } {
  const renames: Plan['renames'] = []
  const restores: Plan['restores'] = []
  const activations: Plan['activations'] = []
  let unchanged = 0
  let live = 0
  for (const [number, all] of byCentre) {
    const centre = centres.get(number)
    const rows = centre ? rowsNotHeldBack(all) : []
    if (!centre || rows.length === 0) continue
    const { id, name: before, deleted } = centre
    const after = firstNonBlank(rows, ({ name }) => name)
    const isRenamed = after !== '' && after !== before
    if (isRenamed)
      renames.push({ id, number, before, after, cell: nameCellOf(roster, { rows, name: after }) })
    if (deleted) restores.push({ id, number })
    else live += 1
    if (!deleted && !isRenamed) unchanged += 1
    if (centre.status === 'approved' && coordinated.has(number)) activations.push({ id, number })
  }
  for (const list of [renames, restores, activations])
    list.sort((one, other) => compareCodeUnits(one.number, other.number))
  return { renames, restores, activations, unchanged, live }
}

/** The first cell in which the new name stands. */
function nameCellOf(roster: Roster, { rows, name }: { rows: readonly RosterRow[]; name: string }): string {
  const first = rows.find((row) => row.name === name)
  const columns = first?.columns ?? roster.columns
  return cellName(roster.sheet, columns.get('name') ?? 0, first?.row ?? 0)
}

/** The new centres, in the order of their numbers. */
function plannedCentres(
  rows: RosterRows,
  { foundCentres, coordinated }: { foundCentres: FoundCentre[]; coordinated: ReadonlySet<string> },
): LazyList<PlannedCentre> {
  for (const centre of foundCentres) {
    // An associate centre stays approved until its coordinator is set up.
    if (typeof centre === 'object' && centre.kind === 'associate-centre' && !coordinated.has(centre.number))
      centre.status = 'approved'
  }
  const numberOf = (centre: FoundCentre) =>
    (typeof centre === 'object' ? centre.number : rows.at(centre)?.number) ?? ''
  foundCentres.sort((one, other) => compareCodeUnits(numberOf(one), numberOf(other)))
  return listOfRows(rows, foundCentres, schoolOfRow)
}

/** The new users with accepted rows, by centre and address, and the centres to which they bring a coordinator. */
function plannedUsers(
  rows: RosterRows,
  { newRows, deleted }: { newRows: readonly RowsOfNewUser[]; deleted: ReadonlySet<string> },
): { newUsers: PlannedUsers; coordinated: Set<string> } {
  const rolesIn = cachedRoleReader()
  const userOf = ({ email, firstName, lastName, number: centre = '', role }: RosterRow): PlannedUser => {
    const { email: address = '', key = '' } = email ?? {}
    const { hubRole, roles } = rolesIn(role)
    const replaces = deleted.size > 0 && deleted.has(key)
    return { email: address, key, firstName, lastName, centre, hubRole, roles, replaces }
  }
  const planned: (number | PlannedUser)[] = []
  const coordinated = new Set<string>()
  let replaced = 0
  for (const found of newRows) {
    const same = typeof found === 'number' ? [found] : found
    const all = same.flatMap((position) => rows.at(position) ?? [])
    const [first] = all
    const acceptedRows = rowsNotHeldBack(all)
    if (first === undefined || acceptedRows.length === 0) continue
    const user = userOf(first)
    // Of two spellings of one address the same is kept, whatever the order of the rows.
    if (typeof found !== 'number') user.email = firstNonBlank(acceptedRows, (row) => row.email?.email ?? '')
    planned.push(typeof found === 'number' ? found : user)
    if (user.hubRole === 'coordinator') coordinated.add(user.centre)
    if (user.replaces) replaced += 1
  }
  const centreOf = (one: number | PlannedUser) =>
    (typeof one === 'number' ? rows.at(one)?.number : one.centre) ?? ''
  const keyOf = (one: number | PlannedUser) =>
    (typeof one === 'number' ? rows.at(one)?.email?.key : one.key) ?? ''
  planned.sort(
    (one, other) =>
      compareCodeUnits(centreOf(one), centreOf(other)) || compareCodeUnits(keyOf(one), keyOf(other)),
  )
  return { newUsers: Object.assign(listOfRows(rows, planned, userOf), { replaced }), coordinated }
}

type RolesOfUser = Pick<PlannedUser, 'hubRole' | 'roles'>

/** Reads the roles in a cell, and remembers them: all rows have the same few. */
function cachedRoleReader(): (text: string) => RolesOfUser {
  const known = new Map<string, RolesOfUser>()
  return (text) => {
    const same = known.get(text)
    if (same) return same
    const roles = parseRoles(text)
    const found = { hubRole: hubRoleFor(roles), roles: roles.filter((role) => !isHubRole(role)) }
    known.set(text, found)
    return found
  }
}

function withoutNames(newUsers: PlannedUsers, { namesLeftAside }: Roster): Pick<Plan, 'withoutNames'> {
  if (namesLeftAside.length === 0) return {}
  let users = 0
  for (const { firstName, lastName } of newUsers) if (firstName === '' && lastName === '') users += 1
  return users === 0 ? {} : { withoutNames: { users, headings: namesLeftAside } }
}

/** Counts the saved users whom an accepted row names. */
function countUnchangedUsers({ roster, view: { users } }: RosterAndStore): number {
  if (users.size === 0) return 0
  const seen = new Uint8Array(users.size)
  let count = 0
  for (const { email, issues } of roster.rows) {
    const saved = email && !issues ? users.get(email.key) : undefined
    if (saved === undefined || seen[saved.position] === 1) continue
    seen[saved.position] = 1
    count += 1
  }
  return count
}
