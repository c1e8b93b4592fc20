import type { PersonRow } from '../db/users/users.ts'
import { nameOf } from '../rules/users/account.ts'
import type { Pair, Likeness } from '../rules/users/duplicates.ts'
import type { JsonItem } from './json.ts'
import { field } from './fields.ts'
import { grouped } from '../grouped.ts'

const words: Readonly<Record<Likeness, string>> = {
  'same-name-near-address': 'one name, nearly one address',
  'same-name-same-centre': 'one name, twice at the centre',
  'look-alike-address': 'addresses read as one another',
}

export function duplicateJson({ likeness, users, more }: Pair): JsonItem<'duplicates'> {
  return {
    why: likeness,
    users: users.map(({ id, email, firstName, lastName, centre, status, lastSignedInAt }) => ({
      id,
      email,
      firstName,
      lastName,
      centre,
      status,
      lastSignedInAt,
    })),
    more,
  }
}

/** What is said of two accounts that may be one person's. */
export const duplicateFields = {
  why: field<Pair>(
    'Why',
    ({ likeness }) => likeness,
    ({ likeness, more }) => (more === 0 ? words[likeness] : `${words[likeness]}; and ${grouped(more)} more`),
  ),
  email: field<Pair>('Address', ({ users: [one] }) => one.email),
  name: field<Pair>('Name', ({ users: [one] }) => ownName(one)),
  centre: field<Pair>('Centre', ({ users: [one] }) => one.centre ?? 'no centre'),
  status: field<Pair>('Status', ({ users: [one] }) => one.status),
  'other-email': field<Pair>('Other address', ({ users: [, other] }) => other.email),
  'other-name': field<Pair>('Other name', ({ users: [, other] }) => ownName(other)),
  'other-centre': field<Pair>('Other centre', ({ users: [, other] }) => other.centre ?? 'no centre'),
  'other-status': field<Pair>('Other status', ({ users: [, other] }) => other.status),
  more: field<Pair>('More', ({ more }) => more),
}

/** Where there is none, an address stands for it elsewhere. */
function ownName(person: PersonRow): string {
  const name = nameOf(person)
  return name === person.email ? '' : name
}
