import type { Trx } from '../../db/transact.ts'
import type { Given } from '../permissions/actor.ts'
import { permit } from '../permissions/decide.ts'
import { record } from '../audit/append.ts'

/** A backup carries everybody's particulars out of the store: the log says when, and who made it. */
export async function backUpStore(trx: Trx, { given }: { given: Given }): Promise<void> {
  permit(given, 'store.backup', { name: 'store' })
  await record(trx, { ...given, action: 'store.backed-up', kind: 'event' })
}
