import { groupBy } from '../../db/rows.ts'
import type { Trx } from '../../db/transact.ts'
import type { Refusal } from './append-refusals.ts'

type Record = (trx: Trx) => Promise<void>

const refusals = new WeakMap<object, Refusal>()

/** What records a refusal, for `onRollback` of the failure. */
export function recordingRefusal(refusal: Refusal): Record {
  const record = (trx: Trx) => append(trx, [refusal])
  refusals.set(record, refusal)
  return record
}

/** The same of many: what one rule refused of one command is one event, or as many as name all who are there. */
export function recordingTogether(records: readonly Record[]): Record {
  const known = records.flatMap((record) => refusals.get(record) ?? [])
  const alike = groupBy(known, ({ action, rule }) => JSON.stringify([action, rule]))
  const others = records.filter((record) => !refusals.has(record))
  return async (trx) => {
    for (const together of alike.values()) await append(trx, together)
    for (const record of others) await record(trx)
  }
}

/** Loaded for what is refused alone. */
async function append(trx: Trx, refused: readonly Refusal[]): Promise<void> {
  const { appendRefusals } = await import('./append-refusals.ts')
  await appendRefusals(trx, refused)
}
