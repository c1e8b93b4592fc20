import { voidThose } from '../db/credentials.ts'
import { cancelMessages } from '../db/outbox.ts'
import { setPassword } from '../db/passwords.ts'
import type { Trx } from '../db/transact.ts'
import type { Account } from './account.ts'
import { type NewPassword, refuseOwnWords } from './password.ts'

interface Choice {
  account: Account
  password: NewPassword
  /** What let its owner in: this link or temporary password, by its number, or the PIN. */
  with: number | 'pin'
}

/** A password set voids every open link, PIN and temporary password; what was used is used. */
export async function choosePassword(trx: Trx, { account, password, with: by }: Choice): Promise<void> {
  refuseOwnWords(password, account)
  const userId = account.id
  await setPassword(trx, { userId, hash: password.hash, pin: by === 'pin' ? 'used' : 'void' })
  await voidThose(trx, {
    userId,
    purposes: ['set-up', 'reset', 'temporary-password', 'code'],
    used: by === 'pin' ? undefined : by,
    why: 'void',
  })
  await cancelMessages(trx, { userId, letter: 'account-activation', why: 'void' })
}
