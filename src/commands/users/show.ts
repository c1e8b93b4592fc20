import { lastEvents, type AuditEntry } from '../../db/audit/events.ts'
import { eventJson, eventLine } from '../../render/audit.ts'
import { lettersWaitingFor } from '../../db/messages.ts'
import { together } from '../../db/transact.ts'
import { holdingsOf, type Holding } from '../../db/progression-tests/holdings.ts'
import { userJson } from '../../render/users.ts'
import { waitingMessages } from '../../render/user-notices.ts'
import { findUserOrDeleted } from '../../rules/users/changed.ts'
import { eventsFor } from '../../rules/audit/events-for.ts'
import { visibleCentres } from '../../rules/permissions/decide.ts'
import { query } from '../../cli/define.ts'
import { argument, orName } from '../../cli/parameters.ts'
import { type Account, nameOf } from '../../rules/users/account.ts'
import { commandThatHelps, signInReasons } from '../../rules/refusals.ts'
import { oneLine, tsvLine } from '../../render/clean-text.ts'
import type { View } from '../../render/table.ts'
import { relativeTime, count } from '../../render/text.ts'

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
    render: (sheet, view) => (view.isTerminal ? forPerson(sheet, view) : forPipe(sheet)),
    notices: ({ account, lettersWaiting }) => waitingMessages(account, lettersWaiting),
    json: ({ account, events }) => ({ ...userJson(account), lastEvents: events.map(eventJson) }),
  })

interface UserSheet {
  account: Account
  holdings: readonly Holding[]
  events: readonly AuditEntry[]
}

/** One screen: can this person sign in, and if not why; what they hold; what happened last. */
function forPerson({ account, holdings, events }: UserSheet, view: View): string {
  const { chalk, now } = view
  const way = commandThatHelps(account)
  const lines = [
    `${chalk.bold(oneLine(nameOf(account)))}  ${oneLine(account.email)}`,
    '',
    signIn(account, view),
    ...(way ? [`${label('')}${chalk.cyan(way)}`] : []),
    line('Status', account.status),
    line('Centre', centreLine(account)),
    line('Roles', [...account.roles, ...account.derivedRoles].join(', ') || 'none'),
    line('Sites', account.sites.join(', ') || 'none'),
    line('PIN', account.pin),
    line('Last signed in', account.lastSignedInAt ? relativeTime(account.lastSignedInAt, now) : 'never'),
    line('Created', relativeTime(account.createdAt, now)),
    ...holdingLines(holdings),
  ]
  if (events.length > 0)
    lines.push('', chalk.bold('Last events'), ...events.map((event) => eventLine(event, view)))
  return lines.join('\n')
}

function signIn({ canSignIn, blocker }: Account, { chalk }: View): string {
  if (canSignIn || blocker === null) return `${label('Can sign in')}${chalk.green('yes')}`
  return `${label('Can sign in')}${chalk.red('no')}: ${signInReasons[blocker]}`
}

function centreLine({ centre }: Account): string {
  if (!centre) return 'none'
  return `${centre.number} ${centre.name}${centre.deleted ? ' (deleted)' : ''}`
}

function holdingLines(holdings: readonly Holding[]): string[] {
  if (holdings.length === 0) return [line('Holds', 'no Progression Test data')]
  return holdings.map(({ site, learnerGroups, tests, results }, at) =>
    line(
      at === 0 ? 'Holds' : '',
      `${site}: ${count(learnerGroups, 'learner group')}, ${count(tests, 'test')}, ${count(results, 'result')}`,
    ),
  )
}

function line(name: string, value: string): string {
  return `${label(name)}${oneLine(value)}`
}

function label(name: string): string {
  return `  ${name.padEnd(16)}`
}

function forPipe({ account, holdings, events }: UserSheet): string {
  return [
    tsvLine(['email', account.email]),
    tsvLine(['name', `${account.firstName} ${account.lastName}`.trim()]),
    tsvLine(['can-sign-in', account.canSignIn ? 'yes' : 'no']),
    tsvLine(['why-not', account.blocker]),
    tsvLine(['status', account.status]),
    tsvLine(['centre', account.centre?.number]),
    tsvLine(['centre-name', account.centre?.name]),
    tsvLine(['roles', [...account.roles, ...account.derivedRoles].join(',')]),
    tsvLine(['sites', account.sites.join(',')]),
    tsvLine(['pin', account.pin]),
    tsvLine(['last-signed-in', account.lastSignedInAt]),
    tsvLine(['created', account.createdAt]),
    ...holdings.map(({ site, learnerGroups, tests, results }) =>
      tsvLine(['holds', site, learnerGroups, tests, results]),
    ),
    ...events.map(({ at, action, actor, operator }) =>
      tsvLine(['event', at, action, actor ?? 'staff', operator]),
    ),
  ].join('\n')
}
