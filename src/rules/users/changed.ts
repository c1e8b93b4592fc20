import { findUserById } from '../../db/users/users.ts'
import type { Trx } from '../../db/transact.ts'
import { type Account, accountOf, type UncountedAccount } from './account.ts'
import { forEachTarget } from '../batch.ts'
import type { RuleContext } from '../permissions/actor.ts'
import { lookUpUsers } from './find.ts'
import type { Closing } from '../releases/what-closes.ts'
import type { MessageOutcome } from '../mail/outcome.ts'
import type { Target } from '../permissions/decide.ts'

export type Outcome =
  | 'created'
  | 'rejoined'
  | 'suspended'
  | 'restored'
  | 'deleted'
  | 'edited'
  | 'removed'
  | 'moved'
  | MessageOutcome
  | 'unchanged'

/** A user after a change, and the outcome. */
export interface ChangedUser {
  account: Account
  /** The account before the change; absent where nothing was changed. */
  before?: Account
  outcome: Outcome
  /** A set-up message was sent; given where the outcome does not say it already. */
  sentSetUpMessage?: boolean
  /** Releases that were open to the user and are not any more. */
  closes?: readonly Closing[]
  /** The number of the centre that they left. */
  left?: string
}

/** The target of a permission check: this user. */
export function userTarget(account: UncountedAccount): Target {
  return { name: account.email, user: account }
}

export async function accountById(trx: Trx, { id, at }: { id: number; at: Date }): Promise<Account> {
  const row = await findUserById(trx, id)
  if (!row) throw new Error(`user ${id} is gone`)
  return accountOf(row, at)
}

export async function changedTo(
  trx: Trx,
  { account, outcome, at }: { account: Account; outcome: Outcome; at: Date },
): Promise<ChangedUser> {
  const after = await accountById(trx, { id: account.id, at })
  return { account: after, before: account, outcome }
}

/** Adds the releases that each change closes for its user; they are read once for all users. */
export async function addClosedReleases<Changed extends ChangedUser>(
  trx: Trx,
  { at }: Pick<RuleContext, 'at'>,
  changed: readonly Changed[],
): Promise<Changed[]> {
  const people = changed.flatMap(({ before, account: after, outcome }) =>
    before && outcome !== 'unchanged' && canHaveReleases(before) ? [{ before, after }] : [],
  )
  if (people.length === 0) return [...changed]
  const { closedForPeople } = await import('../releases/what-closes.ts')
  const closed = await closedForPeople(trx, { people, at })
  return changed.map((one) => ({ ...one, closes: closed.get(one.account.id) ?? [] }))
}

/** Releases are open only to exams officers, coordinators and admins who can sign in. */
function canHaveReleases({ canSignIn, hubRole, roles }: Account): boolean {
  return canSignIn && (hubRole === 'admin' || hubRole === 'coordinator' || roles.includes('exams-officer'))
}

export function unchanged(account: Account): ChangedUser {
  return { account, outcome: 'unchanged' }
}

interface Each {
  emails: readonly string[]
  /** Whether the addresses of deleted accounts are accepted. */
  deletedToo?: boolean
  ctx: RuleContext
}

/** Applies one rule to each of several users, all or none, and adds the releases that it closes for each. */
export async function changeEachUser<Changed extends ChangedUser>(
  trx: Trx,
  { emails, deletedToo = false, ctx }: Each,
  rule: (email: string) => Promise<Changed>,
): Promise<Changed[]> {
  const changed = await forEachTarget(trx, emails, rule, lookUpUsers(trx, ctx, { deletedToo }))
  return addClosedReleases(trx, ctx, changed)
}
