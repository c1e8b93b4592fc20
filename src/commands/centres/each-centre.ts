import * as z from 'zod'
import { each, orName, type Parameter } from '../../cli/parameters.ts'
import type { Trx } from '../../db/transact.ts'
import { forEachTarget } from '../../rules/batch.ts'
import { lookUpCentres, readCentreNumber } from '../../rules/centres/find.ts'
import type { RuleContext } from '../../rules/permissions/actor.ts'
import { noticingWhatCloses } from '../../rules/releases/what-closes.ts'

/** Several centres as they are typed; one named twice is one. */
const centreNumbers = z
  .array(z.string())
  .transform((numbers) => numbers.map((number) => readCentreNumber(number) ?? number.trim()))

/** The centres that a command is about. */
export function centresArgument(): Parameter<string[]> {
  const what = 'the centre numbers or names; - reads numbers from stdin, one a line'
  return orName('centre', each(what, centreNumbers))
}

/** Changes each centre, all or none, and says what closed and opened by it. */
export function changeEachCentre<Result>(
  trx: Trx,
  { centres, ctx }: { centres: readonly string[]; ctx: RuleContext },
  rule: (centre: string) => Promise<Result>,
) {
  return noticingWhatCloses(trx, {
    scope: { numbers: centres.flatMap((centre) => readCentreNumber(centre) ?? []) },
    ctx,
    work: () => forEachTarget(trx, centres, rule, lookUpCentres(trx, ctx)),
  })
}
