import { addErasedAccounts, type ErasedAccount } from '../../db/users/erase.ts'
import { countToGoOut, messagesNotSent } from '../../db/messages.ts'
import { type Delivery, copyDeliveries } from '../../db/outbox.ts'
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

/** The messages that had not been sent when the backup was made. */
export interface RestoredMessages {
  /** How many have been sent, written, refused or cancelled since; they keep that state. */
  settled: number
  /** How many are queued with an unknown outcome: they may have been sent since, and would be sent again. */
  unsure: number
}

interface Restoration {
  /** Fingerprint of the key that the restored store will use; undefined when it is the backup's own. */
  newFingerprint: string | undefined
  /** Whether PINs and links that were open when the backup was made stay valid. */
  keepCredentials: boolean
  /** The accounts that the present store has erased, which an earlier backup does not know. */
  erased: readonly ErasedAccount[]
  findLeft: FindLeft
  /** Reads the present store's state of these messages. */
  findDeliveries: (messageIds: readonly string[]) => Promise<readonly Delivery[]>
  ctx: RuleContext
}

/**
 * Brings a restored backup up to date with what happened since: PINs and links, which may have been used or
 * replaced, are voided unless `keepCredentials`; erasures are repeated; messages sent since are not sent again.
 */
export async function restoreStore(trx: Trx, restoration: Restoration): Promise<Restored> {
  const { newFingerprint, keepCredentials, erased, findLeft, findDeliveries, ctx } = restoration
  permit(ctx, 'store.restore', { name: 'store' })
  const { settled, unknown } = await settleMessages(trx, findDeliveries)
  const voided = await voidCredentialsOfBackup(trx, { newFingerprint, keepCredentials, ctx })
  await addErasedAccounts(trx, erased)
  const erasedAgain = await eraseAgain(trx, { findLeft, ctx })
  const messages = { settled, unsure: await countToGoOut(trx, unknown) }
  await appendAudit(trx, {
    ...ctx,
    action: 'store.restored',
    facts: { voided, erasedAgain: erasedAgain.accounts, messages },
  })
  return { voided, erasedAgain, messages }
}

/** @returns how many messages took on the state of the present store, and the ids of those unknown to it */
async function settleMessages(
  trx: Trx,
  findDeliveries: Restoration['findDeliveries'],
): Promise<{ settled: number; unknown: string[] }> {
  const unsentStates = new Map(
    (await messagesNotSent(trx)).map(({ message_id, state }) => [message_id, state]),
  )
  const known = unsentStates.size > 0 ? await findDeliveries([...unsentStates.keys()]) : []
  const settled = known.filter(
    // A claimed message is being sent at this moment, and is left to the process that sends it.
    ({ message_id, state, claimed_by }) =>
      claimed_by !== null || (state !== 'queued' && state !== unsentStates.get(message_id)),
  )
  await copyDeliveries(trx, settled)
  for (const { message_id } of known) unsentStates.delete(message_id)
  return { settled: settled.length, unknown: [...unsentStates.keys()] }
}

function voidCredentialsOfBackup(
  trx: Trx,
  { newFingerprint, keepCredentials, ctx }: Pick<Restoration, 'newFingerprint' | 'keepCredentials' | 'ctx'>,
): Promise<Voided> {
  if (newFingerprint !== undefined) return rekeyStore(trx, { fingerprint: newFingerprint, ctx })
  if (keepCredentials) return Promise.resolve({ pins: 0, links: 0, letters: 0 })
  return voidEveryCredential(trx)
}
