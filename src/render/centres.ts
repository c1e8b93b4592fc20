import { countryName } from '../country-names.ts'
import type { CentreWithPeople, ListedCentre } from '../db/centres/centres.ts'
import type { ChangedCentre } from '../rules/centres/changed.ts'
import type { CentreView } from '../rules/centres/details.ts'
import type { Account } from '../rules/users/account.ts'
import { eventJson, eventLine } from './audit.ts'
import { oneLine, tsvLine } from './clean-text.ts'
import { type Fact, factLines, field, timeField } from './fields.ts'
import { fittingTable, type View } from './table.ts'
import { nameAndAddress, statusInWords, userJson } from './users.ts'
import { relativeTime, count, changeMark } from './text.ts'
import type { JsonAnswer, JsonItem, JsonOfChange, Shape } from './json.ts'
import { formatNumber } from '../format-number.ts'

/** A centre in the answer of a list, which changes no centre. */
export function listedCentreJson(centre: ListedCentre): JsonItem<'centreList'> {
  return { ...centreJson(centre), changed: false, outcome: 'unchanged' }
}

export const centreFields = {
  number: field<ListedCentre>('Number', ({ number }) => number),
  name: field<ListedCentre>('Name', ({ name }) => name),
  country: field<ListedCentre>('Country', ({ country }) => countryName(country)),
  status: field<ListedCentre>('Status', centreStatus),
  users: field<ListedCentre>('Users', ({ user_count }) => user_count ?? 0),
  coordinator: field<ListedCentre>(
    'Coordinator',
    ({ coordinator_email }) => coordinator_email,
    ({ coordinator_email, coordinator_status }) =>
      coordinator_email === null || coordinator_status === 'active'
        ? coordinator_email
        : `${coordinator_email} (${coordinator_status})`,
  ),
  kind: field<ListedCentre>('Kind', ({ kind }) => kind),
  associate: field<ListedCentre>('Associate', ({ associate_number }) => associate_number),
  created: timeField<ListedCentre>('Created', ({ created_at }) => created_at),
  deleted: timeField<ListedCentre>('Deleted', ({ deleted_at }) => deleted_at),
  address: field<ListedCentre>('Address', ({ address }) => address ?? null),
  town: field<ListedCentre>('Town', ({ town }) => town ?? null),
  postcode: field<ListedCentre>('Postcode', ({ postcode }) => postcode ?? null),
}

export function centreStatus({
  deleted_at,
  status,
}: Pick<ListedCentre, 'deleted_at' | 'status'>): ListedCentre['status'] | 'deleted' {
  return deleted_at === null ? status : 'deleted'
}

export function centresJson(changed: readonly ChangedCentre[]): JsonOfChange<'centres'> {
  return {
    centres: changed.map(({ centre, outcome }) => ({
      ...centreJson(centre),
      changed: outcome !== 'unchanged',
      outcome,
    })),
    total: changed.length,
  }
}

export function renderChangedCentres(changed: readonly ChangedCentre[], view: View): string {
  if (view.isTerminal) return changed.map((one) => sentence(one, view)).join('\n')
  return changed
    .map(({ centre, outcome }) => tsvLine([centre.number, centre.name, centreStatus(centre), outcome]))
    .join('\n')
}

/** `EG001 El Nour School`. */
export function centreTitle({ number, name }: CentreWithPeople): string {
  return oneLine(`${number} ${name}`)
}

function sentence(changed: ChangedCentre, view: View): string {
  const mark = changeMark(changed.outcome !== 'unchanged', view)
  const text = outcomeText(changed)
  // A command to be pasted ends with a quotation mark, and no full stop follows.
  return `${mark} ${centreTitle(changed.centre)} ${text}${text.endsWith("'") ? '' : '.'}`
}

function outcomeText({ centre, outcome, fields }: ChangedCentre): string {
  const users = centre.user_count ?? 0
  const theirs = users === 1 ? 'its user' : `its ${formatNumber(users)} users`
  switch (outcome) {
    case 'created':
      return centre.status === 'approved'
        ? `is created, and approved: ssh-admin coordinator add ${centre.number} 'Name <email>' makes it active`
        : `is created. Its coordinator comes with: ssh-admin coordinator add ${centre.number} 'Name <email>'`
    case 'edited':
      return `is edited: ${fields.map(fieldInWords).join(', ')}`
    case 'deleted':
      return users === 0 ? 'is deleted' : `is deleted; ${theirs} cannot sign in until it is restored`
    case 'restored':
      return users === 0 ? 'is back' : `is back, and ${theirs} with the access they had`
    case 'unchanged':
      return `is ${centreStatus(centre)} as it was; nothing to do`
  }
}

/** `britishCouncil` → `British Council`. */
function fieldInWords(field: string): string {
  if (field === 'britishCouncil') return 'British Council'
  if (field === 'globalListening') return 'Global Listening'
  if (field === 'timeZone') return 'time zone'
  return field === 'associate' ? 'Associate' : field
}

export function centreJson(centre: ListedCentre): Shape<'centre'> {
  return {
    // Only a list that does not show the details leaves them out of its query.
    id: centre.id ?? 0,
    number: centre.number,
    name: centre.name,
    kind: centre.kind,
    associate: centre.associate_number,
    status: centreStatus(centre),
    address: centre.address ?? '',
    town: centre.town ?? '',
    postcode: centre.postcode ?? '',
    country: countryName(centre.country),
    britishCouncil: centre.british_council === 1,
    globalListening: centre.global_listening === 1,
    timeZone: centre.time_zone ?? null,
    coordinator:
      centre.coordinator_email === null || centre.coordinator_status === null
        ? null
        : {
            email: centre.coordinator_email,
            name: `${centre.coordinator_first_name} ${centre.coordinator_last_name}`.trim(),
            status: centre.coordinator_status,
          },
    users: centre.user_count ?? 0,
    createdAt: centre.created_at,
    deletedAt: centre.deleted_at,
  }
}

export function centreViewJson({ centre, people, issues, events }: CentreView): JsonAnswer<'centreDetails'> {
  return { ...centreJson(centre), people: people.map(userJson), issues, lastEvents: events.map(eventJson) }
}

/** One screen: the facts of a centre, its issues, its people, and its last events. */
export function renderCentre(centreView: CentreView, view: View): string {
  return view.isTerminal ? forPerson(centreView, view) : forPipe(centreView)
}

function forPerson(
  { centre, associateName, associateCentres, people, issues, events }: CentreView,
  view: View,
) {
  const { chalk, now } = view
  const coordinator = people.find(({ hubRole }) => hubRole === 'coordinator')
  const location = [centre.address, centre.town, centre.postcode, countryName(centre.country)]
  const facts: Fact[] = [
    ['Status', centreStatus(centre)],
    ['Kind', centre.kind],
    ['Associate', centre.associate_number && `${centre.associate_number} ${associateName ?? ''}`],
    ['Looks after', centre.kind === 'associate' ? count(associateCentres, 'associate centre') : null],
    ['Location', location.filter((part) => part !== '').join(', ')],
    ['Time zone', centre.time_zone],
    ['Marks', marksOf(centre).join(', ')],
    ['Coordinator', coordinator ? coordinatorLine(coordinator) : 'none'],
    ['Users', people.length],
    ['Created', relativeTime(centre.created_at, now)],
    ['Edited', centre.edited_at && relativeTime(centre.edited_at, now)],
    ['Deleted', centre.deleted_at && relativeTime(centre.deleted_at, now)],
  ]
  const lines = [chalk.bold(centreTitle(centre)), '', ...factLines(facts)]
  for (const { message, hint } of issues) {
    lines.push('', `${chalk.yellow('!')} ${oneLine(message)}`, `  ${chalk.cyan(oneLine(hint))}`)
  }
  if (people.length > 0) lines.push('', peopleTable(people, view))
  if (events.length > 0)
    lines.push('', chalk.bold('Last events'), ...events.map((event) => eventLine(event, view)))
  return lines.join('\n')
}

function peopleTable(people: readonly Account[], view: View): string {
  const rows = people.map((account) => [
    `${account.firstName} ${account.lastName}`.trim(),
    account.email,
    account.roles.join(', '),
    statusInWords(account),
    account.pin,
    account.lastSignedInAt ? relativeTime(account.lastSignedInAt, view.now) : 'never',
  ])
  const headings = ['Name', 'E-mail', 'Roles', 'Status', 'PIN', 'Last signed in']
  return fittingTable(headings, rows, view, { key: 1, dropOrder: [4, 2, 5, 3, 0] })
}

function coordinatorLine(coordinator: Account): string {
  const { status } = coordinator
  return `${nameAndAddress(coordinator)}${status === 'active' ? '' : `, ${status}`}`
}

function marksOf(centre: CentreView['centre']): string[] {
  return [
    ...(centre.british_council === 1 ? ['British Council'] : []),
    ...(centre.global_listening === 1 ? ['Global Listening'] : []),
  ]
}

function forPipe({ centre, people, issues, events }: CentreView): string {
  return [
    tsvLine(['number', centre.number]),
    tsvLine(['name', centre.name]),
    tsvLine(['kind', centre.kind]),
    tsvLine(['associate', centre.associate_number]),
    tsvLine(['status', centreStatus(centre)]),
    tsvLine(['address', centre.address]),
    tsvLine(['town', centre.town]),
    tsvLine(['postcode', centre.postcode]),
    tsvLine(['country', countryName(centre.country)]),
    tsvLine(['time-zone', centre.time_zone]),
    tsvLine(['marks', marksOf(centre).join(',')]),
    tsvLine(['coordinator', centre.coordinator_email]),
    tsvLine(['users', people.length]),
    tsvLine(['created', centre.created_at]),
    tsvLine(['edited', centre.edited_at]),
    tsvLine(['deleted', centre.deleted_at]),
    ...issues.map(({ code, message, hint }) => tsvLine(['issue', code, message, hint])),
    ...people.map((account) =>
      tsvLine([
        'user',
        account.email,
        `${account.firstName} ${account.lastName}`.trim(),
        account.roles.join(','),
        account.status,
        account.blocker,
        account.lastSignedInAt,
      ]),
    ),
    ...events.map(({ at, action, actor, operator }) =>
      tsvLine(['event', at, action, actor ?? 'staff', operator]),
    ),
  ].join('\n')
}
