import type { Trx } from '../../db/transact.ts'
import type { Given } from '../permissions/actor.ts'
import { permit } from '../permissions/decide.ts'
import { record } from '../audit/append.ts'

interface Migration {
  from: number
  to: number
  given: Given
}

/** The log says when a store was brought up to date, and by whom. */
export async function migrateStore(trx: Trx, { from, to, given }: Migration): Promise<void> {
  permit(given, 'store.migrate', { name: 'store' })
  await record(trx, { ...given, action: 'store.migrated', facts: { version: { before: from, after: to } } })
}
