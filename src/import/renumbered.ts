import { countryCode } from '../countries.ts'
import type { CentreLocation, SeenCentre, SeenCentres } from '../db/imports/centres-seen.ts'
import type { ImportView } from '../db/imports/view.ts'
import { searchKey } from '../search-key.ts'
import { firstOf, type RowsByCentre } from './hold-back.ts'
import { hasIssueIn, holdBack } from './issues.ts'
import type { Roster } from './roster.ts'
import type { RosterRow } from './roster-row.ts'

interface RosterAndStore {
  places: RowsByCentre
  centres: SeenCentres
  view: Pick<ImportView, 'locations'>
}

/** The names, folded, of the numbers that are new. */
export function namesOfNewNumbers(rows: Iterable<RosterRow>, saved: SeenCentres): Set<string> {
  const names = new Set<string>()
  for (const row of rows) {
    const { number } = row
    if (number === undefined || saved.has(number)) continue
    if (row.name !== '') names.add(searchKey(row.name))
  }
  return names
}

/**
 * A new number under the name of a saved centre that has no row, in its country, and in its town where both are
 * known: most likely that centre under another number, and never a second one by itself.
 */
export function holdBackRenumbered(roster: Roster, { places, centres, view }: RosterAndStore): void {
  if (centres.size === 0) return
  const names = namesOfNewNumbers(roster.rows, centres)
  if (names.size === 0) return
  const absent = new Map<string, SeenCentre[]>()
  for (const centre of centres) {
    const { nameKey } = centre
    if (!centre.deleted && !places.has(centre.number) && names.has(nameKey))
      absent.set(nameKey, [...(absent.get(nameKey) ?? []), centre])
  }
  if (absent.size === 0) return
  for (const [number, rows] of places) {
    if (centres.has(number) || rows.some((row) => hasIssueIn(row, 'number'))) continue
    const name = firstOf(rows, (row) => row.name)
    const original = absent.get(searchKey(name))?.find(({ id }) => isThere(rows, view.locations.get(id)))
    if (original === undefined) continue
    for (const row of rows)
      holdBack(row, {
        field: 'number',
        value: number,
        code: 'same-centre',
        message: `is ${number}: perhaps ${original.number}, which has this name and country and no row here`,
        hint: `If ${original.number} is meant, write that number. If it is another centre, give ${original.number} a row too, or add this one with: ssh-admin centres create ${number}`,
      })
  }
}

function isThere(rows: readonly RosterRow[], location: CentreLocation | undefined): boolean {
  if (location === undefined) return false
  const { country, town } = location
  const said = firstOf(rows, ({ location }) => location.town)
  return (
    countryCode(firstOf(rows, ({ location }) => location.country)) === country &&
    (said === '' || town === '' || searchKey(said) === searchKey(town))
  )
}
