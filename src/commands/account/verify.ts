import { verifyAccount } from '../../rules/account/verify.ts'
import { preparedMutation } from '../../cli/define.ts'
import { argument } from '../../cli/parameters.ts'
import { accountJson, renderAccount, secretsFor } from './secrets.ts'

export const verify = () =>
  preparedMutation({
    name: 'verify',
    summary: 'make an account active with the code from the message',
    description:
      'Show that the address is yours with the six digits from the message. Asks for the code, or reads it from stdin.',
    args: { email: argument('the address') },
    examples: ['ssh-admin account verify amira@school.example < code.txt'],
    rehearses: false,
    prepare: async ({ email }, session) => {
      const [code = ''] = await secretsFor(session, ['Code'])
      return { email, code }
    },
    act: (trx, ctx, { email, code }, store) =>
      verifyAccount(trx, { email, code, key: store.keys().code, ctx }),
    render: (account, view) => renderAccount(account, { view, next: 'is active and can sign in.' }),
    json: accountJson,
  })
