import type { Trx } from '../db/transact.ts'
import type { Given } from './actor.ts'
import { asOwner, claimedAccount } from './owner.ts'
import { record } from './record.ts'
import { tell } from './tell.ts'
import { sendWayIn } from './way-in.ts'

/**
 * What 'Activate account' and 'Forgotten your password?' do: a message, if the address is known
 * and its account could be used. What came of it is not told: the same answer for everyone [004].
 */
export async function requestAccount(
  trx: Trx,
  { email, given }: { email: string; given: Given },
): Promise<{ email: string }> {
  const { at } = given
  const account = await claimedAccount(trx, { email, at })
  if (!account?.centre || account.centre.deleted || account.status === 'suspended') return { email }

  const fields = { sender: 'Somebody, probably you,' }
  if (account.status === 'active') await tell(trx, given, { letter: 'password-reset', to: account, fields })
  else await sendWayIn(trx, { account, given })
  const { by } = asOwner(given, account)
  const { id: userId, email: subject } = account
  await record(trx, { by, at, action: 'account.requested', kind: 'event', subject, userId })
  return { email }
}
