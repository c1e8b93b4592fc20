import * as z from 'zod'
import { verifyAccount } from '../../rules/account/verify.ts'
import { preparedMutation } from '../../cli/mutation.ts'
import { example } from '../../cli/command.ts'
import { accountJson, ownersCommand, renderAccount, secretsFor } from './secrets.ts'

const Options = z.object({ email: z.string() })

export const verify = () =>
  ownersCommand('verify')
    .summary('make an account active with the code from the message')
    .description(
      'Show that the address is yours with the six digits from the message. Asks for the code, or reads it from stdin.',
    )
    .argument('<email>', 'the address')
    .addHelpText('after', example('ssh-admin account verify amira@school.example < code.txt'))
    .action(
      preparedMutation({
        options: Options,
        prepare: async ({ email }, session) => {
          const [code = ''] = await secretsFor(session, ['Code'])
          return { email, code }
        },
        act: ({ email, code }, ctx, store) => {
          const { code: key } = store.keys()
          return (trx) => verifyAccount(trx, { email, code, key, ctx })
        },
        render: (account, view) => renderAccount(account, { view, next: 'is active and can sign in.' }),
        json: accountJson,
      }),
    )
