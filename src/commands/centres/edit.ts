import * as z from 'zod'
import { Usage } from '../../errors.ts'
import { centresJson, renderChangedCentres } from '../../render/centres.ts'
import { typedWishes } from '../../rules/centre-wishes.ts'
import { editCentre } from '../../rules/edit-centre.ts'
import { changingAfter } from '../changing.ts'
import { changingCommand, example } from '../command.ts'
import { wishOptions, withWishOptions } from './wishes.ts'

const Options = z.object({ centre: z.string(), ...wishOptions })

export const edit = withWishOptions(changingCommand('edit'))
  .summary("change a centre's facts")
  .description(
    'Change what is said of a centre; what is not named stays. A centre that leaves its Associate is assigned to nobody there any longer.',
  )
  .argument('<centre>', 'the centre number')
  .addHelpText(
    'after',
    example("ssh-admin centres edit EG001 --name 'El Nour International School' --postcode 11511"),
  )
  .action(
    changingAfter({
      options: Options,
      prepare: async ({ centre, ...said }) => {
        const nothing = Object.values(said).every((value) => value === undefined)
        if (nothing) {
          throw new Usage(`Nothing was said of ${centre}.`, {
            code: 'nothing-said',
            hint: 'Say what to change, such as --name or --country; --help lists them.',
          })
        }
        return { centre, wishes: typedWishes(said) }
      },
      act:
        ({ centre, wishes }, given) =>
        async (trx) => [await editCentre(trx, { centre, wishes, given })],
      render: renderChangedCentres,
      json: centresJson,
    }),
  )
