import { voidOpenCredentials } from '../../db/credentials.ts'
import type { Trx } from '../../db/transact.ts'
import { markDeleted } from '../../db/users/changes.ts'
import { Refused } from '../../errors.ts'
import { nameOf, type Account, accountOf } from './account.ts'
import type { RuleContext, Actor } from '../permissions/actor.ts'
import { accountById, type ChangedUser, changedTo, userTarget, unchanged } from './changed.ts'
import { findUserOrDeleted, findUserUncounted } from './find.ts'
import { decide, permit } from '../permissions/decide.ts'
import { appendAudit } from '../audit/append.ts'
import { refuseWithProgressionTests, refuseWhileResponsible } from '../refusals.ts'
import { suspendAccount } from './suspend.ts'
import { type Transferred, transferProgressionTests } from './transfer.ts'
import type { Kysely } from 'kysely'
import { holdingsOf } from '../../db/progression-tests/holdings.ts'
import type { Store } from '../../db/schema.ts'
import { streamUsers } from '../../db/users/list.ts'

export interface Deletion {
  email: string
  /** Whether an account that is not suspended is suspended first. */
  suspend: boolean
  /** The address of the user to whom the Progression Test data is transferred first. */
  transferTo?: string
  /** Sites to which that user gets access before the transfer; absent: none. */
  give?: readonly string[]
  ctx: RuleContext
}

export interface DeletedUser extends ChangedUser {
  /** Whether this deletion suspended the account first. */
  suspendedFirst: boolean
  /** The Progression Test data that another user took over. */
  transferred: Transferred | null
}

/**
 * Deletes a suspended user who coordinates nothing and holds nothing; the address can be used again, and the audit
 * log keeps the history [guide for school coordinators].
 */
export async function deleteUser(
  trx: Trx,
  { email, suspend, transferTo, give = [], ctx }: Deletion,
): Promise<DeletedUser> {
  const { at } = ctx
  const found = await findUserOrDeleted(trx, { email, ...ctx })
  permit(ctx, 'users.delete', userTarget(found))
  if (found.status === 'deleted') return { ...unchanged(found), suspendedFirst: false, transferred: null }
  refuseWhileResponsible(found)
  if (found.status !== 'suspended' && !suspend) {
    throw new Refused('not-suspended', `${nameOf(found)} is ${found.status}: suspend them before deleting.`, {
      hint: `ssh-admin users suspend ${found.email}, or add --suspend`,
      optionToAdd: ['--suspend'],
    })
  }
  const suspended = suspend ? await suspendAccount(trx, { account: found, ctx }) : unchanged(found)
  const holds = found.progressionTests.learnerGroups > 0
  // A mistyped address is refused even where there is nothing to transfer.
  if (transferTo !== undefined && !holds) await findUserUncounted(trx, { email: transferTo, ...ctx })
  const transferred =
    holds && transferTo !== undefined
      ? await transferProgressionTests(trx, { from: email, to: transferTo, give, ctx })
      : null
  const account = transferred ? await accountById(trx, { id: found.id, at }) : suspended.account
  refuseWithProgressionTests(account, {
    hint: `ssh-admin users transfer ${account.email} --to EMAIL, or add --transfer-to EMAIL`,
    optionToAdd: ['--transfer-to', 'EMAIL'],
  })

  await markDeleted(trx, { id: account.id, before: 'suspended', at })
  await voidOpenCredentials(trx, [account.id])
  await appendAudit(trx, {
    ...ctx,
    action: 'users.deleted',
    subject: account,
    facts: { before: found.status, after: 'deleted', centre: account.centre?.number ?? null },
  })
  const deleted = await changedTo(trx, { account, outcome: 'deleted', at })
  return { ...deleted, before: found, suspendedFirst: suspended.outcome === 'suspended', transferred }
}

export interface MissingSteps {
  account: Account
  suspend: boolean
  /** Users who could take over the Progression Test data; absent where the account holds none. */
  receivers?: Account[]
}

/**
 * The steps needed before a user can be deleted; none where the actor may not delete the user. Refuses at once where
 * no such step would help. @throws `is-coordinator`, `has-associate-centres`
 */
export async function missingSteps(
  db: Kysely<Store>,
  { email, at, actor }: { email: string; at: Date; actor: Actor },
): Promise<MissingSteps> {
  const account = await findUserOrDeleted(db, { email, at, actor })
  const { allowed } = decide(actor, 'users.delete', userTarget(account))
  if (account.status === 'deleted' || !allowed) return { account, suspend: false }
  refuseWhileResponsible(account)
  const suspend = account.status !== 'suspended'
  if (account.progressionTests.learnerGroups === 0) return { account, suspend }
  return { account, suspend, receivers: await receiversFor(db, { account, at }) }
}

/** The colleagues at the same centre with access to every site that holds data; all colleagues where none has. */
export async function receiversFor(
  db: Kysely<Store>,
  { account, at }: { account: Account; at: Date },
): Promise<Account[]> {
  const held = await holdingsOf(db, { ownerId: account.id })
  const able = await colleaguesOf(db, { account, at, sites: held.map(({ site }) => site) })
  return able.length > 0 ? able : colleaguesOf(db, { account, at, sites: [] })
}

/** The other active and invited users of the same centre who have access to all of these sites. */
async function colleaguesOf(
  db: Kysely<Store>,
  { account, at, sites }: { account: Account; at: Date; sites: readonly string[] },
): Promise<Account[]> {
  if (account.centre === null) return []
  const receivers: Account[] = []
  const filter = { centreId: account.centre.id, statuses: ['active', 'invited'] as const, sites }
  for await (const page of streamUsers(db, { filter, order: 'name', reverse: false })) {
    for (const row of page) if (row.id !== account.id) receivers.push(accountOf(row, at))
  }
  return receivers
}
