import { type CentreWithPeople, findCentreByNumber } from '../../db/centres/centres.ts'
import type { Trx } from '../../db/transact.ts'

/** A centre after a change, and what became of it. */
export interface ChangedCentre {
  centre: CentreWithPeople
  outcome: 'created' | 'edited' | 'deleted' | 'restored' | 'unchanged'
  /** The fields that an edit changed. */
  fields: string[]
  /** Numbers of other centres that have the new name too. */
  namesakes?: readonly string[]
}

/** The centre as it is after what was done to it. */
export async function centreNow(
  trx: Trx,
  { number, outcome, fields = [] }: { number: string; outcome: ChangedCentre['outcome']; fields?: string[] },
): Promise<ChangedCentre> {
  const centre = await findCentreByNumber(trx, number)
  if (!centre) throw new Error(`centre ${number} is gone`)
  return { centre, outcome, fields }
}
