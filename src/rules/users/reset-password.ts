import type { Trx } from '../../db/transact.ts'
import type { RuleContext } from '../permissions/actor.ts'
import { type ChangedUser, userTarget } from './changed.ts'
import { findUser } from './find.ts'
import { permit } from '../permissions/decide.ts'
import { appendAudit } from '../audit/append.ts'
import { refuseSuspended, refuseWithoutCentre } from '../refusals.ts'
import { queueMessage, queueSetUpMessage } from '../mail/queue-message.ts'

/** Sends a message with which the owner chooses a password: nobody who administers ever sees or chooses one. */
export async function resetPassword(
  trx: Trx,
  { email, ctx }: { email: string; ctx: RuleContext },
): Promise<ChangedUser> {
  const account = await findUser(trx, { email, ...ctx })
  permit(ctx, 'users.reset-password', userTarget(account))
  refuseSuspended(account)
  refuseWithoutCentre(account)

  if (account.status === 'invited') await queueSetUpMessage(trx, { account, ctx })
  else await queueMessage(trx, ctx, { letter: 'password-reset', to: account })
  await appendAudit(trx, {
    ...ctx,
    action: 'users.password-reset',
    subject: account,
    facts: { status: account.status },
  })
  // The account itself does not change, so it is not read again.
  return { account, outcome: 'message-waiting' }
}
