import { markSignedIn, secretsOf } from '../db/passwords.ts'
import type { Trx } from '../db/transact.ts'
import { Refused } from '../errors.ts'
import type { Account } from './account.ts'
import type { Given } from './actor.ts'
import { accountById } from './changed-user.ts'
import { asOwner, claimedAccount, refuseWayIn } from './owner.ts'
import { isPassword } from './password.ts'
import { record } from './record.ts'

interface SigningIn {
  email: string
  password: string
  given: Given
}

/** Signing in wrong says one sentence for every cause [004]; the rule in the way only after a right password. */
export async function signIn(trx: Trx, { email, password, given }: SigningIn): Promise<Account> {
  const { by, at } = given
  const account = await claimedAccount(trx, { email, at })
  const hash = account ? (await secretsOf(trx, account.id)).passwordHash : null
  const right = await isPassword(password, hash)
  if (!account || !right) {
    throw new Refused('wrong-sign-in', 'The e-mail address or the password is not right.', {
      hint: 'For a new password: ssh-admin account request EMAIL',
      keep: async (after: Trx) => {
        if (!account) return
        const { id: userId, email: subject } = account
        await record(after, { by, at, action: 'account.wrong-password', kind: 'event', subject, userId })
      },
    })
  }
  refuseWayIn(account, [
    'deleted',
    'suspended',
    'no-centre',
    'centre-deleted',
    'coordinator-suspended',
    'invited',
  ])

  await markSignedIn(trx, { userId: account.id, at })
  const { id: userId, email: subject } = account
  await record(trx, {
    by: asOwner(given, account).by,
    at,
    action: 'account.signed-in',
    kind: 'event',
    subject,
    userId,
  })
  return accountById(trx, { id: userId, at })
}
