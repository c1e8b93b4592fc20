import { signIn } from '../../rules/account/sign-in.ts'
import { preparedMutation } from '../../cli/define.ts'
import { argument } from '../../cli/parameters.ts'
import { accountJson, renderAccount, secretsFor } from './secrets.ts'

export const signInCommand = () =>
  preparedMutation({
    name: 'sign-in',
    summary: 'sign in, and record when',
    description:
      'Sign in with the password, which is asked for or read from stdin; records the time. After a right password it names the rule that stands in the way. After ten wrong ones in a row there is a pause before the next is tried, of one minute at first and an hour at most; after a hundred only a new password helps.',
    args: { email: argument('the address') },
    examples: ['ssh-admin account sign-in amira@school.example < password.txt'],
    rehearses: false,
    prepare: async ({ email }, session) => {
      const [password = ''] = await secretsFor(session, ['Password'])
      return { email, password }
    },
    act: (trx, ctx, { email, password }) => signIn(trx, { email, password, ctx }),
    render: (account, view) => renderAccount(account, { view, next: 'is signed in.' }),
    json: accountJson,
  })
