import { domainToUnicode } from 'node:url'
import type { Trx } from '../../db/transact.ts'
import { domainsInUse } from '../../db/users/everybody.ts'
import { Refused } from '../../errors.ts'
import type { RuleContext } from '../permissions/actor.ts'
import { searchKey } from '../../search-key.ts'
import { type Address, readAddress } from './email.ts'

/** Which signs are taken for a letter, in whatever script. */
const takenFor = {
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

const likeness: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(takenFor).flatMap(([letter, signs]) => [...signs].map((sign) => [sign, letter])),
)

/**
 * What an address looks like at a glance: those that are read as one another have one likeness.
 * Dots, dashes and what follows a plus sign are as nothing before the @.
 * @param key as addresses are compared
 */
export function likenessOf(key: string): string {
  const at = key.lastIndexOf('@')
  const local = key.slice(0, at).replace(/\+.*$/, '').replace(/[._-]/g, '')
  return `${seen(local)}@${domainLikeness(key.slice(at + 1))}`
}

/** What a domain looks like at a glance; it is compared as addresses are, and shown in its own script. */
function domainLikeness(domain: string): string {
  return seen((isInAnotherScript(domain) && domainToUnicode(domain)) || domain)
}

/** A name however it is written: no accents, no letter case, whichever word comes first. */
export function nameKeyOf({ firstName, lastName }: { firstName: string; lastName: string }): string {
  return searchKey(`${firstName} ${lastName}`)
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
    .sort()
    .join(' ')
}

function seen(text: string): string {
  const key = searchKey(text)
  // Most are in the English alphabet, of which few letters are taken for another.
  const read = /^[ -~]*$/.test(key)
    ? key.replace(/[01i|35]/g, (letter) => likeness[letter] ?? letter)
    : [...key].map((letter) => likeness[letter] ?? letter).join('')
  return read.replaceAll('rn', 'm').replaceAll('vv', 'w')
}

/**
 * A domain whose letters, all of one other script, read as another domain in use, or as that of the sender
 * of every message: whoever holds it is somebody else. @throws `look-alike-domain`
 */
export async function refuseLookAlikeDomain(
  trx: Trx,
  { address: { email, key }, ctx }: { address: Address; ctx: Pick<RuleContext, 'sender' | 'by'> },
): Promise<void> {
  const domain = domainOf(key)
  if (!isInAnotherScript(domain)) return
  const known = [...domainOfSender(ctx), ...(await domainsInUse(trx, mayReadAs([domain])))]
  const other = lookAlikeDomains([domain], known).get(domain)
  if (other === undefined) return
  // Whoever acts for a user is not told which domains there are elsewhere.
  const named = ctx.by.kind === 'staff' ? other : 'another that is in use'
  throw new Refused(
    'look-alike-domain',
    `The domain of ${email} ${onlyLooksLike({ domain, other: named })}.`,
    {
      hint: askForTheAddress,
    },
  )
}

export const askForTheAddress = 'Ask the person for their address, and type it anew.'

export function onlyLooksLike({ domain, other }: { domain: string; other: string }): string {
  return `only looks like ${other}: it is ${domain}`
}

/**
 * Those of these domains that read as another which is known, or which comes beside them, with that one. A
 * label in front of either, as in `mail.school.example`, makes no difference.
 */
export function lookAlikeDomains(
  domains: readonly string[],
  known: readonly string[],
  beside: readonly string[] = [],
): ReadonlyMap<string, string> {
  const endings = domains.flatMap((domain) =>
    endingsOf(domain)
      .filter(isInAnotherScript)
      .map((ending) => ({ domain, ending, likeness: domainLikeness(ending) })),
  )
  const likenesses = new Set(endings.map(({ likeness }) => likeness))
  const inUse = byLikeness(known, likenesses)
  const together = byLikeness(beside, likenesses)
  const found = new Map<string, string>()
  for (const { domain, ending, likeness } of endings) {
    if (inUse.get(likeness)?.has(ending)) continue
    const [other] = [inUse, together].flatMap((index) => otherThan(ending, index.get(likeness)))
    if (other !== undefined && !found.has(domain)) found.set(domain, other)
  }
  return found
}

/**
 * Of many domains or addresses, a line each, the domains that may read as one of these by their last two labels: told
 * at once of nearly all that do not, without a text for each.
 */
export function mayReadAs(domains: readonly string[]): (lines: string) => string[] {
  const likenesses = new Set(
    domains.flatMap((domain) =>
      endingsOf(domain)
        .filter(isInAnotherScript)
        .map((ending) => lastLabels(domainLikeness(ending))),
    ),
  )
  const marked = new Uint8Array(1 << 16)
  for (const labels of likenesses) marked[markOfLastLabels(labels, labels.length).mark] = 1
  const mayRead = (domain: string) => !plainDomain.test(domain) || likenesses.has(seen(lastLabels(domain)))
  return (lines) => {
    if (!plainLines.test(lines)) return lines.split('\n').map(domainOf).filter(mayRead)
    // By where they stand: of several the first is told.
    const found = new Map<number, string>()
    for (let end = lines.length; end > 0; ) {
      const { mark, at } = markOfLastLabels(lines, end)
      const start = lines.lastIndexOf('\n', at) + 1
      if (marked[mark] === 1) {
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

/** What each letter of the English alphabet, and each sign, is taken for: what `seen` makes of it alone. */
const readsAs = Uint8Array.from({ length: 128 }, (_, code) => {
  const letter = String.fromCharCode(code).toLowerCase()
  return (likeness[letter] ?? letter).charCodeAt(0)
})

/**
 * The same for all domains whose last two labels read alike, and seldom for others; m and w count as what may be
 * written for them. @returns it, and where the two labels begin, or a place before
 */
function markOfLastLabels(text: string, end: number): { mark: number; at: number } {
  let mark = 0
  let dots = 0
  let at = end - 1
  for (; at >= 0; at -= 1) {
    const code = text.charCodeAt(at)
    if (code === LINE_END || code === AT) break
    if (code === DOT) {
      dots += 1
      if (dots === 2) break
    }
    const letter = readsAs[code & 127] ?? 0
    if (letter === M) mark = Math.imul(Math.imul(mark, 31) + 110, 31) + 114
    else if (letter === W) mark = Math.imul(Math.imul(mark, 31) + 118, 31) + 118
    else mark = Math.imul(mark, 31) + letter
  }
  return { mark: (mark ^ (mark >>> 16)) & 0xffff, at }
}

/** Shown as it is written. */
const plainDomain = /^(?!.*xn--)[ -~]*$/

function lastLabels(domain: string): string {
  return domain.slice(domain.lastIndexOf('.', domain.lastIndexOf('.') - 1) + 1)
}

/** By what their endings look like, where that is wanted: each ending, with a domain that has it. */
function byLikeness(
  domains: readonly string[],
  likenesses: ReadonlySet<string>,
): Map<string, Map<string, string>> {
  const index = new Map<string, Map<string, string>>()
  for (const domain of domains) {
    for (const ending of endingsOf(domain)) {
      const likeness = domainLikeness(ending)
      if (!likenesses.has(likeness)) continue
      const alike = index.get(likeness) ?? new Map<string, string>()
      if (!alike.has(ending)) alike.set(ending, domain)
      index.set(likeness, alike)
    }
  }
  return index
}

function otherThan(ending: string, alike: ReadonlyMap<string, string> = new Map()): string[] {
  return [...alike].flatMap(([one, domain]) => (one === ending ? [] : [domain]))
}

/** A domain, and what is left of it without the labels in front; never the last label alone. */
function endingsOf(domain: string): string[] {
  const labels = domain.split('.')
  return labels.slice(0, -1).map((_, at) => labels.slice(at).join('.'))
}

/** As addresses are compared. */
export function domainOf(key: string): string {
  return key.slice(key.lastIndexOf('@') + 1)
}

/** A domain in ASCII form that is shown in other letters. */
export function isInAnotherScript(domain: string): boolean {
  return /(?:^|\.)xn--/.test(domain)
}

/** None where the setting is no address, which is told where messages are sent. */
export function domainOfSender({ sender }: Pick<RuleContext, 'sender'>): string[] {
  const address = readAddress(sender)
  return 'key' in address ? [domainOf(address.key)] : []
}
