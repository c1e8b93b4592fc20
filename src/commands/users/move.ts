import * as z from 'zod'
import { renderChangedUsers, usersJson } from '../../render/users.ts'
import { moveUser } from '../../rules/users/move.ts'
import { mutation } from '../../cli/mutation.ts'
import { mutationCommand, example } from '../../cli/command.ts'
import { agreedOnUsers, questionAbout } from './questions.ts'

const Options = z.object({ email: z.string(), to: z.string() })

export const move = () =>
  mutationCommand('move')
    .summary('move a user to another centre')
    .description(
      'Move a user to another centre. The roles at the old one go; an administrator is a teacher at the new one.',
    )
    .argument('<email>', "the user's address")
    .requiredOption('--to <centre>', 'the number of the new centre')
    .addHelpText('after', example('ssh-admin users move amira@school.example --to EG002 --yes'))
    .action(
      mutation({
        options: Options,
        act:
          ({ email, to }, ctx) =>
          async (trx) => [await moveUser(trx, { email, to, ctx })],
        confirm: {
          question: (moved, { request: { to } }) =>
            questionAbout(moved, {
              verb: `Move to ${to.toUpperCase()}:`,
              effect: 'The roles they have now go.',
            }),
          agreedOn: agreedOnUsers,
        },
        render: renderChangedUsers,
        json: usersJson,
      }),
    )
