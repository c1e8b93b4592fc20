import type { Kysely } from 'kysely'
import type { Store } from '../../db/schema.ts'
import {
  addressesInUse,
  findDeletedUser,
  findLiveUser,
  findLiveUserUncounted,
  type UserWithCentre,
} from '../../db/users/users.ts'
import type { Candidate, closestAddresses, ownerOfFormerAddress } from '../../db/users/closest.ts'
import { hintOfNearest, NotFound, type NotPermitted, Usage } from '../../errors.ts'
import { type Account, accountOf, type UncountedAccount, uncountedAccountOf } from './account.ts'
import type { LookUp } from '../batch.ts'
import { type ActingUser, type Actor, type RuleContext, isDeleting } from '../permissions/actor.ts'
import { type Address, readAddress, refuseUnusableAddress, parseAddress } from './email.ts'
import { maySeeCentre, hiddenTarget, visibleCentres } from '../permissions/decide.ts'

interface Search {
  email: string
  at: Date
  actor?: Actor
}

/**
 * The live account of an address. @throws `user-not-found`, naming the closest three; `not-permitted` for any address
 * outside what the actor may see, whether an account has it or not
 */
export async function findUser(db: Kysely<Store>, search: Search): Promise<Account> {
  return accountOf(await findRow(db, search, findLiveUser), search.at)
}

/** Like `findUser`, without counting the Progression Test data that the user holds. */
export async function findUserUncounted(db: Kysely<Store>, search: Search): Promise<UncountedAccount> {
  return uncountedAccountOf(await findRow(db, search, findLiveUserUncounted), search.at)
}

/** Like `findUser`, for a row that was looked up by the address already. */
export async function foundUser(
  db: Kysely<Store>,
  { row, ...search }: Search & { row: UserWithCentre | undefined },
): Promise<Account> {
  return accountOf(await findRow(db, search, async () => row), search.at)
}

/** The live account of an address, or else the one deleted last. @throws `user-not-found` */
export async function findUserOrDeleted(db: Kysely<Store>, search: Search): Promise<Account> {
  const { email, at, actor } = search
  const address = parseAddress(email)
  const row = (await findLiveUser(db, address.key)) ?? (await findDeletedUser(db, address.key))
  if (row?.status !== 'deleted') return foundUser(db, { ...search, row })
  if (actor?.kind === 'user' && !maySeeCentre(actor, row.centre_id)) {
    throw await hiddenUser(db, { address, actor, at, userId: row.id })
  }
  return accountOf(row, at)
}

async function findRow<Row extends { id: number; centre_id: number | null }>(
  db: Kysely<Store>,
  { email, at, actor }: Search,
  find: (db: Kysely<Store>, key: string) => Promise<Row | undefined>,
): Promise<Row> {
  const address = parseAddress(email)
  const row = await find(db, address.key)
  if (actor?.kind === 'user' && !(row && maySeeCentre(actor, row.centre_id))) {
    throw await hiddenUser(db, { address, actor, at, userId: row?.id })
  }
  if (row) return row
  throw await userNotFound(db, address, actor)
}

/** Looks up many addresses at once; with `deletedToo`, addresses of deleted accounts count as found. */
export function lookUpUsers(
  db: Kysely<Store>,
  { actor, at }: Pick<RuleContext, 'actor' | 'at'>,
  { deletedToo = false }: { deletedToo?: boolean } = {},
): LookUp<string> {
  return {
    keyOf: (email) => {
      const address = readAddress(email)
      return 'key' in address ? address.key : undefined
    },
    find: (keys) => addressesInUse(db, { keys, deletedToo }),
    refusal: async (email) => {
      const address = parseAddress(email)
      return actor.kind === 'user' ? hiddenUser(db, { address, actor, at }) : userNotFound(db, address, actor)
    },
  }
}

/** The refusal for an address that the actor may not see, naming the closest of those they may. */
async function hiddenUser(
  db: Kysely<Store>,
  { address, actor, at, userId }: { address: Address; actor: ActingUser; at: Date; userId?: number },
): Promise<NotPermitted> {
  refuseUnusableAddress(address)
  const near = { key: address.key, visible: visibleCentres(actor) }
  const candidates = isDeleting(actor) ? [] : await findClosest(db, near)
  const hint = hintOfNearest(candidates.map(describeCandidate))
  return hiddenTarget({ actor, at }, { name: address.email, userId, candidates, hint })
}

async function userNotFound(
  db: Kysely<Store>,
  address: Address,
  actor: Actor | undefined,
): Promise<NotFound> {
  refuseUnusableAddress(address)
  const { email, key } = address
  const former = isDeleting(actor) ? undefined : await findOwnerOfFormer(db, address)
  const closest = isDeleting(actor) || former ? [] : await findClosest(db, { key, visible: 'all' })
  const candidates = former ? [former] : closest
  const changed = former ? ` any more: it was changed to ${former.email}` : ''
  return new NotFound('user-not-found', `Nobody has the address ${email}${changed}.`, {
    hint: hintOfNearest(candidates.map(describeCandidate)),
    details: { wanted: email, candidates },
  })
}

/** The refusal of an address without its end, if accounts that the actor may see begin with it. */
export async function unfinishedAddress(
  db: Kysely<Store>,
  { typed, actor }: { typed: string; actor: Actor },
): Promise<Usage | undefined> {
  if (isDeleting(actor)) return undefined
  const { accountsBeginning } = await import('../../db/users/closest.ts')
  const beginning = typed.trim().toLowerCase()
  const candidates = await accountsBeginning(db, { beginning, visible: visibleCentres(actor) })
  if (candidates.length === 0) return undefined
  return new Usage(`'${typed.trim()}' is not a whole address.`, {
    code: 'invalid-email',
    hint: hintOfNearest(candidates.map(describeCandidate)),
    details: { wanted: typed, candidates },
  })
}

/** The module is loaded only once an address was not found. */
async function findClosest(...search: Parameters<typeof closestAddresses>): Promise<Candidate[]> {
  const { closestAddresses } = await import('../../db/users/closest.ts')
  return closestAddresses(...search)
}

async function findOwnerOfFormer(
  ...search: Parameters<typeof ownerOfFormerAddress>
): Promise<Candidate | undefined> {
  const { ownerOfFormerAddress } = await import('../../db/users/closest.ts')
  return ownerOfFormerAddress(...search)
}

function describeCandidate({ email, centre, status }: Candidate): string {
  return `${email} (${centre ?? 'no centre'}, ${status})`
}
