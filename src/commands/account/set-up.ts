import * as z from 'zod'
import { newPassword, passwordRule } from '../../rules/account/password.ts'
import { setUpWithLink, setUpWithTemporaryPassword } from '../../rules/account/set-up.ts'
import { preparedMutation } from '../../cli/mutation.ts'
import { example } from '../../cli/command.ts'
import { accountJson, newPasswordQuestion, ownersCommand, renderAccount, secretsFor } from './secrets.ts'

const Options = z.object({ email: z.string().optional() })

export const setUp = () =>
  ownersCommand('set-up')
    .summary('choose a password with the link or temporary password of a message')
    .description(
      `Choose a password with the link from a message; or, with the address, with the temporary password from an invitation. Asks for it and for the new password, or reads them from stdin, one a line. ${passwordRule}`,
    )
    .argument('[email]', 'the address, for a temporary password')
    .addHelpText(
      'after',
      example(
        'ssh-admin account set-up < link-and-password.txt',
        'ssh-admin account set-up amira@school.example < temporary-and-new-password.txt',
      ),
    )
    .action(
      preparedMutation({
        options: Options,
        prepare: async ({ email }, session) => {
          const first = email === undefined ? 'Link' : 'Temporary password'
          const [proof = '', text = ''] = await secretsFor(session, [first, newPasswordQuestion])
          return { email, proof, password: await newPassword(text) }
        },
        act: ({ email, proof, password }, ctx, store) => {
          const keys = store.keys()
          return (trx) =>
            email === undefined
              ? setUpWithLink(trx, { link: proof, password, keys, ctx })
              : setUpWithTemporaryPassword(trx, { email, temporaryPassword: proof, password, keys, ctx })
        },
        render: (account, view) =>
          renderAccount(account, {
            view,
            next:
              account.status === 'active'
                ? 'has a new password and can sign in with it.'
                : `has a password. Now the code from the message: ssh-admin account verify ${account.email}`,
          }),
        json: accountJson,
      }),
    )
