import { Usage } from '../../errors.ts'
import { closingQuestion } from '../../render/closing.ts'
import { centresJson, renderChangedCentres } from '../../render/centres.ts'
import type { ChangedCentre } from '../../rules/centres/changed.ts'
import { parseCentreOptions } from '../../rules/centres/options.ts'
import { editCentre } from '../../rules/centres/edit.ts'
import { preparedMutation } from '../../cli/define.ts'
import { argument, orName } from '../../cli/parameters.ts'
import { comparableCentres, centreOptions } from './options.ts'

export const edit = () =>
  preparedMutation({
    name: 'edit',
    summary: "change a centre's facts",
    description:
      'Change what is said of a centre; what is not named stays. A centre that leaves its Associate is assigned to nobody there any longer. You are asked first when another centre has the new name already, and where it would close what is released and open for it, or open at once what is not.',
    args: { centre: orName('centre', argument('the number or name of the centre')) },
    options: {
      ...centreOptions,
    },
    examples: ["ssh-admin centres edit EG001 --name 'El Nour International School' --postcode 11511"],
    prepare: async ({ centre, ...said }) => {
      const nothing = Object.values(said).every((value) => value === undefined)
      if (nothing) {
        throw new Usage(`Nothing was said of ${centre}.`, {
          code: 'nothing-said',
          hint: 'Say what to change, such as --name or --country; --help lists them.',
        })
      }
      return { centre, fields: parseCentreOptions(said) }
    },
    act: async (trx, ctx, { centre, fields }) => [await editCentre(trx, { centre, fields, ctx })],
    confirm: {
      mayAsk: ({ name, kind, associate, country, timeZone, globalListening }) =>
        [name, kind, associate, country, timeZone, globalListening].some((value) => value !== undefined),
      question: ([edited]) => edited && questionOf(edited),
      comparable: comparableCentres,
    },
    render: renderChangedCentres,
    json: centresJson,
  })

function questionOf(edited: ChangedCentre): string | undefined {
  const closing = closingQuestion(edited.closes ?? [], `Change ${edited.centre.number}`, edited.opens)
  const namesake = namesakeQuestion(edited)
  return namesake && closing ? `${namesake}\n${closing}` : (namesake ?? closing)
}

/** Schools of one name are ordinary, and easily taken for one another. */
function namesakeQuestion({ centre: { number, name }, namesakes = [] }: ChangedCentre): string | undefined {
  if (namesakes.length === 0) return undefined
  const [first = '', ...others] = namesakes
  const more = others.length > 0 ? ` (and ${others.length} more)` : ''
  return `${first}${more} is called ${name} too. Give ${number} that name all the same?`
}
