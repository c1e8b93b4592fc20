import { isErased } from '../db/users/users.ts'
import { type FailureOptions, Refused } from '../errors.ts'
import { type Account, nameOf, type SignInBlocker } from './users/account.ts'

/** An account whose owner was erased cannot be given back to anybody. @throws `erased` */
export function refuseErased(account: { id: number; email: string }): void {
  if (!isErased(account)) return
  throw new Refused(
    'erased',
    'The person whose account this was has been erased; nobody can be given it back.',
    {
      hint: "ssh-admin users add 'First Last <email>' --centre CENTRE",
    },
  )
}

type Deletable = { number: string } & ({ deleted: boolean } | { deleted_at: string | null })

/** At a deleted centre nothing is sent or issued to anybody, and nobody is brought there. @throws `centre-deleted` */
export function refuseDeletedCentre(centre: Deletable): void {
  const { number } = centre
  if (!('deleted' in centre ? centre.deleted : centre.deleted_at !== null)) return
  throw new Refused('centre-deleted', `The centre ${number} is deleted.`, {
    hint: `ssh-admin centres restore ${number}`,
  })
}

/** The command that restores a suspended user; a coordinator is restored by the coordinator commands. */
export function restoreCommand({
  email,
  hubRole,
  centre,
}: Pick<Account, 'email' | 'hubRole' | 'centre'>): string {
  if (hubRole === 'coordinator') return `ssh-admin coordinator restore ${centre?.number}`
  return `ssh-admin users restore ${email}`
}

/** Nothing is sent or issued to a suspended user, and they cannot become coordinator. @throws `suspended` */
export function refuseSuspended(account: Account): void {
  if (account.status !== 'suspended') return
  throw new Refused('suspended', `${nameOf(account)} is suspended.`, { hint: restoreCommand(account) })
}

/** Nothing is sent or issued to a user at a deleted centre, or at none. @throws `no-centre`, `centre-deleted` */
export function refuseWithoutCentre(account: Account): void {
  const { centre } = account
  if (centre === null) throw noCentre(account)
  refuseDeletedCentre(centre)
}

/** The refusal for a user without a centre, who joins one like a new user. */
export function noCentre(account: Account, suffix = ''): Refused {
  return new Refused('no-centre', `${nameOf(account)} belongs to no centre${suffix}.`, {
    hint: `ssh-admin users add '${nameOf(account)} <${account.email}>' --centre CENTRE`,
  })
}

/** The refusal to give roles or sites to a user without a centre. */
export function noCentreForRoles(account: Account): Refused {
  return noCentre(account, ', and roles are held at one')
}

/**
 * A user who coordinates their centre, or acts for associate centres, cannot leave it.
 * @throws `is-coordinator`, `has-associate-centres`
 */
export function refuseWhileResponsible(account: Account): void {
  if (account.hubRole === 'coordinator') throw coordinatorRefusal(account)
  refuseWhileActingForCentres(account)
}

/** The refusal for a coordinator, whose role is given and taken by the coordinator commands only. */
export function coordinatorRefusal(
  account: Account,
  instead = `change ${account.centre?.number} --to EMAIL`,
): Refused {
  return new Refused('is-coordinator', `${nameOf(account)} coordinates ${account.centre?.number}.`, {
    hint: `ssh-admin coordinator ${instead}`,
  })
}

/** Only a coordinator or admin of an Associate may act for its centres. @throws `has-associate-centres` */
export function refuseWhileActingForCentres(account: Account): void {
  const assigned = account.assigned.length
  if (assigned === 0) return
  throw new Refused(
    'has-associate-centres',
    `${nameOf(account)} acts for ${assigned} associate ${assigned === 1 ? 'centre' : 'centres'}.`,
    { hint: `ssh-admin associates unassign ${account.email} CENTRE…` },
  )
}

/** Nobody leaves with Progression Test data: it is transferred first [guide for school coordinators]. */
export function refuseWithProgressionTests(
  account: Account,
  options: Pick<FailureOptions, 'hint' | 'optionToAdd'>,
): void {
  const { learnerGroups } = account.progressionTests
  if (learnerGroups === 0) return
  const message = `${nameOf(account)} still holds Progression Test data: ${holdings(account.progressionTests)}.`
  throw new Refused('has-progression-tests', message, {
    ...options,
    details: { progressionTests: account.progressionTests },
  })
}

/** `2 learner groups with 34 results` */
export function holdings({ learnerGroups, results }: { learnerGroups: number; results: number }): string {
  const groups = `${learnerGroups} learner ${learnerGroups === 1 ? 'group' : 'groups'}`
  return `${groups} with ${results} ${results === 1 ? 'result' : 'results'}`
}

/** Why a user cannot sign in, in the words of every answer that says so. */
export const signInReasons: Readonly<Record<SignInBlocker, string>> = {
  deleted: 'the account is deleted',
  suspended: 'the account is suspended',
  'no-centre': 'the account belongs to no centre',
  'centre-deleted': 'the centre is deleted',
  'coordinator-suspended': 'the coordinator of the centre is suspended',
  invited: 'no password has been set up yet',
}

/** The command that lets the user sign in again; undefined where nothing blocks them. */
export function commandToUnblock(account: Account): string | undefined {
  const { email, centre, blocker } = account
  switch (blocker) {
    case null:
      return undefined
    case 'deleted':
      return `ssh-admin users restore ${email}`
    case 'suspended':
      return restoreCommand(account)
    case 'no-centre':
      return `ssh-admin users add '${nameOf(account)} <${email}>' --centre CENTRE`
    case 'centre-deleted':
      return `ssh-admin centres restore ${centre?.number}`
    case 'coordinator-suspended':
      return `ssh-admin coordinator restore ${centre?.number}`
    case 'invited':
      return `ssh-admin users reset-password ${email}`
  }
}
