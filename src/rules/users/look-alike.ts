import { domainToUnicode } from 'node:url'
import { fold } from '../search-key.ts'

const likeness: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'l',
  i: 'l',
  '|': 'l',
  '3': 'e',
  '5': 's',
  а: 'a',
  в: 'b',
  е: 'e',
  к: 'k',
  м: 'm',
  н: 'h',
  о: 'o',
  р: 'p',
  с: 'c',
  т: 't',
  у: 'y',
  х: 'x',
  ԁ: 'd',
  һ: 'h',
  ԛ: 'q',
  ԝ: 'w',
  ӏ: 'l',
  ѵ: 'v',
  г: 'r',
  п: 'n',
  і: 'l',
  ј: 'j',
  ѕ: 's',
  α: 'a',
  ε: 'e',
  ι: 'l',
  κ: 'k',
  ν: 'v',
  ο: 'o',
  ρ: 'p',
  τ: 't',
  υ: 'y',
  χ: 'x',
}

/**
 * What an address looks like at a glance: those that are read as one another have one likeness.
 * Dots, dashes and what follows a plus sign are as nothing before the @.
 * @param key as addresses are compared
 */
export function likenessOf(key: string): string {
  const at = key.lastIndexOf('@')
  const local = key.slice(0, at).replace(/\+.*$/, '').replace(/[._-]/g, '')
  return `${seen(local)}@${seen(domainToUnicode(key.slice(at + 1)) || key.slice(at + 1))}`
}

/** What a domain looks like at a glance; it is compared as addresses are, and shown in its own script. */
export function domainLikeness(domain: string): string {
  return seen(domainToUnicode(domain) || domain)
}

/** A name however it is written: no accents, no letter case, whichever word comes first. */
export function nameKeyOf({ firstName, lastName }: { firstName: string; lastName: string }): string {
  return fold(`${firstName} ${lastName}`)
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
    .sort()
    .join(' ')
}

function seen(text: string): string {
  return [...fold(text)]
    .map((letter) => likeness[letter] ?? letter)
    .join('')
    .replaceAll('rn', 'm')
    .replaceAll('vv', 'w')
}
