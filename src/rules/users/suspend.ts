import { voidOpenCredentials } from '../../db/credentials.ts'
import type { Trx } from '../../db/transact.ts'
import { markSuspended } from '../../db/users/changes.ts'
import { Refused } from '../../errors.ts'
import { type Account, nameOf } from './account.ts'
import type { RuleContext } from '../permissions/actor.ts'
import { type ChangedUser, changedTo, userTarget, unchanged } from './changed.ts'
import { findUser } from './find.ts'
import { permit } from '../permissions/decide.ts'
import { appendAudit } from '../audit/append.ts'

/** Stops sign-in at once; every record and the history stay [guide for school coordinators]. */
export async function suspendUser(
  trx: Trx,
  { email, ctx }: { email: string; ctx: RuleContext },
): Promise<ChangedUser> {
  const { actor, at } = ctx
  return suspendAccount(trx, { account: await findUser(trx, { email, at, actor }), ctx })
}

/** Like `suspendUser`, for an account that was found already. @throws `is-coordinator` */
export async function suspendAccount(
  trx: Trx,
  { account, ctx }: { account: Account; ctx: RuleContext },
): Promise<ChangedUser> {
  const { at } = ctx
  permit(ctx, 'users.suspend', userTarget(account))
  if (account.hubRole === 'coordinator') {
    throw new Refused(
      'is-coordinator',
      `${nameOf(account)} coordinates ${account.centre?.number}: suspending them locks the whole centre.`,
      { hint: `ssh-admin coordinator suspend ${account.centre?.number}` },
    )
  }
  if (account.status === 'suspended' || account.status === 'deleted') return unchanged(account)

  await markSuspended(trx, { id: account.id, before: account.status, at })
  await voidOpenCredentials(trx, [account.id])
  await appendAudit(trx, {
    ...ctx,
    action: 'users.suspended',
    subject: account,
    facts: { before: account.status, after: 'suspended', progressionTests: account.progressionTests },
  })
  return changedTo(trx, { account, outcome: 'suspended', at })
}
