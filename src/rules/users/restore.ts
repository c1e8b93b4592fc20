import type { Trx } from '../../db/transact.ts'
import { markRestored, markUndeleted } from '../../db/users/changes.ts'
import type { Account } from './account.ts'
import type { RuleContext } from '../permissions/actor.ts'
import { type ChangedUser, changedTo, userTarget, unchanged } from './changed.ts'
import { permit } from '../permissions/decide.ts'
import { appendAudit } from '../audit/append.ts'
import { queueSetUpMessage } from '../mail/queue-message.ts'
import { coordinatorRefusal, refuseErased } from '../refusals.ts'
import { findUserOrDeleted } from './find.ts'

interface Restoration {
  email: string
  /** Whether a user who has not set up a password is sent a new set-up message. */
  send: boolean
  ctx: RuleContext
}

/** The status goes back to what it was before; a deleted user can be restored while their address is free. */
export async function restoreUser(trx: Trx, { email, send, ctx }: Restoration): Promise<ChangedUser> {
  const { at } = ctx
  const account = await findUserOrDeleted(trx, { email, ...ctx })
  permit(ctx, 'users.restore', userTarget(account))
  refuseErased(account)
  if (account.hubRole === 'coordinator' && account.status === 'suspended')
    throw coordinatorRefusal(account, `restore ${account.centre?.number}`)
  const after = statusAfter(account)
  if (after === account.status) return unchanged(account)

  if (account.status === 'deleted') await markUndeleted(trx, { id: account.id, status: after })
  else if (after !== 'suspended') await markRestored(trx, { id: account.id, status: after })
  await appendAudit(trx, {
    ...ctx,
    action: 'users.restored',
    subject: account,
    facts: { before: account.status, after },
  })
  const restored = await changedTo(trx, { account, outcome: 'restored', at })
  if (!send || after !== 'invited') return restored
  await queueSetUpMessage(trx, { account: restored.account, ctx })
  return { ...restored, sentSetUpMessage: true }
}

function statusAfter(account: Account): 'invited' | 'active' | 'suspended' {
  switch (account.status) {
    case 'deleted':
      return account.statusBeforeDeletion ?? 'suspended'
    case 'suspended':
      return account.statusBeforeSuspension ?? 'active'
    default:
      return account.status
  }
}
