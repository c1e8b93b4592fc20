import type { AuditEntry } from '../db/audit/events.ts'
import type { Holding } from '../db/progression-tests/holdings.ts'
import { type Account, nameOf } from '../rules/users/account.ts'
import { commandThatHelps, signInReasons } from '../rules/refusals.ts'
import { eventLine } from './audit.ts'
import { oneLine, tsvLine } from './clean-text.ts'
import type { View } from './table.ts'
import { relativeTime, count } from './text.ts'

interface UserSheet {
  account: Account
  holdings: readonly Holding[]
  events: readonly AuditEntry[]
}

/** One screen: can this person sign in, and if not why; what they hold; what happened last. */
export function renderUser(sheet: UserSheet, view: View): string {
  return view.isTerminal ? forPerson(sheet, view) : forPipe(sheet)
}

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
