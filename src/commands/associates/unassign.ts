import * as z from 'zod'
import { assignedJson, renderAssigned } from '../../render/associates.ts'
import { unassignCentres } from '../../rules/associates/assign.ts'
import { mutation } from '../../cli/mutation.ts'
import { mutationCommand, example } from '../../cli/command.ts'

const Options = z.object({ email: z.string(), centre: z.array(z.string()) })

export const unassign = () =>
  mutationCommand('unassign')
    .summary('stop an account acting for associate centres')
    .description(
      'Stop an account of an Associate acting for these associate centres. The centres stay with their Associate.',
    )
    .argument('<email>', 'the address of the account')
    .argument('<centre...>', 'the numbers of the centres; - reads them from stdin, one a line')
    .addHelpText('after', example('ssh-admin associates unassign rana@associate.example CA101 CA102'))
    .action(
      mutation({
        options: Options,
        act:
          ({ email, centre: centres }, ctx) =>
          (trx) =>
            unassignCentres(trx, { email, centres, ctx }),
        render: renderAssigned,
        json: assignedJson,
      }),
    )
