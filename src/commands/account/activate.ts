import { activateAccount } from '../../rules/account/activate.ts'
import { newPassword, passwordRule } from '../../rules/account/password.ts'
import { preparedMutation } from '../../cli/define.ts'
import { argument } from '../../cli/parameters.ts'
import { accountJson, newPasswordQuestion, renderAccount, secretsFor } from './secrets.ts'

export const activate = () =>
  preparedMutation({
    name: 'activate',
    summary: 'choose a password with the PIN of an imported account',
    description: `Choose a password with the PIN from the sheet of an import. Asks for the PIN and the new password, or reads them from stdin, one a line. A code follows by e-mail. ${passwordRule}`,
    args: { email: argument('the address') },
    examples: ['ssh-admin account activate amira@school.example < pin-and-password.txt'],
    rehearses: false,
    prepare: async ({ email }, session) => {
      const [pin = '', text = ''] = await secretsFor(session, ['PIN', newPasswordQuestion])
      return { email, pin, password: await newPassword(text) }
    },
    act: (trx, ctx, { email, pin, password }, store) =>
      activateAccount(trx, { email, pin, password, key: store.keys().pin, ctx }),
    render: (account, view) =>
      renderAccount(account, {
        view,
        next: `has a password. Now the code from the message: ssh-admin account verify ${account.email}`,
      }),
    json: accountJson,
  })
