import type { Trx } from '../../db/transact.ts'
import { Refused } from '../../errors.ts'
import { nameOf } from './account.ts'
import type { Given } from '../permissions/actor.ts'
import { type ChangedUser, changedTo, onUser } from './changed.ts'
import { findUser } from './find.ts'
import { permit } from '../permissions/decide.ts'
import { record } from '../audit/append.ts'
import { restoring } from '../refusals.ts'
import { tell } from '../mail/queue-message.ts'
import { refuseWithoutCentre, sendWayIn } from './set-up-message.ts'

/** Nobody who administers ever sees or chooses a password: a message lets its owner do it. */
export async function resetPassword(
  trx: Trx,
  { email, given }: { email: string; given: Given },
): Promise<ChangedUser> {
  const { by, at } = given
  const account = await findUser(trx, { email, at, by })
  permit(given, 'users.reset-password', onUser(account))
  if (account.status === 'suspended') {
    throw new Refused('suspended', `${nameOf(account)} is suspended.`, {
      hint: restoring(account),
    })
  }
  refuseWithoutCentre(account)

  if (account.status === 'invited') await sendWayIn(trx, { account, given })
  else await tell(trx, given, { letter: 'password-reset', to: account, credential: 'reset' })
  await record(trx, {
    by,
    at,
    action: 'users.password-reset',
    subject: account.email,
    userId: account.id,
    facts: { status: account.status },
  })
  return changedTo(trx, { account, outcome: 'message-waiting', at })
}
