import * as z from 'zod'
import { centresJson, renderChangedCentres } from '../../render/centres.ts'
import { deleteCentre } from '../../rules/centres/delete.ts'
import { forEachTarget } from '../../rules/batch.ts'
import { mutation } from '../../cli/mutation.ts'
import { mutationCommand, example } from '../../cli/command.ts'
import { agreedOnCentres, centreNumbers } from './options.ts'
import { deletionQuestion } from './plan-import.ts'

export const deletion = () =>
  mutationCommand('delete')
    .summary('delete centres; restore gives them back')
    .description(
      'Delete centres. While a centre is deleted its users cannot sign in; nothing of theirs is lost, and restoring it gives everyone back what they had.',
    )
    .argument('<centre...>', 'the centre numbers; - reads them from stdin, one a line')
    .addHelpText('after', example('ssh-admin centres delete EG001 --yes'))
    .action(
      mutation({
        options: z.object({ centre: centreNumbers }),
        act:
          ({ centre: centres }, ctx) =>
          (trx) =>
            forEachTarget(trx, centres, (centre) => deleteCentre(trx, { centre, ctx })),
        confirm: { question: deletionQuestion, agreedOn: agreedOnCentres },
        render: renderChangedCentres,
        json: centresJson,
      }),
    )
