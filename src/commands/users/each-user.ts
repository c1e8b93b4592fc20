import type { Trx } from '../../db/transact.ts'
import { forEachTarget } from '../../rules/batch.ts'
import type { RuleContext } from '../../rules/permissions/actor.ts'
import { type ChangedUser, withWhatCloses } from '../../rules/users/changed.ts'
import { lookUpUsers } from '../../rules/users/find.ts'

interface Each {
  emails: readonly string[]
  /** Deleted accounts are meant too. */
  deletedToo?: boolean
  ctx: RuleContext
}

/** One rule for each of several users, all or none, with what it closes for whom. */
export async function changeEachUser<Changed extends ChangedUser>(
  trx: Trx,
  { emails, deletedToo = false, ctx }: Each,
  rule: (email: string) => Promise<Changed>,
): Promise<Changed[]> {
  const changed = await forEachTarget(trx, emails, rule, lookUpUsers(trx, ctx, { deletedToo }))
  return withWhatCloses(trx, ctx, changed)
}
