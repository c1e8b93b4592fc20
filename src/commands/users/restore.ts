import * as z from 'zod'
import { renderChangedUsers, restorationNotices, usersJson } from '../../render/users.ts'
import { restoreUser } from '../../rules/users/restore.ts'
import { forEachTarget } from '../../rules/batch.ts'
import { mutation } from '../../cli/mutation.ts'
import { mutationCommand, example } from '../../cli/command.ts'

const Options = z.object({ email: z.array(z.string()), send: z.boolean().default(false) })

export const restore = () =>
  mutationCommand('restore')
    .summary('let suspended or deleted users back in')
    .description(
      'Give suspended users back what they were before; a deleted user comes back as they were when deleted.',
    )
    .argument('<email...>', "the users' addresses; - reads them from stdin, one a line")
    .option('--send', 'send a new set-up message to those who have not set up a password')
    .addHelpText('after', example('ssh-admin users restore amira@school.example'))
    .action(
      mutation({
        options: Options,
        act:
          ({ email: emails, send }, ctx) =>
          (trx) =>
            forEachTarget(trx, emails, (email) => restoreUser(trx, { email, send, ctx })),
        render: renderChangedUsers,
        json: usersJson,
        notices: restorationNotices,
      }),
    )
