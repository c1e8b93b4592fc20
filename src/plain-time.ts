/** `2026-03-02 09:00 UTC`, from an ISO time. */
export function plainTime(iso: string): string {
  return `${timeInUtc(iso)} UTC`
}

/** `2026-03-02 09:00`, beneath a heading that names UTC. */
export function timeInUtc(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)}`
}

/** `2026-03-02 09:00:30 UTC`, where seconds matter. */
export function timeToTheSecond(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`
}

/** For pipes and JSON. */
export function isoOf(at: Date | null): string | null {
  return at?.toISOString() ?? null
}

// A list, because Intl would load the data of all locales, which takes longer than writing a letter.
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

/** `4 March 2026`, in UTC. The month is a word, because 4/3 means March in one country and April in another. */
export function dayInWords(at: Date): string {
  return `${at.getUTCDate()} ${months[at.getUTCMonth()]} ${at.getUTCFullYear()}`
}

/** Whether a text is an existing date: `2026-02-28`, and not `2026-02-30`. */
export function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false
  const at = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text)
}
