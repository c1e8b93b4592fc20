import { accountRequests, noteAccountRequest } from '../../db/credentials.ts'
import type { Trx } from '../../db/transact.ts'
import type { Account } from '../users/account.ts'
import type { Given } from '../permissions/actor.ts'
import { hours } from '../credentials/derive.ts'
import { asOwner, claimedAccount } from './self-service.ts'
import { record } from '../audit/append.ts'
import { tell } from '../mail/queue-message.ts'
import { sendWayIn } from '../users/set-up-message.ts'

const minPause = 5 * 60_000
const maxPerDay = 5

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
  const sends = account !== undefined && (await mayBeSent(trx, { account, at }))
  if (sends) await send(trx, { account, given })

  // Also where nothing is sent, so that it takes as long.
  const { by } = account ? asOwner(given, account) : given
  const whose = account && { subject: account.email, userId: account.id }
  await record(trx, { by, at, action: 'account.requested', kind: 'event', ...whose, facts: { sends } })
  return { email }
}

/** Whoever asks again at once, or all day, gets nothing new: what they have stays valid. */
async function mayBeSent(trx: Trx, { account, at }: { account: Account; at: Date }): Promise<boolean> {
  if (!account.centre || account.centre.deleted || account.status === 'suspended') return false
  const since = dayBefore(at)
  const [latest, ...earlier] = await accountRequests(trx, { userId: account.id, since })
  if (!latest) return true
  return at.getTime() - latest.getTime() >= minPause && earlier.length + 1 < maxPerDay
}

async function send(trx: Trx, { account, given }: { account: Account; given: Given }): Promise<void> {
  const { at } = given
  const fields = { sender: 'Somebody, probably you,' }
  if (account.status === 'active') await tell(trx, given, { letter: 'password-reset', to: account, fields })
  else await sendWayIn(trx, { account, given })
  await noteAccountRequest(trx, { userId: account.id, at, since: dayBefore(at) })
}

function dayBefore(at: Date): Date {
  return new Date(at.getTime() - hours(24))
}
