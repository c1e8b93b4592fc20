import type { Kysely } from 'kysely'
import { holdingsOf } from '../../db/progression-tests/holdings.ts'
import type { Store } from '../../db/schema.ts'
import { streamUsers } from '../../db/users/list.ts'
import { type Account, accountOf } from './account.ts'
import type { Actor } from '../permissions/actor.ts'
import { findUserOrDeleted } from './changed.ts'
import { refuseWhileInOffice } from '../refusals.ts'

export interface MissingSteps {
  account: Account
  suspend: boolean
  /** Who could take over what they hold; absent: they hold nothing. */
  receivers?: Account[]
}

/** What must come before a user can be deleted. Refuses at once what no step can help. */
export async function missingSteps(
  db: Kysely<Store>,
  { email, at, by }: { email: string; at: Date; by: Actor },
): Promise<MissingSteps> {
  const account = await findUserOrDeleted(db, { email, at, by })
  if (account.status === 'deleted') return { account, suspend: false }
  refuseWhileInOffice(account)
  const suspend = account.status !== 'suspended'
  if (account.progressionTests.learnerGroups === 0) return { account, suspend }
  return { account, suspend, receivers: await receiversFor(db, { account, at }) }
}

/** The colleagues at the same centre who can sign in to every site that holds something. */
export async function receiversFor(
  db: Kysely<Store>,
  { account, at }: { account: Account; at: Date },
): Promise<Account[]> {
  if (account.centre === null) return []
  const held = await holdingsOf(db, { ownerId: account.id })
  const sites = held.map(({ site }) => site)
  const receivers: Account[] = []
  const filter = { centreId: account.centre.id, statuses: ['active', 'invited'] as const, sites }
  for await (const page of streamUsers(db, { filter, order: 'name', reverse: false })) {
    for (const row of page) if (row.id !== account.id) receivers.push(accountOf(row, at))
  }
  return receivers
}
