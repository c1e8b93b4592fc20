import { type Account, nameOf, type UncountedAccount } from '../rules/account.ts'
import type { ChangedUser, Outcome } from '../rules/changed-user.ts'
import { holdings } from '../rules/refuse-leaving.ts'
import type { View } from '../terminal.ts'
import type { Message } from './message.ts'
import { oneLine, record } from './one-line.ts'
import { userJson } from './user.ts'

/** The answer of every command that changes users. */
export function usersJson(changed: readonly ChangedUser[], mail: readonly Message[]) {
  return {
    users: changed.map(({ account, outcome }) => ({
      ...userJson(account),
      changed: outcome !== 'unchanged',
      outcome,
    })),
    mail,
    total: changed.length,
  }
}

/** What became of each user, one a line. */
export function renderChangedUsers(changed: readonly ChangedUser[], view: View): string {
  if (view.isTerminal) return changed.map((one) => sentence(one, view)).join('\n')
  return changed
    .map(({ account, outcome }) => record([account.email, account.centre?.number, account.status, outcome]))
    .join('\n')
}

function sentence({ account, outcome, sentWayIn }: ChangedUser, { chalk }: View): string {
  const mark = outcome === 'unchanged' ? chalk.dim('·') : chalk.green('✓')
  const message = sentWayIn ? '; a message lets them set up a password' : ''
  return `${mark} ${person(account)} ${happened[outcome](account)}${message}.`
}

/** `Amira Haddad (EG001)`; their address where they have no name. */
export function person(account: UncountedAccount): string {
  return oneLine(`${nameOf(account)} (${account.centre?.number ?? 'no centre'})`)
}

const happened: Readonly<Record<Outcome, (account: Account) => string>> = {
  created: () => 'has an account now; a message lets them set up a password',
  rejoined: ({ status }) =>
    status === 'invited'
      ? 'joined the centre; a message lets them set up a password'
      : 'joined the centre, with the password they have',
  suspended: (account) =>
    account.progressionTests.learnerGroups > 0
      ? `is suspended, and still holds ${holdings(account.progressionTests)}`
      : 'is suspended',
  restored: ({ status }) => restoredTo(status),
  deleted: () => 'is deleted; the address can be used again',
  edited: () => 'is edited',
  removed: () => 'is removed from the centre; the account remains',
  moved: ({ centre }) => `is at ${centre?.number} now`,
  'message-sent': () => 'gets a message that lets them choose a password',
  unchanged: ({ status }) => `is ${status} as before; nothing to do`,
}

function restoredTo(status: Account['status']): string {
  if (status === 'invited') return 'is invited again'
  return status === 'suspended' ? 'is back, and suspended as before' : 'is restored'
}
