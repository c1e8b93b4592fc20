import type { SeenUser } from '../db/imports/users-seen.ts'
import type { ImportView } from '../db/imports/view.ts'
import { hasDigit, readCentreNumber } from '../rules/centres/find.ts'
import type { RosterAndStore } from './hold-back.ts'
import { maxAddressesInOtherColumns, type Roster } from './roster.ts'
import type { RosterRow } from './roster-rows.ts'
import { searchKey } from '../search-key.ts'
import { heldBackRows } from './roster-rows.ts'

/** A live centre of the store that is not in the workbook. */
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

/** A user at a centre of the workbook who is not in the workbook. */
export interface ExtraUser {
  id: number
  email: string
  centre: string
  spreadsheetEmails: string[]
  lastSignedInAt: string | null
  /** Why an import never deletes them. */
  kept: KeptReason | null
}

/** A centre with held-back rows is not missing, whatever is wrong with the rows. */
export function findMissingCentres(
  { view, byCentre }: RosterAndStore,
  { matched, hinted, mayBelongAnywhere }: AmbiguousRows,
): MissingCentre[] {
  const missing: MissingCentre[] = []
  for (const centre of view.centres) {
    const { id, number } = centre
    if (centre.deleted || byCentre.has(number) || matched.has(id)) continue
    const kept = mayBelongAnywhere || hinted.has(id) ? 'held-back-rows' : null
    missing.push({ id, number, name: centre.name, users: view.usersOf(centre), kept })
  }
  return missing
}

export function findExtraUsers(
  { roster, byCentre, view }: RosterAndStore,
  { matched, hinted, mayBelongAnywhere }: AmbiguousRows,
): { extraUsers: ExtraUser[]; live: { centres: number; users: number } } {
  const { centres } = view
  const unsure = new Set([...matched, ...hinted])
  const mayBeAnybody = mayBelongAnywhere || roster.addressesInOtherColumns.size === maxAddressesInOtherColumns
  for (const { number, issues } of roster.rows) {
    const centre = issues && number !== undefined ? centres.get(number) : undefined
    if (centre) unsure.add(centre.id)
  }
  // A new store has no users to be looked for.
  const named = findNamedUsers(roster, view)

  const extraUsers: ExtraUser[] = []
  const spreadsheetEmails = new Map<string, string[]>()
  const emailsAt = (number: string): string[] => {
    const emails = spreadsheetEmails.get(number) ?? addressesIn(byCentre.get(number) ?? [])
    spreadsheetEmails.set(number, emails)
    return emails
  }
  let liveUsers = 0
  for (const user of view.users) {
    const centre = centres.withId(user.centreId)
    if (!centre || !(byCentre.has(centre.number) || matched.has(centre.id))) continue
    liveUsers += 1
    if (named[user.position] === 1) continue
    extraUsers.push({
      id: user.id,
      email: user.email,
      centre: centre.number,
      spreadsheetEmails: emailsAt(centre.number),
      lastSignedInAt: user.lastSignedInAt,
      kept: reasonToKeep(user, { unsure: mayBeAnybody || unsure.has(centre.id), view }),
    })
  }
  extraUsers.sort((one, other) => (one.centre + one.email < other.centre + other.email ? -1 : 1))
  let liveCentres = 0
  for (const { deleted } of centres) if (!deleted) liveCentres += 1
  return { extraUsers, live: { centres: liveCentres, users: liveUsers } }
}

/** For each saved user by position: 1 where the user's address stands in a row, held back or not, in any column. */
function findNamedUsers({ rows, addressesInOtherColumns }: Roster, { users }: ImportView): Uint8Array {
  const named = new Uint8Array(users.size)
  if (users.size === 0) return named
  const note = (key: string) => {
    const saved = users.get(key)
    if (saved) named[saved.position] = 1
  }
  for (const { email } of rows) if (email) note(email.key)
  for (const key of addressesInOtherColumns) note(key)
  return named
}

/** Why an import never deletes a user: the user holds something, or a row could not be read. */
function reasonToKeep(
  user: SeenUser,
  { unsure, view }: { unsure: boolean; view: ImportView },
): KeptReason | null {
  if (user.hubRole === 'coordinator') return 'is-coordinator'
  if (view.holdsTests.has(user.id)) return 'has-progression-tests'
  if (view.holdsAssociateCentres.has(user.id)) return 'has-associate-centres'
  return unsure ? 'held-back-rows' : null
}

/** The most addresses that are listed beside an extra user: more would not help to tell who is meant. */
const maxAddresses = 50

function addressesIn(rows: readonly RosterRow[]): string[] {
  const addresses = [...new Set(rows.flatMap(({ email }) => email?.email ?? []))]
  return addresses.sort().slice(0, maxAddresses)
}

/** Where held-back rows may belong: without this, a typing mistake would delete somebody. */
interface AmbiguousRows {
  /** Centres that are meant by rows without a usable number: they count as centres of the workbook. */
  matched: ReadonlySet<number>
  /**
   * Centres that a row held back elsewhere may mean: by the centre's name, by the address of one of its users, or by
   * its number in another column.
   */
  hinted: ReadonlySet<number>
  /** Whether a row may belong to any centre and to any user. */
  mayBelongAnywhere: boolean
}

/** Look-ups about the centres of the workbook, kept for centres with several rows; most centres have one. */
interface CachedLookUps extends RosterAndStore {
  names: Map<string, ReadonlySet<string>>
  enoughForNewCentre: Map<string, boolean>
}

const noAmbiguousRows: AmbiguousRows = { matched: new Set(), hinted: new Set(), mayBelongAnywhere: false }

export function findAmbiguousRows(rosterAndStore: RosterAndStore): AmbiguousRows {
  const lookUps: CachedLookUps = { ...rosterAndStore, names: new Map(), enoughForNewCentre: new Map() }
  const heldBack = heldBackRows(lookUps.roster.rows)
  if (heldBack.length === 0) return noAmbiguousRows
  const withoutNumber = heldBack.filter(({ number }) => number === undefined)
  const misplaced = heldBack.filter(
    (row) => row.name !== '' && !namesOfCentre(row, lookUps).has(searchKey(row.name)),
  )
  const hinted = centresAddressedOrNamed(heldBack, { named: misplaced, lookUps })
  for (const id of centresWithNumberIn(heldBack, lookUps)) hinted.add(id)
  return {
    matched: centresAddressedOrNamed(withoutNumber, { named: withoutNumber, lookUps }),
    hinted,
    mayBelongAnywhere: hasUnattributableRow(heldBack, lookUps),
  }
}

/**
 * The centres whose numbers stand in another column than theirs: a row whose cells slipped belongs to one of them. The
 * number of an Associate is in its place in the column of Associates.
 */
function* centresWithNumberIn(
  rows: readonly RosterRow[],
  { view: { centres } }: RosterAndStore,
): Generator<number> {
  for (const row of rows) {
    const { name, firstName, lastName, role, address, town, postcode, country, kind, associate } = row
    const texts = [name, firstName, lastName, role, address, town, postcode, country, kind, associate]
    for (const { field, fault } of row.issues ?? []) if (field === 'email') texts.push(fault.value)
    for (const text of texts) {
      const centre = text === '' ? undefined : centres.get(readCentreNumber(text) ?? '')
      if (centre && (text !== associate || centre.kind !== 'associate')) yield centre.id
    }
  }
}

/**
 * The centres of the users whose addresses stand in the rows `addressed`, and the centres whose names stand in the rows
 * `named`. Names are taken as the import leaves them, so that importing again keeps the same centres.
 */
function centresAddressedOrNamed(
  addressed: readonly RosterRow[],
  { named, lookUps }: { named: readonly RosterRow[]; lookUps: CachedLookUps },
): Set<number> {
  const { view } = lookUps
  const ids = new Set<number>()
  for (const { email } of addressed) {
    const saved = email && view.users.get(email.key)
    if (saved?.centreId) ids.add(saved.centreId)
  }
  const names = new Set(named.map(({ name }) => searchKey(name)).filter((name) => name !== ''))
  if (names.size === 0) return ids
  for (const centre of view.centres)
    if ([...namesOfCentre(centre, lookUps)].some((name) => names.has(name))) ids.add(centre.id)
  return ids
}

/** The names of a row's centre: those in the workbook, or else the one in the store. */
function namesOfCentre(
  { number = '' }: { number?: string | undefined },
  { byCentre, view: { centres }, names }: CachedLookUps,
): ReadonlySet<string> {
  const cached = names.get(number)
  if (cached) return cached
  const rows = byCentre.get(number) ?? []
  const rowNames = rows.filter(({ issues }) => !issues).map(({ name }) => searchKey(name))
  const statedNames = rowNames.filter((name) => name !== '')
  const centreNames = new Set(statedNames.length > 0 ? statedNames : [centres.get(number)?.nameKey ?? ''])
  if (rows.length > 1) names.set(number, centreNames)
  return centreNames
}

/** Whether the rows of a number say enough for a new centre. */
function isEnoughForNewCentre(number: string, { byCentre, enoughForNewCentre }: CachedLookUps): boolean {
  const cached = enoughForNewCentre.get(number)
  if (cached !== undefined) return cached
  const rows = byCentre.get(number) ?? []
  const isEnough =
    hasDigit(number) && rows.some(({ name }) => name !== '') && rows.some(({ country }) => country !== '')
  if (rows.length > 1) enoughForNewCentre.set(number, isEnough)
  return isEnough
}

/** Whether a held-back row names no known centre, name or address, and does not say enough for a new centre. */
function hasUnattributableRow(heldBack: readonly RosterRow[], lookUps: CachedLookUps): boolean {
  const { roster, view } = lookUps
  const unknown = heldBack.filter(
    ({ number, email }) => !view.centres.has(number ?? '') && !(email && view.users.get(email.key)?.centreId),
  )
  if (unknown.length === 0) return false
  const soughtNames = new Set(unknown.map(({ name }) => searchKey(name)))
  const names = new Set<string>()
  const addresses = new Set<string>()
  for (const { name, email, issues } of roster.rows) {
    if (issues) continue
    names.add(searchKey(name))
    if (email) addresses.add(email.key)
  }
  for (const centre of view.centres)
    for (const name of namesOfCentre(centre, lookUps)) if (soughtNames.has(name)) names.add(name)
  names.delete('')
  return unknown.some(({ name, number, email }) => {
    if (names.has(searchKey(name)) || (email && addresses.has(email.key))) return false
    return !isEnoughForNewCentre(number ?? '', lookUps)
  })
}
