import type { Command } from 'commander'
import * as z from 'zod'
import type { ChangedCentre } from '../../rules/centres/changed.ts'
import { cleanText } from '../../workbook/cell.ts'

/** Texts as the import would read them, so that exporting and importing changes nothing. */
const text = z.string().transform(cleanText).optional()

/** What `create` and `edit` can say of a centre. */
export const centreOptions = {
  name: text,
  kind: z.string().optional(),
  associate: z.string().optional(),
  address: text,
  town: text,
  postcode: text,
  country: z.string().optional(),
  britishCouncil: z.boolean().optional(),
  globalListening: z.boolean().optional(),
}

export function withCentreOptions(command: Command): Command {
  return command
    .option('--name <name>', 'its name')
    .option('--kind <kind>', 'school, associate or associate-centre')
    .option('--associate <centre>', 'its Associate; this makes it an associate centre')
    .option('--address <address>', 'street and house')
    .option('--town <town>', 'town')
    .option('--postcode <postcode>', 'postcode')
    .option('--country <country>', 'English name or ISO code, such as Egypt or EG')
    .option('--british-council', 'mark it as a British Council centre')
    .option('--no-british-council', 'take that mark away')
    .option('--global-listening', 'mark it for Global Listening; not for a British Council centre')
    .option('--no-global-listening', 'take that mark away')
}

/** Several centres as they are typed; one named twice is one. */
export const centreNumbers = z
  .array(z.string())
  .transform((numbers) => numbers.map((number) => number.trim().toUpperCase()))

/** What of changed centres is agreed to: which they are, what is changed of them, and how many people are there. */
export function agreedOnCentres(changed: readonly ChangedCentre[]): unknown {
  return changed.map(({ centre, outcome, fields, namesakes }) => [
    [centre.id, centre.number, centre.name, centre.kind, centre.status, centre.user_count],
    outcome,
    fields,
    namesakes,
  ])
}
