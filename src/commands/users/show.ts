import { lastEvents, type AuditEntry } from '../../db/audit/events.ts'
import { eventJson, eventLine } from '../../render/audit.ts'
import { lettersWaitingFor } from '../../db/messages.ts'
import { awaitAll } from '../../db/transact.ts'
import { holdingsOf, type Holding } from '../../db/progression-tests/holdings.ts'
import { userJson } from '../../render/users.ts'
import { waitingMessages } from '../../render/user-notices.ts'

import { eventRedactor } from '../../rules/audit/event-redactor.ts'
import { visibleCentres } from '../../rules/permissions/decide.ts'
import { query } from '../../cli/define.ts'
import { argument, allowName } from '../../cli/parameters.ts'
import { type Account, nameOf, pinValidUntil } from '../../rules/users/account.ts'
import { openCredentialsOf } from '../../db/users/users.ts'
import { plainTime } from '../../plain-time.ts'
import { commandToUnblock, signInReasons } from '../../rules/refusals.ts'
import { oneLine, tsvLine } from '../../render/clean-text.ts'
import type { View } from '../../render/table.ts'
import { relativeTime, count } from '../../render/text.ts'
import { findUserOrDeleted } from '../../rules/users/find.ts'

export const show = () =>
  query({
    name: 'show',
    summary: 'show everything about one user',
    description:
      'Show one user: whether they can sign in, and if not, why and what to do; until when a PIN or a link of theirs is good; what they hold; what happened last.',
    args: { email: allowName('any-user', argument("the user's address or name")) },
    examples: ['ssh-admin users show amira@school.example'],
    read: async ({ db }, { at, actor }, { email }) => {
      const account = await findUserOrDeleted(db, { email, at, actor })
      const found = { subject: account.email, userId: account.id, visible: visibleCentres(actor) }
      const [holdings, open, lettersWaiting, events, shown] = await awaitAll(
        holdingsOf(db, { ownerId: account.id }),
        openCredentialsOf(db, account.id),
        lettersWaitingFor(db, account.id),
        lastEvents(db, found),
        eventRedactor(db, actor),
      )
      return {
        account,
        holdings,
        credentials: credentialsOf(account, { open, at }),
        lettersWaiting: lettersWaiting.map(({ letter }) => letter),
        events: events.map(shown),
      }
    },
    render: (sheet, view) => (view.isTerminal ? forPerson(sheet, view) : forPipe(sheet)),
    notices: ({ account, lettersWaiting }) => waitingMessages(account, lettersWaiting),
    json: ({ account, credentials, events }) => ({
      ...userJson(account),
      credentials,
      lastEvents: events.map(eventJson),
    }),
  })

/** An open credential or verification code, without the secret. */
interface OpenCredential {
  kind: 'pin' | 'set-up-link' | 'reset-link' | 'temporary-password' | 'code'
  validUntil: string
  expired: boolean
}

const kinds = {
  'set-up': 'set-up-link',
  reset: 'reset-link',
  'temporary-password': 'temporary-password',
  code: 'code',
} as const

function credentialsOf(
  account: Account,
  { open, at }: { open: Awaited<ReturnType<typeof openCredentialsOf>>; at: Date },
): OpenCredential[] {
  const pin = pinValidUntil(account)
  return [
    ...(pin === null ? [] : [{ kind: 'pin', validUntil: pin } as const]),
    ...open.map(({ purpose, validUntil }) => ({ kind: kinds[purpose], validUntil })),
  ].map((one) => ({ ...one, expired: one.validUntil <= at.toISOString() }))
}

interface UserSheet {
  account: Account
  credentials: readonly OpenCredential[]
  holdings: readonly Holding[]
  events: readonly AuditEntry[]
}

/** One screen: whether the user can sign in, or why not; their holdings; their last events. */
function forPerson({ account, credentials, holdings, events }: UserSheet, view: View): string {
  const { chalk, now } = view
  const way = commandToUnblock(account)
  const lines = [
    `${chalk.bold(oneLine(nameOf(account)))}  ${oneLine(account.email)}`,
    '',
    signIn(account, view),
    ...(way ? [`${label('')}${chalk.cyan(way)}`] : []),
    line('Status', account.status),
    line('Centre', centreLine(account)),
    line('Roles', [...account.roles, ...account.derivedRoles].join(', ') || 'none'),
    line('Sites', account.sites.join(', ') || 'none'),
    line('PIN', pinInWords(account)),
    ...credentials.flatMap((one) => (one.kind === 'pin' ? [] : [line(labels[one.kind], untilInWords(one))])),
    line('Last signed in', account.lastSignedInAt ? relativeTime(account.lastSignedInAt, now) : 'never'),
    line('Created', relativeTime(account.createdAt, now)),
    ...holdingLines(holdings),
  ]
  if (events.length > 0)
    lines.push('', chalk.bold('Last events'), ...events.map((event) => eventLine(event, view)))
  return lines.join('\n')
}

/** The PIN's state, and until when it is valid. */
function pinInWords(account: Account): string {
  const until = pinValidUntil(account)
  if (until === null) return account.pin
  return account.pin === 'expired'
    ? `expired on ${plainTime(until)}`
    : `${account.pin}, until ${plainTime(until)}`
}

const labels: Readonly<Record<Exclude<OpenCredential['kind'], 'pin'>, string>> = {
  'set-up-link': 'Set-up link',
  'reset-link': 'Reset link',
  'temporary-password': 'Temp. password',
  code: 'Code',
}

function untilInWords({ validUntil, expired }: OpenCredential): string {
  return `${expired ? 'expired on' : 'until'} ${plainTime(validUntil)}`
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

function forPipe({ account, credentials, holdings, events }: UserSheet): string {
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
    ...credentials.map(({ kind, validUntil, expired }) =>
      tsvLine(['credential', kind, validUntil, expired ? 'expired' : 'open']),
    ),
    ...holdings.map(({ site, learnerGroups, tests, results }) =>
      tsvLine(['holds', site, learnerGroups, tests, results]),
    ),
    ...events.map(({ at, action, actor, operator }) =>
      tsvLine(['event', at, action, actor ?? 'staff', operator]),
    ),
  ].join('\n')
}
