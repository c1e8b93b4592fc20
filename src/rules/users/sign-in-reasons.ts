import { restoring } from '../refusals.ts'
import { type Account, nameOf, type SignInBlocker } from './account.ts'

/** Why somebody cannot sign in, in a few words: wherever it is told. */
export const signInReasons: Readonly<Record<SignInBlocker, string>> = {
  deleted: 'the account is deleted',
  suspended: 'the account is suspended',
  'no-centre': 'the account belongs to no centre',
  'centre-deleted': 'the centre is deleted',
  'coordinator-suspended': 'the coordinator of the centre is suspended',
  invited: 'no password has been set up yet',
}

/** What to type so that they can. */
export function remedy(account: Account): string | undefined {
  const { email, centre, blocker } = account
  switch (blocker) {
    case null:
      return undefined
    case 'deleted':
      return `ssh-admin users restore ${email}`
    case 'suspended':
      return restoring(account)
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
