import { Usage } from '../../errors.ts'

const shape = /^[A-Z0-9]{2,12}$/

/** A centre number in capitals; undefined where it is none: 2 to 12 letters and digits. */
export function readCentreNumber(text: string): string | undefined {
  const number = text.trim().toUpperCase()
  return shape.test(number) ? number : undefined
}

/** A centre number typed as an argument; a wrong one is a wrong call. */
export function typedCentreNumber(text: string): string {
  const number = readCentreNumber(text)
  if (number !== undefined) return number
  throw new Usage(`${text} is not a centre number: 2 to 12 letters and digits, such as EG001.`, {
    code: 'invalid-number',
  })
}

/** The number of a centre that is to be made: one that an import would read as well. */
export function newCentreNumber(text: string): string {
  const number = typedCentreNumber(text)
  if (!isPlaceholderNumber(number)) return number
  throw new Usage(`${text} is not a centre number.`, {
    code: 'invalid-number',
    hint: 'Wait until the number is known.',
  })
}

const placeholders = new Set([
  'TBC',
  'TBA',
  'TBD',
  'NONE',
  'NULL',
  'NIL',
  'NA',
  'NAN',
  'N/A',
  'NEW',
  'UNKNOWN',
  'PENDING',
  'MISSING',
  'UNDEFINED',
  'TRUE',
  'FALSE',
])

/** What people write who do not know a number yet: a word for nothing, or the same nought or X again and again. */
export function isPlaceholderNumber(number: string): boolean {
  if (/^\d*[1-9]/.test(number)) return false
  return placeholders.has(number) || /^(?:0+|X+)$/.test(number)
}
