import { shellWord } from '../../shell-word.ts'
import type { Kysely } from 'kysely'
import type { Store } from '../../db/schema.ts'
import { savepoint, type Trx } from '../../db/transact.ts'
import { findAnyUserToWriteTo, findLiveUser } from '../../db/users/users.ts'
import type { WrongSignIns } from '../../db/rate-limits.ts'
import { Refused } from '../../errors.ts'
import type { RuleContext } from '../permissions/actor.ts'
import { type Account, accountOf, type SignInBlocker } from '../users/account.ts'
import { appendAudit } from '../audit/append.ts'
import { typedAddress } from '../users/email.ts'
import { commandThatHelps, signInReasons } from '../refusals.ts'
import { timeToTheSecond } from '../../plain-time.ts'

/** The live account that somebody claims is theirs; whether there is one is not told. */
export async function claimedAccount(
  db: Kysely<Store>,
  { email, at }: { email: string; at: Date },
): Promise<Account | undefined> {
  const row = await findLiveUser(db, typedAddress(email).key)
  return row && accountOf(row, at)
}

/** What is typed for another message, with the address that was typed: the same words whether somebody has it or not. */
export function requestLine(email: string): string {
  return `ssh-admin account request ${shellWord(typedAddress(email).email)}`
}

/** The id of no account and no credential: what is asked of it finds nothing, and takes as long. */
export const nobody = 0

/**
 * Writes to somebody; where nobody is to be written to, writes to somebody else all the same and takes it back: the
 * same questions to the store, so that the answer takes as long.
 */
export async function writeOrPretend(
  trx: Trx,
  { to, at, write }: { to: Account | undefined; at: Date; write: (to: Account) => Promise<void> },
): Promise<void> {
  const decoy = await findAnyUserToWriteTo(trx)
  if (to) await write(to)
  const before = await savepoint(trx, 'pretended')
  if (!to && decoy) await write(accountOf(decoy, at))
  await before.rollBack()
}

/** Acting for oneself: what the log names when an owner proves that the account is theirs. */
export function asOwner(ctx: RuleContext, { id, email, hubRole, roles, centre }: Account): RuleContext {
  if (!centre) return ctx
  const { operator, command } = ctx.by
  return {
    ...ctx,
    by: { kind: 'user', operator, command, id, email, hubRole, roles, centre, assigned: [] },
  }
}

export interface WrongTry {
  /** Absent where nobody has the address that was typed. */
  account: Account | undefined
  ctx: RuleContext
}

/**
 * Of an address that nobody has, too, and where nothing is open that could be tried, so that the answer takes as
 * long; what was `judged` was compared with a secret.
 */
export async function recordWrongTry(
  trx: Trx,
  { action, judged, account, ctx }: WrongTry & { action: string; judged?: boolean },
): Promise<void> {
  const facts = judged === undefined ? {} : { judged }
  await appendAudit(trx, { ...ctx, action, kind: 'event', subject: account, facts })
}

/** Refuses, naming the rule: only once the owner has shown a right secret. */
export function refuseSignIn(
  account: Account,
  reasons: readonly SignInBlocker[],
  { keepsChanges = false }: { keepsChanges?: boolean } = {},
): void {
  const { blocker, email } = account
  if (blocker === null || !reasons.includes(blocker)) return
  throw new Refused(blocker, `${email}: ${blocker === 'invited' ? notVerified : signInReasons[blocker]}.`, {
    hint: hintFor(account),
    keepsChanges,
  })
}

/** Of an invited account: somebody shows a secret of theirs who has not verified the address yet. */
const notVerified = 'the account is not active yet, because its address has not been verified'

function hintFor(account: Account): string | undefined {
  const { email, blocker } = account
  if (blocker !== 'invited') return commandThatHelps(account)
  return `Type the code from the message: ssh-admin account verify ${email}; or ask for a new message: ssh-admin account request ${email}`
}

const minute = 60_000
const maxPause = 60 * minute

/** Wrong passwords in a row that are judged without a pause. */
export const maxQuickTries = 10
/** Wrong passwords in a row after which no further one is judged. */
const maxTries = 100

/** How long the next try has to wait: a minute after ten wrong ones, then two, doubling to an hour. */
function pauseAfter(inARow: number): number {
  if (inARow < maxQuickTries) return 0
  return Math.min(minute * 2 ** (inARow - maxQuickTries), maxPause)
}

/** Refuses to judge a try that comes too soon; whether anybody has the address is not told. @throws `too-many-tries` */
export function refuseTooManyTries(
  wrong: WrongSignIns | undefined,
  { email, at }: { email: string; at: Date },
): void {
  if (!wrong) return
  const hint = `To choose a new password: ssh-admin account request ${email}`
  if (wrong.inARow >= maxTries) {
    throw new Refused(
      'too-many-tries',
      `${maxTries} wrong passwords in a row were typed for ${email}: no further one is tried.`,
      {
        hint,
        details: { nextTryAt: null },
      },
    )
  }
  const next = new Date(wrong.lastAt.getTime() + pauseAfter(wrong.inARow))
  if (at >= next) return
  const nextTryAt = next.toISOString()
  throw new Refused(
    'too-many-tries',
    `${wrong.inARow} wrong passwords in a row were typed for ${email}: the next one is tried from ${timeToTheSecond(nextTryAt)} on.`,
    { hint, details: { nextTryAt } },
  )
}
