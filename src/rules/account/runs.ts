import { fold } from '../search-key.ts'

const rows = [
  'qwertyuiop',
  'asdfghjkl',
  'zxcvbnm',
  'qwertzuiop',
  'yxcvbnm',
  'azertyuiop',
  'qsdfghjklm',
  'wxcvbn',
]
const digits = '01234567890'

/** Whether a text is nothing but runs: `123456789012345`, `abcdefghijklmno`, `qwertyuiopasdfg`, `111222333444555`. */
export function isOnlyRuns(text: string): boolean {
  const signs = [...fold(text).replace(/\s+/gu, '')]
  for (let at = 0; at < signs.length; ) {
    const length = runFrom(signs, at)
    if (length < 3) return false
    at += length
  }
  return true
}

/** How many signs from here on go on in one and the same step. */
function runFrom(signs: readonly string[], start: number): number {
  const longest = steps.map((isStep) => {
    let end = start + 1
    while (end < signs.length && isStep(signs[end - 1] ?? '', signs[end] ?? '')) end += 1
    return end - start
  })
  return Math.max(...longest)
}

type Step = (one: string, next: string) => boolean

const neighbours = (row: string, pair: string) => row.includes(pair)
const steps: readonly Step[] = [
  (one, next) => one === next,
  (one, next) => isAfter(one, next),
  (one, next) => isAfter(next, one),
  (one, next) => rows.some((row) => neighbours(row, one + next)),
  (one, next) => rows.some((row) => neighbours(row, next + one)),
]

function isAfter(one: string, next: string): boolean {
  if (digits.includes(one + next)) return true
  return /\p{L}/u.test(one) && /\p{L}/u.test(next) && one.codePointAt(0) === (next.codePointAt(0) ?? 0) - 1
}
