import * as z from 'zod'
import { renderChangedUsers, usersJson } from '../../render/users.ts'
import { moveUser } from '../../rules/users/move.ts'
import { changing } from '../../cli/mutation.ts'
import { changingCommand, example } from '../../cli/command.ts'
import { agreedOnUsers, questionAbout } from './questions.ts'

const Options = z.object({ email: z.string(), to: z.string() })

export const move = changingCommand('move')
  .summary('move a user to another centre')
  .description(
    'Move a user to another centre. The roles at the old one go; an administrator is a teacher at the new one.',
  )
  .argument('<email>', "the user's address")
  .requiredOption('--to <centre>', 'the number of the new centre')
  .addHelpText('after', example('ssh-admin users move amira@school.example --to EG002 --yes'))
  .action(
    changing({
      options: Options,
      act:
        ({ email, to }, given) =>
        async (trx) => [await moveUser(trx, { email, to, given })],
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
