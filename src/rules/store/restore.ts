import { addErased, type ErasedAccount } from '../../db/users/erase.ts'
import { countToGoOut, messagesNotSent } from '../../db/messages.ts'
import { type Delivery, takeOnDeliveries } from '../../db/outbox.ts'
import type { Trx } from '../../db/transact.ts'
import { type Voided, voidEveryCredential } from '../../db/credentials.ts'
import type { RuleContext } from '../permissions/actor.ts'
import { eraseAgain, type FindLeft, type RepeatedErasure } from '../users/erase.ts'
import { permit } from '../permissions/decide.ts'
import { appendAudit } from '../audit/append.ts'
import { rekeyStore } from './rekey.ts'

export interface Restored {
  voided: Voided
  erasedAgain: RepeatedErasure
  messages: RestoredMessages
}

/** Of the messages that had not gone out when the backup was made. */
export interface RestoredMessages {
  /** So many have been sent, written, refused or cancelled since, and stay so. */
  settled: number
  /** So many wait, and nobody knows what became of them: they may have gone out since, and would go out again. */
  unsure: number
}

interface Restoration {
  /** Fingerprint of the key with which the store goes on; absent when it is the backup's own. */
  otherKey: string | undefined
  /** PINs and links that were open when the backup was made stay so. */
  keepCredentials: boolean
  /** Whom the present store erased: a backup made before does not know. */
  erased: readonly ErasedAccount[]
  findLeft: FindLeft
  /** Those of the messages that the present store has, as they are there. */
  findDeliveries: (messageIds: readonly string[]) => Promise<readonly Delivery[]>
  ctx: RuleContext
}

/**
 * A backup knows nothing of PINs and links that were used or replaced since: they are void,
 * unless somebody knows better. Nor of whom was erased since: that is done again. Nor of what
 * was sent since: nothing goes out twice.
 */
export async function restoreStore(trx: Trx, restoration: Restoration): Promise<Restored> {
  const { otherKey, keepCredentials, erased, findLeft, findDeliveries, ctx } = restoration
  permit(ctx, 'store.restore', { name: 'store' })
  const { settled, unknown } = await settleMessages(trx, findDeliveries)
  const voided = await voidWhatCannotGoOn(trx, { otherKey, keepCredentials, ctx })
  await addErased(trx, erased)
  const erasedAgain = await eraseAgain(trx, { findLeft, ctx })
  const messages = { settled, unsure: await countToGoOut(trx, unknown) }
  await appendAudit(trx, {
    ...ctx,
    action: 'store.restored',
    facts: { voided, erasedAgain: erasedAgain.accounts, messages },
  })
  return { voided, erasedAgain, messages }
}

/** @returns how many messages are what the present store says, and which it does not know */
async function settleMessages(
  trx: Trx,
  findDeliveries: Restoration['findDeliveries'],
): Promise<{ settled: number; unknown: string[] }> {
  const notSent = new Map((await messagesNotSent(trx)).map(({ message_id, state }) => [message_id, state]))
  const known = notSent.size > 0 ? await findDeliveries([...notSent.keys()]) : []
  const settled = known.filter(
    // One that is being sent at this moment is left to whoever sends it.
    ({ message_id, state, claimed_by }) =>
      claimed_by !== null || (state !== 'queued' && state !== notSent.get(message_id)),
  )
  await takeOnDeliveries(trx, settled)
  for (const { message_id } of known) notSent.delete(message_id)
  return { settled: settled.length, unknown: [...notSent.keys()] }
}

function voidWhatCannotGoOn(
  trx: Trx,
  { otherKey, keepCredentials, ctx }: Pick<Restoration, 'otherKey' | 'keepCredentials' | 'ctx'>,
): Promise<Voided> {
  if (otherKey !== undefined) return rekeyStore(trx, { fingerprint: otherKey, ctx })
  if (keepCredentials) return Promise.resolve({ pins: 0, links: 0, letters: 0 })
  return voidEveryCredential(trx)
}
