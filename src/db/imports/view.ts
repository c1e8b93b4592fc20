import { createHash } from 'node:crypto'
import type Database from 'better-sqlite3'
import type { CentreKind, HubRole } from '../schema.ts'

/** A centre as planning an import sees it. */
export interface SeenCentre {
  id: number
  number: string
  name: string
  kind: CentreKind
  status: 'approved' | 'active'
  deleted: boolean
  hasCoordinator: boolean
}

/** A live user as planning an import sees them. */
export interface SeenUser {
  id: number
  email: string
  key: string
  centreId: number | null
  hubRole: HubRole | null
  lastSignedInAt: string | null
}

/** What planning an import reads of the store. */
export interface ImportView {
  centres: SeenCentre[]
  /** Those that the workbook names, by their ids. */
  touched: ReadonlySet<number>
  /** The live users of the workbook's centres, and those of its addresses, by address. */
  users: Map<string, SeenUser>
  /** Addresses of the workbook that a deleted account had and no live one has. */
  deletedAddresses: Set<string>
  /** Users who hold Progression Test data or act for associate centres. */
  holdsTests: Set<number>
  holdsAssociateCentres: Set<number>
  /** Domains of the workbook that read as one in use, or as the sender's, with that one. */
  lookAlikes: ReadonlyMap<string, string>
  /** Counts of live users by centre, for centres that are not in the workbook. */
  usersOf: (centreId: number) => number
}

/** What of the store a workbook touches. */
export interface ImportReading {
  numbers: Iterable<string>
  addresses: Iterable<string>
  /** Addresses of rows without a usable number: the centres of their users are touched too. */
  strayAddresses: Iterable<string>
  /** Whether a row bears this name that has no usable number, or that of a centre called otherwise. */
  bearsName: (centres: readonly SeenCentre[]) => (name: string) => boolean
  /** Domains of the workbook that are shown in another script. */
  foreignDomains: readonly string[]
  lookAlikes: (inUse: readonly string[]) => ReadonlyMap<string, string>
  /** What a number has in common with those that it may be mistaken for. */
  nearKey: (number: string) => string
}

/** Reads, through statements prepared once, what an import depends on. */
export function readImportView(raw: Database.Database, reading: ImportReading): ImportView {
  const { numbers, addresses, strayAddresses, nearKey } = reading
  const centres = readCentres(raw)
  const bearsName = reading.bearsName(centres)
  const wanted = centresWanted(centres, { numbers, bearsName, nearKey })
  for (const id of centresOfAddresses(raw, strayAddresses)) wanted.add(id)
  const users = usersOfCentres(raw, { wanted, all: centres.length })
  const deletedAddresses = addUsersByAddress(raw, { users, addresses })
  const countUsers = raw
    .prepare<[number], number>(`select count(*) from users where centre_id = ? and status <> 'deleted'`)
    .pluck()
  return {
    centres,
    touched: wanted,
    users,
    deletedAddresses,
    holdsTests: idsOf(raw, 'select distinct owner_id from learner_groups'),
    holdsAssociateCentres: idsOf(raw, 'select distinct user_id from assignments'),
    lookAlikes: reading.lookAlikes(reading.foreignDomains.length > 0 ? domainsInUse(raw) : []),
    usersOf: (centreId) => countUsers.get(centreId) ?? 0,
  }
}

function centresWanted(
  centres: readonly SeenCentre[],
  {
    numbers,
    bearsName,
    nearKey,
  }: Pick<ImportReading, 'numbers' | 'nearKey'> & { bearsName: (name: string) => boolean },
): Set<number> {
  const wanted = new Set<number>()
  if (centres.length === 0) return wanted
  const named = new Set(numbers)
  for (const { id, number, name } of centres) {
    if (named.delete(number) || bearsName(name)) wanted.add(id)
  }
  if (named.size === 0) return wanted
  // What is left are new numbers: saved ones that they may be mistaken for matter too.
  const near = new Set([...named].map(nearKey))
  for (const { id, number } of centres) if (near.has(nearKey(number))) wanted.add(id)
  return wanted
}

function readCentres(raw: Database.Database): SeenCentre[] {
  const coordinated = idsOf(
    raw,
    `select centre_id from users where hub_role = 'coordinator' and status <> 'deleted'`,
  )
  const rows = raw.prepare<
    [],
    {
      id: number
      number: string
      name: string
      kind: CentreKind
      status: 'approved' | 'active'
      deleted: number
    }
  >('select id, number, name, kind, status, deleted_at is not null as deleted from centres order by number')
  const centres: SeenCentre[] = []
  // Named one by one: to copy all but some of a row takes longer than to read it.
  for (const { id, number, name, kind, status, deleted } of rows.iterate()) {
    centres.push({
      id,
      number,
      name,
      kind,
      status,
      deleted: deleted === 1,
      hasCoordinator: coordinated.has(id),
    })
  }
  return centres
}

function centresOfAddresses(raw: Database.Database, addresses: Iterable<string>): number[] {
  const centreOf = raw
    .prepare<[string], number | null>(
      `select centre_id from users where email_key = ? and status <> 'deleted'`,
    )
    .pluck()
  return [...addresses].flatMap((key) => centreOf.get(key) ?? [])
}

const userColumns =
  'id, email, email_key as "key", centre_id as "centreId", hub_role as "hubRole", last_signed_in_at as "lastSignedInAt"'

/** All users at once where most centres are wanted, else centre by centre. */
function usersOfCentres(
  raw: Database.Database,
  { wanted, all }: { wanted: ReadonlySet<number>; all: number },
): Map<string, SeenUser> {
  const users = new Map<string, SeenUser>()
  if (wanted.size * 4 > all) {
    const everybody = raw.prepare<[], SeenUser>(
      `select ${userColumns} from users where status <> 'deleted' and centre_id is not null`,
    )
    for (const user of everybody.iterate()) {
      if (user.centreId === null || !wanted.has(user.centreId)) continue
      // One text, not two, where they are equal.
      if (user.key === user.email) user.key = user.email
      users.set(user.key, user)
    }
    return users
  }
  const atCentre = raw.prepare<[number], SeenUser>(
    `select ${userColumns} from users where centre_id = ? and status <> 'deleted'`,
  )
  for (const id of wanted) for (const user of atCentre.all(id)) users.set(user.key, user)
  return users
}

function addUsersByAddress(
  raw: Database.Database,
  { users, addresses }: { users: Map<string, SeenUser>; addresses: Iterable<string> },
): Set<string> {
  const deleted = new Set<string>()
  const anybody = raw.prepare('select 1 from users limit 1').get() !== undefined
  if (!anybody) return deleted
  const someDeleted = raw.prepare(`select 1 from users where status = 'deleted' limit 1`).get() !== undefined
  const live = raw.prepare<[string], SeenUser>(
    `select ${userColumns} from users where email_key = ? and status <> 'deleted'`,
  )
  const gone = raw.prepare<[string], number>(
    `select 1 from users where email_key = ? and status = 'deleted' limit 1`,
  )
  for (const key of addresses) {
    if (users.has(key)) continue
    const user = live.get(key)
    if (user) users.set(key, user)
    else if (someDeleted && gone.get(key) !== undefined) deleted.add(key)
  }
  return deleted
}

function domainsInUse(raw: Database.Database): string[] {
  return raw
    .prepare<[], string>(
      `select distinct substr(email_key, instr(email_key, '@') + 1) from users where status <> 'deleted'`,
    )
    .pluck()
    .all()
}

function idsOf(raw: Database.Database, query: string): Set<number> {
  return new Set(raw.prepare<[], number>(query).pluck().all())
}

/**
 * A digest of what planning read; equal digests, equal plans. Sign-ins since do not matter, nor
 * what centres that the workbook does not name are called.
 */
export function digestOfView({ centres, touched, users, deletedAddresses, ...view }: ImportView): string {
  const digest = createHash('sha256')
  for (const { id, number, name, kind, status, deleted, hasCoordinator } of centres) {
    const more = touched.has(id) ? [name, status, hasCoordinator] : []
    digest.update(JSON.stringify([id, number, kind, deleted, ...more]))
  }
  for (const key of [...users.keys()].sort()) {
    const user = users.get(key)
    if (!user) continue
    const holds = [view.holdsTests.has(user.id), view.holdsAssociateCentres.has(user.id)]
    digest.update(JSON.stringify([user.id, user.email, key, user.centreId, user.hubRole, ...holds]))
  }
  for (const key of [...deletedAddresses].sort()) digest.update(key)
  for (const pair of [...view.lookAlikes].sort()) digest.update(JSON.stringify(pair))
  return `sha256:${digest.digest('hex')}`
}

/** SQLite's count of what other connections have written: equal counts, nothing written between. */
export function storeVersion(raw: Database.Database): number {
  return Number(raw.pragma('data_version', { simple: true }))
}
