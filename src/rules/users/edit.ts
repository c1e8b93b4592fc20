import { voidCredentials } from '../../db/credentials.ts'
import { type Holding, holdingsOf } from '../../db/progression-tests/holdings.ts'
import { lettersWaitingFor } from '../../db/messages.ts'
import { cancelOutdated } from '../../db/outbox.ts'
import type { Trx } from '../../db/transact.ts'
import { deleteRolesAndSites, insertRolesAndSites, setDetails } from '../../db/users/changes.ts'
import { findLiveUser } from '../../db/users/users.ts'
import { NotFound, Refused, Usage } from '../../errors.ts'
import { appendAudit } from '../audit/append.ts'
import { refuseMistypedFirst } from '../batch.ts'
import { readPersonName } from '../names.ts'
import { hasWaitingMessage, queueMessage } from '../mail/queue-message.ts'
import type { RuleContext } from '../permissions/actor.ts'
import { maySeeCentre, permit } from '../permissions/decide.ts'
import {
  coordinatorRefusal,
  refuseErased,
  refuseWhileActingForCentres,
  noCentreForRoles,
} from '../refusals.ts'
import { resolveRoles, resolveSites, refuseUngrantable } from '../roles/resolve.ts'
import { type Account, nameOf } from './account.ts'
import { changedTo, type ChangedUser, userTarget, unchanged } from './changed.ts'
import { type Address, isAnotherAddress, parseAddress, parseNewAddress } from './email.ts'
import { findUser } from './find.ts'
import { refuseLookAlikeDomain } from './look-alike.ts'
import { type TypedNames, parseNames, userSearchKey } from './new-user.ts'

export interface EditedUser extends ChangedUser {
  before: Account
  /** Sentences that say what was left out of the names that were typed. */
  tidied: readonly string[]
  /** The Progression Test data on sites that the edit took from the user; absent: none. */
  outOfReach?: readonly Holding[]
}

/** Changes names, address, sites, roles and administrative rights [guide for school coordinators]. */
export async function editUser(
  trx: Trx,
  { email, changes, ctx }: { email: string; changes: Changes; ctx: RuleContext },
): Promise<EditedUser> {
  const { at } = ctx
  const before = await refuseMistypedFirst(findUser(trx, { email, ...ctx }), async (notFound) => {
    refuseMistyped(changes)
    await refuseAlreadyEdited(trx, { email, changes, ctx, notFound })
  })
  if (!isAboutRolesOnly(changes)) permit(ctx, 'users.edit', userTarget(before))
  const [add, remove] = [resolveRoles(changes.addRoles ?? []), resolveRoles(changes.removeRoles ?? [])]
  const namesHubRole = [add, remove].some(({ admin, teacher }) => admin || teacher)
  if (namesHubRole) permit(ctx, 'users.edit', userTarget(before))
  const target = userTarget(before)
  refuseUngrantable(add, { ctx, right: 'roles.grant', target })
  refuseUngrantable(remove, { ctx, right: 'roles.revoke', target })
  const after = userAfter(before, changes)
  const { email: newEmail, key: newKey } = after.address
  const changesAddress = isAnotherAddress(before, { email: newEmail, emailKey: newKey })
  if (changesAddress) permit(ctx, 'users.edit', { ...userTarget(before), field: 'address' })
  if (after.hubRole !== before.hubRole) permitHubRole(ctx, { before, after })
  // Roles that would not change are checked too: otherwise the answer would tell which roles the user holds.
  for (const role of add.roles) permit(ctx, 'roles.grant', { ...userTarget(before), role })
  for (const role of remove.roles) permit(ctx, 'roles.revoke', { ...userTarget(before), role })
  refuseErased(before)
  refuseTakingHub(before, { changes, after })
  refuseRoleWithoutCentre(before, after)
  if (after.hubRole !== before.hubRole && after.hubRole !== 'admin') refuseWhileActingForCentres(before)
  await refuseAddressInUse(trx, { before, after, ctx })
  const facts = factsOf(before, after)
  if (Object.keys(facts).length === 0) return { ...unchanged(before), before, tidied: after.tidied }

  await applyEdit(trx, { before, after, at })
  const edited = await changedTo(trx, { account: before, outcome: 'edited', at })
  await appendAudit(trx, {
    ...ctx,
    action: 'users.edited',
    subject: before,
    facts,
    personal: personalOf(before, after),
  })
  if (changesAddress) await queueAddressChanged(trx, { before, edited, ctx })
  const { lostSites: sites } = after
  const outOfReach = sites.length > 0 ? await holdingsOf(trx, { ownerId: before.id, sites }) : []
  return { ...edited, before, tidied: after.tidied, outOfReach }
}

/** Refuses changes that are wrong for any user, such as an unknown role or an invalid address. */
function refuseMistyped({
  addRoles = [],
  removeRoles = [],
  addSites = [],
  removeSites = [],
  ...facts
}: Changes): void {
  const { firstName = '', lastName = '', email } = facts
  resolveRoles([...addRoles, ...removeRoles])
  resolveSites([...addSites, ...removeSites])
  if (email !== undefined) parseNewAddress(email)
  parseNames({ firstName, lastName })
}

/** Where an account has the new address, the edit was probably made before: says so. @throws `user-not-found` */
async function refuseAlreadyEdited(
  trx: Trx,
  {
    email,
    changes,
    ctx,
    notFound: { hint, details },
  }: { email: string; changes: Changes; ctx: RuleContext; notFound: NotFound },
): Promise<void> {
  const there =
    changes.email === undefined ? undefined : await findLiveUser(trx, parseAddress(changes.email).key)
  if (!there || !maySeeCentre(ctx.actor, there.centre_id)) return
  const hasWaiting = await hasWaitingMessage(trx, { userId: there.id, ctx })
  const nextStep = hasWaiting ? 'ssh-admin mail send' : `ssh-admin users show ${there.email}`
  const more = hasWaiting ? ', and a message to them waits to be sent' : ''
  throw new NotFound(
    'user-not-found',
    `Nobody has the address ${parseAddress(email).email}; ${there.email} has an account already${more}.`,
    {
      // Where another address is similar, the old address was perhaps mistyped.
      hint: hasOtherCandidate(details, there.email) ? hint : nextStep,
      details,
    },
  )
}

/** Whether a refusal names a similar address other than `email`. */
function hasOtherCandidate({ candidates }: NotFound['details'], email: string): boolean {
  return Array.isArray(candidates) && candidates.some((candidate) => candidate.email !== email)
}

/** A user without a hub role becomes a teacher with their first site, which needs the right to add a teacher there. */
function permitHubRole(ctx: RuleContext, { before, after }: { before: Account; after: UserAfter }): void {
  const { name, user } = userTarget(before)
  if (before.hubRole !== null || after.hubRole !== 'teacher') permit(ctx, 'users.rights', userTarget(before))
  else {
    const newUser = { hubRole: 'teacher', roles: [] } as const
    permit(ctx, 'users.add', { name, centre: user?.centre ?? undefined, newUser })
  }
}

/** Whether an edit only grants or revokes roles, which needs no right to edit the user. */
function isAboutRolesOnly({ addRoles = [], removeRoles = [], ...others }: Changes): boolean {
  const hasOtherChanges = Object.values(others).some((value) =>
    Array.isArray(value) ? value.length > 0 : value !== undefined,
  )
  return !hasOtherChanges && [...addRoles, ...removeRoles].length > 0
}

/** The hub comes with every hub role; an edit can change a hub role, but never take it away. @throws `hub-role` */
function refuseTakingHub(
  before: Account,
  { changes: { removeSites = [], removeRoles = [] }, after }: { changes: Changes; after: UserAfter },
): void {
  if (before.hubRole === null) return
  const takesSite = resolveSites(removeSites).includes('school-support-hub')
  const takesRole = resolveRoles(removeRoles).teacher && before.hubRole === 'teacher'
  if (!takesSite && !(takesRole && after.hubRole === 'teacher')) return
  const words = `${nameOf(before)} is ${before.hubRole} on the School Support Hub, and no edit takes that away.`
  throw new Refused('hub-role', words, {
    hint: `With every other role of the centre: ssh-admin users remove ${before.email}`,
  })
}

function refuseRoleWithoutCentre(before: Account, { hubRole, newRoles, newSites }: UserAfter): void {
  const gains = hubRole !== before.hubRole || newRoles.length > 0 || newSites.length > 0
  if (before.centre === null && gains) throw noCentreForRoles(before)
}

async function refuseAddressInUse(
  trx: Trx,
  { before, after: { address }, ctx }: { before: Account; after: UserAfter; ctx: RuleContext },
): Promise<void> {
  if (address.key === before.emailKey) return
  await refuseLookAlikeDomain(trx, { address, ctx })
  const holder = await findLiveUser(trx, address.key)
  if (!holder) return
  throw new Refused('email-in-use', `${address.email} already has an account.`, {
    hint: 'Use another address: one address has one account.',
  })
}

async function applyEdit(
  trx: Trx,
  { before: { id }, after, at }: { before: Account; after: UserAfter; at: Date },
): Promise<void> {
  const { firstName, lastName, address, hubRole } = after
  const userKey = userSearchKey({ email: address.email, firstName, lastName })
  const { email, key: emailKey } = address
  await setDetails(trx, { id, at, email, emailKey, firstName, lastName, folded: userKey, hubRole })
  await insertRolesAndSites(trx, id, { roles: after.newRoles, sites: after.newSites })
  await deleteRolesAndSites(trx, id, { roles: after.lostRoles, sites: after.lostSites })
}

/**
 * Tells both addresses of the change, so that nobody loses an account unawares, and voids open links. Messages queued
 * for the old address, or refused there, are cancelled; a coordinator's appointment is sent to the new one instead.
 */
async function queueAddressChanged(
  trx: Trx,
  { before, edited, ctx }: { before: Account; edited: ChangedUser; ctx: RuleContext },
): Promise<void> {
  await voidCredentials(trx, {
    userId: before.id,
    purposes: ['set-up', 'reset', 'temporary-password', 'code'],
    reason: 'void',
  })
  const { account } = edited
  const unsentLetters =
    account.hubRole === 'coordinator'
      ? await lettersWaitingFor(trx, before.id, { states: ['queued', 'failed'] })
      : []
  const isAppointmentUnsent = unsentLetters.some(({ letter }) => letter === 'coordinator-appointed')
  await cancelOutdated(trx, { userId: before.id, letters: ['account-activation', 'coordinator-appointed'] })
  if (isAppointmentUnsent) await queueMessage(trx, ctx, { letter: 'coordinator-appointed', to: account })
  const fields = { oldEmail: before.email, newEmail: account.email }
  await queueMessage(trx, ctx, {
    letter: 'address-changed',
    to: { ...account, email: before.email },
    fields,
  })
  await queueMessage(trx, ctx, { letter: 'address-changed', to: account, fields })
}

/** The requested changes; an absent property stays as it is. */
export interface Changes {
  firstName?: string
  lastName?: string
  email?: string
  admin?: boolean
  addSites?: readonly string[]
  removeSites?: readonly string[]
  addRoles?: readonly string[]
  removeRoles?: readonly string[]
}

/** The user after the edit, and the roles and sites gained and lost. */
interface UserAfter extends Required<TypedNames> {
  address: Address
  hubRole: Account['hubRole']
  newRoles: string[]
  lostRoles: string[]
  newSites: string[]
  lostSites: string[]
}

/** Computes the user after the edit. @throws Usage or Refused for changes that cannot be meant */
function userAfter(before: Account, changes: Changes): UserAfter {
  const { admin, email } = changes
  const { firstName, lastName, tidied = [] } = namesAfter(before, changes)
  const add = resolveRoles(changes.addRoles ?? [])
  const remove = resolveRoles(changes.removeRoles ?? [])
  const addSites = resolveSites(changes.addSites ?? [])
  const removeSites = resolveSites(changes.removeSites ?? [])
  return {
    firstName,
    lastName,
    tidied,
    address:
      email === undefined
        ? { email: before.email, key: before.emailKey }
        : email === before.email
          ? parseAddress(email)
          : parseNewAddress(email),
    hubRole: hubRoleAfter(before, {
      admin: admin ?? (add.admin ? true : remove.admin ? false : undefined),
      teacher: add.teacher || addSites.length > 0,
    }),
    newRoles: add.roles.filter((role) => !before.roles.includes(role)),
    lostRoles: remove.roles.filter((role) => before.roles.includes(role)),
    newSites: addSites.filter((site) => site !== 'school-support-hub' && !before.sites.includes(site)),
    lostSites: removeSites.filter((site) => site !== 'school-support-hub' && before.sites.includes(site)),
  }
}

const noName = { firstName: '', lastName: '' }

/**
 * The names after the edit; a name that stays the same is not validated. An import may create people without a name,
 * but an edit may not remove the last one. @throws `name-missing`
 */
function namesAfter(before: Account, changes: Changes): TypedNames {
  const { firstName = before.firstName, lastName = before.lastName } = changes
  if (firstName === before.firstName && lastName === before.lastName) return { firstName, lastName }
  const unchangedPart =
    firstName === before.firstName ? 'firstName' : lastName === before.lastName ? 'lastName' : undefined
  const isFaulty =
    unchangedPart && readPersonName({ ...noName, [unchangedPart]: before[unchangedPart] }).faults.length > 0
  const names = isFaulty
    ? { ...parseNames({ firstName, lastName, [unchangedPart]: '' }), [unchangedPart]: before[unchangedPart] }
    : parseNames({ firstName, lastName })
  if (names.firstName !== '' || names.lastName !== '' || nameOf(before) === before.email) return names
  throw new Usage(`${nameOf(before)} would have no name left.`, {
    code: 'name-missing',
    hint: 'One of the two is needed: --first-name NAME, or --last-name NAME',
  })
}

function hubRoleAfter(
  before: Account,
  { admin, teacher }: { admin: boolean | undefined; teacher: boolean },
): Account['hubRole'] {
  if (admin === undefined) return before.hubRole ?? (teacher ? 'teacher' : null)
  if (before.hubRole !== 'coordinator') return admin ? 'admin' : before.hubRole && 'teacher'
  throw coordinatorRefusal(before)
}

/** The differences for the audit log, before and after, without names and addresses. */
function factsOf(before: Account, after: UserAfter): Record<string, unknown> {
  const { hubRole, newRoles, lostRoles, newSites, lostSites, address, firstName, lastName } = after
  return {
    ...(firstName === before.firstName && lastName === before.lastName ? {} : { name: 'changed' }),
    ...(address.email === before.email ? {} : { email: 'changed' }),
    ...(hubRole === before.hubRole ? {} : { hubRole: { before: before.hubRole, after: hubRole } }),
    ...(newRoles.length > 0 ? { rolesGiven: newRoles } : {}),
    ...(lostRoles.length > 0 ? { rolesTaken: lostRoles } : {}),
    ...(newSites.length > 0 ? { sitesGiven: newSites } : {}),
    ...(lostSites.length > 0 ? { sitesTaken: lostSites } : {}),
  }
}

function personalOf(before: Account, { firstName, lastName, address }: UserAfter): Record<string, string> {
  const name = `${firstName} ${lastName}`.trim()
  return {
    ...(name === `${before.firstName} ${before.lastName}`.trim()
      ? {}
      : { nameBefore: nameOf(before), nameAfter: name }),
    ...(address.email === before.email ? {} : { emailAfter: address.email }),
  }
}
