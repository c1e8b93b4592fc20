import { closestCountries, countryCode } from '../../countries.ts'
import { ask, requireTerminal } from '../../cli/prompt.ts'
import { centresJson, renderChangedCentres } from '../../render/centres.ts'
import { newCentreNumber } from '../../rules/centres/find.ts'
import { missingAssociate, parseCentreOptions } from '../../rules/centres/options.ts'
import { createCentre } from '../../rules/centres/create.ts'
import { failureOf } from '../../rules/batch.ts'
import { cleanText } from '../../workbook/cell.ts'
import { preparedMutation } from '../../cli/define.ts'
import { flag, optionalArgument } from '../../cli/parameters.ts'
import type { Session } from '../../cli/session.ts'
import { centreOptions } from './options.ts'

export const create = () =>
  preparedMutation({
    name: 'create',
    summary: 'add one centre',
    description:
      'Add one centre, with its name and its country. An associate centre is approved until its coordinator is set up. ' +
      'What is not said is asked for at a terminal. Without a store yet, this begins one.',
    args: { centre: optionalArgument('its number: 2 to 12 letters and digits') },
    options: {
      ...centreOptions,
      ifMissing: flag('a centre that is there already, and equal, is no error'),
    },
    examples: [
      "ssh-admin centres create EG900 --name 'El Nour School' --country Egypt --town Cairo",
      "ssh-admin centres create CA900 --name 'Delta Schools' --kind associate --country EG",
    ],
    prepare: async ({ centre, ifMissing, ...said }, session) => {
      const number = newCentreNumber(centre ?? (await askNumber(session)))
      const { kind, associate } = parseCentreOptions(said)
      if (kind === 'associate-centre' && associate === undefined) throw missingAssociate()
      const name = said.name ?? (await askName(number, session))
      const country = said.country ?? (await askCountry(number, session))
      return { centre: number, ifMissing, fields: parseCentreOptions({ ...said, name, country }) }
    },
    act: async (trx, ctx, { centre, ifMissing, fields }) => [
      await createCentre(trx, { centre, fields, ifMissing, ctx }),
    ],
    createsStore: true,
    render: renderChangedCentres,
    json: centresJson,
  })

async function askNumber({ terminal, common }: Session): Promise<string> {
  const question = 'What is its centre number, such as EG001?'
  const line = 'ssh-admin centres create CENTRE --name NAME --country COUNTRY'
  requireTerminal(terminal, { flag: 'CENTRE', may: common.input && !common.dryRun, question, line })
  const check = async (text: string) => (await failureOf(() => newCentreNumber(text)))?.message
  return ask(terminal, { question, check })
}

async function askName(number: string, { terminal, common }: Session): Promise<string> {
  const question = `What is the name of ${number}?`
  requireTerminal(terminal, { flag: '--name', may: common.input && !common.dryRun, question })
  const typed = await ask(terminal, {
    question,
    check: (text) => (cleanText(text) === '' ? 'A centre has a name.' : undefined),
  })
  return cleanText(typed)
}

function askCountry(number: string, { terminal, common }: Session): Promise<string> {
  const question = `In which country is ${number}?`
  requireTerminal(terminal, { flag: '--country', may: common.input && !common.dryRun, question })
  return ask(terminal, {
    question,
    check: (text) => {
      if (countryCode(text) !== undefined) return undefined
      const countries = closestCountries(text).join(' or ')
      return `There is no country called so${countries ? `; did you mean ${countries}?` : '.'}`
    },
  })
}
