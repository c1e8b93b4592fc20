import { newPassword, passwordRule } from '../../rules/account/password.ts'
import type { Session } from '../../cli/session.ts'
import { checkLink, setUpWithLink, setUpWithTemporaryPassword } from '../../rules/account/set-up.ts'
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
      const check = email === undefined ? (link: string) => checkNow(link, session) : undefined
      const [proof = '', text = ''] = await secretsFor(session, [first, newPasswordQuestion], check)
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

/** A link that opens nothing is told before a password is chosen; nothing is recorded of the look. */
async function checkNow(link: string, session: Session): Promise<void> {
  const store = await session.open('rehearse')
  try {
    const keys = store.keys()
    await session.rehearse(store, (trx, ctx) => checkLink(trx, { link, keys, ctx }), 'may-be-behind')
  } finally {
    await store.close()
  }
}
