import { voidThose } from '../db/credentials.ts'
import type { Trx } from '../db/transact.ts'
import { giveRoles, giveSites, setParticulars, takeRoles, takeSites } from '../db/user-changes.ts'
import { findLiveUser } from '../db/users.ts'
import { Refused, Usage } from '../errors.ts'
import { type Account, nameOf } from './account.ts'
import type { Given } from './actor.ts'
import { type ChangedUser, changedTo, onUser, unchanged } from './changed-user.ts'
import { chosenRoles, chosenSites } from './chosen-roles.ts'
import { type Address, typedAddress } from './email.ts'
import { findUser } from './find-user.ts'
import { foldedUser } from './new-user.ts'
import { permit } from './permissions.ts'
import { cleanName } from './person.ts'
import { record } from './record.ts'
import { tell } from './tell.ts'

/** What is to be different; absent stays as it is. */
export interface Changes {
  firstName?: string
  lastName?: string
  /** A new address. */
  email?: string
  admin?: boolean
  addSites?: readonly string[]
  removeSites?: readonly string[]
  addRoles?: readonly string[]
  removeRoles?: readonly string[]
}

interface Wanted {
  firstName: string
  lastName: string
  address: Address
  hubRole: Account['hubRole']
  newRoles: string[]
  lostRoles: string[]
  newSites: string[]
  lostSites: string[]
}

export interface EditedUser extends ChangedUser {
  /** Before the change. */
  before: Account
}

/** Names, address, sites, roles and administrative rights [guide for school coordinators]. */
export async function editUser(
  trx: Trx,
  { email, changes, given }: { email: string; changes: Changes; given: Given },
): Promise<EditedUser> {
  const { by, at } = given
  const before = await findUser(trx, { email, at, by })
  permit(given, 'users.edit', onUser(before))
  const wanted = wantedOf(before, changes)
  if (wanted.address.key !== before.emailKey)
    permit(given, 'users.edit', { ...onUser(before), field: 'address' })
  if (wanted.hubRole !== before.hubRole) permit(given, 'users.rights', onUser(before))
  for (const role of wanted.newRoles) permit(given, 'roles.grant', { ...onUser(before), role })
  for (const role of wanted.lostRoles) permit(given, 'roles.revoke', { ...onUser(before), role })
  refuseRoleWithoutCentre(before, wanted)
  refuseWhileActing(before, wanted)
  await refuseAddressInUse(trx, { before, wanted })
  const facts = factsOf(before, wanted)
  if (Object.keys(facts).length === 0) return { ...unchanged(before), before }

  await apply(trx, { before, wanted, at })
  const edited = await changedTo(trx, { account: before, outcome: 'edited', at })
  await record(trx, {
    by,
    at,
    action: 'users.edited',
    subject: before.email,
    userId: before.id,
    facts,
    personal: personalOf(before, wanted),
  })
  if (wanted.address.key !== before.emailKey) await tellOfNewAddress(trx, { before, edited, given })
  return { ...edited, before }
}

function wantedOf(before: Account, changes: Changes): Wanted {
  const { firstName = before.firstName, lastName = before.lastName, admin, email } = changes
  refuseNoName(before, { firstName, lastName })
  const add = chosenRoles(changes.addRoles ?? [])
  const remove = chosenRoles(changes.removeRoles ?? [])
  const addSites = chosenSites(changes.addSites ?? [])
  const removeSites = chosenSites(changes.removeSites ?? [])
  return {
    firstName: cleanName(firstName),
    lastName: cleanName(lastName),
    address: email === undefined ? { email: before.email, key: before.emailKey } : typedAddress(email),
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

/** An import may bring people without a name; nobody loses the one they have. */
function refuseNoName(
  before: Account,
  { firstName, lastName }: { firstName: string; lastName: string },
): void {
  if (cleanName(`${firstName} ${lastName}`) !== '' || nameOf(before) === before.email) return
  throw new Usage(`${nameOf(before)} would have no name left.`, { code: 'name-missing' })
}

function hubRoleAfter(
  before: Account,
  { admin, teacher }: { admin: boolean | undefined; teacher: boolean },
): Account['hubRole'] {
  if (admin === undefined) return before.hubRole ?? (teacher ? 'teacher' : null)
  if (before.hubRole !== 'coordinator') return admin ? 'admin' : before.hubRole && 'teacher'
  throw new Refused('is-coordinator', `${nameOf(before)} coordinates ${before.centre?.number}.`, {
    hint: `ssh-admin coordinator change ${before.centre?.number} --to EMAIL`,
  })
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
  { before, wanted: { address } }: { before: Account; wanted: Wanted },
): Promise<void> {
  if (address.key === before.emailKey) return
  const holder = await findLiveUser(trx, address.key)
  if (!holder) return
  throw new Refused('email-in-use', `${address.email} already has an account.`, {
    hint: 'Use another address: one address has one account.',
  })
}

/** Before and after of what differs, and nothing that names a person. */
function factsOf(before: Account, wanted: Wanted): Record<string, unknown> {
  const { hubRole, newRoles, lostRoles, newSites, lostSites, address, firstName, lastName } = wanted
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

function personalOf(before: Account, { firstName, lastName, address }: Wanted): Record<string, string> {
  const name = `${firstName} ${lastName}`.trim()
  return {
    ...(name === `${before.firstName} ${before.lastName}`.trim()
      ? {}
      : { nameBefore: nameOf(before), nameAfter: name }),
    ...(address.email === before.email ? {} : { emailAfter: address.email }),
  }
}

async function apply(
  trx: Trx,
  { before: { id }, wanted, at }: { before: Account; wanted: Wanted; at: Date },
): Promise<void> {
  const { firstName, lastName, address, hubRole } = wanted
  const folded = foldedUser({ email: address.email, firstName, lastName })
  const { email, key: emailKey } = address
  await setParticulars(trx, { id, at, email, emailKey, firstName, lastName, folded, hubRole })
  await giveRoles(trx, id, wanted.newRoles)
  await takeRoles(trx, id, wanted.lostRoles)
  await giveSites(trx, id, wanted.newSites)
  await takeSites(trx, id, wanted.lostSites)
}

/** Both addresses are told, so that nobody loses an account unawares; open links are void. */
async function tellOfNewAddress(
  trx: Trx,
  { before, edited, given }: { before: Account; edited: ChangedUser; given: Given },
): Promise<void> {
  await voidThose(trx, {
    userId: before.id,
    purposes: ['set-up', 'reset', 'temporary-password', 'code'],
    why: 'void',
  })
  const fields = { oldEmail: before.email, newEmail: edited.account.email }
  await tell(trx, given, {
    letter: 'address-changed',
    to: { ...edited.account, email: before.email },
    fields,
  })
  await tell(trx, given, { letter: 'address-changed', to: edited.account, fields })
}
