import * as z from 'zod'
import { userJson } from '../../render/user.ts'
import { renderPin } from '../../render/pin.ts'
import { printedPin } from '../../rules/credentials.ts'
import { issuePin, showPin } from '../../rules/issue-pin.ts'
import { changingAfter } from '../changing.ts'
import { changingCommand, example } from '../command.ts'

const Options = z.object({ email: z.string(), show: z.boolean().default(false) })

interface Request extends z.infer<typeof Options> {
  /** From which PINs are derived; known once the store is open. */
  key?: Buffer
  rehearsed?: boolean
}

const none = Buffer.alloc(0)

export const pin = changingCommand('pin')
  .summary('issue a new PIN, or show the present one')
  .description(
    'Issue a new PIN to a user who has not set up a password; the one before is void. The audit log keeps who issued or looked, never the PIN.',
  )
  .argument('<email>', "the user's address")
  .option('--show', 'show the PIN that is open now, and issue none')
  .addHelpText('after', example('ssh-admin users pin amira@school.example'))
  .action(
    changingAfter({
      options: Options,
      prepare: async (options): Promise<Request> => options,
      complete: async (request, { session, store }) => ({
        ...request,
        key: store.keys().pin,
        rehearsed: session.common.dryRun,
      }),
      act:
        ({ email, show, key = none, rehearsed }, given) =>
        async (trx) =>
          show
            ? { ...(await showPin(trx, { email, key, given })), rehearsed: false }
            : { ...(await issuePin(trx, { email, key, given })), rehearsed },
      render: renderPin,
      json: ({ account, pin: digits, validUntil, changed }) => ({
        user: userJson(account),
        pin: printedPin(digits),
        validUntil,
        changed,
      }),
      notices: ({ rehearsed }) => (rehearsed ? [notIssued] : []),
    }),
  )

const notIssued = { code: 'not-issued', message: 'This PIN was not issued: do not hand it out.' }
