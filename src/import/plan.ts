import type { SeenCentre } from '../db/imports/centres-seen.ts'
import type { ImportView } from '../db/imports/view.ts'
import type { HubRole } from '../db/schema.ts'
import { isHubRole } from '../rules/roles/catalogue.ts'
import { hubRoleFor } from '../rules/users/new-user.ts'
import { cellName } from '../workbook/cell.ts'
import { runningNumbers } from '../workbook/headings-errors.ts'
import { findAmbiguousRows } from './ambiguous-rows.ts'
import { headingOf } from './columns.ts'
import { holdBackNumbersAsNames, holdBackOthersNames, readBehindApostrophes } from './renames.ts'
import { type DuplicatedUser, holdBackDuplicates } from './duplicates.ts'
import { type ExtraUser, findExtraUsers, findMissingCentres, type MissingCentre } from './extras.ts'
import {
  accepted,
  firstOf,
  holdBackDeletedCentres,
  holdBackDifferentNames,
  holdBackDifferentRows,
  type RowsByCentre,
  rowsByCentre,
} from './hold-back.ts'
import { findNewCentres, type PlannedCentre } from './new-centres.ts'
import { findNewUsers, type NewUserOfRoster } from './new-people.ts'
import { holdBackNearNumbers } from './near-number.ts'
import { type Issues, issuesOf } from './issues.ts'
import { holdBackRenumbered } from './renumbered.ts'
import { acceptSavedLocations } from './places-that-are-addresses.ts'
import { type FoundElsewhere, foundElsewhere } from './other-sheets.ts'
import type { Roster } from './roster.ts'
import type { RosterRow } from './roster-row.ts'

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
  /** A deleted account had this address. */
  replaces: boolean
}

/** What an import will do: a value, made from a roster and what the store holds, and nothing else. */
export interface Plan {
  rows: { read: number; accepted: number; heldBack: number; blank: number }
  newCentres: PlannedCentre[]
  renames: { id: number; number: string; before: string; after: string; cell: string }[]
  restores: { id: number; number: string }[]
  /** Approved centres whose first coordinator the workbook brings. */
  activations: { id: number; number: string }[]
  newUsers: PlannedUser[]
  unchanged: { centres: number; users: number }
  missingCentres: MissingCentre[]
  extraUsers: ExtraUser[]
  duplicatedUsers: DuplicatedUser[]
  issues: Issues
  /** Who would be missing or extra and stands on another sheet, because of whom nobody is. */
  elsewhere?: FoundElsewhere
  /**
   * Live centres, and live users at the workbook's centres: what the limit on deleting is a share of. By part of a
   * roster nothing is deleted: the centres are those that it may mean.
   */
  live: { centres: number; users: number; inWorkbook: number }
}

interface Planning {
  view: ImportView
  restoreDeleted: boolean
  /** Part of a roster: nobody is missing or extra. */
  partial: boolean
  /** Its one sheet is all, whoever stands on others. */
  wholeRoster?: boolean
}

/** Plans an import. */
export function planImport(read: Roster, planning: Planning): Plan {
  // Planning finds the issues that only the store can tell; the roster stays as it was read.
  const issuesRead = read.rows.map(({ issues }) => issues)
  try {
    return planRows(read, planning)
  } finally {
    for (const [position, row] of read.rows.entries()) row.issues = issuesRead[position]
  }
}

function planRows(roster: Roster, { view, restoreDeleted, partial, wholeRoster = false }: Planning): Plan {
  const centres = view.byNumber
  const centresById = new Map<number, SeenCentre>()
  for (const centre of view.centres) centresById.set(centre.id, centre)
  refuseRowCounter(roster, centres)
  const places = rowsByCentre(roster.rows)

  acceptSavedLocations(roster.rows, { centres, view })
  if (!restoreDeleted) holdBackDeletedCentres({ places, centres })
  readBehindApostrophes({ places, centres })
  holdBackNumbersAsNames({ places, centres })
  holdBackDifferentNames(places)
  holdBackNearNumbers({ places, centres, users: view.users })
  holdBackRenumbered(roster, { places, centres, view })
  holdBackOthersNames(roster, { places, centres })
  const duplicatedUsers = holdBackDuplicates(roster, { users: view.users, centresById })
  holdBackDifferentRows(places)
  const newRows = findNewUsers({ places, centres, users: view.users, lookAlikes: view.lookAlikes })
  const newCentres = findNewCentres({ places, centres })

  const heldBack = roster.rows.filter(({ issues }) => issues)
  const accepted = roster.rows.length - heldBack.length
  const newUsers = plannedUsers(newRows, view)
  const coordinated = new Set(
    newUsers.filter(({ hubRole }) => hubRole === 'coordinator').map(({ centre }) => centre),
  )
  // An associate centre stays approved until its coordinator is set up.
  for (const centre of newCentres) {
    if (centre.kind === 'associate-centre' && !coordinated.has(centre.number)) centre.status = 'approved'
  }
  const saved = savedCentres({ places, centres })
  const ambiguous = findAmbiguousRows({ roster, places, centres, view })
  const present = { roster, places, centres, centresById, view, ambiguous }
  const { extraUsers, live } = findExtraUsers(present)
  const missingCentres = partial ? [] : findMissingCentres(present)
  const elsewhere =
    partial || wholeRoster
      ? undefined
      : foundElsewhere(roster.otherSheets, { missing: missingCentres, extra: extraUsers, view })
  const isWhole = !partial && elsewhere === undefined
  return {
    rows: { read: roster.rows.length, accepted, heldBack: heldBack.length, blank: roster.blank },
    newCentres,
    renames: saved.flatMap(({ centre, name, rows }) =>
      name !== '' && name !== centre.name
        ? [
            {
              id: centre.id,
              number: centre.number,
              before: centre.name,
              after: name,
              cell: nameCellOf(roster, { rows, name }),
            },
          ]
        : [],
    ),
    restores: saved
      .filter(({ centre }) => centre.deleted)
      .map(({ centre: { id, number } }) => ({ id, number })),
    activations: saved
      .filter(({ centre }) => centre.status === 'approved' && coordinated.has(centre.number))
      .map(({ centre: { id, number } }) => ({ id, number })),
    newUsers,
    unchanged: {
      centres: saved.filter(({ centre, name }) => !centre.deleted && (name === '' || name === centre.name))
        .length,
      users: countUnchangedUsers(roster, view),
    },
    missingCentres: isWhole ? missingCentres : [],
    extraUsers: isWhole ? extraUsers : [],
    ...(elsewhere === undefined ? {} : { elsewhere }),
    live: { ...live, inWorkbook: saved.filter(({ centre }) => !centre.deleted).length },
    duplicatedUsers,
    issues: issuesOf(heldBack, roster),
  }
}

/** @throws UnusableWorkbook where the numbers only count the rows: none of them is a saved centre's. */
function refuseRowCounter({ rowCounter }: Roster, centres: ReadonlyMap<string, SeenCentre>): void {
  if (rowCounter === undefined) return
  const { heading, numbers, other } = rowCounter
  for (const number of numbers) if (centres.has(String(number))) return
  throw runningNumbers(heading, headingOf('number'), { counts: '', other })
}

function savedCentres({
  places,
  centres,
}: {
  places: RowsByCentre
  centres: ReadonlyMap<string, SeenCentre>
}): { centre: SeenCentre; name: string; rows: readonly RosterRow[] }[] {
  const saved: { centre: SeenCentre; name: string; rows: readonly RosterRow[] }[] = []
  for (const [number, rows] of places) {
    const centre = centres.get(number)
    if (!centre) continue
    const good = accepted(rows)
    if (good.length > 0) saved.push({ centre, name: firstOf(good, ({ name }) => name), rows: good })
  }
  return saved.sort((one, other) => (one.centre.number < other.centre.number ? -1 : 1))
}

/** The first cell in which the new name stands. */
function nameCellOf(roster: Roster, { rows, name }: { rows: readonly RosterRow[]; name: string }): string {
  let first: RosterRow | undefined
  for (const row of rows) if (row.name === name && (first === undefined || row.row < first.row)) first = row
  const columns = first?.columns ?? roster.columns
  return cellName(roster.sheet, columns.get('name') ?? 0, first?.row ?? 0)
}

function plannedUsers(newRows: readonly NewUserOfRoster[], view: ImportView): PlannedUser[] {
  const planned: PlannedUser[] = []
  for (const { rows, key, firstName, lastName, centre, roles } of newRows) {
    // Of two spellings of one address the same one is kept, whatever the order of the rows.
    const email = firstOf(accepted(rows), ({ address }) => address?.email ?? '')
    if (email === '') continue
    planned.push({
      email,
      key,
      firstName,
      lastName,
      centre,
      hubRole: hubRoleFor(roles),
      roles: roles.length === 0 ? roles : roles.filter((role) => !isHubRole(role)),
      replaces: view.deletedAddresses.has(key),
    })
  }
  return planned.sort((one, other) => compare(one.centre, other.centre) || compare(one.key, other.key))
}

/** Saved users that an accepted row names. */
function countUnchangedUsers(roster: Roster, view: ImportView): number {
  const seen = new Set<number>()
  for (const { address, issues } of roster.rows) {
    const saved = address && !issues ? view.users.get(address.key) : undefined
    if (saved) seen.add(saved.id)
  }
  return seen.size
}

function compare(one: string, other: string): number {
  if (one === other) return 0
  return one < other ? -1 : 1
}
