import { Refused, Usage } from '../../errors.ts'
import { type Account, nameOf } from './account.ts'
import { chosenRoles, chosenSites } from '../roles/chosen.ts'
import { type Address, typedAddress, typedNewAddress } from './email.ts'
import { typedNames } from './new-user.ts'

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

/** The user as they are to be, and what is new or gone. */
export interface Wanted {
  firstName: string
  lastName: string
  address: Address
  hubRole: Account['hubRole']
  newRoles: string[]
  lostRoles: string[]
  newSites: string[]
  lostSites: string[]
}

/** What the changes make of the user. @throws what cannot be meant */
export function wantedOf(before: Account, changes: Changes): Wanted {
  const { admin, email } = changes
  const { firstName, lastName } = namesAfter(before, changes)
  const add = chosenRoles(changes.addRoles ?? [])
  const remove = chosenRoles(changes.removeRoles ?? [])
  const addSites = chosenSites(changes.addSites ?? [])
  const removeSites = chosenSites(changes.removeSites ?? [])
  return {
    firstName,
    lastName,
    address:
      email === undefined
        ? { email: before.email, key: before.emailKey }
        : email === before.email
          ? typedAddress(email)
          : typedNewAddress(email),
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

/** An import may bring people without a name; nobody loses the one they have. What stays as it is is not judged. */
function namesAfter(before: Account, changes: Changes): { firstName: string; lastName: string } {
  const { firstName = before.firstName, lastName = before.lastName } = changes
  if (firstName === before.firstName && lastName === before.lastName) return { firstName, lastName }
  const names = typedNames({ firstName, lastName })
  if (names.firstName !== '' || names.lastName !== '' || nameOf(before) === before.email) return names
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

/** Before and after of what differs, and nothing that names a person. */
export function factsOf(before: Account, wanted: Wanted): Record<string, unknown> {
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

export function personalOf(
  before: Account,
  { firstName, lastName, address }: Wanted,
): Record<string, string> {
  const name = `${firstName} ${lastName}`.trim()
  return {
    ...(name === `${before.firstName} ${before.lastName}`.trim()
      ? {}
      : { nameBefore: nameOf(before), nameAfter: name }),
    ...(address.email === before.email ? {} : { emailAfter: address.email }),
  }
}
