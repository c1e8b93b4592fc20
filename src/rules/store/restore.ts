import { addErased, type ErasedAccount } from '../../db/users/erase.ts'
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
}

interface Restoration {
  /** Fingerprint of the key with which the store goes on; absent when it is the backup's own. */
  otherKey: string | undefined
  /** PINs and links that were open when the backup was made stay so. */
  keepCredentials: boolean
  /** Whom the present store erased: a backup made before does not know. */
  erased: readonly ErasedAccount[]
  findLeft: FindLeft
  ctx: RuleContext
}

/**
 * A backup knows nothing of PINs and links that were used or replaced since: they are void,
 * unless somebody knows better. Nor of whom was erased since: that is done again.
 */
export async function restoreStore(trx: Trx, restoration: Restoration): Promise<Restored> {
  const { otherKey, keepCredentials, erased, findLeft, ctx } = restoration
  permit(ctx, 'store.restore', { name: 'store' })
  const voided = await voidWhatCannotGoOn(trx, { otherKey, keepCredentials, ctx })
  await addErased(trx, erased)
  const erasedAgain = await eraseAgain(trx, { findLeft, ctx })
  await appendAudit(trx, {
    ...ctx,
    action: 'store.restored',
    facts: { voided, erasedAgain: erasedAgain.accounts },
  })
  return { voided, erasedAgain }
}

function voidWhatCannotGoOn(
  trx: Trx,
  { otherKey, keepCredentials, ctx }: Omit<Restoration, 'erased' | 'findLeft'>,
): Promise<Voided> {
  if (otherKey !== undefined) return rekeyStore(trx, { fingerprint: otherKey, ctx })
  if (keepCredentials) return Promise.resolve({ pins: 0, links: 0, letters: 0 })
  return voidEveryCredential(trx)
}
