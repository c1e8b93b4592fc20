import * as z from 'zod'
import { Usage } from '../../errors.ts'
import { centresJson, renderChangedCentres } from '../../render/centres.ts'
import type { ChangedCentre } from '../../rules/centres/changed.ts'
import { parseCentreOptions } from '../../rules/centres/options.ts'
import { editCentre } from '../../rules/centres/edit.ts'
import { preparedMutation } from '../../cli/mutation.ts'
import { mutationCommand, example } from '../../cli/command.ts'
import { agreedOnCentres, centreOptions, withCentreOptions } from './options.ts'

const Options = z.object({ centre: z.string(), ...centreOptions })

export const edit = () =>
  withCentreOptions(mutationCommand('edit'))
    .summary("change a centre's facts")
    .description(
      'Change what is said of a centre; what is not named stays. A centre that leaves its Associate is assigned to nobody there any longer. You are asked first when another centre has the new name already.',
    )
    .argument('<centre>', 'the centre number')
    .addHelpText(
      'after',
      example("ssh-admin centres edit EG001 --name 'El Nour International School' --postcode 11511"),
    )
    .action(
      preparedMutation({
        options: Options,
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
        act:
          ({ centre, fields }, ctx) =>
          async (trx) => [await editCentre(trx, { centre, fields, ctx })],
        confirm: {
          mayAsk: ({ name }) => name !== undefined,
          question: ([edited]) => edited && namesakeQuestion(edited),
          agreedOn: agreedOnCentres,
        },
        render: renderChangedCentres,
        json: centresJson,
      }),
    )

/** Schools of one name are ordinary, and easily taken for one another. */
function namesakeQuestion({ centre: { number, name }, namesakes = [] }: ChangedCentre): string | undefined {
  if (namesakes.length === 0) return undefined
  const [first = '', ...others] = namesakes
  const more = others.length > 0 ? ` (and ${others.length} more)` : ''
  return `${first}${more} is called ${name} too. Give ${number} that name all the same?`
}
