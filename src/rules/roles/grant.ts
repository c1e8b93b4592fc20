import type { Trx } from '../../db/transact.ts'
import { insertRoles, markEdited, deleteRoles } from '../../db/users/changes.ts'
import { Refused, Usage } from '../../errors.ts'
import { type Account, nameOf } from '../users/account.ts'
import { refuseDeletedCentre } from '../refusals.ts'
import type { RuleContext } from '../permissions/actor.ts'
import { type ChangedUser, changedTo, onUser, unchanged } from '../users/changed.ts'
import { chosenRoles } from './chosen.ts'
import { eachNamed } from '../batch.ts'
import { findUser } from '../users/find.ts'
import { permit } from '../permissions/decide.ts'
import { appendAudit } from '../audit/append.ts'

interface Granting {
  email: string
  roles: readonly string[]
  ctx: RuleContext
}

/** Gives somebody roles of their centre's services [factsheet on managing users in My Cambridge]. */
export async function grantRoles(trx: Trx, { email, roles, ctx }: Granting): Promise<ChangedUser> {
  const account = await findUser(trx, { email, ...ctx })
  const chosen = await serviceRoles(roles, account)
  for (const role of chosen) permit(ctx, 'roles.grant', { ...onUser(account), role })
  if (account.centre === null) {
    throw new Refused('no-centre', `${nameOf(account)} belongs to no centre, and roles are held at one.`, {
      hint: `ssh-admin users add '${nameOf(account)} <${account.email}>' --centre CENTRE`,
    })
  }
  refuseDeletedCentre(account.centre)
  const granted = chosen.filter((role) => !account.roles.includes(role))
  if (granted.length === 0) return unchanged(account)

  await insertRoles(trx, account.id, granted)
  return edited(trx, { account, action: 'roles.granted', roles: granted, ctx })
}

/** Roles by name, without those of the hub, which have commands of their own. */
async function serviceRoles(names: readonly string[], { email }: Account): Promise<string[]> {
  if (names.length === 0) throw new Usage('Which role?', { hint: 'ssh-admin roles list names them.' })
  await eachNamed([...new Set(names)], (name) => {
    const { admin, teacher } = chosenRoles([name])
    if (!admin && !teacher) return
    throw new Refused('hub-role', 'Administrative rights are given and taken by editing the user.', {
      hint: `ssh-admin users edit ${email} --admin, or --no-admin`,
    })
  })
  return chosenRoles(names).roles
}

/** Takes roles away; the account and everything else of it stays. */
export async function revokeRoles(trx: Trx, { email, roles, ctx }: Granting): Promise<ChangedUser> {
  const account = await findUser(trx, { email, ...ctx })
  const chosen = await serviceRoles(roles, account)
  for (const role of chosen) permit(ctx, 'roles.revoke', { ...onUser(account), role })
  const revoked = chosen.filter((role) => account.roles.includes(role))
  if (revoked.length === 0) return unchanged(account)

  await deleteRoles(trx, account.id, revoked)
  return edited(trx, { account, action: 'roles.revoked', roles: revoked, ctx })
}

async function edited(
  trx: Trx,
  {
    account,
    action,
    roles,
    ctx,
  }: { account: Account; action: string; roles: readonly string[]; ctx: RuleContext },
): Promise<ChangedUser> {
  const { id: userId, email: subject, roles: before } = account
  await markEdited(trx, { id: userId, at: ctx.at })
  await appendAudit(trx, { ...ctx, action, subject, userId, facts: { roles, before } })
  return changedTo(trx, { account, outcome: 'edited', at: ctx.at })
}
