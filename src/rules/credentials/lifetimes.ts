const day = 86_400_000
export const hours = (count: number) => count * 3_600_000

/** How long each credential is valid, in milliseconds. */
export const lifetimes = {
  pin: 30 * day,
  'set-up': hours(48),
  reset: hours(24),
  'temporary-password': hours(48),
  code: 30 * 60_000,
} as const

/** When a PIN issued at this time expires, as ISO time. */
export function endOfPin(issuedAt: Date | string): string {
  return new Date(new Date(issuedAt).getTime() + lifetimes.pin).toISOString()
}
