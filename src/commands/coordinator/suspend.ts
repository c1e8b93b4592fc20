import {
  called,
  coordinationJson,
  placeOf,
  renderCoordinatorChange,
  usersOf,
} from '../../render/coordination.ts'
import { comparableClosing, renderWithClosing, withClosing } from '../../render/closing.ts'
import { readCentreNumber } from '../../rules/centres/find.ts'
import { noticingWhatCloses } from '../../rules/releases/what-closes.ts'
import type { Coordination } from '../../rules/coordinator/coordination.ts'
import { suspendCoordinator } from '../../rules/coordinator/suspend.ts'
import { mutation } from '../../cli/define.ts'
import { argument, orName } from '../../cli/parameters.ts'
import { comparableCoordination } from './questions.ts'

export const suspend = () =>
  mutation({
    name: 'suspend',
    summary: "suspend a centre's coordinator, and lock its users out",
    description:
      "Suspend a centre's coordinator. Until they are restored, or another one takes the place, none of the centre's users can sign in. Nothing of theirs is changed.",
    args: { centre: orName('centre', argument('the number or name of the centre')) },
    examples: ['ssh-admin coordinator suspend EG001 --yes'],
    act: (trx, ctx, { centre }) =>
      noticingWhatCloses(trx, {
        meant: { numbers: [readCentreNumber(centre) ?? centre] },
        ctx,
        work: () => suspendCoordinator(trx, { centre, ctx }),
      }),
    confirm: {
      question: (done) => withClosing(suspensionQuestion(done.result), done),
      comparable: ({ result, closes }) => [comparableCoordination(result), comparableClosing(closes)],
    },
    render: (done, view) =>
      renderWithClosing(renderCoordinatorChange(done.result, view, suspended), done, view),
    json: ({ result, closes }) => ({ ...coordinationJson(result), closed: [...closes] }),
  })

function suspensionQuestion(coordination: Coordination): string | undefined {
  const { coordinator, changed, affected } = coordination
  if (!changed || !coordinator) return undefined
  const others = affected === 0 ? 'They' : `They and ${usersOf(affected).toLowerCase()} of the centre`
  return `Suspend ${called(coordinator)}, who coordinates ${placeOf(coordination)}? ${others} cannot sign in until restored.`
}

function suspended(coordination: Coordination): string {
  const { coordinator, affected } = coordination
  const who = coordinator ? called(coordinator) : 'The coordinator'
  const others = `${usersOf(affected)} of ${placeOf(coordination)}`
  if (affected === 0) return `${who} is suspended. ${others} is affected.`
  return `${who} is suspended. ${others} cannot sign in until they are restored.`
}
