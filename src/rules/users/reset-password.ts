import type { Trx } from '../../db/transact.ts'
import { Refused } from '../../errors.ts'
import { nameOf } from './account.ts'
import type { RuleContext } from '../permissions/actor.ts'
import { type ChangedUser, onUser } from './changed.ts'
import { findUser } from './find.ts'
import { permit } from '../permissions/decide.ts'
import { appendAudit } from '../audit/append.ts'
import { restoring } from '../refusals.ts'
import { queueMessage } from '../mail/queue-message.ts'
import { refuseWithoutCentre, sendSetUpMessage } from './set-up-message.ts'

/** Nobody who administers ever sees or chooses a password: a message lets its owner do it. */
export async function resetPassword(
  trx: Trx,
  { email, ctx }: { email: string; ctx: RuleContext },
): Promise<ChangedUser> {
  const { by, at } = ctx
  const account = await findUser(trx, { email, at, by })
  permit(ctx, 'users.reset-password', onUser(account))
  if (account.status === 'suspended') {
    throw new Refused('suspended', `${nameOf(account)} is suspended.`, {
      hint: restoring(account),
    })
  }
  refuseWithoutCentre(account)

  if (account.status === 'invited') await sendSetUpMessage(trx, { account, ctx })
  else await queueMessage(trx, ctx, { letter: 'password-reset', to: account, credential: 'reset' })
  await appendAudit(trx, {
    by,
    at,
    action: 'users.password-reset',
    subject: account.email,
    userId: account.id,
    facts: { status: account.status },
  })
  // Nothing of the account itself is another: it is not read anew.
  return { account, outcome: 'message-waiting' }
}
