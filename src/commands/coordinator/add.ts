import * as z from 'zod'
import { typedPerson } from '../../rules/users/new-user.ts'
import { addCoordinator } from '../../rules/coordinator/add.ts'
import type { Coordination } from '../../rules/coordinator/coordination.ts'
import { called, coordinationJson, placeOf, renderCoordinatorChange } from '../../render/coordination.ts'
import { mutation } from '../../cli/define.ts'
import { argument, orName, flag } from '../../cli/parameters.ts'
import { comparableCoordination } from './questions.ts'

export const add = () =>
  mutation({
    name: 'add',
    summary: 'give a centre its coordinator',
    description:
      'Give a centre that has none its coordinator: a new user, who is sent a message to set up a password. Its link lives 48 hours.',
    args: {
      centre: orName('centre', argument('the number or name of the centre')),
      person: argument("'Name <email>'", z.string().transform(typedPerson)),
    },
    options: {
      ifMissing: flag('the same coordinator there already is no error'),
    },
    examples: ["ssh-admin coordinator add CA001 'Rana Said <rana@associate.example>' --yes"],
    act: (trx, ctx, { centre, person, ifMissing }) => addCoordinator(trx, { centre, person, ifMissing, ctx }),
    confirm: { question: additionQuestion, comparable: comparableCoordination },
    render: (coordination, view) => renderCoordinatorChange(coordination, view, added),
    json: coordinationJson,
  })

function additionQuestion(coordination: Coordination): string | undefined {
  const { coordinator, changed } = coordination
  if (!changed || !coordinator) return undefined
  return `Make ${called(coordinator)} the coordinator of ${placeOf(coordination)}? They are sent a message to set up a password.`
}

function added(coordination: Coordination): string {
  const { coordinator } = coordination
  return `${coordinator ? called(coordinator) : 'Nobody'} coordinates ${placeOf(coordination)} now; a message lets them set up a password within 48 hours.${nextStep(coordination)}`
}

/** The coordinator of an Associate acts for those of its centres that are assigned to them, and for no others. */
function nextStep({ centre, coordinator }: Coordination): string {
  if (centre.kind !== 'associate' || !coordinator) return ''
  return `\n  Next, the associate centres that they act for: ssh-admin associates assign ${coordinator.email} CENTRE…`
}
