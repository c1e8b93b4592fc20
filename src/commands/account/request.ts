import { requestAccount } from '../../rules/account/request.ts'
import { mutation } from '../../cli/define.ts'
import { argument } from '../../cli/parameters.ts'

export const request = () =>
  mutation({
    name: 'request',
    summary: "what 'Activate account' and 'Forgotten your password?' do",
    description:
      'Ask for a message that lets the owner of an account choose a password. The answer is the same whether the address is known or not. The message waits for ssh-admin mail send; there is one in five minutes, and five a day, for each address.',
    args: { email: argument('the address') },
    examples: ['ssh-admin account request amira@school.example'],
    rehearses: false,
    act: (trx, ctx, { email }) => requestAccount(trx, { email, ctx }),
    mailWaits: true,
    render: ({ email }) => `If ${email} has an account here, a message will be sent to it.`,
    json: ({ email }) => ({ email, requested: true }),
  })
