import { type MessageOutcome, outcomeOfMessage } from '../rules/mail/outcome.ts'
import { holdings } from '../rules/refusals.ts'
import type { Closing } from '../rules/releases/what-closes.ts'
import { type Account, nameOf, pinValidUntil, type UncountedAccount } from '../rules/users/account.ts'
import type { ChangedUser, Outcome } from '../rules/users/changed.ts'
import type { Transferred } from '../rules/users/transfer.ts'
import { oneLine, tsvLine } from './clean-text.ts'
import { renderClosing } from './closing.ts'
import { field, timeField } from './fields.ts'
import type { JsonOfChange, Shape } from './json.ts'
import type { Message } from './messages.ts'
import type { View } from './table.ts'
import { count, changeMark } from './text.ts'

export function userJson(account: Account): Shape<'user'> {
  const { id, email, firstName, lastName, centre, hubRole, roles, sites, status, canSignIn, blocker, pin } =
    account
  const { lastSignedInAt, createdAt, progressionTests, derivedRoles } = account
  return {
    id,
    email,
    firstName,
    lastName,
    centre: centre && { number: centre.number, name: centre.name },
    hubRole,
    roles: [...roles, ...derivedRoles],
    sites,
    status,
    canSignIn,
    whyNot: blocker,
    pin,
    lastSignedInAt,
    createdAt,
    progressionTests,
  }
}

/** A user in the answer of a list, which changes no user. */
export function listedUserJson(account: Account): Shape<'changedUser'> {
  return { ...userJson(account), changed: false, outcome: 'unchanged' }
}

export function usersJson(changed: readonly ChangedUser[], mail: readonly Message[]): JsonOfChange<'users'> {
  return {
    users: changed.map((one) => ({
      ...userJson(one.account),
      changed: one.outcome !== 'unchanged',
      outcome: outcomeAfterMail(one, mail),
    })),
    mail,
    total: changed.length,
    closed: closingsOf(changed),
  }
}

/** For whom these changes close what was open. */
export function closingsOf(changed: readonly Pick<ChangedUser, 'closes'>[]): Closing[] {
  return changed.flatMap(({ closes = [] }) => closes)
}

export function renderChangedUsers(
  changed: readonly ChangedUser[],
  view: View,
  mail: readonly Message[] = [],
): string {
  const afterMail = changed.map((one) => ({ ...one, outcome: outcomeAfterMail(one, mail) }))
  const lines = afterMail.map((one) => {
    const { account, outcome } = one
    if (view.isTerminal) return sentence(one, view, mail)
    return tsvLine([account.email, account.centre?.number, account.status, outcome])
  })
  return [...lines, ...renderClosing({ closes: closingsOf(changed) }, view)].join('\n')
}

function sentence(changed: ChangedUser, view: View, mail: readonly Message[]): string {
  const { account, outcome, sentSetUpMessage } = changed
  const mark = outcome === 'message-failed' ? view.chalk.red('✗') : changeMark(outcome !== 'unchanged', view)
  const isToSetUp =
    sentSetUpMessage || outcome === 'created' || (outcome === 'rejoined' && account.status === 'invited')
  const message = messageTo(account, mail)
  // The connection broke after the whole message had been transmitted.
  const isUnsure = message?.state === 'unknown'
  const suffix = isToSetUp ? `; ${setUpInWords(message)}` : ''
  const who = changed.left === undefined ? personAndCentre(account) : oneLine(nameOf(account))
  const what =
    isUnsure && outcome === 'message-failed'
      ? 'may have got the message that lets them choose a password, or not'
      : `${outcomeTexts[outcome](account, changed.left ?? '')}${outcome === 'edited' ? editedFacts(changed) : ''}`
  return `${mark} ${who} ${what}${suffix}.`
}

/** `: name, sites`, where the state before the edit is known. */
function editedFacts({ account, before }: ChangedUser): string {
  if (!before) return ''
  const facts = {
    name: ({ firstName, lastName }: Account) => `${firstName}\n${lastName}`,
    address: ({ email }: Account) => email,
    'administrative rights': ({ hubRole }: Account) => hubRole === 'admin',
    roles: ({ roles, hubRole }: Account) => roles.filter((role) => role !== hubRole).join(),
    sites: ({ sites }: Account) => sites.join(),
  }
  const changed = Object.entries(facts).filter(([, of]) => of(account) !== of(before))
  return changed.length === 0 ? '' : `: ${changed.map(([name]) => name).join(', ')}`
}

/** The outcome of a change: of a message that the rule could only queue, what became of it. */
function outcomeAfterMail(changed: ChangedUser, mail: readonly Message[]): Outcome {
  if (changed.outcome !== 'message-waiting') return changed.outcome
  const message = messageTo(changed.account, mail)
  return message ? outcomeOfMessage(message.state) : changed.outcome
}

/** The last message to a person: earlier ones were void when it was written. */
export function messageTo({ email }: { email: string }, mail: readonly Message[]): Message | undefined {
  return mail.findLast(({ to }) => to === email)
}

/** What became of a set-up message: `a message lets them set up a password`. */
export function setUpInWords(message: Message | undefined): string {
  if (message?.state === 'unknown') return unsureSetUpText
  return setUpTexts[message ? outcomeOfMessage(message.state) : 'message-waiting']
}

const setUpTexts: Readonly<Record<MessageOutcome, string>> = {
  'message-sent': 'a message lets them set up a password',
  'message-written': 'the message that lets them set up a password is written, and not sent',
  'message-waiting': 'the message that lets them set up a password waits',
  'message-failed': 'the message that lets them set up a password did not arrive',
}

const unsureSetUpText = 'the message that lets them set up a password may have arrived, or not'

/** `Amira Haddad (EG001)`; the address of a user without a name. */
export function personAndCentre(account: UncountedAccount): string {
  return oneLine(`${nameOf(account)} (${account.centre?.number ?? 'no centre'})`)
}

/** `Amira Haddad <amira@school.example>`. */
export function nameAndAddress(account: Account): string {
  const name = nameOf(account)
  return oneLine(name === account.email ? name : `${name} <${account.email}>`)
}

const outcomeTexts: Readonly<Record<Outcome, (account: Account, left: string) => string>> = {
  created: ({ status }) => (status === 'invited' ? 'is invited' : 'has an account'),
  rejoined: ({ status }) =>
    status === 'invited' ? 'joined the centre' : 'joined the centre, with the password they have',
  suspended: (account) =>
    account.progressionTests.learnerGroups > 0
      ? `is suspended, and still holds ${holdings(account.progressionTests)}`
      : 'is suspended',
  restored: ({ status }) => restoredStatusText(status),
  deleted: () => 'is deleted; the address can be used again',
  edited: () => 'is edited',
  removed: (_, left) => `is removed from ${left}; the account remains`,
  moved: ({ centre }, left) => `moved from ${left} to ${centre?.number}`,
  'message-sent': () => 'gets a message that lets them choose a password',
  'message-written': () => 'has a message that lets them choose a password; it is written, and not sent',
  'message-waiting': () => 'has a message that lets them choose a password; it waits to be sent',
  'message-failed': () => 'did not get the message that lets them choose a password',
  unchanged: ({ status }) => `is ${status} as before; nothing to do`,
}

function restoredStatusText(status: Account['status']): string {
  if (status === 'invited') return 'is invited again'
  return status === 'suspended' ? 'is back, and suspended as before' : 'is restored'
}

const blockerTexts: Readonly<Record<string, string>> = {
  'no-centre': 'no centre',
  'centre-deleted': 'centre deleted',
  'coordinator-suspended': 'locked',
}

/** The status; of an active user also why the centre keeps them out. The status of the others says why. */
export function statusInWords({ status, blocker }: Account): string {
  return blocker === null || status !== 'active' ? status : `active, ${blockerTexts[blocker] ?? blocker}`
}

export const userFields = {
  email: field<Account>('E-mail', ({ email }) => email),
  name: field<Account>('Name', ({ firstName, lastName }) => `${firstName} ${lastName}`.trim()),
  'first-name': field<Account>('First name', ({ firstName }) => firstName),
  'last-name': {
    ...field<Account>('Last name', ({ lastName }) => lastName),
    sortKey: ({ firstName, lastName }: Account) => `${lastName} ${firstName}`,
  },
  centre: field<Account>('Centre', ({ centre }) => centre?.number ?? null),
  'centre-name': field<Account>('Centre name', ({ centre }) => centre?.name ?? null),
  'hub-role': field<Account>('Hub role', ({ hubRole }) => hubRole),
  roles: field<Account>(
    'Roles',
    ({ roles }) => roles.join(','),
    ({ roles }) => roles.join(', '),
  ),
  sites: field<Account>(
    'Sites',
    ({ sites }) => sites.join(','),
    ({ sites }) => sites.join(', '),
  ),
  status: field<Account>('Status', ({ status }) => status, statusInWords),
  'can-sign-in': field<Account>('Can sign in', ({ canSignIn }) => (canSignIn ? 'yes' : 'no')),
  'why-not': field<Account>('Why not', ({ blocker }) => blocker),
  pin: field<Account>('PIN', ({ pin }) => pin),
  'pin-valid-until': timeField<Account>('PIN valid until', pinValidUntil),
  'last-signed-in': timeField<Account>('Last signed in', ({ lastSignedInAt }) => lastSignedInAt, 'never'),
  created: timeField<Account>('Created', ({ createdAt }) => createdAt),
  'learner-groups': field<Account>(
    'Learner groups',
    ({ progressionTests }) => progressionTests.learnerGroups,
  ),
  tests: field<Account>('Tests', ({ progressionTests }) => progressionTests.tests),
  results: field<Account>('Results', ({ progressionTests }) => progressionTests.results),
}

export function transferJson({ from, to, sites }: Transferred): Omit<JsonOfChange<'transfer'>, 'mail'> {
  return { from: from.email, to: to.email, sites, changed: sites.length > 0 }
}

/** What moved, site by site. */
export function renderTransfer({ from, to, sites }: Transferred, view: View): string {
  if (!view.isTerminal) {
    return sites
      .map(({ site, learnerGroups, tests, results }) =>
        tsvLine([from.email, to.email, site, learnerGroups, tests, results]),
      )
      .join('\n')
  }
  if (sites.length === 0) return `${view.chalk.dim('·')} ${personAndCentre(from)} holds nothing to transfer.`
  return sites
    .map(
      ({ site, learnerGroups, tests, results }) =>
        `${changeMark(true, view)} ${personAndCentre(to)} took over on ${site}: ${count(learnerGroups, 'learner group')}, ${count(tests, 'test')}, ${count(results, 'result')}.`,
    )
    .join('\n')
}
