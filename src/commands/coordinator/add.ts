import * as z from 'zod'
import { typedPerson } from '../../rules/users/new-user.ts'
import { addCoordinator } from '../../rules/coordinator/add.ts'
import type { Coordination } from '../../rules/coordinator/coordination.ts'
import { called, coordinationJson, placeOf, renderCoordinatorChange } from '../../render/coordination.ts'
import { mutation } from '../../cli/mutation.ts'
import { mutationCommand, example } from '../../cli/command.ts'
import { agreedOnCoordination } from './questions.ts'

const Options = z.object({
  centre: z.string(),
  person: z.string().transform(typedPerson),
  ifMissing: z.boolean().default(false),
})

export const add = () =>
  mutationCommand('add')
    .summary('give a centre its coordinator')
    .description(
      'Give a centre that has none its coordinator: a new user, who is sent a message to set up a password. Its link lives 48 hours.',
    )
    .argument('<centre>', 'the number of the centre')
    .argument('<person>', "'Name <email>'")
    .option('--if-missing', 'the same coordinator there already is no error')
    .addHelpText(
      'after',
      example("ssh-admin coordinator add CA001 'Rana Said <rana@associate.example>' --yes"),
    )
    .action(
      mutation({
        options: Options,
        act:
          ({ centre, person, ifMissing }, ctx) =>
          (trx) =>
            addCoordinator(trx, { centre, person, ifMissing, ctx }),
        confirm: { question: additionQuestion, agreedOn: agreedOnCoordination },
        render: (coordination, view) => renderCoordinatorChange(coordination, view, added),
        json: coordinationJson,
      }),
    )

function additionQuestion(coordination: Coordination): string | undefined {
  const { coordinator, changed } = coordination
  if (!changed || !coordinator) return undefined
  return `Make ${called(coordinator)} the coordinator of ${placeOf(coordination)}? They are sent a message to set up a password.`
}

function added(coordination: Coordination): string {
  const { coordinator } = coordination
  return `${coordinator ? called(coordinator) : 'Nobody'} coordinates ${placeOf(coordination)} now; a message lets them set up a password within 48 hours.`
}
