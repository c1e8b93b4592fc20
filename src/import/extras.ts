import type { SeenUser } from '../db/imports/users-seen.ts'
import type { ImportView } from '../db/imports/view.ts'
import type { AmbiguousRows } from './ambiguous-rows.ts'
import type { RowsByCentre } from './hold-back.ts'
import type { Roster } from './roster.ts'
import type { RosterRow } from './roster-row.ts'

/** In the store and live, not in the workbook. */
export interface MissingCentre {
  id: number
  number: string
  name: string
  users: number
  /** Why an import never deletes it: a row that was held back may be one of its rows. */
  kept: 'held-back-rows' | null
}

export type KeptReason =
  | 'held-back-rows'
  | 'is-coordinator'
  | 'has-progression-tests'
  | 'has-associate-centres'

/** At a centre of the workbook, but not in the workbook. */
export interface ExtraUser {
  id: number
  email: string
  centre: string
  spreadsheetEmails: string[]
  lastSignedInAt: string | null
  /** Why an import never deletes them. */
  kept: KeptReason | null
}

interface Present {
  roster: Roster
  places: RowsByCentre
  view: ImportView
  ambiguous: AmbiguousRows
}

/** Held-back rows are there: their centre is not missing, whatever is wrong with them. */
export function findMissingCentres(present: Present): MissingCentre[] {
  const { view, places, ambiguous } = present
  const { matched, hinted, anywhere } = ambiguous
  const missing: MissingCentre[] = []
  for (const centre of view.centres) {
    const { id, number } = centre
    if (centre.deleted || places.has(number) || matched.has(id)) continue
    const kept = anywhere || hinted.has(id) ? 'held-back-rows' : null
    missing.push({ id, number, name: centre.name, users: view.usersOf(centre), kept })
  }
  return missing
}

export function findExtraUsers(present: Present): {
  extraUsers: ExtraUser[]
  live: { centres: number; users: number }
} {
  const { roster, places, view, ambiguous } = present
  const { centres } = view
  const { matched, hinted, anywhere } = ambiguous
  const unsure = new Set([...matched, ...hinted])
  for (const { number, issues } of roster.rows) {
    const centre = issues && number !== undefined ? centres.get(number) : undefined
    if (centre) unsure.add(centre.id)
  }
  // A new store has nobody to look for.
  const named = savedUsersNamed(roster, view)

  const extraUsers: ExtraUser[] = []
  const spreadsheetEmails = new Map<string, string[]>()
  const emailsAt = (number: string): string[] => {
    const emails = spreadsheetEmails.get(number) ?? addressesAt(places.get(number) ?? [])
    spreadsheetEmails.set(number, emails)
    return emails
  }
  let liveUsers = 0
  for (const user of view.users) {
    const centre = centres.withId(user.centreId)
    if (!centre || !(places.has(centre.number) || matched.has(centre.id))) continue
    liveUsers += 1
    if (named[user.position] === 1) continue
    extraUsers.push({
      id: user.id,
      email: user.email,
      centre: centre.number,
      spreadsheetEmails: emailsAt(centre.number),
      lastSignedInAt: user.lastSignedInAt,
      kept: keptBecause(user, { unsure: anywhere || unsure.has(centre.id), view }),
    })
  }
  extraUsers.sort((one, other) => (one.centre + one.email < other.centre + other.email ? -1 : 1))
  let liveCentres = 0
  for (const { deleted } of centres) if (!deleted) liveCentres += 1
  return { extraUsers, live: { centres: liveCentres, users: liveUsers } }
}

/** By their places among the saved ones: 1 for those whose address stands in a row, held back or not. */
function savedUsersNamed({ rows }: Roster, { users }: ImportView): Uint8Array {
  const named = new Uint8Array(users.size)
  if (users.size === 0) return named
  for (const { address } of rows) {
    const saved = address && users.get(address.key)
    if (saved) named[saved.position] = 1
  }
  return named
}

/** Nobody is deleted by an import who holds something, or where a row could not be read. */
function keptBecause(
  user: SeenUser,
  { unsure, view }: { unsure: boolean; view: ImportView },
): KeptReason | null {
  if (user.hubRole === 'coordinator') return 'is-coordinator'
  if (view.holdsTests.has(user.id)) return 'has-progression-tests'
  if (view.holdsAssociateCentres.has(user.id)) return 'has-associate-centres'
  return unsure ? 'held-back-rows' : null
}

/** Beside one extra user, more addresses than these tell nobody who is meant. */
const maxAddresses = 50

function addressesAt(rows: readonly RosterRow[]): string[] {
  const addresses = [...new Set(rows.flatMap(({ address }) => (address ? [address.email] : [])))]
  return addresses.sort().slice(0, maxAddresses)
}
