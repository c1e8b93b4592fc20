import type { AuditEntry } from '../db/audit/events.ts'
import type { Holding } from '../db/progression-tests/holdings.ts'
import { type Account, nameOf } from '../rules/users/account.ts'
import type { View } from '../cli/terminal.ts'
import { eventLine } from './events.ts'
import { oneLine, record } from './clean-text.ts'
import { reasons, wayOut } from './sign-in-reasons.ts'
import { count } from './text.ts'
import { ago } from './times.ts'

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
  const way = wayOut(account)
  const lines = [
    `${chalk.bold(oneLine(nameOf(account)))}  ${oneLine(account.email)}`,
    '',
    signIn(account, view),
    ...(way ? [`                ${chalk.cyan(way)}`] : []),
    line('Status', account.status),
    line('Centre', centreLine(account)),
    line('Roles', [...account.roles, ...account.derivedRoles].join(', ') || 'none'),
    line('Sites', account.sites.join(', ') || 'none'),
    line('PIN', account.pin),
    line('Last sign-in', account.lastSignedInAt ? ago(account.lastSignedInAt, now) : 'never'),
    line('Created', ago(account.createdAt, now)),
    ...holdingLines(holdings),
  ]
  if (events.length > 0) lines.push('', chalk.bold('Last events'), ...events.map(eventLine))
  return lines.join('\n')
}

function signIn({ canSignIn, whyNot }: Account, { chalk }: View): string {
  if (canSignIn || whyNot === null) return `${label('Can sign in')}${chalk.green('yes')}`
  return `${label('Can sign in')}${chalk.red('no')}: ${reasons[whyNot]}`
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
  return `  ${name.padEnd(14)}`
}

function forPipe({ account, holdings, events }: UserSheet): string {
  return [
    record(['email', account.email]),
    record(['name', `${account.firstName} ${account.lastName}`.trim()]),
    record(['can-sign-in', account.canSignIn ? 'yes' : 'no']),
    record(['why-not', account.whyNot]),
    record(['status', account.status]),
    record(['centre', account.centre?.number]),
    record(['centre-name', account.centre?.name]),
    record(['roles', [...account.roles, ...account.derivedRoles].join(',')]),
    record(['sites', account.sites.join(',')]),
    record(['pin', account.pin]),
    record(['last-signed-in', account.lastSignedInAt]),
    record(['created', account.createdAt]),
    ...holdings.map(({ site, learnerGroups, tests, results }) =>
      record(['holds', site, learnerGroups, tests, results]),
    ),
    ...events.map(({ at, action, actor, operator }) =>
      record(['event', at, action, actor ?? 'staff', operator]),
    ),
  ].join('\n')
}
