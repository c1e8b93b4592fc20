import * as z from 'zod'
import { signIn } from '../../rules/account/sign-in.ts'
import { preparedMutation } from '../../cli/mutation.ts'
import { example } from '../../cli/command.ts'
import { accountJson, ownersCommand, renderAccount, secretsFor } from './secrets.ts'

const Options = z.object({ email: z.string() })

export const signInCommand = () =>
  ownersCommand('sign-in')
    .summary('sign in, and record when')
    .description(
      'Sign in with the password, which is asked for or read from stdin; records the time. After a right password it names the rule that stands in the way. After ten wrong ones in a row there is a pause before the next is tried, of one minute at first and an hour at most; after a hundred only a new password helps.',
    )
    .argument('<email>', 'the address')
    .addHelpText('after', example('ssh-admin account sign-in amira@school.example < password.txt'))
    .action(
      preparedMutation({
        options: Options,
        prepare: async ({ email }, session) => {
          const [password = ''] = await secretsFor(session, ['Password'])
          return { email, password }
        },
        act:
          ({ email, password }, ctx) =>
          (trx) =>
            signIn(trx, { email, password, ctx }),
        render: (account, view) => renderAccount(account, { view, next: 'is signed in.' }),
        json: accountJson,
      }),
    )
