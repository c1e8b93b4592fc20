import { lastSeal } from '../../db/audit/append.ts'
import { digestOfLog } from '../../db/audit/chain.ts'
import { changeFingerprint } from '../../db/store/facts.ts'
import { surroundingsOf, type Trx } from '../../db/transact.ts'
import { type Voided, voidEveryCredential } from '../../db/credentials.ts'
import type { Given } from '../permissions/actor.ts'
import { permit } from '../permissions/decide.ts'
import { record } from '../audit/append.ts'

interface Rekeying {
  /** Of the new key, with which this transaction is already sealed. */
  fingerprint: string
  given: Given
}

/**
 * A new key makes every open PIN and link worthless. The audit log goes on in a new part, sealed
 * with the new key, whose first row names the head of the old one.
 */
export async function rekeyStore(trx: Trx, { fingerprint, given }: Rekeying): Promise<Voided> {
  permit(given, 'store.rekey', { name: 'store' })
  const voided = await voidEveryCredential(trx)
  const head = await lastSeal(trx)
  await changeFingerprint(trx, fingerprint)
  await record(trx, {
    ...given,
    action: 'store.rekeyed',
    segment: (head?.segment ?? 0) + 1,
    facts: {
      oldHead: head?.mac.toString('hex') ?? null,
      oldRows: head?.id ?? 0,
      // The old key is gone: from now on only this digest tells whether those rows are as they were.
      oldDigest: digestOfLog(surroundingsOf(trx).raw),
      voided,
    },
  })
  return voided
}
