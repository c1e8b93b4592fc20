import * as z from 'zod'
import { requestAccount } from '../../rules/account/request.ts'
import { mutation } from '../../cli/mutation.ts'
import { example } from '../../cli/command.ts'
import { ownersCommand } from './secrets.ts'

const Options = z.object({ email: z.string() })

export const request = () =>
  ownersCommand('request')
    .summary("what 'Activate account' and 'Forgotten your password?' do")
    .description(
      'Ask for a message that lets the owner of an account choose a password. The answer is the same whether the address is known or not. The message waits for ssh-admin mail send; there is one in five minutes, and five a day, for each address.',
    )
    .argument('<email>', 'the address')
    .addHelpText('after', example('ssh-admin account request amira@school.example'))
    .action(
      mutation({
        options: Options,
        act:
          ({ email }, ctx) =>
          (trx) =>
            requestAccount(trx, { email, ctx }),
        mailWaits: true,
        render: ({ email }) => `If ${email} has an account here, a message will be sent to it.`,
        json: ({ email }) => ({ email, requested: true }),
      }),
    )
