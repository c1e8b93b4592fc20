import { distance } from 'fastest-levenshtein'

/**
 * How far a typed address is from one that there is; undefined where it is surely somebody else's. What stands
 * before the @ and the domain are compared apart, so that nobody is taken for a stranger at the same school.
 */
export function distanceOfAddresses(typed: string, there: string): number | undefined {
  const [one, other] = [partsOf(typed), partsOf(there)]
  const local = distanceOfNames(one.local, other.local)
  const domain = distance(one.domain, other.domain)
  if (local === undefined || domain > domainLimit(one.domain)) return undefined
  // school12 and school13 are two schools.
  if (digitsOf(one.domain) !== digitsOf(other.domain)) return undefined
  return local + domain
}

/** How much longer or shorter the other one can be. */
export function maxDistance(typed: string): number {
  return 1 + domainLimit(partsOf(typed).domain)
}

/** Only a slip that is no other name: amria and amirra are amira; mariam is not maria, and teacher2 not teacher1. */
function distanceOfNames(typed: string, there: string): number | undefined {
  if (typed === there) return 0
  if (withoutLookAlikes(typed) === withoutLookAlikes(there)) return 1
  if (digitsOf(typed) !== digitsOf(there)) return undefined
  const isSlip = isSwapped(typed, there) || isDoubled(typed, there) || isDoubled(there, typed)
  return isSlip ? 1 : undefined
}

/** A zero is taken for an O, a one for an L. */
function withoutLookAlikes(name: string): string {
  return name.replaceAll('0', 'o').replaceAll('1', 'l')
}

/** One letter stands twice; short names that differ by it, such as ana and anna, are two. */
function isDoubled(longer: string, one: string): boolean {
  if (longer.length !== one.length + 1 || one.length < shortest) return false
  const at = [...one].findIndex((letter, place) => letter !== longer[place])
  const place = at === -1 ? one.length : at
  return place > 0 && longer[place] === longer[place - 1] && longer.slice(place + 1) === one.slice(place)
}

const shortest = 5

/** Two neighbours have changed places. */
function isSwapped(one: string, other: string): boolean {
  if (one.length !== other.length) return false
  const at = [...one].findIndex((letter, place) => letter !== other[place])
  const swapped = `${one.slice(0, at)}${one.charAt(at + 1)}${one.charAt(at)}${one.slice(at + 2)}`
  return swapped === other
}

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
