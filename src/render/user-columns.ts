import type { Account } from '../rules/users/account.ts'
import type { View } from '../cli/terminal.ts'
import { ago } from './times.ts'

interface UserColumn {
  heading: string
  /** For a pipe: ISO times, no abbreviation. */
  value: (account: Account) => string | number | null
  /** For a person, where that differs. */
  shown?: (account: Account, view: View) => string
}

const column = (heading: string, value: UserColumn['value'], shown?: UserColumn['shown']): UserColumn => ({
  heading,
  value,
  shown,
})

/** What `--fields` can name. */
export const userColumns = {
  email: column('E-mail', ({ email }) => email),
  name: column('Name', ({ firstName, lastName }) => `${firstName} ${lastName}`.trim()),
  'first-name': column('First name', ({ firstName }) => firstName),
  'last-name': column('Last name', ({ lastName }) => lastName),
  centre: column('Centre', ({ centre }) => centre?.number ?? null),
  'centre-name': column('Centre name', ({ centre }) => centre?.name ?? null),
  'hub-role': column('Hub role', ({ hubRole }) => hubRole),
  roles: column(
    'Roles',
    ({ roles }) => roles.join(','),
    ({ roles }) => roles.join(', '),
  ),
  sites: column(
    'Sites',
    ({ sites }) => sites.join(','),
    ({ sites }) => sites.join(', '),
  ),
  status: column('Status', ({ status }) => status),
  'can-sign-in': column('Can sign in', ({ canSignIn }) => (canSignIn ? 'yes' : 'no')),
  'why-not': column('Why not', ({ whyNot }) => whyNot),
  pin: column('PIN', ({ pin }) => pin),
  'last-signed-in': column(
    'Last signed in',
    ({ lastSignedInAt }) => lastSignedInAt,
    ({ lastSignedInAt }, { now }) => (lastSignedInAt ? ago(lastSignedInAt, now) : 'never'),
  ),
  created: column(
    'Created',
    ({ createdAt }) => createdAt,
    ({ createdAt }, { now }) => ago(createdAt, now),
  ),
  'learner-groups': column('Learner groups', ({ progressionTests }) => progressionTests.learnerGroups),
  tests: column('Tests', ({ progressionTests }) => progressionTests.tests),
  results: column('Results', ({ progressionTests }) => progressionTests.results),
} as const

export type UserField = keyof typeof userColumns

export function isUserField(name: string): name is UserField {
  return Object.hasOwn(userColumns, name)
}

export const ordinaryFields: readonly UserField[] = [
  'email',
  'name',
  'centre',
  'roles',
  'status',
  'why-not',
  'last-signed-in',
]

/** The cells of one user, as a person or a pipe reads them. */
export function cellsOf(
  account: Account,
  fields: readonly UserField[],
  view: View,
): (string | number | null)[] {
  return fields.map((field) => {
    const { value, shown }: UserColumn = userColumns[field]
    return view.isTerminal && shown ? shown(account, view) : value(account)
  })
}
