import { voidOpenCredentials } from '../../db/credentials.ts'
import type { Trx } from '../../db/transact.ts'
import { deleteAllRolesOrSites, setCentreAndHubRole } from '../../db/users/changes.ts'
import type { RuleContext } from '../permissions/actor.ts'
import { type ChangedUser, changedTo, userTarget, unchanged } from './changed.ts'
import { findUser } from './find.ts'
import { permit } from '../permissions/decide.ts'
import { appendAudit } from '../audit/append.ts'
import { refuseWithProgressionTests, refuseWhileResponsible } from '../refusals.ts'

/** Every role at the centre goes, and with it every service; the account remains [factsheet]. */
export async function removeUser(
  trx: Trx,
  { email, ctx }: { email: string; ctx: RuleContext },
): Promise<ChangedUser> {
  const { at } = ctx
  const account = await findUser(trx, { email, ...ctx })
  permit(ctx, 'users.remove', userTarget(account))
  if (account.centre === null) return unchanged(account)
  refuseWhileResponsible(account)
  refuseWithProgressionTests(account, { hint: `ssh-admin users transfer ${account.email} --to EMAIL` })

  await setCentreAndHubRole(trx, { id: account.id, centreId: null, hubRole: null, at })
  await deleteAllRolesOrSites(trx, account.id, 'user_roles')
  await deleteAllRolesOrSites(trx, account.id, 'user_sites')
  await voidOpenCredentials(trx, [account.id])
  await appendAudit(trx, {
    ...ctx,
    action: 'users.removed',
    subject: account,
    facts: { before: account.centre.number, rolesGone: account.roles, sitesGone: account.sites },
  })
  return { ...(await changedTo(trx, { account, outcome: 'removed', at })), left: account.centre.number }
}
