import * as z from 'zod'
import { countryCode, countryNames } from '../../countries.ts'
import { typedCountry } from '../../rules/centres/options.ts'

/** Countries as they are typed, repeated or with commas between them. */
export const countriesTyped = z
  .array(z.string())
  .default([])
  .transform((names) => names.flatMap(countriesIn))

/** Every country by name; by its code too, where a code may be meant. */
export function offeredCountries(beginning: string): (readonly [string, string])[] {
  return countryNames().flatMap((name) => {
    const code = countryCode(name) ?? ''
    const byCode = /^[a-z]{1,2}$/i.test(beginning) ? [[code, name] as const] : []
    return [[name, code] as const, ...byCode]
  })
}

/** Some countries' names have a comma in them. */
function countriesIn(text: string): string[] {
  const whole = countryCode(text)
  return whole === undefined ? text.split(',').map((part) => typedCountry(part.trim())) : [whole]
}
