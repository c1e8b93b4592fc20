import * as z from 'zod'
import { renderChangedUsers, usersJson } from '../../render/users.ts'
import { removeUser } from '../../rules/users/remove.ts'
import { forEachTarget } from '../../rules/batch.ts'
import { mutation } from '../../cli/mutation.ts'
import { mutationCommand, example } from '../../cli/command.ts'
import { agreedOnUsers, questionAbout } from './questions.ts'

const Options = z.object({ email: z.array(z.string()) })

export const remove = () =>
  mutationCommand('remove')
    .summary('take users out of their centre, and keep the accounts')
    .description(
      'Take users out of their centre: every role there goes, and with it every service. The accounts remain.',
    )
    .argument('<email...>', "the users' addresses; - reads them from stdin, one a line")
    .addHelpText('after', example('ssh-admin users remove amira@school.example --yes'))
    .action(
      mutation({
        options: Options,
        act:
          ({ email: emails }, ctx) =>
          (trx) =>
            forEachTarget(trx, emails, (email) => removeUser(trx, { email, ctx })),
        confirm: {
          question: (removed) =>
            questionAbout(removed, {
              verb: 'Remove from the centre',
              effect: 'Every role and service there goes; the account remains.',
            }),
          agreedOn: agreedOnUsers,
        },
        render: renderChangedUsers,
        json: usersJson,
      }),
    )
