const minute = 60_000
const pauses = [5, 15, 60, 240, 720].map((minutes) => minutes * minute)

/** When a message that could not be sent is due again: growing pauses, up to half a day. */
export function nextTry({ at, attempts }: { at: Date; attempts: number }): Date {
  const pause = pauses[Math.min(attempts, pauses.length - 1)] ?? minute
  return new Date(at.getTime() + pause)
}
