import { distance } from 'fastest-levenshtein'
import { type Kysely, sql } from 'kysely'
import { hasNearNumber, hintKey } from '../centres/near-number.ts'
import { isSwapped, nearestCollector } from '../../nearest.ts'
import { isVisible, type VisibleCentres } from '../centres/visible.ts'
import type { Store } from '../schema.ts'

/** Each unknown name costs a scan of the whole store, so a list of thousands would take minutes. */
const maxSearched = 20

const scannedNames = new WeakMap<Kysely<Store>, Set<string>>()

/** Whether to search for names like this one: within one transaction, only for the first few unknown names. */
function mayScanFor(db: Kysely<Store>, name: string): boolean {
  if (!db.isTransaction) return true
  const names = scannedNames.get(db) ?? new Set()
  scannedNames.set(db, names)
  if (names.size < maxSearched) names.add(name)
  return names.has(name)
}

/**
 * The addresses at visible centres of which `key` is a likely misspelling. Of a million addresses only keys of nearly
 * the same length are read, from the index, page by page.
 */
export async function closestAddresses(
  db: Kysely<Store>,
  { key, visible }: { key: string; visible: VisibleCentres },
): Promise<Candidate[]> {
  if (!mayScanFor(db, key)) return []
  const near = nearestCollector<string>(key, maxDistance(key))
  let after: string | undefined = ''
  while (after !== undefined) {
    const page: { email_key: string }[] = await keysAfter(db, {
      after,
      length: key.length,
      within: near.limit,
      visible,
    })
    for (const { email_key } of page) {
      const far = distanceOfAddresses(key, email_key)
      if (far !== undefined) near.take(email_key, { far, row: email_key })
    }
    after = page.length < pageSize ? undefined : page.at(-1)?.email_key
  }
  const keys = near.found()
  const found = await Promise.all(keys.map((one) => candidateOf(db, one)))
  return found.filter((candidate) => candidate !== undefined)
}

const pageSize = 20_000

interface NearKeys {
  after: string
  length: number
  within: number
  visible: VisibleCentres
}

function keysAfter(db: Kysely<Store>, { after, length, within, visible }: NearKeys) {
  return (
    db
      .selectFrom('users')
      .select('email_key')
      .where('status', '<>', 'deleted')
      .where('email_key', '>', after)
      .where(isVisible('centre_id', visible))
      // So written, a server's planner expects a third of all to match; expecting few, it would scan all for each page.
      .where(sql<boolean>`abs(length(email_key) - ${length}) <= ${within}`)
      .orderBy('email_key')
      .limit(pageSize)
      .execute()
  )
}

/** The first few live accounts at visible centres whose addresses begin so. @param beginning in lower case */
export async function accountsBeginning(
  db: Kysely<Store>,
  { beginning, visible }: { beginning: string; visible: VisibleCentres },
): Promise<Candidate[]> {
  const found = await db
    .selectFrom('users')
    .select('email_key')
    .where('status', '<>', 'deleted')
    .where(sql<boolean>`substr(email_key, 1, ${beginning.length}) = ${beginning}`)
    .where(isVisible('centre_id', visible))
    .orderBy('email_key')
    .limit(maxBeginning)
    .execute()
  const candidates = await Promise.all(found.map(({ email_key }) => candidateOf(db, email_key)))
  return candidates.filter((candidate) => candidate !== undefined)
}

const maxBeginning = 3

function candidateOf(db: Kysely<Store>, key: string) {
  return db
    .selectFrom('users')
    .leftJoin('centres', 'centres.id', 'users.centre_id')
    .select(['users.email', 'users.status', 'centres.number as centre'])
    .where('users.email_key', '=', key)
    .where('users.status', '<>', 'deleted')
    .executeTakeFirst()
}

/** The live account that had this address before it was changed; an erasure takes the former address out of the log. */
export async function ownerOfFormerAddress(
  db: Kysely<Store>,
  { email, key }: { email: string; key: string },
): Promise<Candidate | undefined> {
  const owner = await db
    .selectFrom('audit_personal')
    .innerJoin('audit', 'audit.id', 'audit_personal.audit_id')
    .innerJoin('users', 'users.id', 'audit_personal.user_id')
    .select('users.email_key')
    .where('audit_personal.value', 'in', [email, key])
    .where('audit_personal.field', '=', 'subject')
    .where('audit.action', '=', 'users.edited')
    .where('users.status', '<>', 'deleted')
    .orderBy('audit.id', 'desc')
    .executeTakeFirst()
  return owner && candidateOf(db, owner.email_key)
}

export type Candidate = NonNullable<Awaited<ReturnType<typeof candidateOf>>>

/** The visible centres of whose numbers `number` is a likely misspelling. */
export async function closestCentres(
  db: Kysely<Store>,
  { number, visible }: { number: string; visible: VisibleCentres },
): Promise<{ number: string; name: string }[]> {
  if (!mayScanFor(db, number)) return []
  const centreNumber = number.toUpperCase()
  const near = await db
    .selectFrom('centres')
    .select(['number', 'name'])
    .where('deleted_at', 'is', null)
    .where(hasNearNumber([centreNumber]))
    .where(isVisible('id', visible))
    .orderBy('number')
    .execute()
  return near.filter((centre) => hintKey(centre.number) === hintKey(centreNumber)).slice(0, 3)
}

/**
 * The edit distance between a typed address and an existing one; undefined if they surely belong to different people.
 * The part before the @ and the domain are compared apart, so that nobody is taken for a stranger at the same school.
 */
export function distanceOfAddresses(typed: string, known: string): number | undefined {
  const [one, other] = [partsOf(typed), partsOf(known)]
  const local = distanceOfNames(one.local, other.local)
  const domain = distance(one.domain, other.domain)
  if (local === undefined || domain > domainLimit(one.domain)) return undefined
  // school12 and school13 are two schools.
  if (digitsOf(one.domain) !== digitsOf(other.domain)) return undefined
  return local + domain
}

/** The greatest edit distance accepted, and so the greatest difference in length. */
function maxDistance(typed: string): number {
  return 1 + domainLimit(partsOf(typed).domain)
}

/** 1 for a slip that is no other name: amria and amirra are amira; mariam is not maria, and teacher2 not teacher1. */
function distanceOfNames(typed: string, known: string): number | undefined {
  if (typed === known) return 0
  if (withoutLookAlikes(typed) === withoutLookAlikes(known)) return 1
  if (digitsOf(typed) !== digitsOf(known)) return undefined
  const isSlip = isSwapped(typed, known) || isDoubled(typed, known) || isDoubled(known, typed)
  return isSlip ? 1 : undefined
}

/** Replaces a zero by an O and a one by an L. */
function withoutLookAlikes(name: string): string {
  return name.replaceAll('0', 'o').replaceAll('1', 'l')
}

/** Whether the longer name only has a letter doubled; short names that differ so, such as ana and anna, are two. */
function isDoubled(longer: string, one: string): boolean {
  if (longer.length !== one.length + 1 || one.length < shortest) return false
  const at = [...one].findIndex((letter, index) => letter !== longer[index])
  const index = at === -1 ? one.length : at
  return index > 0 && longer[index] === longer[index - 1] && longer.slice(index + 1) === one.slice(index)
}

const shortest = 5

function digitsOf(text: string): string {
  return text.replace(/\D/g, '')
}

function domainLimit(domain: string): number {
  return Math.max(1, Math.min(3, Math.floor(domain.length / 6)))
}

function partsOf(address: string): { local: string; domain: string } {
  const at = address.lastIndexOf('@')
  return { local: address.slice(0, at), domain: address.slice(at + 1) }
}
