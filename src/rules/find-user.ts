import type { Kysely } from 'kysely'
import type { Store } from '../db/schema.ts'
import { findLiveUser, findLiveUserUncounted } from '../db/users.ts'
import { closestAddresses } from '../db/closest.ts'
import { NotFound } from '../errors.ts'
import { type Account, accountOf, type UncountedAccount, uncountedAccountOf } from './account.ts'
import type { Actor } from './actor.ts'
import { type Address, typedAddress } from './email.ts'
import { mayLearnOf, outsideView } from './permissions.ts'

interface Search {
  email: string
  at: Date
  by?: Actor
}

/**
 * The live account of an address. @throws `user-not-found`, naming the closest three; outside
 * what the actor may see, `not-permitted`, there or not
 */
export async function findUser(db: Kysely<Store>, search: Search): Promise<Account> {
  return accountOf(await rowOf(db, search, findLiveUser), search.at)
}

/** The same, without counting the results that they hold. */
export async function findUserUncounted(db: Kysely<Store>, search: Search): Promise<UncountedAccount> {
  return uncountedAccountOf(await rowOf(db, search, findLiveUserUncounted), search.at)
}

async function rowOf<Row extends { id: number; centre_id: number | null }>(
  db: Kysely<Store>,
  { email, at, by }: Search,
  find: (db: Kysely<Store>, key: string) => Promise<Row | undefined>,
): Promise<Row> {
  const address = typedAddress(email)
  const row = await find(db, address.key)
  if (by?.kind === 'user' && !(row && mayLearnOf(by, row.centre_id))) {
    throw outsideView({ by, at }, { name: address.email, userId: row?.id })
  }
  if (row) return row
  throw await userNotFound(db, address)
}

async function userNotFound(db: Kysely<Store>, { email, key }: Address): Promise<NotFound> {
  const candidates = await closestAddresses(db, key)
  const [first] = candidates
  return new NotFound('user-not-found', `Nobody has the address ${email}.`, {
    hint: first && `Did you mean ${candidates.map(describeCandidate).join(', or ')}?`,
    details: { candidates },
  })
}

function describeCandidate({
  email,
  centre,
  status,
}: {
  email: string
  centre: string | null
  status: string
}) {
  return `${email} (${centre ?? 'no centre'}, ${status})`
}
