import * as z from 'zod'
import { countryCode } from '../../countries.ts'
import { typedCountry } from '../../rules/centres/options.ts'

/** Countries as they are typed, repeated or with commas between them. */
export const countriesTyped = z
  .array(z.string())
  .default([])
  .transform((names) => names.flatMap(countriesIn))

/** Some countries' names have a comma in them. */
function countriesIn(text: string): string[] {
  const whole = countryCode(text)
  return whole === undefined ? text.split(',').map((part) => typedCountry(part.trim())) : [whole]
}
