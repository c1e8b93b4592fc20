import type { ReleaseRow } from '../../db/releases/releases.ts'
import type { ReachedCentres } from './centres-of-release.ts'
import { readKept } from './moment.ts'

/**
 * Whether a release has closed everywhere where it opens: nothing of it can be mended any more. One that closes before
 * it opens is over once both are past; where a Key Time is not known, once its day is past everywhere.
 */
export function isOver(
  { opens, closes }: Pick<ReleaseRow, 'opens' | 'closes'>,
  { reached, at }: { reached: readonly ReachedCentres[]; at: Date },
): boolean {
  if (closes === null) return false
  const opensAt = reached.map((one) => one.opensAt)
  const closesAt = reached.map((one) => one.closesAt)
  return isPast(opens, { there: opensAt, at }) && isPast(closes, { there: closesAt, at })
}

/** A day ends twelve hours later than in UTC where it ends last. */
const hoursOfADay = 36

function isPast(text: string, { there, at }: { there: readonly (Date | null)[]; at: Date }): boolean {
  const moment = readKept(text)
  if (moment.kind === 'absolute') return moment.at <= at
  const begins = Date.parse(`${moment.date}T00:00Z`)
  const isDayOver = begins + (hoursOfADay * 60 + moment.offsetMinutes) * 60_000 <= at.getTime()
  return there.length === 0 ? isDayOver : there.every((one) => (one === null ? isDayOver : one <= at))
}
