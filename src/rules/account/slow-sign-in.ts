import type { WrongSignIns } from '../../db/wrong-tries.ts'
import { Refused } from '../../errors.ts'

const minute = 60_000
const maxPause = 60 * minute

/** Wrong passwords in a row that are judged without a pause. */
export const maxQuickTries = 10
/** Wrong passwords in a row after which no further one is judged. */
export const maxTries = 100

/** How long the next try has to wait: a minute after ten wrong ones, then two, doubling to an hour. */
export function pauseAfter(inARow: number): number {
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
    `${wrong.inARow} wrong passwords in a row were typed for ${email}: the next one is tried from ${nextTryAt}.`,
    { hint, details: { nextTryAt } },
  )
}
