import {
  called,
  coordinationJson,
  placeOf,
  renderCoordinatorChange,
  usersOf,
} from '../../render/coordination.ts'
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
    act: (trx, ctx, { centre }) => suspendCoordinator(trx, { centre, ctx }),
    confirm: { question: suspensionQuestion, comparable: comparableCoordination },
    render: (coordination, view) => renderCoordinatorChange(coordination, view, suspended),
    json: coordinationJson,
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
