import { distance } from 'fastest-levenshtein'
import type { PersonRow } from '../../db/users/users.ts'
import { likenessOf, nameKeyOf } from './look-alike.ts'

export type WhyAlike = 'same-name-near-address' | 'same-name-same-centre' | 'look-alike-address'

/** Two accounts that may be one person, or one that passes itself off as the other. */
export interface Pair {
  why: WhyAlike
  users: [PersonRow, PersonRow]
}

/** Addresses of one person differ by a letter or two, or by where the domain ends. */
const nearest = 2
/** Beyond so many people of one name, only look-alike addresses tell anything. */
const maxOfOneName = 200

/** Pairs to decide on: one name with nearly one address, or twice at one centre; addresses read as one another. */
export function findDuplicates(people: Iterable<PersonRow>): Pair[] {
  const byName = new Map<string, PersonRow[]>()
  const byLikeness = new Map<string, PersonRow[]>()
  for (const person of people) {
    put(byLikeness, likenessOf(person.emailKey), person)
    const name = nameKeyOf(person)
    if (name !== '') put(byName, name, person)
  }
  const found = new Map<string, Pair>()
  for (const group of byLikeness.values()) {
    for (const users of pairsOf(group)) note(found, { why: 'look-alike-address', users })
  }
  for (const group of byName.values()) {
    if (group.length > maxOfOneName) continue
    for (const users of pairsOf(group)) {
      const [one, other] = users
      if (areNear(one.emailKey, other.emailKey)) note(found, { why: 'same-name-near-address', users })
      else if (one.centre !== null && one.centre === other.centre) {
        note(found, { why: 'same-name-same-centre', users })
      }
    }
  }
  return [...found.values()].sort((one, other) => (orderOf(one) < orderOf(other) ? -1 : 1))
}

function areNear(one: string, other: string): boolean {
  const [local = '', domain = ''] = one.split('@')
  const [otherLocal = '', otherDomain = ''] = other.split('@')
  if (domain === otherDomain) return distance(local, otherLocal) <= nearest
  return local === otherLocal || (distance(one, other) <= nearest && local.length > nearest)
}

function* pairsOf(group: readonly PersonRow[]): Generator<[PersonRow, PersonRow]> {
  for (const [at, one] of group.entries()) {
    for (const other of group.slice(at + 1)) yield [one, other]
  }
}

function put(groups: Map<string, PersonRow[]>, key: string, person: PersonRow): void {
  const group = groups.get(key)
  if (group) group.push(person)
  else groups.set(key, [person])
}

/** The first reason found for a pair is the one to give. */
function note(found: Map<string, Pair>, pair: Pair): void {
  const key = pair.users
    .map(({ id }) => id)
    .sort()
    .join(' ')
  if (!found.has(key)) found.set(key, pair)
}

function orderOf({ users: [one, other] }: Pair): string {
  return `${one.emailKey} ${other.emailKey}`
}
