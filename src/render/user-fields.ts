import type { Account } from '../rules/users/account.ts'
import { field } from './fields.ts'
import { ago } from './text.ts'

const spoken: Readonly<Record<string, string>> = {
  'no-centre': 'no centre',
  'centre-deleted': 'centre deleted',
  'coordinator-suspended': 'locked',
}

/** Whoever is active may be kept out by their centre; of the others the status says why. */
export function statusInWords({ status, blocker }: Account): string {
  return blocker === null || status !== 'active' ? status : `active, ${spoken[blocker] ?? blocker}`
}

/** What a list says of a user. */
export const userFields = {
  email: field<Account>('E-mail', ({ email }) => email),
  name: field<Account>('Name', ({ firstName, lastName }) => `${firstName} ${lastName}`.trim()),
  'first-name': field<Account>('First name', ({ firstName }) => firstName),
  'last-name': {
    ...field<Account>('Last name', ({ lastName }) => lastName),
    sortedBy: ({ firstName, lastName }: Account) => `${lastName} ${firstName}`,
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
  'last-signed-in': field<Account>(
    'Last signed in',
    ({ lastSignedInAt }) => lastSignedInAt,
    ({ lastSignedInAt }, { now }) => (lastSignedInAt ? ago(lastSignedInAt, now) : 'never'),
  ),
  created: field<Account>(
    'Created',
    ({ createdAt }) => createdAt,
    ({ createdAt }, { now }) => ago(createdAt, now),
  ),
  'learner-groups': field<Account>(
    'Learner groups',
    ({ progressionTests }) => progressionTests.learnerGroups,
  ),
  tests: field<Account>('Tests', ({ progressionTests }) => progressionTests.tests),
  results: field<Account>('Results', ({ progressionTests }) => progressionTests.results),
}
