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
import { readCentreNumber } from '../../rules/centres/find.ts'
import { noticingWhatCloses } from '../../rules/releases/what-closes.ts'
import { renderWithOpening } from '../../render/closing.ts'
import { mutation } from '../../cli/define.ts'
import { argument, orName } from '../../cli/parameters.ts'

export const restore = () =>
  mutation({
    name: 'restore',
    summary: "restore a centre's coordinator, and let its users in again",
    description:
      "Restore a suspended coordinator. The centre's users have back exactly what they had: who could sign in before can again. What is released and open at this moment opens for the centre again, and is told.",
    args: { centre: orName('centre', argument('the number or name of the centre')) },
    examples: ['ssh-admin coordinator restore EG001'],
    act: (trx, ctx, { centre }) =>
      noticingWhatCloses(trx, {
        meant: { numbers: [readCentreNumber(centre) ?? centre] },
        ctx,
        work: () => restoreCoordinator(trx, { centre, ctx }),
      }),
    render: (done, view) =>
      renderWithOpening(renderCoordinatorChange(done.result, view, restored), done, view),
    json: ({ result, opens }) => ({ ...coordinationJson(result), opened: opens }),
    notices: ({ result: { coordinator, changed } }) =>
      changed && coordinator ? needsMessage(coordinator) : [],
  })

function restored(coordination: Coordination): string {
  const { coordinator, affected } = coordination
  const who = coordinator ? called(coordinator) : 'The coordinator'
  const others = affected === 0 ? '' : ` ${usersOf(affected)} have back what they had.`
  return `${who} coordinates ${placeOf(coordination)} again.${others}`
}
