import { accountRequests, noteAccountRequest } from '../../db/credentials.ts'
import type { Trx } from '../../db/transact.ts'
import type { Account } from '../users/account.ts'
import type { RuleContext } from '../permissions/actor.ts'
import { hours } from '../credentials/derive.ts'
import { asOwner, claimedAccount, nobody, writeOrPretend } from './self-service.ts'
import { appendAudit } from '../audit/append.ts'
import { queueMessage } from '../mail/queue-message.ts'
import { sendSetUpMessage } from '../users/set-up-message.ts'

const minPause = 5 * 60_000
const maxPerDay = 5

/**
 * What 'Activate account' and 'Forgotten your password?' do: a message, if the address is known
 * and its account could be used. What came of it is not told: the same answer for everyone [004].
 */
export async function requestAccount(
  trx: Trx,
  { email, ctx }: { email: string; ctx: RuleContext },
): Promise<{ email: string }> {
  const { at } = ctx
  const account = await claimedAccount(trx, { email, at })
  const requests = await accountRequests(trx, { userId: account?.id ?? nobody, since: dayBefore(at) })
  const to = account && mayBeSent(account, { requests, at }) ? account : undefined
  await writeOrPretend(trx, { to, at, write: (someone) => send(trx, { account: someone, ctx }) })

  const { by } = account ? asOwner(ctx, account) : ctx
  const whose = account && { subject: account.email, userId: account.id }
  const facts = { sends: to !== undefined }
  await appendAudit(trx, { by, at, action: 'account.requested', kind: 'event', ...whose, facts })
  return { email }
}

/** Whoever asks again at once, or all day, gets nothing new: what they have stays valid. */
function mayBeSent(account: Account, { requests, at }: { requests: readonly Date[]; at: Date }): boolean {
  if (!account.centre || account.centre.deleted || account.status === 'suspended') return false
  const [latest, ...earlier] = requests
  if (!latest) return true
  return at.getTime() - latest.getTime() >= minPause && earlier.length + 1 < maxPerDay
}

async function send(trx: Trx, { account, ctx }: { account: Account; ctx: RuleContext }): Promise<void> {
  const { at } = ctx
  const fields = { sender: 'Somebody, probably you,' }
  if (account.status === 'active')
    await queueMessage(trx, ctx, { letter: 'password-reset', to: account, fields })
  else await sendSetUpMessage(trx, { account, ctx })
  await noteAccountRequest(trx, { userId: account.id, at, since: dayBefore(at) })
}

function dayBefore(at: Date): Date {
  return new Date(at.getTime() - hours(24))
}
