import { createHash } from 'node:crypto'
import { type Kysely, sql } from 'kysely'
import { nearKey } from '../centres/near-number.ts'
import type { Store } from '../schema.ts'
import { domainsInUse } from '../users/everybody.ts'
import {
  type CentreLocation,
  type CentresNamed,
  countsByCentre,
  locationsOf,
  locationsWithAtSign,
  readCentres,
  readNamedCentres,
  type SeenCentre,
  type SeenCentres,
  withCentresOfUsers,
  type WrittenLocation,
} from './centres-seen.ts'
import { centresOfAddresses, idsOf, readUsers, type SeenUsers } from './users-seen.ts'

/** The part of the store that planning an import depends on. */
export interface ImportView {
  /** All centres; for part of a roster, those that it may refer to. */
  centres: SeenCentres
  /** Whether the plan depends on the existence of this centre. */
  isDependedOn: (centre: SeenCentre) => boolean
  /** The ids of the centres that the workbook names. */
  touched: ReadonlySet<number>
  /** The live users of the workbook's centres, and those of its addresses. */
  users: SeenUsers
  /** Addresses of the workbook that a deleted account had and no live one has. */
  deletedAddresses: Set<string>
  /** Users who hold Progression Test data or act for associate centres. */
  holdsTests: Set<number>
  holdsAssociateCentres: Set<number>
  /** Domains of the workbook that look like one in use or like the sender's, each with the one that it looks like. */
  lookAlikes: ReadonlyMap<string, string>
  /** Centres with a user whose address is on another sheet of the workbook, each with that address's key. */
  addressedElsewhere: ReadonlyMap<number, string>
  /** Counts live users of centres that are not in the workbook; 0 for part of a roster, from which none is missing. */
  usersOf: (centre: SeenCentre) => number
  /** The locations of centres that are not in the workbook and whose name is in it beside another number. */
  locations: ReadonlyMap<number, CentreLocation>
  /** The locations of the workbook's centres that contain an @, as written. */
  locationsWithAtSign: ReadonlyMap<number, WrittenLocation>
}

/** What to read from the store for a workbook. */
export interface ImportReading extends CentresNamed {
  /** Whether it is part of a roster, from which none is missing: only centres that it may refer to are read. */
  partial: boolean
  addresses: Iterable<string>
  /** Addresses of rows without a usable number; the centres of their users are touched too. */
  strayAddresses: Iterable<string>
  /** Addresses on other sheets of the workbook. */
  addressesElsewhere: Iterable<string>
  /** The row names that stand beside no usable number, or beside the number of a centre with another name. */
  namesElsewhere: (centres: SeenCentres) => ReadonlySet<string>
  /** Domains of the workbook in other scripts. */
  foreignDomains: readonly string[]
  /** Picks, from lines of domains in use, those that may look like one of the foreign domains. */
  lookAlikeFilter: (lines: string) => string[]
  lookAlikes: (inUse: Iterable<string>) => ReadonlyMap<string, string>
}

/** Reads the part of the store that an import depends on. */
export async function readImportView(db: Kysely<Store>, reading: ImportReading): Promise<ImportView> {
  const { partial, numbers, addresses, strayAddresses } = reading
  const read = partial ? await readNamedCentres(db, reading) : await readCentres(db)
  const namesElsewhere = reading.namesElsewhere(read)
  const namesakes = centresWithNames(namesElsewhere, read)
  const touched = centresTouched(read, { numbers, namesakes })
  for (const id of (await centresOfAddresses(db, strayAddresses)).keys()) touched.add(id)
  const all = partial ? undefined : read.size
  const { users, deletedAddresses } = await readUsers(db, { touched, all, addresses })
  const usersOf = partial ? () => 0 : await countsByCentre(db, { centres: read, touched, users })
  const { centres, idsOfUsersCentres } = partial
    ? await withCentresOfUsers(db, { centres: read, users })
    : { centres: read, idsOfUsersCentres: [] }
  return {
    centres,
    isDependedOn: partial
      ? isPartDependentOn(centres, { reading, touched, idsOfUsersCentres })
      : isWholeDependentOn(touched, reading),
    touched,
    users,
    deletedAddresses,
    holdsTests: await idsOf(db, sql`select distinct owner_id as id from learner_groups`),
    holdsAssociateCentres: await idsOf(db, sql`select distinct user_id as id from assignments`),
    lookAlikes: reading.lookAlikes(
      reading.foreignDomains.length > 0 ? await domainsInUse(db, reading.lookAlikeFilter) : [],
    ),
    addressedElsewhere: await centresOfAddresses(db, partial ? [] : reading.addressesElsewhere),
    usersOf,
    locations: await locationsOf(db, unlistedNamesakes(namesakes, numbers)),
    locationsWithAtSign: await locationsWithAtSign(db, { touched, partial }),
  }
}

function isPartDependentOn(
  centres: SeenCentres,
  {
    reading: { numbers, otherNumbers },
    touched,
    idsOfUsersCentres,
  }: { reading: ImportReading; touched: ReadonlySet<number>; idsOfUsersCentres: Iterable<number> },
): ImportView['isDependedOn'] {
  const named = new Set([...numbers, ...otherNumbers])
  const ids = new Set([...touched, ...idsOfUsersCentres])
  for (const { id, number } of centres) if (named.has(number)) ids.add(id)
  return ({ id }) => ids.has(id)
}

/** A whole roster depends on every live centre, which is in it or missing, and on deleted ones that it names. */
function isWholeDependentOn(
  touched: ReadonlySet<number>,
  { otherNumbers }: Pick<ImportReading, 'otherNumbers'>,
): ImportView['isDependedOn'] {
  let others: ReadonlySet<string> | undefined
  return ({ id, number, deleted }) => {
    if (!deleted || touched.has(id)) return true
    others ??= new Set(otherNumbers)
    return others.has(number)
  }
}

function centresWithNames(names: ReadonlySet<string>, centres: SeenCentres): SeenCentre[] {
  const found: SeenCentre[] = []
  if (names.size === 0) return found
  for (const centre of centres) if (names.has(centre.nameKey)) found.push(centre)
  return found
}

function centresTouched(
  centres: SeenCentres,
  { numbers, namesakes }: Pick<ImportReading, 'numbers'> & { namesakes: readonly SeenCentre[] },
): Set<number> {
  const touched = new Set(namesakes.map(({ id }) => id))
  if (centres.size === 0) return touched
  const near = new Set<string>()
  for (const number of numbers) {
    const saved = centres.get(number)
    if (saved) touched.add(saved.id)
    // A new number touches the saved ones that it may be a slip of.
    else near.add(nearKey(number))
  }
  if (near.size === 0) return touched
  for (const { id, number } of centres) if (near.has(nearKey(number))) touched.add(id)
  return touched
}

function unlistedNamesakes(namesakes: readonly SeenCentre[], numbers: Iterable<string>): number[] {
  if (namesakes.length === 0) return []
  const named = new Set(numbers)
  return namesakes.flatMap(({ id, number }) => (named.has(number) ? [] : [id]))
}

/**
 * A digest of what the plan depends on: equal digests mean equal plans. Sign-ins are left out, and so are the names of
 * centres that the workbook does not name.
 */
export function digestOfView({ centres, touched, users, deletedAddresses, ...view }: ImportView): string {
  const digest = createHash('sha256')
  for (const centre of centres) {
    if (!view.isDependedOn(centre)) continue
    const { id, number, name, kind, status, deleted, hasCoordinator } = centre
    const workbookFacts = touched.has(id) ? [name, status, hasCoordinator] : []
    digest.update(JSON.stringify([id, number, kind, deleted, ...workbookFacts]))
  }
  const keys = Array.from(users, ({ key }) => key)
  for (const key of keys.sort()) {
    const user = users.get(key)
    if (!user) continue
    const holds = [view.holdsTests.has(user.id), view.holdsAssociateCentres.has(user.id)]
    digest.update(JSON.stringify([user.id, user.email, key, user.centreId, user.hubRole, ...holds]))
  }
  for (const key of [...deletedAddresses].sort()) digest.update(key)
  for (const [id, { country, town }] of view.locations) digest.update(JSON.stringify([id, country, town]))
  for (const [id, { address, town, postcode }] of view.locationsWithAtSign)
    digest.update(JSON.stringify([id, address, town, postcode]))
  for (const pair of [...view.lookAlikes].sort()) digest.update(JSON.stringify(pair))
  return `sha256:${digest.digest('hex')}`
}
