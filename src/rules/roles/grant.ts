import type { Trx } from '../../db/transact.ts'
import { deleteRolesAndSites, insertRolesAndSites, markEdited } from '../../db/users/changes.ts'
import { Refused } from '../../errors.ts'
import type { Account } from '../users/account.ts'
import { refuseDeletedCentre, noCentreForRoles } from '../refusals.ts'
import type { RuleContext } from '../permissions/actor.ts'
import { type ChangedUser, changedTo, userTarget, unchanged } from '../users/changed.ts'
import { catalogue, findRole, rolesOfService } from './catalogue.ts'
import { similarNames } from '../unknown-name.ts'
import { resolveRoles, refuseUngrantable, resolveRole } from './resolve.ts'
import { readEachName, refuseMistypedFirst } from '../batch.ts'
import { findUser } from '../users/find.ts'
import { decide, permit } from '../permissions/decide.ts'
import { appendAudit } from '../audit/append.ts'

interface Granting {
  email: string
  roles: readonly string[]
  ctx: RuleContext
}

/** Gives somebody roles of their centre's services [factsheet on managing users in My Cambridge]. */
export async function grantRoles(trx: Trx, { email, roles: typed, ctx }: Granting): Promise<ChangedUser> {
  const roles = parseRoles(typed)
  const account = await refuseMistypedFirst(findUser(trx, { email, ...ctx }), () => resolveRoles(roles))
  const chosen = await serviceRoles(roles, { account, right: 'roles.grant', ctx })
  if (account.centre === null) throw noCentreForRoles(account)
  refuseDeletedCentre(account.centre)
  const granted = chosen.filter((role) => !account.roles.includes(role))
  if (granted.length === 0) return unchanged(account)

  await insertRolesAndSites(trx, account.id, { roles: granted })
  return recordRoleChange(trx, { account, action: 'roles.granted', roles: granted, ctx })
}

/** Takes roles away; the account and everything else of it stays. */
export async function revokeRoles(trx: Trx, { email, roles: typed, ctx }: Granting): Promise<ChangedUser> {
  const roles = parseRoles(typed)
  const account = await refuseMistypedFirst(findUser(trx, { email, ...ctx }), () => resolveRoles(roles))
  const chosen = await serviceRoles(roles, { account, right: 'roles.revoke', ctx })
  const revoked = chosen.filter((role) => account.roles.includes(role))
  if (revoked.length === 0) return unchanged(account)

  await deleteRolesAndSites(trx, account.id, { roles: revoked })
  return recordRoleChange(trx, { account, action: 'roles.revoked', roles: revoked, ctx })
}

/** Refuses words that name no role. @throws `unknown-role`, with every such word */
export async function refuseUnknownRoles(words: readonly string[]): Promise<void> {
  await readEachName([...new Set(parseRoles(words))], resolveRole)
}

/**
 * Joins words of which none is a role into one name, typed without quotes (`Submit for assessment`), unless one word
 * is nearly a role and the joined name is neither nearly a role nor a service.
 */
function parseRoles(words: readonly string[]): readonly string[] {
  if (words.length < 2 || words.some(findRole)) return words
  const joined = words.join(' ')
  const isOne = isNearlyRole(joined) || rolesOfService(joined).length > 0
  return isOne || !words.some(isNearlyRole) ? [joined] : words
}

function isNearlyRole(name: string): boolean {
  const names = catalogue.map((role) => role.name)
  return findRole(name) !== undefined || similarNames(name, names, 'role').length > 0
}

interface Choosing {
  account: Account
  right: 'roles.grant' | 'roles.revoke'
  ctx: RuleContext
}

/** Reads service roles that the actor may grant or revoke there; refuses hub roles, which have their own commands. */
async function serviceRoles(names: readonly string[], { account, right, ctx }: Choosing): Promise<string[]> {
  const target = userTarget(account)
  await readEachName([...new Set(names)], (name) => {
    const chosen = resolveRoles([name])
    refuseUngrantable(chosen, { ctx, right, target })
    for (const role of chosen.roles) permit(ctx, right, { ...target, role })
    if (chosen.admin || chosen.teacher) refuseHubRole(name, { account, right, ctx })
  })
  return resolveRoles(names).roles
}

/** Tells an actor who may edit administrative rights which command does it; no other actor may give this role. */
function refuseHubRole(role: string, { account, right, ctx }: Choosing): never {
  const target = userTarget(account)
  if (!decide(ctx.actor, 'users.rights', target).allowed) permit(ctx, right, { ...target, role })
  throw new Refused('hub-role', 'Administrative rights are given and taken by editing the user.', {
    hint: `ssh-admin users edit ${account.email} --admin, or --no-admin`,
  })
}

async function recordRoleChange(
  trx: Trx,
  {
    account,
    action,
    roles,
    ctx,
  }: { account: Account; action: string; roles: readonly string[]; ctx: RuleContext },
): Promise<ChangedUser> {
  await markEdited(trx, { id: account.id, at: ctx.at })
  await appendAudit(trx, { ...ctx, action, subject: account, facts: { roles, before: account.roles } })
  return changedTo(trx, { account, outcome: 'edited', at: ctx.at })
}
