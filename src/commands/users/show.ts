import * as z from 'zod'
import { lastEvents } from '../../db/audit/events.ts'
import { lettersWaitingFor } from '../../db/outbox.ts'
import { holdingsOf } from '../../db/progression-tests/holdings.ts'
import { renderUser, userJson, waitingMessages } from '../../render/users.ts'
import { findUserOrDeleted } from '../../rules/users/changed.ts'
import { eventsFor } from '../../rules/audit/events-for.ts'
import { visibleCentres } from '../../rules/permissions/decide.ts'
import { command, example } from '../../cli/command.ts'
import { query } from '../../cli/query.ts'

const Options = z.object({ email: z.string() })

export const show = () =>
  command('show')
    .summary('show everything about one user')
    .description(
      'Show one user: whether they can sign in, and if not, why and what to do; what they hold; what happened last.',
    )
    .argument('<email>', "the user's address")
    .addHelpText('after', example('ssh-admin users show amira@school.example'))
    .action(
      query({
        options: Options,
        read: async ({ email }, { at, by }, { db }) => {
          const account = await findUserOrDeleted(db, { email, at, by })
          const found = { subject: account.email, userId: account.id, visible: visibleCentres(by) }
          return {
            account,
            holdings: await holdingsOf(db, { ownerId: account.id }),
            lettersWaiting: await lettersWaitingFor(db, account.id),
            events: (await lastEvents(db, found)).map(await eventsFor(db, by)),
          }
        },
        render: renderUser,
        notices: ({ account, lettersWaiting }) => waitingMessages(account, lettersWaiting),
        json: ({ account, events }) => ({ ...userJson(account), lastEvents: events }),
      }),
    )
