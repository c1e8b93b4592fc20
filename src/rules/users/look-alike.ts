import { domainToUnicode } from 'node:url'
import type { Trx } from '../../db/transact.ts'
import { domainsInUse } from '../../db/users/everybody.ts'
import { Refused } from '../../errors.ts'
import type { RuleContext } from '../permissions/actor.ts'
import { searchKey } from '../../search-key.ts'
import { type Address, readAddress } from './email.ts'

/** For each Latin letter, the characters of any script that are mistaken for it. */
const confusables = {
  a: 'аα',
  b: 'вьβ',
  c: 'с',
  d: 'ԁ',
  e: '3еε',
  g: 'ց',
  h: 'нһհ',
  j: 'јյ',
  k: 'кκ',
  l: '1i|ӏіιւլ',
  m: 'м',
  n: 'пηոռ',
  o: '0оοσօ',
  p: 'рρք',
  q: 'ԛգզ',
  r: 'г',
  s: '5ѕ',
  t: 'тτ',
  u: 'иս',
  v: 'ѵν',
  w: 'ԝшωա',
  x: 'хχ',
  y: 'уυүγ',
}

const confusedLetter: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(confusables).flatMap(([letter, signs]) => [...signs].map((sign) => [sign, letter])),
)

/**
 * The skeleton of an address: addresses that look the same at a glance have equal skeletons. Dots, dashes and
 * everything after a plus sign are ignored before the @.
 * @param key the compared form of the address
 */
export function skeletonOf(key: string): string {
  const at = key.lastIndexOf('@')
  const local = key.slice(0, at).replace(/\+.*$/, '').replace(/[._-]/g, '')
  return `${textSkeleton(local)}@${domainSkeleton(key.slice(at + 1))}`
}

/** The skeleton of a domain in ASCII form, made from the form in its own script, which is the one people see. */
function domainSkeleton(domain: string): string {
  return textSkeleton((isInternationalised(domain) && domainToUnicode(domain)) || domain)
}

/** A name as it is compared: without accents and letter case, with its words in alphabetical order. */
export function nameKeyOf({ firstName, lastName }: { firstName: string; lastName: string }): string {
  return searchKey(`${firstName} ${lastName}`)
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
    .sort()
    .join(' ')
}

function textSkeleton(text: string): string {
  const key = searchKey(text)
  // Most texts are ASCII, where only a few characters have to be replaced.
  const read = /^[ -~]*$/.test(key)
    ? key.replace(/[01i|35]/g, (letter) => confusedLetter[letter] ?? letter)
    : [...key].map((letter) => confusedLetter[letter] ?? letter).join('')
  return read.replaceAll('rn', 'm').replaceAll('vv', 'w')
}

/**
 * Refuses a domain in another script that looks like a domain in use or like the sender's domain, because its holder
 * is somebody else. @throws `look-alike-domain`
 */
export async function refuseLookAlikeDomain(
  trx: Trx,
  { address: { email, key }, ctx }: { address: Address; ctx: Pick<RuleContext, 'sender' | 'actor'> },
): Promise<void> {
  const domain = domainOf(key)
  if (!isInternationalised(domain)) return
  const known = [...domainOfSender(ctx), ...(await domainsInUse(trx, lookAlikeFilter([domain])))]
  const other = lookAlikeDomains([domain], known).get(domain)
  if (other === undefined) return
  // An actor who is not staff is not told which domains are in use elsewhere.
  const named = ctx.actor.kind === 'staff' ? other : 'another that is in use'
  throw new Refused(
    'look-alike-domain',
    `The domain of ${email} ${describeLookAlike({ domain, other: named })}.`,
    {
      hint: askForAddressHint,
    },
  )
}

export const askForAddressHint = 'Ask the person for their address, and type it anew.'

export function describeLookAlike({ domain, other }: { domain: string; other: string }): string {
  return `only looks like ${other}: it is ${domain}`
}

/**
 * Maps each of `domains` that looks like a different domain to that one. Leading labels, as in `mail.school.example`,
 * are ignored.
 * @param known domains in use
 * @param newDomains domains of the same request, such as the other rows of a table
 */
export function lookAlikeDomains(
  domains: readonly string[],
  known: readonly string[],
  newDomains: readonly string[] = [],
): ReadonlyMap<string, string> {
  const endings = domains.flatMap((domain) =>
    endingsOf(domain)
      .filter(isInternationalised)
      .map((ending) => ({ domain, ending, likeness: domainSkeleton(ending) })),
  )
  const likenesses = new Set(endings.map(({ likeness }) => likeness))
  const knownIndex = indexBySkeleton(known, likenesses)
  const newIndex = indexBySkeleton(newDomains, likenesses)
  const found = new Map<string, string>()
  for (const { domain, ending, likeness } of endings) {
    if (knownIndex.get(likeness)?.has(ending)) continue
    const [other] = [knownIndex, newIndex].flatMap((index) =>
      domainsOfOtherEndings(ending, index.get(likeness)),
    )
    if (other !== undefined && !found.has(domain)) found.set(domain, other)
  }
  return found
}

/**
 * Makes a filter for many domains or addresses, one on each line. The filter returns the domains whose last two labels
 * may look like those of one of `domains`; a hash rules out nearly all others without creating a string for each.
 */
export function lookAlikeFilter(domains: readonly string[]): (lines: string) => string[] {
  const likenesses = new Set(
    domains.flatMap((domain) =>
      endingsOf(domain)
        .filter(isInternationalised)
        .map((ending) => lastLabels(domainSkeleton(ending))),
    ),
  )
  const markedHashes = new Uint8Array(1 << 16)
  for (const labels of likenesses) markedHashes[hashOfLastLabels(labels, labels.length).hash] = 1
  const mayRead = (domain: string) =>
    !plainDomain.test(domain) || likenesses.has(textSkeleton(lastLabels(domain)))
  return (lines) => {
    if (!plainLines.test(lines)) return lines.split('\n').map(domainOf).filter(mayRead)
    // Keyed by the position of the line, so that the result keeps the order of the lines.
    const found = new Map<number, string>()
    for (let end = lines.length; end > 0; ) {
      const { hash, at } = hashOfLastLabels(lines, end)
      const start = lines.lastIndexOf('\n', at) + 1
      if (markedHashes[hash] === 1) {
        const domain = domainOf(lines.slice(start, end))
        if (mayRead(domain)) found.set(start, domain)
      }
      end = start - 1
    }
    for (let at = lines.indexOf('xn--'); at !== -1; at = lines.indexOf('xn--', at)) {
      const start = lines.lastIndexOf('\n', at) + 1
      const end = lines.indexOf('\n', at)
      at = end === -1 ? lines.length : end
      found.set(start, domainOf(lines.slice(start, at)))
    }
    return [...found].sort(([one], [other]) => one - other).map(([, domain]) => domain)
  }
}

const plainLines = /^[\n -~]*$/
const LINE_END = 10
const DOT = 46
const AT = 64
const M = 109
const W = 119

/** The character that each ASCII character is mistaken for: what `textSkeleton` makes of it on its own. */
const asciiSkeleton = Uint8Array.from({ length: 128 }, (_, code) => {
  const letter = String.fromCharCode(code).toLowerCase()
  return (confusedLetter[letter] ?? letter).charCodeAt(0)
})

/**
 * A 16-bit hash of the last two labels before `end`, equal for labels that look alike: m and w count as rn and vv.
 * @returns the hash, and the position of the character before the two labels
 */
function hashOfLastLabels(text: string, end: number): { hash: number; at: number } {
  let hash = 0
  let dots = 0
  let at = end - 1
  for (; at >= 0; at -= 1) {
    const code = text.charCodeAt(at)
    if (code === LINE_END || code === AT) break
    if (code === DOT) {
      dots += 1
      if (dots === 2) break
    }
    const letter = asciiSkeleton[code & 127] ?? 0
    if (letter === M) hash = Math.imul(Math.imul(hash, 31) + 110, 31) + 114
    else if (letter === W) hash = Math.imul(Math.imul(hash, 31) + 118, 31) + 118
    else hash = Math.imul(hash, 31) + letter
  }
  return { hash: (hash ^ (hash >>> 16)) & 0xffff, at }
}

/** An ASCII domain without `xn--` labels, which is shown as it is written. */
const plainDomain = /^(?!.*xn--)[ -~]*$/

function lastLabels(domain: string): string {
  return domain.slice(domain.lastIndexOf('.', domain.lastIndexOf('.') - 1) + 1)
}

/** Indexes the endings of domains by skeleton, for these skeletons only; each ending keeps the first domain with it. */
function indexBySkeleton(
  domains: readonly string[],
  likenesses: ReadonlySet<string>,
): Map<string, Map<string, string>> {
  const index = new Map<string, Map<string, string>>()
  for (const domain of domains) {
    for (const ending of endingsOf(domain)) {
      const likeness = domainSkeleton(ending)
      if (!likenesses.has(likeness)) continue
      const domainsByEnding = index.get(likeness) ?? new Map<string, string>()
      if (!domainsByEnding.has(ending)) domainsByEnding.set(ending, domain)
      index.set(likeness, domainsByEnding)
    }
  }
  return index
}

function domainsOfOtherEndings(
  ending: string,
  domainsByEnding: ReadonlyMap<string, string> = new Map(),
): string[] {
  return [...domainsByEnding].flatMap(([one, domain]) => (one === ending ? [] : [domain]))
}

/** A domain and its parent domains, without the top-level domain alone. */
function endingsOf(domain: string): string[] {
  const labels = domain.split('.')
  return labels.slice(0, -1).map((_, at) => labels.slice(at).join('.'))
}

/** The domain of an address in its compared form; a domain alone is returned as it is. */
export function domainOf(key: string): string {
  return key.slice(key.lastIndexOf('@') + 1)
}

/** Whether a domain in ASCII form has an internationalised label (`xn--`). */
export function isInternationalised(domain: string): boolean {
  return /(?:^|\.)xn--/.test(domain)
}

/** The sender's domain; none where the setting is not an address, which is reported when messages are sent. */
export function domainOfSender({ sender }: Pick<RuleContext, 'sender'>): string[] {
  const address = readAddress(sender)
  return 'key' in address ? [domainOf(address.key)] : []
}
