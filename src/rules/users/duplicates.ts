import { distance } from 'fastest-levenshtein'
import { groupBy } from '../../db/rows.ts'
import type { PersonRow } from '../../db/users/everybody.ts'
import { skeletonOf, nameKeyOf } from './look-alike.ts'

export type Likeness = 'same-name-near-address' | 'same-name-same-centre' | 'look-alike-address'

/** Two accounts that may belong to one person, or of which one impersonates the other. */
export interface Pair {
  likeness: Likeness
  users: [PersonRow, PersonRow]
  /** How many further accounts share the likeness: a large group is reported by its first two. */
  more: number
}

/** Reads the people of the store page by page, because there may be millions. */
export interface People {
  pages: () => AsyncIterable<readonly PersonRow[]>
  /** People who were deleted since their id was read are left out. */
  withIds: (ids: readonly number[]) => Promise<readonly PersonRow[]>
}

/** Maximum edit distance of near addresses; addresses that differ in the domain alone are always near. */
const maxEditDistance = 2
/** Addresses are not compared for a name that more people share: such people are reported only if at one centre. */
const maxPeopleOfOneName = 200
/** Up to this size every pair of a group is reported; a larger group is reported by its first two. */
const maxInPairs = 3

/**
 * Finds pairs for a person to decide on: accounts of one name with near addresses, accounts of one name at one
 * centre, and accounts whose addresses look the same.
 */
export async function findDuplicates(people: People): Promise<Pair[]> {
  const likenesses = sharedKeys()
  const names = sharedKeys()
  const namesAtCentre = sharedKeys()
  for await (const page of people.pages()) {
    for (const person of page) {
      likenesses.add(person.id, skeletonOf(person.emailKey))
      const name = nameKeyOf(person)
      if (name === '') continue
      names.add(person.id, name)
      if (person.centre !== null) namesAtCentre.add(person.id, nameAtCentre(person))
    }
  }
  const found = new Map<string, Pair>()
  const keyOf = ({ emailKey }: PersonRow) => skeletonOf(emailKey)
  for await (const alike of groupsOf(people, { keys: likenesses, keyOf, first: maxInPairs }))
    for (const pair of pairsOf(alike)) addPair(found, { likeness: 'look-alike-address', ...pair })
  for await (const { people: ofOneName } of groupsOf(people, {
    keys: names,
    keyOf: nameKeyOf,
    maxSize: maxPeopleOfOneName,
  }))
    for (const near of nearAddressGroups(ofOneName))
      for (const pair of pairsOf(near)) addPair(found, { likeness: 'same-name-near-address', ...pair })
  for await (const together of groupsOf(people, {
    keys: namesAtCentre,
    keyOf: nameAtCentre,
    first: maxInPairs,
  }))
    for (const pair of pairsOf(together)) addPair(found, { likeness: 'same-name-same-centre', ...pair })
  return [...found.values()].sort((one, other) => (sortKeyOf(one) < sortKeyOf(other) ? -1 : 1))
}

function nameAtCentre(person: PersonRow): string {
  return `${person.centre} ${nameKeyOf(person)}`
}

const peoplePerQuery = 2000

interface DuplicateGroup {
  people: readonly PersonRow[]
  /** How many further members were not read. */
  more: number
}

interface Grouping {
  keys: SharedKeys
  keyOf: (person: PersonRow) => string
  /** Larger groups are skipped. */
  maxSize?: number
  /** Of a larger group only two members are read. */
  first?: number
}

/** The groups of people who share a key, read from the store batch by batch. */
async function* groupsOf(
  people: People,
  { keys, keyOf, maxSize = Number.POSITIVE_INFINITY, first = Number.POSITIVE_INFINITY }: Grouping,
): AsyncGenerator<DuplicateGroup> {
  let ids: number[] = []
  /** How many members of a group were not read, keyed by the id of its first member. */
  let unread = new Map<number, number>()
  for (const group of keys.groups()) {
    if (group.length > maxSize) continue
    const read = group.length > first ? group.sort((one, other) => one - other).slice(0, 2) : group
    for (const id of read) ids.push(id)
    if (read.length < group.length) unread.set(read[0] ?? 0, group.length - read.length)
    if (ids.length < peoplePerQuery) continue
    yield* grouped(await people.withIds(ids), { keyOf, unread })
    ids = []
    unread = new Map()
  }
  if (ids.length > 0) yield* grouped(await people.withIds(ids), { keyOf, unread })
}

function* grouped(
  people: readonly PersonRow[],
  { keyOf, unread }: { keyOf: (person: PersonRow) => string; unread: ReadonlyMap<number, number> },
): Generator<DuplicateGroup> {
  for (const group of groupBy(people, keyOf).values()) {
    const more = group.reduce((sum, { id }) => sum + (unread.get(id) ?? 0), 0)
    yield { people: group, more }
  }
}

/** The connected components of a group (union-find): members linked by a chain of near addresses. */
function* nearAddressGroups(group: readonly PersonRow[]): Generator<DuplicateGroup> {
  const addresses = group.map(addressOf)
  /** Union-find parents: each chain ends at the first member of its component. */
  const parents = group.map((_, at) => at)
  const firstOf = (at: number): number => {
    const next = parents[at] ?? at
    return next === at ? at : firstOf(next)
  }
  for (const [at, address] of addresses.entries()) {
    for (let other = 0; other < at; other += 1) {
      const first = firstOf(other)
      const root = firstOf(at)
      // Two members of one component need not be compared.
      if (first === root || !areNear(address, addresses[other])) continue
      parents[Math.max(first, root)] = Math.min(first, root)
    }
  }
  for (const connected of groupBy(group.keys(), firstOf).values())
    if (connected.length > 1) yield { people: connected.flatMap((at) => group[at] ?? []), more: 0 }
}

/** Every pair of a small group; of a large group, the first two and how many more there are. */
function* pairsOf({ people, more }: DuplicateGroup): Generator<Pick<Pair, 'users' | 'more'>> {
  const [first, second] = people
  if (first === undefined || second === undefined) return
  if (people.length + more > maxInPairs) {
    yield { users: [first, second], more: people.length - 2 + more }
    return
  }
  for (const [at, one] of people.entries())
    for (const other of people.slice(at + 1)) yield { users: [one, other], more: 0 }
}

interface Address {
  key: string
  local: string
  domain: string
  /** A bit set of the characters: the bit of a character is its code modulo 32. */
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
  // Each edit changes at most two bits, so this cheap test spares most pairs the edit distance.
  if (countBits(one.letters ^ other.letters) > 2 * maxEditDistance) return false
  if (sameDomain) return distance(one.local, other.local) <= maxEditDistance
  return one.local.length > maxEditDistance && distance(one.key, other.key) <= maxEditDistance
}

function countBits(number: number): number {
  let bits = number - ((number >>> 1) & 0x5555_5555)
  bits = (bits & 0x3333_3333) + ((bits >>> 2) & 0x3333_3333)
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24
}

/** Keeps the first likeness found for a pair. */
function addPair(found: Map<string, Pair>, pair: Pair): void {
  const key = pair.users
    .map(({ id }) => id)
    .sort()
    .join(' ')
  if (!found.has(key)) found.set(key, pair)
}

function sortKeyOf({ users: [one, other] }: Pair): string {
  return `${one.emailKey} ${other.emailKey}`
}

/** An index of which ids share a key; to save memory it stores two hashes of each key instead of the key. */
interface SharedKeys {
  add: (id: number, key: string) => void
  /** The ids whose keys have equal hashes (some 60 bits), in groups of two or more. */
  groups: () => Generator<number[]>
}

const firstSeed = 0x811c_9dc5
const secondSeed = 0x9e37_79b9

export function sharedKeys(): SharedKeys {
  let count = 0
  let ids = new Float64Array(1024)
  let hashes = new Uint32Array(1024)
  let others = new Uint32Array(1024)
  return {
    add(id, key) {
      if (count === ids.length) {
        ids = copyInto(ids, new Float64Array(2 * count))
        hashes = copyInto(hashes, new Uint32Array(2 * count))
        others = copyInto(others, new Uint32Array(2 * count))
      }
      ids[count] = id
      hashes[count] = hashOf(key, firstSeed)
      others[count] = hashOf(key, secondSeed)
      count += 1
    },
    *groups() {
      for (const positions of groupsOfEqual(hashes.subarray(0, count))) {
        for (const same of groupBy(positions, (position) => others[position] ?? 0).values())
          if (same.length > 1) yield same.map((position) => ids[position] ?? 0)
      }
    },
  }
}

/** The positions of equal hashes, in groups of two or more. */
function* groupsOfEqual(hashes: Uint32Array): Generator<number[]> {
  // Hash and position are packed into one number, so that the typed array sorts without a comparator.
  const width = 2 ** Math.ceil(Math.log2(hashes.length + 1))
  const hashRange = Math.min(2 ** 32, 2 ** 53 / width)
  const sorted = Float64Array.from(hashes, (hash, position) => (hash % hashRange) * width + position).sort()
  let run: number[] = []
  let before = -1
  for (const packed of sorted) {
    const hash = Math.floor(packed / width)
    if (hash !== before) {
      if (run.length > 1) yield run
      run = []
      before = hash
    }
    run.push(packed % width)
  }
  if (run.length > 1) yield run
}

function copyInto<List extends Float64Array | Uint32Array>(from: List, to: List): List {
  to.set(from)
  return to
}

function hashOf(key: string, seed: number): number {
  let hash = seed
  for (let at = 0; at < key.length; at += 1) hash = Math.imul(hash ^ key.charCodeAt(at), 0x0100_0193)
  // Final mixing: the last letters affect the high bits too.
  hash ^= hash >>> 16
  hash = Math.imul(hash, 0x85eb_ca6b)
  return (hash ^ (hash >>> 13)) >>> 0
}
