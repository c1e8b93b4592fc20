import type { Trx } from '../../db/transact.ts'
import type { Given } from '../permissions/actor.ts'
import { permit } from '../permissions/decide.ts'
import { record } from '../audit/append.ts'

/** The first row of a store's log: when it was begun, and by whom. */
export async function beginStore(trx: Trx, { given }: { given: Given }): Promise<void> {
  permit(given, 'store.init', { name: 'store' })
  await record(trx, { ...given, action: 'store.begun' })
}
