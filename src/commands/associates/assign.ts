import * as z from 'zod'
import { assignedJson, renderAssigned } from '../../render/associates.ts'
import { assignCentres } from '../../rules/associates/assign.ts'
import { mutation } from '../../cli/mutation.ts'
import { mutationCommand, example } from '../../cli/command.ts'

const Options = z.object({ email: z.string(), centre: z.array(z.string()) })

export const assign = () =>
  mutationCommand('assign')
    .summary('let an account of an Associate act for associate centres')
    .description(
      'Let an account of an Associate, its coordinator or an admin, act for associate centres of that Associate: 50 at most.',
    )
    .argument('<email>', 'the address of the account')
    .argument('<centre...>', 'the numbers of the centres; - reads them from stdin, one a line')
    .addHelpText('after', example('ssh-admin associates assign rana@associate.example CA101 CA102'))
    .action(
      mutation({
        options: Options,
        act:
          ({ email, centre: centres }, ctx) =>
          (trx) =>
            assignCentres(trx, { email, centres, ctx }),
        render: renderAssigned,
        json: assignedJson,
      }),
    )
