import { localTimeAt, momentOf } from './local-time.ts'
import type { KeyTime } from './lookup.ts'

/** The moment of a Key Time today, or on the first day on which it holds; undefined where there is none any more. */
export function nextMoment(
  { local_time, time_zone, from_date, until_date }: KeyTime,
  now: Date,
): Date | undefined {
  const today = localTimeAt(now, time_zone).slice(0, 10)
  const date = from_date !== null && from_date > today ? from_date : today
  if (until_date !== null && until_date < date) return undefined
  const moment = momentOf({ date, time: local_time, zone: time_zone })
  return 'at' in moment ? moment.at : undefined
}
