import { countryName } from '../countries.ts'
import { type Account, nameOf } from '../rules/users/account.ts'
import type { CentreView } from '../rules/centres/details.ts'
import type { View } from '../cli/terminal.ts'
import { centreJson } from './centre.ts'
import { centreStatus, centreTitle } from './centres.ts'
import { eventLine } from './events.ts'
import { oneLine, record } from './clean-text.ts'
import { table } from './table.ts'
import { count } from './text.ts'
import { userJson } from './user.ts'
import { ago } from './times.ts'

export function centreViewJson({ centre, people, issues, events }: CentreView) {
  return { ...centreJson(centre), people: people.map(userJson), issues, lastEvents: events }
}

/** One screen: the facts, what is the matter, the people, what happened last. */
export function renderCentre(looked: CentreView, view: View): string {
  return view.isTerminal ? forPerson(looked, view) : forPipe(looked)
}

function forPerson(
  { centre, associateName, associateCentres, people, issues, events }: CentreView,
  view: View,
) {
  const { chalk, now } = view
  const coordinator = people.find(({ hubRole }) => hubRole === 'coordinator')
  const place = [centre.address, centre.town, centre.postcode, countryName(centre.country)]
  const marks = marksOf(centre)
  const lines = [
    chalk.bold(centreTitle(centre)),
    '',
    line('Status', centreStatus(centre)),
    line('Kind', centre.kind),
    ...(centre.associate_number === null
      ? []
      : [line('Associate', `${centre.associate_number} ${associateName ?? ''}`)]),
    ...(centre.kind === 'associate'
      ? [line('Looks after', count(associateCentres, 'associate centre'))]
      : []),
    line('Location', place.filter((part) => part !== '').join(', ')),
    ...(marks.length > 0 ? [line('Marks', marks.join(', '))] : []),
    line('Coordinator', coordinator ? coordinatorLine(coordinator) : 'none'),
    line('Users', String(people.length)),
    line('Created', ago(centre.created_at, now)),
    ...(centre.edited_at === null ? [] : [line('Edited', ago(centre.edited_at, now))]),
    ...(centre.deleted_at === null ? [] : [line('Deleted', ago(centre.deleted_at, now))]),
  ]
  for (const { message, hint } of issues) {
    lines.push('', `${chalk.yellow('!')} ${oneLine(message)}`, `  ${chalk.cyan(oneLine(hint))}`)
  }
  if (people.length > 0) lines.push('', peopleTable(people, view))
  if (events.length > 0) lines.push('', chalk.bold('Last events'), ...events.map(eventLine))
  return lines.join('\n')
}

function peopleTable(people: readonly Account[], view: View): string {
  const rows = people.map((account) => [
    `${account.firstName} ${account.lastName}`.trim(),
    account.email,
    account.roles.join(', '),
    account.status,
    account.whyNot === null ? 'yes' : `no: ${account.whyNot.replaceAll('-', ' ')}`,
    account.lastSignedInAt ? ago(account.lastSignedInAt, view.now) : 'never',
  ])
  return table(['Name', 'E-mail', 'Roles', 'Status', 'Can sign in', 'Last signed in'], rows, view)
}

function coordinatorLine(coordinator: Account): string {
  const { email, status } = coordinator
  const name = nameOf(coordinator)
  return `${name === email ? email : `${name} <${email}>`}${status === 'active' ? '' : `, ${status}`}`
}

function marksOf(centre: CentreView['centre']): string[] {
  return [
    ...(centre.british_council === 1 ? ['British Council'] : []),
    ...(centre.global_listening === 1 ? ['Global Listening'] : []),
  ]
}

function line(name: string, value: string): string {
  return `  ${name.padEnd(13)}${oneLine(value)}`
}

function forPipe({ centre, people, issues, events }: CentreView): string {
  return [
    record(['number', centre.number]),
    record(['name', centre.name]),
    record(['kind', centre.kind]),
    record(['associate', centre.associate_number]),
    record(['status', centreStatus(centre)]),
    record(['address', centre.address]),
    record(['town', centre.town]),
    record(['postcode', centre.postcode]),
    record(['country', countryName(centre.country)]),
    record(['marks', marksOf(centre).join(',')]),
    record(['coordinator', centre.coordinator_email]),
    record(['users', people.length]),
    record(['created', centre.created_at]),
    record(['edited', centre.edited_at]),
    record(['deleted', centre.deleted_at]),
    ...issues.map(({ code, message, hint }) => record(['issue', code, message, hint])),
    ...people.map((account) =>
      record([
        'user',
        account.email,
        `${account.firstName} ${account.lastName}`.trim(),
        account.roles.join(','),
        account.status,
        account.whyNot,
        account.lastSignedInAt,
      ]),
    ),
    ...events.map(({ at, action, actor, operator }) =>
      record(['event', at, action, actor ?? 'staff', operator]),
    ),
  ].join('\n')
}
