import { lastEvents } from '../../db/audit/events.ts'
import { eventJson } from '../../render/audit.ts'
import { lettersWaitingFor } from '../../db/messages.ts'
import { together } from '../../db/transact.ts'
import { holdingsOf } from '../../db/progression-tests/holdings.ts'
import { renderUser } from '../../render/user-details.ts'
import { userJson } from '../../render/users.ts'
import { waitingMessages } from '../../render/user-notices.ts'
import { findUserOrDeleted } from '../../rules/users/changed.ts'
import { eventsFor } from '../../rules/audit/events-for.ts'
import { visibleCentres } from '../../rules/permissions/decide.ts'
import { query } from '../../cli/define.ts'
import { argument, orName } from '../../cli/parameters.ts'

export const show = () =>
  query({
    name: 'show',
    summary: 'show everything about one user',
    description:
      'Show one user: whether they can sign in, and if not, why and what to do; what they hold; what happened last.',
    args: { email: orName('any-user', argument("the user's address or name")) },
    examples: ['ssh-admin users show amira@school.example'],
    read: async ({ db }, { at, by }, { email }) => {
      const account = await findUserOrDeleted(db, { email, at, by })
      const found = { subject: account.email, userId: account.id, visible: visibleCentres(by) }
      const [holdings, lettersWaiting, events, shown] = await together(
        holdingsOf(db, { ownerId: account.id }),
        lettersWaitingFor(db, account.id),
        lastEvents(db, found),
        eventsFor(db, by),
      )
      return {
        account,
        holdings,
        lettersWaiting: lettersWaiting.map(({ letter }) => letter),
        events: events.map(shown),
      }
    },
    render: renderUser,
    notices: ({ account, lettersWaiting }) => waitingMessages(account, lettersWaiting),
    json: ({ account, events }) => ({ ...userJson(account), lastEvents: events.map(eventJson) }),
  })
