/** `2026-03-02 09:00 UTC`, from an ISO time. */
export function plainTime(iso: string): string {
  return `${timeInUtc(iso)} UTC`
}

/** Beneath a heading that says that it is in UTC. */
export function timeInUtc(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)}`
}

/** Where seconds matter: `2026-03-02 09:00:30 UTC`. */
export function timeToTheSecond(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`
}

/** For a pipe, and JSON. */
export function isoOf(at: Date | null): string | null {
  return at?.toISOString() ?? null
}

// Written out: what Node knows of all languages takes longer to load than a letter to write.
const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]

/** `4 March 2026`, in UTC: the month as a word, since 4/3 is March here and April there. */
export function dayInWords(at: Date): string {
  return `${at.getUTCDate()} ${months[at.getUTCMonth()]} ${at.getUTCFullYear()}`
}

/** Whether a text is a day that there is: `2026-02-28`, and not `2026-02-30`. */
export function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false
  const at = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text)
}
