import * as z from 'zod'
import { orName, eitherWay, option, withValues } from '../../cli/parameters.ts'
import { comparableClosing } from '../../render/closing.ts'
import type { ChangedCentre } from '../../rules/centres/changed.ts'
import { cleanText } from '../../workbook/cell.ts'
import { centreKinds } from '../../rules/centres/options.ts'
import { offeredCountries } from './countries.ts'

/** Texts as the import would read them, so that exporting and importing changes nothing. */
const text = z.string().transform(cleanText).optional()

/** What `create` and `edit` can say of a centre. */
export const centreOptions = {
  name: option('<name>', 'its name', text),
  kind: withValues(centreKinds, option('<kind>', 'school, associate or associate-centre')),
  associate: orName('centre', option('<centre>', 'its Associate; this makes it an associate centre')),
  address: option('<address>', 'street and house', text),
  town: option('<town>', 'town', text),
  postcode: option('<postcode>', 'postcode', text),
  country: withValues(offeredCountries, option('<country>', 'English name or ISO code, such as Egypt or EG')),
  britishCouncil: eitherWay({ on: 'mark it as a British Council centre', off: 'take that mark away' }),
  globalListening: eitherWay({
    on: 'mark it for Global Listening; not for a British Council centre',
    off: 'take that mark away',
  }),
  timeZone: option(
    '<zone>',
    'its IANA time zone, such as America/New_York, where its country has several; none takes it away',
  ),
}

/** Several centres as they are typed; one named twice is one. */
export const centreNumbers = z
  .array(z.string())
  .transform((numbers) => numbers.map((number) => number.trim().toUpperCase()))

/** What of changed centres is agreed to: which they are, what is changed of them, and how many people are there. */
export function comparableCentres(changed: readonly ChangedCentre[]): unknown {
  return changed.map(({ centre, outcome, fields, namesakes, closes, opens }) => [
    [centre.id, centre.number, centre.name, centre.kind, centre.status, centre.user_count],
    outcome,
    fields,
    namesakes,
    comparableClosing(closes ?? [], opens),
  ])
}
