import { newPassword, passwordRule } from '../../rules/account/password.ts'
import { setUpWithLink, setUpWithTemporaryPassword } from '../../rules/account/set-up.ts'
import { preparedMutation } from '../../cli/define.ts'
import { optionalArgument } from '../../cli/parameters.ts'
import { accountJson, newPasswordQuestion, renderAccount, secretsFor } from './secrets.ts'

export const setUp = () =>
  preparedMutation({
    name: 'set-up',
    summary: 'choose a password with the link or temporary password of a message',
    description: `Choose a password with the link from a message; or, with the address, with the temporary password from an invitation. Asks for it and for the new password, or reads them from stdin, one a line. ${passwordRule}`,
    args: { email: optionalArgument('the address, for a temporary password') },
    examples: [
      'ssh-admin account set-up < link-and-password.txt',
      'ssh-admin account set-up amira@school.example < temporary-and-new-password.txt',
    ],
    rehearses: false,
    prepare: async ({ email }, session) => {
      const first = email === undefined ? 'Link' : 'Temporary password'
      const [proof = '', text = ''] = await secretsFor(session, [first, newPasswordQuestion])
      return { email, proof, password: await newPassword(text) }
    },
    act: (trx, ctx, { email, proof, password }, store) => {
      const keys = store.keys()
      return email === undefined
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
  })
