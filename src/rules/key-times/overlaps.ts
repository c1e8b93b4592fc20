import type { NewKeyTime } from '../../db/key-times/key-times.ts'
import { showTheSame } from './time-zones.ts'

/**
 * Whether two Key Times would hold at once, and neither goes before the other: one of a series goes before one for
 * every series, one with dates before one without.
 */
export function overlaps(one: NewKeyTime, other: NewKeyTime): boolean {
  if (one.country !== other.country || one.session !== other.session) return false
  if ((one.series ?? null) !== (other.series ?? null) || hasDates(one) !== hasDates(other)) return false
  const begins = (keyTime: NewKeyTime) => keyTime.from_date ?? '0000'
  const ends = (keyTime: NewKeyTime) => keyTime.until_date ?? '9999'
  if (begins(one) > ends(other) || begins(other) > ends(one)) return false
  return showTheSame(one.time_zone, other.time_zone)
}

function hasDates({ from_date, until_date }: NewKeyTime): boolean {
  return (from_date ?? null) !== null || (until_date ?? null) !== null
}
