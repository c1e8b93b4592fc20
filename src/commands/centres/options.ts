import * as z from 'zod'
import type { Notice } from '../../cli/session.ts'
import {
  allowName,
  negatableFlag,
  option,
  checkedWithoutStore,
  withCompletions,
} from '../../cli/parameters.ts'
import { comparableClosing } from '../../render/closing.ts'
import type { ChangedCentre } from '../../rules/centres/changed.ts'
import { cleanText } from '../../workbook/cell.ts'
import { tidyName } from '../../rules/names.ts'
import { centreKinds, parseCountry } from '../../rules/centres/options.ts'
import { countryCode, countryNames } from '../../countries.ts'

/** Cleans a text as the import does, so that a round trip through export changes nothing; names have their own rule. */
const optionalText = z.string().transform(cleanText).optional()

/** The options of `create` and `edit` for a centre's facts. */
export const centreOptions = {
  name: option('<name>', 'its name'),
  kind: withCompletions(centreKinds, option('<kind>', 'school, associate or associate-centre')),
  associate: allowName('centre', option('<centre>', 'its Associate; this makes it an associate centre')),
  address: option('<address>', 'street and house', optionalText),
  town: option('<town>', 'town', optionalText),
  postcode: option('<postcode>', 'postcode', optionalText),
  country: withCompletions(
    countryCompletions,
    option('<country>', 'English name or ISO code, such as Egypt or EG'),
  ),
  britishCouncil: negatableFlag({ on: 'mark it as a British Council centre', off: 'take that mark away' }),
  globalListening: negatableFlag({
    on: 'mark it for Global Listening; not for a British Council centre',
    off: 'take that mark away',
  }),
  timeZone: checkedWithoutStore(
    async (zone) => {
      const { parseTimeZone } = await import('../../rules/key-times/parse-time-zone.ts')
      if (zone !== undefined && zone !== 'none') parseTimeZone(zone)
    },
    option(
      '<zone>',
      'its IANA time zone, such as America/New_York, where its country has several; none takes it away',
    ),
  ),
}

/** Notice that a name was saved without its invisible characters. */
export function tidiedNameNotices(name: string | undefined): Notice[] {
  const { notices } = tidyName(name ?? '')
  return notices.map(({ code, message }) => ({ code, message: `The name ${message}.` }))
}

/** What a confirmation covers: the centres, their changes, and the number of their users. */
export function comparableCentres(changed: readonly ChangedCentre[]): unknown {
  return changed.map(({ centre, outcome, fields, namesakes, closes, opens }) => [
    [centre.id, centre.number, centre.name, centre.kind, centre.status, centre.user_count],
    outcome,
    fields,
    namesakes,
    comparableClosing({ closes, opens }),
  ])
}

/** Countries, repeated or separated by commas. */
export const countriesSchema = z
  .array(z.string())
  .default([])
  .transform((names) => names.flatMap(splitCountries))

/** Every country by name, and by code where the typed text may be one. */
export function countryCompletions(prefix: string): (readonly [string, string])[] {
  return countryNames().flatMap((name) => {
    const code = countryCode(name) ?? ''
    const byCode = /^[a-z]{1,2}$/i.test(prefix) ? [[code, name] as const] : []
    return [[name, code] as const, ...byCode]
  })
}

/** Splits at commas, but not within names of countries that contain one. */
function splitCountries(text: string): string[] {
  const whole = countryCode(text)
  return whole === undefined ? text.split(',').map((part) => parseCountry(part.trim())) : [whole]
}
