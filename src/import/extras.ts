import type { ImportView, SeenCentre, SeenUser } from '../db/import-view.ts'
import { doubtsAbout } from './doubts.ts'
import type { RowsByCentre } from './hold-back.ts'
import type { Roster, RosterRow } from './roster.ts'

/** In the store and live, not in the workbook. */
export interface MissingCentre {
  id: number
  number: string
  name: string
  users: number
  /** Why an import never deletes it: a row that was held back may be one of its rows. */
  kept: 'held-back-rows' | null
}

export type Kept = 'held-back-rows' | 'is-coordinator' | 'has-progression-tests' | 'has-associate-centres'

/** At a centre of the workbook, but not in the workbook. */
export interface ExtraUser {
  id: number
  email: string
  centre: string
  spreadsheetEmails: string[]
  lastSignedInAt: string | null
  /** Why an import never deletes them. */
  kept: Kept | null
}

interface Present {
  roster: Roster
  places: RowsByCentre
  centres: ReadonlyMap<string, SeenCentre>
  centresById: ReadonlyMap<number, SeenCentre>
  view: ImportView
}

/** Held-back rows are there: their centre is not missing, whatever is wrong with them. */
export function findMissingCentres(present: Present): MissingCentre[] {
  const { view, places } = present
  const { meant, hinted, anywhere } = doubtsAbout(present)
  return view.centres
    .filter(({ id, number, deleted }) => !deleted && !places.has(number) && !meant.has(id))
    .map(({ id, number, name }) => ({
      id,
      number,
      name,
      users: view.usersOf(id),
      kept: lost || hinted.has(id) ? 'held-back-rows' : null,
    }))
}

/** Centres whose name, or the address of one of whose users, stands in a row held back elsewhere. */
function centresHintedAt({ roster, centres, view }: Present): Set<number> {
  const ids = new Set<number>()
  const names = new Set<string>()
  for (const { address, issues, name, number } of roster.rows) {
    if (!issues) continue
    const saved = address && view.users.get(address.key)
    if (saved?.centreId) ids.add(saved.centreId)
    if (name !== '' && fold(name) !== fold(centres.get(number ?? '')?.name ?? '')) names.add(fold(name))
  }
  if (names.size === 0) return ids
  for (const { id, name } of view.centres) if (names.has(fold(name))) ids.add(id)
  return ids
}

/**
 * Held-back rows that name no saved centre in any way, and do not say enough to be a new one:
 * whichever centre seems to be missing, its row may be one of these.
 */
function lostRows({ roster, places, centres, view }: Present): RosterRow[] {
  const suspects = roster.rows.filter(
    ({ issues, number, address }) =>
      issues && !centres.has(number ?? '') && !(address && view.users.get(address.key)?.centreId),
  )
  if (suspects.length === 0) return []
  const names = new Set(view.centres.map(({ name }) => fold(name)))
  return suspects.filter(({ name, number }) => {
    if (names.has(fold(name))) return false
    const same = places.get(number ?? '') ?? []
    return !same.some((row) => row.name !== '') || !same.some(({ place }) => place.country !== '')
  })
}

export function findExtraUsers(present: Present): {
  extraUsers: ExtraUser[]
  live: { centres: number; users: number }
} {
  const { roster, places, centres, centresById, view } = present
  const meant = centresMeantByStrayRows(present)
  const unsure = new Set(meant)
  for (const [number, rows] of places) {
    const centre = centres.get(number)
    if (centre && rows.some(({ issues }) => issues)) unsure.add(centre.id)
  }
  const named = new Set<string>()
  // A new store has nobody to look for.
  if (view.users.size > 0) for (const { address } of roster.rows) if (address) named.add(address.key)
  // Whose address can be read is named by it.
  const lost = lostRows(present).some(({ address }) => !address)

  const extraUsers: ExtraUser[] = []
  let liveUsers = 0
  for (const user of view.users.values()) {
    const centre = user.centreId === null ? undefined : centresById.get(user.centreId)
    if (!centre || !(places.has(centre.number) || meant.has(centre.id))) continue
    liveUsers += 1
    if (named.has(user.key)) continue
    extraUsers.push({
      id: user.id,
      email: user.email,
      centre: centre.number,
      spreadsheetEmails: addressesAt(places.get(centre.number) ?? []),
      lastSignedInAt: user.lastSignedInAt,
      kept: keptBecause(user, { unsure: anybody || unsure.has(centre.id), view }),
    })
  }
  extraUsers.sort((one, other) => (one.centre + one.email < other.centre + other.email ? -1 : 1))
  const liveCentres = view.centres.filter(({ deleted }) => !deleted).length
  return { extraUsers, live: { centres: liveCentres, users: liveUsers } }
}

/** Nobody is deleted by an import who holds something, or where a row could not be read. */
function keptBecause(user: SeenUser, { unsure, view }: { unsure: boolean; view: ImportView }): Kept | null {
  if (user.hubRole === 'coordinator') return 'is-coordinator'
  if (view.holdsTests.has(user.id)) return 'has-progression-tests'
  if (view.holdsAssociateCentres.has(user.id)) return 'has-associate-centres'
  return unsure ? 'held-back-rows' : null
}

function addressesAt(rows: readonly RosterRow[]): string[] {
  return [...new Set(rows.flatMap(({ address }) => (address ? [address.email] : [])))].sort()
}
