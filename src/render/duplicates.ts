import type { PersonRow } from '../db/users/users.ts'
import { nameOf } from '../rules/users/account.ts'
import type { Pair, WhyAlike } from '../rules/users/duplicates.ts'
import { tsvLine } from './clean-text.ts'
import { table, type View } from './table.ts'
import type { JsonAnswer } from './json.ts'

const words: Readonly<Record<WhyAlike, string>> = {
  'same-name-near-address': 'one name, nearly one address',
  'same-name-same-centre': 'one name, twice at the centre',
  'look-alike-address': 'addresses read as one another',
}

export function duplicatesJson(pairs: readonly Pair[]): JsonAnswer<'duplicates'> {
  return {
    duplicates: pairs.map(({ why, users }) => ({
      why,
      users: users.map(({ id, email, firstName, lastName, centre, status, lastSignedInAt }) => ({
        id,
        email,
        firstName,
        lastName,
        centre,
        status,
        lastSignedInAt,
      })),
    })),
    total: pairs.length,
  }
}

export function renderDuplicates(pairs: readonly Pair[], view: View): string {
  if (!view.isTerminal) {
    return pairs.map(({ why, users }) => tsvLine([why, ...users.flatMap(cellsOf)])).join('\n')
  }
  if (pairs.length === 0) return 'No two accounts look like the same person.'
  const rows = pairs.flatMap(({ why, users: [one, other] }) => [
    [...cellsOf(one), words[why]],
    [...cellsOf(other), ''],
  ])
  return table(['Address', 'Name', 'Centre', 'Status', 'Why'], rows, view)
}

function cellsOf(person: PersonRow): string[] {
  const name = nameOf(person)
  return [person.email, name === person.email ? '' : name, person.centre ?? 'no centre', person.status]
}
