import { voidOpenCredentials } from '../../db/credentials.ts'
import type { Trx } from '../../db/transact.ts'
import { markDeleted } from '../../db/users/changes.ts'
import { Refused } from '../../errors.ts'
import { nameOf } from './account.ts'
import type { RuleContext } from '../permissions/actor.ts'
import { accountById, type ChangedUser, changedTo, findUserOrDeleted, onUser, unchanged } from './changed.ts'
import { findUserUncounted } from './find.ts'
import { permit } from '../permissions/decide.ts'
import { appendAudit } from '../audit/append.ts'
import { refuseWhileHolding, refuseWhileInOffice } from '../refusals.ts'
import { suspendAccount } from './suspend.ts'
import { type Transferred, transferProgressionTests } from './transfer.ts'

export interface Deletion {
  email: string
  /** Suspends an account that is not, first. */
  suspend: boolean
  /** Who takes over the Progression Test data, first. */
  transferTo?: string
  ctx: RuleContext
}

export interface DeletedUser extends ChangedUser {
  /** Who was not suspended before. */
  suspendedFirst: boolean
  /** What somebody else took over. */
  transferred: Transferred | null
}

/**
 * Deletes a suspended user who coordinates nothing and holds nothing; the address is free again,
 * the history stays [guide for school coordinators].
 */
export async function deleteUser(
  trx: Trx,
  { email, suspend, transferTo, ctx }: Deletion,
): Promise<DeletedUser> {
  const { by, at } = ctx
  const found = await findUserOrDeleted(trx, { email, at, by })
  permit(ctx, 'users.delete', onUser(found))
  if (found.status === 'deleted') return { ...unchanged(found), suspendedFirst: false, transferred: null }
  refuseWhileInOffice(found)
  if (found.status !== 'suspended' && !suspend) {
    throw new Refused('not-suspended', `${nameOf(found)} is ${found.status}: suspend them before deleting.`, {
      hint: `ssh-admin users suspend ${found.email}, or add --suspend`,
    })
  }
  const suspended = suspend ? await suspendAccount(trx, { account: found, ctx }) : unchanged(found)
  const holds = found.progressionTests.learnerGroups > 0
  // A typing mistake is told, also where there is nothing to take over.
  if (transferTo !== undefined && !holds) await findUserUncounted(trx, { email: transferTo, at, by })
  const transferred =
    holds && transferTo !== undefined
      ? await transferProgressionTests(trx, { from: email, to: transferTo, ctx })
      : null
  const account = transferred ? await accountById(trx, { id: found.id, at }) : suspended.account
  refuseWhileHolding(account, {
    hint: `ssh-admin users transfer ${account.email} --to EMAIL, or add --transfer-to EMAIL`,
  })

  await markDeleted(trx, { id: account.id, before: 'suspended', at })
  await voidOpenCredentials(trx, account.id)
  await appendAudit(trx, {
    by,
    at,
    action: 'users.deleted',
    subject: account.email,
    userId: account.id,
    facts: { before: found.status, after: 'deleted', centre: account.centre?.number ?? null },
  })
  const deleted = await changedTo(trx, { account, outcome: 'deleted', at })
  return { ...deleted, before: found, suspendedFirst: suspended.outcome === 'suspended', transferred }
}
