import type { Trx } from '../../db/transact.ts'
import { markEdited, takeRoles } from '../../db/users/changes.ts'
import { type ChangedUser, changedTo, onUser, unchanged } from '../users/changed.ts'
import { findUser } from '../users/find.ts'
import { type Granting, serviceRoles } from './grant.ts'
import { permit } from '../permissions/decide.ts'
import { appendAudit } from '../audit/append.ts'

/** Takes roles away; the account and everything else of it stays. */
export async function revokeRoles(trx: Trx, { email, roles, ctx }: Granting): Promise<ChangedUser> {
  const account = await findUser(trx, { email, ...ctx })
  const chosen = serviceRoles(roles, account)
  for (const role of chosen) permit(ctx, 'roles.revoke', { ...onUser(account), role })
  const revoked = chosen.filter((role) => account.roles.includes(role))
  if (revoked.length === 0) return unchanged(account)

  await takeRoles(trx, account.id, revoked)
  await markEdited(trx, { id: account.id, at: ctx.at })
  await appendAudit(trx, {
    ...ctx,
    action: 'roles.revoked',
    subject: account.email,
    userId: account.id,
    facts: { roles: revoked, before: account.roles },
  })
  return changedTo(trx, { account, outcome: 'edited', at: ctx.at })
}
