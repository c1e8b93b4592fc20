import * as z from 'zod'
import { activateAccount } from '../../rules/account/activate.ts'
import { newPassword, passwordRule } from '../../rules/account/password.ts'
import { preparedMutation } from '../../cli/mutation.ts'
import { example } from '../../cli/command.ts'
import { accountJson, newPasswordQuestion, ownersCommand, renderAccount, secretsFor } from './secrets.ts'

const Options = z.object({ email: z.string() })

export const activate = () =>
  ownersCommand('activate')
    .summary('choose a password with the PIN of an imported account')
    .description(
      `Choose a password with the PIN from the sheet of an import. Asks for the PIN and the new password, or reads them from stdin, one a line. A code follows by e-mail. ${passwordRule}`,
    )
    .argument('<email>', 'the address')
    .addHelpText('after', example('ssh-admin account activate amira@school.example < pin-and-password.txt'))
    .action(
      preparedMutation({
        options: Options,
        prepare: async ({ email }, session) => {
          const [pin = '', text = ''] = await secretsFor(session, ['PIN', newPasswordQuestion])
          return { email, pin, password: await newPassword(text) }
        },
        act: ({ email, pin, password }, ctx, store) => {
          const { pin: key } = store.keys()
          return (trx) => activateAccount(trx, { email, pin, password, key, ctx })
        },
        render: (account, view) =>
          renderAccount(account, {
            view,
            next: `has a password. Now the code from the message: ssh-admin account verify ${account.email}`,
          }),
        json: accountJson,
      }),
    )
