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
export function mostApart(typed: string): number {
  const { local, domain } = partsOf(typed)
  return nameLimit(local) + domainLimit(domain)
}

/** teacher1 and teacher2, sara and lara are two people; amria is amira. */
function distanceOfNames(typed: string, there: string): number | undefined {
  if (typed === there) return 0
  if (digitsOf(typed) !== digitsOf(there)) return undefined
  if (isSwapped(typed, there)) return 1
  // Another letter in a short name is another name: anna and anne, a.khan and a.khat.
  if (typed.length === there.length && typed.length <= longestShort) return undefined
  const far = distance(typed, there)
  return far <= nameLimit(typed) && typed.charAt(0) === there.charAt(0) ? far : undefined
}

/** Two neighbours have changed places. */
function isSwapped(one: string, other: string): boolean {
  if (one.length !== other.length) return false
  const at = [...one].findIndex((letter, place) => letter !== other[place])
  const swapped = `${one.slice(0, at)}${one.charAt(at + 1)}${one.charAt(at)}${one.slice(at + 2)}`
  return swapped === other
}

function nameLimit(local: string): number {
  if (local.length <= 3) return 0
  return local.length <= longestShort ? 1 : 2
}

const longestShort = 8

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
