import { shellWord } from '../../shell-word.ts'
import type { Kysely } from 'kysely'
import type { Store } from '../../db/schema.ts'
import { savepoint, type Trx } from '../../db/transact.ts'
import { findAnyRecipient, findLiveUser } from '../../db/users/users.ts'
import type { WrongSignIns } from '../../db/rate-limits.ts'
import { Refused } from '../../errors.ts'
import type { RuleContext } from '../permissions/actor.ts'
import { type Account, accountOf, type SignInBlocker } from '../users/account.ts'
import { appendAudit } from '../audit/append.ts'
import { parseAddress } from '../users/email.ts'
import { commandToUnblock, signInReasons } from '../refusals.ts'
import { timeToTheSecond } from '../../plain-time.ts'

/** The live account that somebody claims is theirs; no answer may reveal whether there is one. */
export async function findClaimedAccount(
  db: Kysely<Store>,
  { email, at }: { email: string; at: Date },
): Promise<Account | undefined> {
  const row = await findLiveUser(db, parseAddress(email).key)
  return row && accountOf(row, at)
}

/** The command that asks for another message; the same words whether or not an account has the address. */
export function requestCommand(email: string): string {
  return `ssh-admin account request ${shellWord(parseAddress(email).email)}`
}

/** The id of no account and no credential: a query for it finds nothing, and takes as long as any other. */
export const dummyId = 0

/**
 * Writes to `to`; where `to` is undefined, writes to another user and rolls that back: the same queries are made, so
 * that the answer takes as long.
 */
export async function writeOrSimulate(
  trx: Trx,
  { to, at, write }: { to: Account | undefined; at: Date; write: (to: Account) => Promise<void> },
): Promise<void> {
  const decoy = await findAnyRecipient(trx)
  if (to) await write(to)
  const before = await savepoint(trx, 'pretended')
  if (!to && decoy) await write(accountOf(decoy, at))
  await before.rollBack()
}

/** The context of an owner who has proved their account, so that the audit log names them as the actor. */
export function ownerContext(ctx: RuleContext, { id, email, hubRole, roles, centre }: Account): RuleContext {
  if (!centre) return ctx
  const { operator, command } = ctx.actor
  return {
    ...ctx,
    actor: { kind: 'user', operator, command, id, email, hubRole, roles, centre, assigned: [] },
  }
}

export interface FailedAttempt {
  /** Absent where nobody has the address that was typed. */
  account: Account | undefined
  ctx: RuleContext
}

/**
 * Records a failed attempt. An address that nobody has, or an account with no open secret, is recorded too, so that the
 * answer takes as long; `judged` says whether the attempt was compared with a secret.
 */
export async function recordFailedAttempt(
  trx: Trx,
  { action, judged, account, ctx }: FailedAttempt & { action: string; judged?: boolean },
): Promise<void> {
  const facts = judged === undefined ? {} : { judged }
  await appendAudit(trx, { ...ctx, action, kind: 'event', subject: account, facts })
}

/** Refuses sign-in and names the reason, so it is called only after the owner has shown a right secret. */
export function refuseSignIn(
  account: Account,
  reasons: readonly SignInBlocker[],
  { commitsChanges = false }: { commitsChanges?: boolean } = {},
): void {
  const { blocker, email } = account
  if (blocker === null || !reasons.includes(blocker)) return
  throw new Refused(blocker, `${email}: ${blocker === 'invited' ? notVerified : signInReasons[blocker]}.`, {
    hint: hintFor(account),
    commitsChanges,
  })
}

/** For an invited account, whose owner has shown a right secret but has not verified the address yet. */
const notVerified = 'the account is not active yet, because its address has not been verified'

function hintFor(account: Account): string | undefined {
  const { email, blocker } = account
  if (blocker !== 'invited') return commandToUnblock(account)
  return `Type the code from the message: ssh-admin account verify ${email}; or ask for a new message: ssh-admin account request ${email}`
}

const minute = 60_000
const maxBackoff = 60 * minute

/** Wrong passwords in a row that are judged without a pause. */
export const maxAttemptsWithoutDelay = 10
/** Wrong passwords in a row after which no further one is judged. */
const maxAttempts = 100

/** How long the next attempt has to wait: a minute after ten wrong ones, then two, doubling to an hour. */
function backoffAfter(inARow: number): number {
  if (inARow < maxAttemptsWithoutDelay) return 0
  return Math.min(minute * 2 ** (inARow - maxAttemptsWithoutDelay), maxBackoff)
}

/** Refuses an attempt that comes too soon, in the same words whether or not an account exists. @throws `too-many-tries` */
export function refuseTooManyAttempts(
  wrong: WrongSignIns | undefined,
  { email, at }: { email: string; at: Date },
): void {
  if (!wrong) return
  const hint = `To choose a new password: ssh-admin account request ${email}`
  if (wrong.inARow >= maxAttempts) {
    throw new Refused(
      'too-many-tries',
      `${maxAttempts} wrong passwords in a row were typed for ${email}: no further one is tried.`,
      {
        hint,
        details: { nextTryAt: null },
      },
    )
  }
  const nextAttempt = new Date(wrong.lastAt.getTime() + backoffAfter(wrong.inARow))
  if (at >= nextAttempt) return
  const nextTryAt = nextAttempt.toISOString()
  throw new Refused(
    'too-many-tries',
    `${wrong.inARow} wrong passwords in a row were typed for ${email}: the next one is tried from ${timeToTheSecond(nextTryAt)} on.`,
    { hint, details: { nextTryAt } },
  )
}
