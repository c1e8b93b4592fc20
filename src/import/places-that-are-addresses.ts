import type { CentreLocation, SeenCentres } from '../db/imports/centres-seen.ts'
import type { ImportView } from '../db/imports/view.ts'
import { readAddress } from '../rules/users/email.ts'
import type { RosterRow } from './roster-row.ts'

/**
 * A row without a person, and with an e-mail address where the location stands, is held back, because its columns
 * may be in another order. Where the saved centre has that very location, and nobody there that address, it says
 * what is saved: so `centres export` writes a centre that has nobody.
 */
export function acceptSavedLocations(
  rows: Iterable<RosterRow>,
  { centres, view }: { centres: SeenCentres; view: ImportView },
): void {
  if (view.locationsWithAt.size === 0) return
  for (const row of rows) {
    const { number, issues, firstName, lastName, role, location } = row
    const centre = number === undefined ? undefined : centres.get(number)
    if (!centre || issues?.length !== 1 || issues[0]?.fault.code !== 'missing-email') continue
    if (firstName !== '' || lastName !== '' || role !== '') continue
    const saved = view.locationsWithAt.get(centre.id)
    if (saved && isSame(location, saved) && !holdsAddressInUse(location, view)) row.issues = undefined
  }
}

type Written = Pick<CentreLocation, 'town'> & { address: string; postcode: string }

function isSame(one: Written, other: Written): boolean {
  return one.address === other.address && one.town === other.town && one.postcode === other.postcode
}

function holdsAddressInUse({ address, town, postcode }: Written, { users }: ImportView): boolean {
  return [address, town, postcode].some((text) => {
    const read = readAddress(text)
    return 'key' in read && users.has(read.key)
  })
}
