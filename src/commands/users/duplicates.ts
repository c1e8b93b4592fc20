import { livePeople, type PersonRow } from '../../db/users/everybody.ts'
import { findCentre } from '../../rules/centres/find.ts'
import { findDuplicates, type Pair, type Likeness } from '../../rules/users/duplicates.ts'
import { describeVisibility, visibleCentres } from '../../rules/permissions/decide.ts'
import { listing } from '../../cli/define.ts'
import { foundInMemory } from '../../cli/list-declaration.ts'
import { allowName, option } from '../../cli/parameters.ts'
import { nameOf } from '../../rules/users/account.ts'
import type { JsonItem } from '../../render/json.ts'
import { oneLine } from '../../render/clean-text.ts'
import { field } from '../../render/fields.ts'
import type { View } from '../../render/table.ts'
import { formatNumber } from '../../format-number.ts'

export const duplicates = () =>
  listing({
    name: 'duplicates',
    summary: 'list accounts that may be the same person',
    description:
      'List pairs of accounts that may be the same person, within and across centres: the same name with addresses that differ by a letter or two, or in how the domain ends; the same name twice at one centre; and addresses that look the same. Of more than three that are alike, the first two are listed, with how many more there are; of a name that more than 200 people have, addresses are not compared. Nothing is changed: which of them are one person is for somebody to decide.\nIn a pipe: reason, then address, name, centre and status of the one and of the other, and how many more.',
    options: {
      centre: allowName('centre', option('<centre>', 'only within this centre')),
    },
    examples: ['ssh-admin users duplicates', 'ssh-admin users duplicates --centre EG001'],
    singular: 'pair',
    answer: 'duplicates',
    key: 'duplicates',
    fields: duplicateFields,
    table: ['email', 'name', 'centre', 'other-email', 'other-centre', 'why'],
    dropOrder: ['other-centre', 'name', 'centre'],
    expandRow: pairInFull,
    id: 'email',
    find: async ({ store: { db }, ctx }, { centre: number }) => {
      const centre = number === undefined ? undefined : (await findCentre(db, number, ctx)).id
      const people = livePeople(db, { visible: visibleCentres(ctx.actor), centre })
      return { ...foundInMemory(await findDuplicates(people)), visiblePart: describeVisibility(ctx.actor) }
    },
    json: duplicateJson,
    emptyMessage: 'No two accounts look like the same person.',
    noMatchMessage: 'No two accounts look like the same person.',
  })

const words: Readonly<Record<Likeness, string>> = {
  'same-name-near-address': 'same name, addresses almost the same',
  'same-name-same-centre': 'same name twice at one centre',
  'look-alike-address': 'addresses that look the same',
}

/** A pair in full: a table would truncate the addresses where they differ. */
function pairInFull({ likeness, users, more }: Pair, { chalk }: Pick<View, 'chalk'>): string[] {
  const others = more === 0 ? '' : `; and ${formatNumber(more)} more`
  const [one] = users
  const longest = Math.max(...users.map(({ email }) => email.length))
  return [
    `${chalk.bold(oneLine(ownName(one) || one.email))}: ${words[likeness]}${others}`,
    ...users.map(
      ({ email, centre, status }) =>
        `  ${oneLine(email.padEnd(longest))}  ${centre ?? 'no centre'}  ${status}`,
    ),
  ]
}

function duplicateJson({ likeness, users, more }: Pair): JsonItem<'duplicates'> {
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

const duplicateFields = {
  why: field<Pair>(
    'Why',
    ({ likeness }) => likeness,
    ({ likeness, more }) =>
      more === 0 ? words[likeness] : `${words[likeness]}; and ${formatNumber(more)} more`,
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

/** The name, without the address as a fallback. */
function ownName(person: PersonRow): string {
  const name = nameOf(person)
  return name === person.email ? '' : name
}
