import type { SeenCentre } from '../db/imports/centres-seen.ts'
import { searchKey } from '../search-key.ts'
import type { RosterAndStore } from './hold-back.ts'
import type { RosterRow } from './roster-row.ts'
import { heldBackOf } from './roster-rows.ts'

/** Where rows that were held back may belong: otherwise a typing mistake would delete somebody. */
export interface AmbiguousRows {
  /** Centres that a row without a usable number means: they count as centres of the workbook. */
  matched: ReadonlySet<number>
  /** Centres whose name, or the address of one of whose users, stands in a row held back elsewhere. */
  hinted: ReadonlySet<number>
  /** A row may belong to any centre, and be anybody's. */
  anywhere: boolean
}

/** What is looked up about a centre of the workbook; kept for each of several rows, most centres have one. */
interface CachedLookUps extends RosterAndStore {
  names: Map<string, ReadonlySet<string>>
  describes: Map<string, boolean>
}

const none: AmbiguousRows = { matched: new Set(), hinted: new Set(), anywhere: false }

export function findAmbiguousRows(about: RosterAndStore): AmbiguousRows {
  const known: CachedLookUps = { ...about, names: new Map(), describes: new Map() }
  const heldBack = heldBackOf(known.roster.rows)
  if (heldBack.length === 0) return none
  const withoutNumber = heldBack.filter(({ number }) => number === undefined)
  const misplaced = heldBack.filter(
    (row) => row.name !== '' && !namesOfPlace(row, known).has(searchKey(row.name)),
  )
  return {
    matched: centresOf(withoutNumber, {
      named: withoutNumber,
      known,
      isCalled: ({ nameKey }, names) => names.has(nameKey),
    }),
    hinted: centresOf(heldBack, {
      named: misplaced,
      known,
      // As the import leaves it, so that importing again keeps the same ones.
      isCalled: ({ number }, names) => [...namesOfPlace({ number }, known)].some((name) => names.has(name)),
    }),
    anywhere: isAnyLost(heldBack, known),
  }
}

/** The centres of the users whose addresses stand in some rows, and those whose names stand in others. */
function centresOf(
  addressed: readonly RosterRow[],
  {
    named,
    known: { view },
    isCalled,
  }: {
    named: readonly RosterRow[]
    known: CachedLookUps
    isCalled: (centre: SeenCentre, names: ReadonlySet<string>) => boolean
  },
): Set<number> {
  const ids = new Set<number>()
  for (const { email } of addressed) {
    const saved = email && view.users.get(email.key)
    if (saved?.centreId) ids.add(saved.centreId)
  }
  const names = new Set(named.map(({ name }) => searchKey(name)).filter((name) => name !== ''))
  if (names.size === 0) return ids
  for (const centre of view.centres) if (isCalled(centre, names)) ids.add(centre.id)
  return ids
}

/** What the centre of a row is called, in the workbook or else in the store. */
function namesOfPlace(
  { number = '' }: { number?: string | undefined },
  { byCentre, view: { centres }, names }: CachedLookUps,
): ReadonlySet<string> {
  const known = names.get(number)
  if (known) return known
  const rows = byCentre.get(number) ?? []
  const inRows = rows.filter(({ issues }) => !issues).map(({ name }) => searchKey(name))
  const said = inRows.filter((name) => name !== '')
  const called = new Set(said.length > 0 ? said : [centres.get(number)?.nameKey ?? ''])
  if (rows.length > 1) names.set(number, called)
  return called
}

/** Whether the rows of a number say enough for a new centre. */
function describesCentre(number: string, { byCentre, describes }: CachedLookUps): boolean {
  const known = describes.get(number)
  if (known !== undefined) return known
  const rows = byCentre.get(number) ?? []
  const enough = rows.some(({ name }) => name !== '') && rows.some(({ country }) => country !== '')
  if (rows.length > 1) describes.set(number, enough)
  return enough
}

/** Whether rows name nothing known in any way, and do not say enough to be of a new centre. */
function isAnyLost(heldBack: readonly RosterRow[], known: CachedLookUps): boolean {
  const { roster, view } = known
  const unknown = heldBack.filter(
    ({ number, email }) => !view.centres.has(number ?? '') && !(email && view.users.get(email.key)?.centreId),
  )
  if (unknown.length === 0) return false
  const sought = new Set(unknown.map(({ name }) => searchKey(name)))
  const names = new Set<string>()
  const addresses = new Set<string>()
  for (const { name, email, issues } of roster.rows) {
    if (issues) continue
    names.add(searchKey(name))
    if (email) addresses.add(email.key)
  }
  for (const { nameKey } of view.centres) if (sought.has(nameKey)) names.add(nameKey)
  names.delete('')
  return unknown.some(({ name, number, email }) => {
    if (names.has(searchKey(name)) || (email && addresses.has(email.key))) return false
    return !describesCentre(number ?? '', known)
  })
}
