import { voidThose } from '../../db/credentials.ts'
import { cancelMessages } from '../../db/outbox.ts'
import { secretsOf, setPassword } from '../../db/users/passwords.ts'
import type { Trx } from '../../db/transact.ts'
import { forgetWrongSignIns } from '../../db/wrong-tries.ts'
import type { Account } from '../users/account.ts'
import type { Given } from '../permissions/actor.ts'
import { asOwner } from './self-service.ts'
import { type NewPassword, refuseOwnWords } from './password.ts'
import { tell } from '../mail/queue-message.ts'

interface Choice {
  account: Account
  password: NewPassword
  /** What let its owner in: this link or temporary password, by its number, or the PIN. */
  with: number | 'pin'
  given: Given
}

/**
 * A password set voids every open link, PIN and temporary password; what was used is used. Wrong ones
 * before it do not count any more. One that takes another's place is told to its owner.
 */
export async function choosePassword(
  trx: Trx,
  { account, password, with: by, given }: Choice,
): Promise<void> {
  refuseOwnWords(password, account)
  const userId = account.id
  const { passwordHash: former } = await secretsOf(trx, userId)
  await setPassword(trx, { userId, hash: password.hash, pin: by === 'pin' ? 'used' : 'void' })
  await voidThose(trx, {
    userId,
    purposes: ['set-up', 'reset', 'temporary-password', 'code'],
    used: by === 'pin' ? undefined : by,
    why: 'void',
  })
  await cancelMessages(trx, { userId, letter: 'account-activation', why: 'void' })
  await forgetWrongSignIns(trx, account.emailKey)
  if (former !== null) await tell(trx, asOwner(given, account), { letter: 'password-changed', to: account })
}
