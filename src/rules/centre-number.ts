import { Usage } from '../errors.ts'

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
