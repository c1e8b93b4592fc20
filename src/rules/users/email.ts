import { domainToASCII, domainToUnicode } from 'node:url'
import { Usage } from '../../errors.ts'
import { hintForAddress } from './address-hint.ts'

/** An address as it is shown, and as it is compared. */
export interface Address {
  email: string
  key: string
}

interface AddressProblem {
  problem: string
  /** What to take away. */
  hint?: string
}

/** As almost every one is: nothing in it that has to be looked at closer. */
const plain =
  /^[a-z0-9_+-]{1,64}(?:\.[a-z0-9_+-]{1,64})*@(?!\S*xn--)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/i
const ordinary = /^[a-z0-9._+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+$/i
/** Neither the part before the @ nor the whole can be too long. */
const maxPlain = 64
const blanks = /^[\s\u00a0]+|[\s\u00a0]+$/g
const localPart = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/i
const domainLabel = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/

/**
 * Reads an e-mail address, or says what is wrong with it. Look-alike addresses are how
 * accounts are stolen: invisible characters and mixed scripts are refused, never repaired.
 */
export function readAddress(text: string): Address | AddressProblem {
  const read = addressIn(text)
  if ('key' in read) return read
  const line = visible(text.replace(/[\r\n\t]+/g, ' '))
  return { ...read, ...hintForAddress(line, (part) => 'key' in addressIn(part)) }
}

function addressIn(text: string): Address | AddressProblem {
  if (text.length <= maxPlain && plain.test(text)) {
    const key = text.toLowerCase()
    return { email: text, key: key === text ? text : key }
  }
  const isOrdinary = ordinary.test(text)
  const email = isOrdinary ? text : text.replace(blanks, '').normalize('NFC')
  if (email === '') return { problem: 'is empty' }
  if (!isOrdinary && hasInvisible(email)) return { problem: 'contains an invisible character' }
  const at = email.lastIndexOf('@')
  if (at < 1 || at === email.length - 1) return { problem: 'is not an address: name@school.example' }
  const local = email.slice(0, at)
  const domain = email.slice(at + 1)
  if (!/^[\x20-\x7e]*$/.test(local)) {
    return { problem: 'has a letter before the @ that is not in the English alphabet' }
  }
  if (!localPart.test(local)) return { problem: 'is not an address: name@school.example' }
  const asciiDomain =
    ordinary.test(email) && !/xn--/i.test(domain) ? domain.toLowerCase() : asciiFormOf(domain)
  if (typeof asciiDomain !== 'string') return asciiDomain
  const labels = asciiDomain.split('.')
  if (labels.length < 2) return { problem: 'has a domain without a dot' }
  if (!labels.every((label) => domainLabel.test(label)) || /^\d+$/.test(labels.at(-1) ?? '')) {
    return { problem: `has a domain that cannot exist: ${domain}` }
  }
  const key = `${local.toLowerCase()}@${asciiDomain}`
  if (local.length > 64) return { problem: 'is longer than 64 characters before the @' }
  if (key.length > 254 || email.length > 254) return { problem: 'is longer than 254 characters' }
  // One text, not two, where they are equal: an import holds a hundred thousand.
  return { email, key: key === email ? email : key }
}

/** Made where an address needs it: what knows each kind of letter takes long to make. */
function hasInvisible(text: string): boolean {
  return /[\p{Cc}\p{Cf}\u2028\u2029\u115f\u1160\u3164\uffa0]/u.test(text)
}

/** One that an account is to get: nobody's begins with a sign, which a spreadsheet or a list has put before it. */
export function readNewAddress(text: string): Address | AddressProblem {
  const address = readAddress(text)
  const sign = 'key' in address ? /^[^a-z0-9_]+/i.exec(address.email)?.[0] : undefined
  if (!('key' in address) || sign === undefined) return address
  const rest = address.email.slice(sign.length)
  return {
    problem: `begins with ${sign}, and no address does`,
    hint: `take away the ${sign === "'" ? 'apostrophe' : sign} at its start: ${rest}`,
  }
}

/** An address typed as an argument; a wrong one is a wrong call. */
export function typedAddress(text: string): Address {
  return orUsage(readAddress(text), text)
}

export function typedNewAddress(text: string): Address {
  return orUsage(readNewAddress(text), text)
}

function orUsage(address: Address | AddressProblem, text: string): Address {
  if ('key' in address) return address
  const { problem, hint } = address
  throw new Usage(`${visible(text)} ${problem}.`, {
    code: 'invalid-email',
    ...(hint === undefined ? {} : { hint: `${hint.slice(0, 1).toUpperCase()}${hint.slice(1)}.` }),
  })
}

function asciiFormOf(domain: string): string | AddressProblem {
  const asciiForm = domainToASCII(domain)
  if (asciiForm !== '' && !isWrittenSo(domain, asciiForm)) {
    return { problem: `has a domain that is written otherwise than it is read: ${visible(domain)}` }
  }
  if (asciiForm === '') return { problem: `has a domain that cannot exist: ${visible(domain)}` }
  const labels = domainToUnicode(asciiForm).split('.')
  if (labels.some(mixesScripts)) return { problem: 'mixes letters of different scripts in its domain' }
  return asciiForm
}

/** A percent sign, a full-width letter or another dot would be read as something else: refused, never repaired. */
function isWrittenSo(domain: string, asciiForm: string): boolean {
  if (!/^[\p{L}\p{M}\p{N}.-]+$/u.test(domain)) return false
  const written = domain.toLowerCase()
  return /xn--/.test(written) ? asciiForm === written : domainToUnicode(asciiForm) === written
}

/** Made for the first address that needs them: most are in ASCII, and these take long to compile. */
let scripts: readonly RegExp[] | undefined

const expressionsOfScripts = () => [
  /^[\p{Script=Latin}\p{Script=Common}\p{Script=Inherited}]*$/u,
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Common}\p{Script=Inherited}]*$/u,
  /^[\p{Script=Han}\p{Script=Hangul}\p{Script=Common}]*$/u,
  /^[\p{Script=Han}\p{Script=Bopomofo}\p{Script=Common}]*$/u,
  ...[
    'Arabic',
    'Armenian',
    'Bengali',
    'Cyrillic',
    'Devanagari',
    'Ethiopic',
    'Georgian',
    'Greek',
    'Gujarati',
    'Gurmukhi',
    'Hebrew',
    'Kannada',
    'Khmer',
    'Lao',
    'Malayalam',
    'Myanmar',
    'Oriya',
    'Sinhala',
    'Tamil',
    'Telugu',
    'Thaana',
    'Thai',
    'Tibetan',
    'Mongolian',
  ].map((script) => new RegExp(`^[\\p{Script=${script}}\\p{Script=Common}\\p{Script=Inherited}]*$`, 'u')),
]

function mixesScripts(label: string): boolean {
  scripts ??= expressionsOfScripts()
  return !scripts.some((script) => script.test(label))
}

/** For messages: what cannot be seen, written out. */
export function visible(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (character) => {
    return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`
  })
}

interface KeptAddress {
  email: string
  /** As it is compared. */
  emailKey: string
}

/** Whether it may be another mailbox: before the @ capitals may make one, after it they make none. */
export function isAnotherAddress(before: KeptAddress, after: KeptAddress): boolean {
  return after.emailKey !== before.emailKey || beforeAt(after) !== beforeAt(before)
}

function beforeAt({ email }: KeptAddress): string {
  return email.slice(0, email.lastIndexOf('@'))
}
