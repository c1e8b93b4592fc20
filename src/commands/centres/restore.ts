import * as z from 'zod'
import { centresJson, renderChangedCentres } from '../../render/centres.ts'
import { restoreCentre } from '../../rules/centres/restore.ts'
import { forEachTarget } from '../../rules/batch.ts'
import { mutation } from '../../cli/mutation.ts'
import { mutationCommand, example } from '../../cli/command.ts'
import { centreNumbers } from './options.ts'

export const restore = () =>
  mutationCommand('restore')
    .summary('give deleted centres back')
    .description('Restore deleted centres as they were, and their users with the access they had.')
    .argument('<centre...>', 'the centre numbers; - reads them from stdin, one a line')
    .addHelpText('after', example('ssh-admin centres restore EG001'))
    .action(
      mutation({
        options: z.object({ centre: centreNumbers }),
        act:
          ({ centre: centres }, ctx) =>
          (trx) =>
            forEachTarget(trx, centres, (centre) => restoreCentre(trx, { centre, ctx })),
        render: renderChangedCentres,
        json: centresJson,
      }),
    )
