import { voidCredentials } from '../../db/credentials.ts'
import type { Trx } from '../../db/transact.ts'
import { giveRoles, giveSites, setParticulars, takeRoles, takeSites } from '../../db/users/changes.ts'
import { findLiveUser } from '../../db/users/users.ts'
import { Refused } from '../../errors.ts'
import { type Account, nameOf } from './account.ts'
import type { RuleContext } from '../permissions/actor.ts'
import { type ChangedUser, changedTo, onUser, unchanged } from './changed.ts'
import { isAnotherAddress } from './email.ts'
import { findUser } from './find.ts'
import { userSearchKey } from './new-user.ts'
import { permit } from '../permissions/decide.ts'
import { appendAudit } from '../audit/append.ts'
import { refuseErased } from '../refusals.ts'
import { refuseLookAlikeDomain } from './look-alike.ts'
import { queueMessage } from '../mail/queue-message.ts'
import { type Changes, factsOf, personalOf, type Wanted, wantedOf } from './patch.ts'

export interface EditedUser extends ChangedUser {
  /** Before the change. */
  before: Account
}

/** Names, address, sites, roles and administrative rights [guide for school coordinators]. */
export async function editUser(
  trx: Trx,
  { email, changes, ctx }: { email: string; changes: Changes; ctx: RuleContext },
): Promise<EditedUser> {
  const { by, at } = ctx
  const before = await findUser(trx, { email, at, by })
  if (!isAboutRolesOnly(changes)) permit(ctx, 'users.edit', onUser(before))
  const wanted = wantedOf(before, changes)
  const { email: newEmail, key: newKey } = wanted.address
  const changesAddress = isAnotherAddress(before, { email: newEmail, emailKey: newKey })
  if (changesAddress) permit(ctx, 'users.edit', { ...onUser(before), field: 'address' })
  if (wanted.hubRole !== before.hubRole) permitHubRole(ctx, { before, wanted })
  for (const role of wanted.newRoles) permit(ctx, 'roles.grant', { ...onUser(before), role })
  for (const role of wanted.lostRoles) permit(ctx, 'roles.revoke', { ...onUser(before), role })
  refuseErased(before)
  refuseRoleWithoutCentre(before, wanted)
  refuseWhileActing(before, wanted)
  await refuseAddressInUse(trx, { before, wanted, ctx })
  const facts = factsOf(before, wanted)
  if (Object.keys(facts).length === 0) return { ...unchanged(before), before }

  await apply(trx, { before, wanted, at })
  const edited = await changedTo(trx, { account: before, outcome: 'edited', at })
  await appendAudit(trx, {
    by,
    at,
    action: 'users.edited',
    subject: before.email,
    userId: before.id,
    facts,
    personal: personalOf(before, wanted),
  })
  if (changesAddress) await queueAddressChanged(trx, { before, edited, ctx })
  return { ...edited, before }
}

/** Somebody without a hub role who gets a site is a teacher from then on: for whoever may make one there. */
function permitHubRole(ctx: RuleContext, { before, wanted }: { before: Account; wanted: Wanted }): void {
  const { name, user } = onUser(before)
  if (before.hubRole !== null || wanted.hubRole !== 'teacher') permit(ctx, 'users.rights', onUser(before))
  else {
    const newUser = { hubRole: 'teacher', roles: [] } as const
    permit(ctx, 'users.add', { name, centre: user?.centre ?? undefined, newUser })
  }
}

/** Granting and revoking asks only whether the actor may do that with this role. */
function isAboutRolesOnly({ addRoles = [], removeRoles = [], ...others }: Changes): boolean {
  const rest = Object.values(others).some((value) =>
    Array.isArray(value) ? value.length > 0 : value !== undefined,
  )
  return !rest && [...addRoles, ...removeRoles].length > 0
}

function refuseRoleWithoutCentre(before: Account, { hubRole, newRoles, newSites }: Wanted): void {
  const gains = hubRole !== before.hubRole || newRoles.length > 0 || newSites.length > 0
  if (before.centre !== null || !gains) return
  throw new Refused('no-centre', `${nameOf(before)} belongs to no centre, and roles are held at one.`, {
    hint: `ssh-admin users add '${nameOf(before)} <${before.email}>' --centre CENTRE`,
  })
}

/** Associate centres are acted for by a coordinator or an admin. */
function refuseWhileActing(before: Account, { hubRole }: Wanted): void {
  if (hubRole === before.hubRole || hubRole === 'admin' || before.assigned.length === 0) return
  const count = before.assigned.length
  throw new Refused(
    'has-associate-centres',
    `${nameOf(before)} acts for ${count} associate centre${count === 1 ? '' : 's'}.`,
    { hint: `ssh-admin associates unassign ${before.email} CENTRE…` },
  )
}

async function refuseAddressInUse(
  trx: Trx,
  { before, wanted: { address }, ctx }: { before: Account; wanted: Wanted; ctx: RuleContext },
): Promise<void> {
  if (address.key === before.emailKey) return
  await refuseLookAlikeDomain(trx, { address, ctx })
  const holder = await findLiveUser(trx, address.key)
  if (!holder) return
  throw new Refused('email-in-use', `${address.email} already has an account.`, {
    hint: 'Use another address: one address has one account.',
  })
}

async function apply(
  trx: Trx,
  { before: { id }, wanted, at }: { before: Account; wanted: Wanted; at: Date },
): Promise<void> {
  const { firstName, lastName, address, hubRole } = wanted
  const userKey = userSearchKey({ email: address.email, firstName, lastName })
  const { email, key: emailKey } = address
  await setParticulars(trx, { id, at, email, emailKey, firstName, lastName, folded: userKey, hubRole })
  await giveRoles(trx, id, wanted.newRoles)
  await takeRoles(trx, id, wanted.lostRoles)
  await giveSites(trx, id, wanted.newSites)
  await takeSites(trx, id, wanted.lostSites)
}

/** Both addresses are told, so that nobody loses an account unawares; open links are void. */
async function queueAddressChanged(
  trx: Trx,
  { before, edited, ctx }: { before: Account; edited: ChangedUser; ctx: RuleContext },
): Promise<void> {
  await voidCredentials(trx, {
    userId: before.id,
    purposes: ['set-up', 'reset', 'temporary-password', 'code'],
    reason: 'void',
  })
  const fields = { oldEmail: before.email, newEmail: edited.account.email }
  await queueMessage(trx, ctx, {
    letter: 'address-changed',
    to: { ...edited.account, email: before.email },
    fields,
  })
  await queueMessage(trx, ctx, { letter: 'address-changed', to: edited.account, fields })
}
