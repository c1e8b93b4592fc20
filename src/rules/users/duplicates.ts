import { distance } from 'fastest-levenshtein'
import type { PersonRow } from '../../db/users/users.ts'
import { likenessOf, nameKeyOf } from './look-alike.ts'
import { type SharedKeys, sharedKeys } from './shared-keys.ts'

export type WhyAlike = 'same-name-near-address' | 'same-name-same-centre' | 'look-alike-address'

/** Two accounts that may be one person, or one that passes itself off as the other. */
export interface Pair {
  why: WhyAlike
  users: [PersonRow, PersonRow]
}

/** People of the store, of whom there may be millions: never all of them at once. */
export interface People {
  pages: () => AsyncIterable<readonly PersonRow[]>
  /** Those of them who are still there. */
  withIds: (ids: readonly number[]) => Promise<readonly PersonRow[]>
}

/** Addresses of one person differ by a letter or two, or by where the domain ends. */
const nearest = 2
/** Beyond so many people of one name, only look-alike addresses tell anything. */
const maxOfOneName = 200

/** Pairs to decide on: one name with nearly one address, or twice at one centre; addresses read as one another. */
export async function findDuplicates(people: People): Promise<Pair[]> {
  const likenesses = sharedKeys()
  const names = sharedKeys()
  for await (const page of people.pages()) {
    for (const person of page) {
      likenesses.add(person.id, likenessOf(person.emailKey))
      const name = nameKeyOf(person)
      if (name !== '') names.add(person.id, name)
    }
  }
  const found = new Map<string, Pair>()
  const alike = groupsOf(people, { keys: likenesses, keyOf: ({ emailKey }) => likenessOf(emailKey) })
  for await (const group of alike) {
    for (const users of pairsOf(group)) note(found, { why: 'look-alike-address', users })
  }
  const ofOneName = groupsOf(people, { keys: names, keyOf: nameKeyOf, atMost: maxOfOneName })
  for await (const group of ofOneName) for (const pair of pairsOfOneName(group)) note(found, pair)
  return [...found.values()].sort((one, other) => (orderOf(one) < orderOf(other) ? -1 : 1))
}

const peopleAtOnce = 2000

/** The people of each key that two or more have, read when it is their turn. */
async function* groupsOf(
  people: People,
  {
    keys,
    keyOf,
    atMost = Number.POSITIVE_INFINITY,
  }: { keys: SharedKeys; keyOf: (person: PersonRow) => string; atMost?: number },
): AsyncGenerator<PersonRow[]> {
  let ids: number[] = []
  for (const group of keys.groups()) {
    if (group.length > atMost) continue
    for (const id of group) ids.push(id)
    if (ids.length < peopleAtOnce) continue
    yield* grouped(await people.withIds(ids), keyOf)
    ids = []
  }
  if (ids.length > 0) yield* grouped(await people.withIds(ids), keyOf)
}

function grouped(people: readonly PersonRow[], keyOf: (person: PersonRow) => string): Iterable<PersonRow[]> {
  const groups = new Map<string, PersonRow[]>()
  for (const person of people) {
    const key = keyOf(person)
    const group = groups.get(key)
    if (group) group.push(person)
    else groups.set(key, [person])
  }
  return groups.values()
}

function* pairsOfOneName(group: readonly PersonRow[]): Generator<Pair> {
  const addresses = new Map(group.map((person) => [person, addressOf(person)]))
  for (const users of pairsOf(group)) {
    const [one, other] = users
    if (areNear(addresses.get(one), addresses.get(other))) yield { why: 'same-name-near-address', users }
    else if (one.centre !== null && one.centre === other.centre) yield { why: 'same-name-same-centre', users }
  }
}

interface Address {
  key: string
  local: string
  domain: string
  /** A bit for each of its characters, whichever those are. */
  letters: number
}

function addressOf({ emailKey: key }: PersonRow): Address {
  const [local = '', domain = ''] = key.split('@')
  let letters = 0
  for (let at = 0; at < key.length; at += 1) letters |= 1 << (key.charCodeAt(at) & 31)
  return { key, local, domain, letters }
}

function areNear(one: Address | undefined, other: Address | undefined): boolean {
  if (one === undefined || other === undefined) return false
  const sameDomain = one.domain === other.domain
  if (!sameDomain && one.local === other.local) return true
  // A letter that is changed makes two bits differ at most: few are left whose letters must be compared.
  if (bitsOf(one.letters ^ other.letters) > 2 * nearest) return false
  if (sameDomain) return distance(one.local, other.local) <= nearest
  return one.local.length > nearest && distance(one.key, other.key) <= nearest
}

function bitsOf(number: number): number {
  let bits = number - ((number >>> 1) & 0x5555_5555)
  bits = (bits & 0x3333_3333) + ((bits >>> 2) & 0x3333_3333)
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24
}

function* pairsOf(group: readonly PersonRow[]): Generator<[PersonRow, PersonRow]> {
  for (const [at, one] of group.entries()) {
    for (const other of group.slice(at + 1)) yield [one, other]
  }
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
