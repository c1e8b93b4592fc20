import * as z from 'zod'
import {
  called,
  coordinationJson,
  placeOf,
  renderCoordinatorChange,
  usersOf,
} from '../../render/coordination.ts'
import { needsMessage } from '../../render/users.ts'
import type { Coordination } from '../../rules/coordinator/coordination.ts'
import { restoreCoordinator } from '../../rules/coordinator/restore.ts'
import { mutation } from '../../cli/mutation.ts'
import { mutationCommand, example } from '../../cli/command.ts'

const Options = z.object({ centre: z.string() })

export const restore = () =>
  mutationCommand('restore')
    .summary("restore a centre's coordinator, and let its users in again")
    .description(
      "Restore a suspended coordinator. The centre's users have back exactly what they had: who could sign in before can again.",
    )
    .argument('<centre>', 'the number of the centre')
    .addHelpText('after', example('ssh-admin coordinator restore EG001'))
    .action(
      mutation({
        options: Options,
        act:
          ({ centre }, ctx) =>
          (trx) =>
            restoreCoordinator(trx, { centre, ctx }),
        render: (coordination, view) => renderCoordinatorChange(coordination, view, restored),
        json: coordinationJson,
        notices: ({ coordinator, changed }) => (changed && coordinator ? needsMessage(coordinator) : []),
      }),
    )

function restored(coordination: Coordination): string {
  const { coordinator, affected } = coordination
  const who = coordinator ? called(coordinator) : 'The coordinator'
  const others = affected === 0 ? '' : ` ${usersOf(affected)} have back what they had.`
  return `${who} coordinates ${placeOf(coordination)} again.${others}`
}
