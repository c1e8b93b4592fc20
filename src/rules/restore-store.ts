import { lastSeal } from '../db/audit.ts'
import { changeFingerprint } from '../db/store-facts.ts'
import type { Trx } from '../db/transact.ts'
import { type Voided, voidEveryCredential } from '../db/void-credentials.ts'
import type { Given } from './actor.ts'
import { permit } from './permissions.ts'
import { record } from './record.ts'

interface Restoration {
  /** Of the key with which the store goes on; absent when it is the backup's own. */
  otherKey: string | undefined
  /** PINs and links that were open when the backup was made stay so. */
  keepCredentials: boolean
  given: Given
}

/**
 * A backup knows nothing of PINs and links that were used or replaced since: they are void,
 * unless somebody knows better.
 */
export async function restoreStore(trx: Trx, restoration: Restoration): Promise<Voided> {
  const { otherKey, keepCredentials, given } = restoration
  permit(given, 'store.restore', { name: 'store' })
  const voided = keepCredentials ? { pins: 0, links: 0, letters: 0 } : await voidEveryCredential(trx)
  const head = await lastSeal(trx)
  if (otherKey !== undefined) await changeFingerprint(trx, otherKey)
  await record(trx, {
    ...given,
    action: 'store.restored',
    segment: otherKey === undefined ? undefined : (head?.segment ?? 0) + 1,
    facts: { oldHead: head?.mac.toString('hex') ?? null, oldRows: head?.id ?? 0, voided },
  })
  return voided
}
