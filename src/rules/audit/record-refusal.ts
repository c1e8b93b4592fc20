import { groupBy } from '../../db/rows.ts'
import type { Trx } from '../../db/transact.ts'
import type { Refusal } from './append-refusals.ts'

type RecordRefusal = (trx: Trx) => Promise<void>

const refusals = new WeakMap<object, Refusal>()

/** Makes the function that records a refusal, for `onRollback` of its failure. */
export function refusalRecorder(refusal: Refusal): RecordRefusal {
  const record = (trx: Trx) => appendLazily(trx, [refusal])
  refusals.set(record, refusal)
  return record
}

/** Joins many such functions into one that records the refusals of one action by one rule together. */
export function combineRecorders(records: readonly RecordRefusal[]): RecordRefusal {
  const recorded = records.flatMap((record) => refusals.get(record) ?? [])
  const byRule = groupBy(recorded, ({ action, rule }) => JSON.stringify([action, rule]))
  const others = records.filter((record) => !refusals.has(record))
  return async (trx) => {
    for (const group of byRule.values()) await appendLazily(trx, group)
    for (const record of others) await record(trx)
  }
}

/** The module is loaded only once something is refused. */
async function appendLazily(trx: Trx, refused: readonly Refusal[]): Promise<void> {
  const { appendRefusals } = await import('./append-refusals.ts')
  await appendRefusals(trx, refused)
}
