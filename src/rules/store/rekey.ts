import { digestOfLog } from '../../db/audit/verify.ts'
import { type Voided, voidEveryCredential } from '../../db/credentials.ts'
import { forgetEveryWrongSignIn } from '../../db/rate-limits.ts'
import { changeFingerprint } from '../../db/store/facts.ts'
import { transactionState, type Trx } from '../../db/transact.ts'
import { appendAudit } from '../audit/append.ts'
import type { RuleContext } from '../permissions/actor.ts'
import { permit } from '../permissions/decide.ts'

interface Rekeying {
  /** The fingerprint of the new key, with which the audit rows of this transaction are sealed. */
  fingerprint: string
  ctx: RuleContext
}

/**
 * Changes the key, which voids every open PIN and link. The audit log continues in a new segment, sealed
 * with the new key, whose first row names the head of the old segment.
 */
export async function rekeyStore(trx: Trx, { fingerprint, ctx }: Rekeying): Promise<Voided> {
  permit(ctx, 'store.rekey', { name: 'store' })
  const voided = await voidEveryCredential(trx)
  await forgetEveryWrongSignIn(trx)
  const { lastRow: head } = transactionState(trx)
  await changeFingerprint(trx, fingerprint)
  await appendAudit(trx, {
    ...ctx,
    action: 'store.rekeyed',
    segment: (head?.segment ?? 0) + 1,
    facts: {
      oldHead: head?.mac.toString('hex') ?? null,
      oldRows: head?.id ?? 0,
      // The old key may be lost or known to others: from now on only this digest shows whether those rows were changed.
      oldDigest: await digestOfLog(trx),
      voided,
    },
  })
  return voided
}
