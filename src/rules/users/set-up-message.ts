import type { Trx } from '../../db/transact.ts'
import { Refused } from '../../errors.ts'
import { type Account, nameOf } from './account.ts'
import { refuseDeletedCentre } from '../refusals.ts'
import type { RuleContext } from '../permissions/actor.ts'
import { type LetterName, queueMessage } from '../mail/queue-message.ts'

/** Sends an invited user what lets them set up a password; earlier ones are void. */
export async function sendSetUpMessage(
  trx: Trx,
  { account, ctx }: { account: Account; ctx: RuleContext },
): Promise<void> {
  refuseWithoutCentre(account)
  const letter = letterFor(account)
  await queueMessage(trx, ctx, { letter, to: account })
}

/** With a hub role a set-up message, with service roles only the invitation [My Cambridge help]. */
function letterFor({ hubRole }: Account): LetterName {
  if (hubRole === null) return 'invitation'
  return hubRole === 'coordinator' ? 'coordinator-set-up' : 'account-set-up'
}

/** Nothing is sent or issued to somebody at a deleted centre, or at none. */
export function refuseWithoutCentre(account: Account): void {
  const { centre } = account
  if (centre === null) throw withoutCentre(account)
  refuseDeletedCentre(centre)
}

/** Who was removed joins a centre as a new user does. */
export function withoutCentre(account: Account): Refused {
  return new Refused('no-centre', `${nameOf(account)} belongs to no centre.`, {
    hint: `ssh-admin users add '${nameOf(account)} <${account.email}>' --centre CENTRE`,
  })
}
