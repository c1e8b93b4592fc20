import type { Trx } from '../../db/transact.ts'
import { deleteAllRolesOrSites, setCentreAndHubRole } from '../../db/users/changes.ts'
import type { RuleContext } from '../permissions/actor.ts'
import { type ChangedUser, changedTo, userTarget, unchanged } from './changed.ts'
import { findCentre } from '../centres/find.ts'
import { findUser } from './find.ts'
import { permit } from '../permissions/decide.ts'
import { appendAudit } from '../audit/append.ts'
import {
  refuseDeletedCentre,
  refuseWithProgressionTests,
  refuseWhileResponsible,
  noCentre,
} from '../refusals.ts'

interface Move {
  email: string
  /** The number of the new centre. */
  to: string
  ctx: RuleContext
}

/** Moves a user to another centre: the roles of the old centre go, and an administrator becomes a teacher. */
export async function moveUser(trx: Trx, { email, to, ctx }: Move): Promise<ChangedUser> {
  const { at } = ctx
  const account = await findUser(trx, { email, ...ctx })
  const centre = await findCentre(trx, to, ctx)
  permit(ctx, 'users.move', userTarget(account))
  if (account.centre?.id === centre.id) return unchanged(account)
  if (account.centre === null) throw noCentre(account)
  refuseWhileResponsible(account)
  refuseWithProgressionTests(account, { hint: `ssh-admin users transfer ${account.email} --to EMAIL` })
  refuseDeletedCentre(centre)

  const hubRole = account.hubRole === 'admin' ? 'teacher' : account.hubRole
  await setCentreAndHubRole(trx, { id: account.id, centreId: centre.id, hubRole, at })
  await deleteAllRolesOrSites(trx, account.id, 'user_roles')
  await appendAudit(trx, {
    ...ctx,
    action: 'users.moved',
    subject: account,
    facts: {
      before: account.centre.number,
      after: centre.number,
      rolesGone: account.roles.filter((role) => role !== 'teacher'),
    },
  })
  return { ...(await changedTo(trx, { account, outcome: 'moved', at })), left: account.centre.number }
}
