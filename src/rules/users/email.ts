import { domainToASCII, domainToUnicode } from 'node:url'
import type { WrittenAddress } from '../../db/users/mentions.ts'
import { Usage } from '../../errors.ts'

/** An address as it is shown, and as it is compared. */
export interface Address {
  email: string
  key: string
}

interface AddressProblem {
  problem: string
  /** What to do about it. */
  hint?: string
}

/**
 * Matches almost every address, which then needs no further check. The ranges name both letter cases, because a
 * case-insensitive expression takes three times as long.
 */
const plainAddress =
  /^[A-Za-z0-9_+-]{1,64}(?:\.[A-Za-z0-9_+-]{1,64})*@(?!\S*[Xx][Nn]--)(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}$/
const asciiAddress = /^[a-z0-9._+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+$/i
/** A text up to this length can exceed neither the limit before the @ nor that of the whole address. */
const maxPlainLength = 64
const blanks = /^[\s\u00a0]+|[\s\u00a0]+$/g
const localPart = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/i
const domainLabel = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/

/**
 * Reads an e-mail address, or says what is wrong with it. Look-alike addresses are how
 * accounts are stolen: invisible characters and mixed scripts are refused, never repaired.
 */
export function readAddress(text: string): Address | AddressProblem {
  const read = addressFrom(text)
  if ('key' in read) return read
  const line = escapeInvisible(text.replace(/[\r\n\t]+/g, ' '))
  return { ...read, ...hintForAddress(line, (part) => 'key' in addressFrom(part)) }
}

/** Copied text may contain look-alike or invisible characters. */
const typeAgainHint = 'type it by hand instead of copying it'

function addressFrom(text: string): Address | AddressProblem {
  if (text.length <= maxPlainLength && plainAddress.test(text)) {
    const key = text.toLowerCase()
    return { email: text, key: key === text ? text : key }
  }
  const isOrdinary = asciiAddress.test(text)
  const email = isOrdinary ? text : text.replace(blanks, '').normalize('NFC')
  if (email === '') return { problem: 'is empty' }
  if (!isOrdinary && hasInvisible(email))
    return { problem: 'contains an invisible character', hint: typeAgainHint }
  const at = email.lastIndexOf('@')
  if (at < 1 || at === email.length - 1) return { problem: 'is not an address: name@school.example' }
  const local = email.slice(0, at)
  const domain = email.slice(at + 1)
  if (!/^[\x20-\x7e]*$/.test(local)) {
    return {
      problem: 'has a letter before the @ that is not in the English alphabet',
      hint: typeAgainHint,
    }
  }
  if (!localPart.test(local)) return { problem: 'is not an address: name@school.example' }
  const asciiDomain =
    asciiAddress.test(email) && !/xn--/i.test(domain) ? domain.toLowerCase() : asciiFormOf(domain)
  if (typeof asciiDomain !== 'string') return asciiDomain
  const labels = asciiDomain.split('.')
  if (labels.length < 2)
    return {
      problem: 'has a domain without a dot',
      hint: 'write the domain whole, with what stands behind its dot, such as school.example',
    }
  if (!labels.every((label) => domainLabel.test(label)) || /^\d+$/.test(labels.at(-1) ?? '')) {
    return { problem: `has a domain that cannot exist: ${domain}` }
  }
  const key = `${local.toLowerCase()}@${asciiDomain}`
  if (local.length > 64) return { problem: 'is longer than 64 characters before the @' }
  if (key.length > 254 || email.length > 254) return { problem: 'is longer than 254 characters' }
  // Equal texts share one string to save memory: an import holds a hundred thousand addresses.
  return { email, key: key === email ? email : key }
}

/** The expression is inside the function so that it is compiled only when needed: Unicode classes compile slowly. */
function hasInvisible(text: string): boolean {
  return /[\p{Cc}\p{Cf}\u2028\u2029\u115f\u1160\u3164\uffa0]/u.test(text)
}

/** Reads the address of a new account: a leading sign is refused, because it comes from a spreadsheet or a list. */
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

/** Reads an address typed as an argument. @throws Usage `invalid-email` */
export function parseAddress(text: string): Address {
  return requireAddress(readAddress(text), text)
}

export function parseNewAddress(text: string): Address {
  return requireAddress(readNewAddress(text), text)
}

/** For an address that nobody has: one that no account could ever get is a usage error. @throws `invalid-email` */
export function refuseUnusableAddress({ email }: Address): void {
  parseNewAddress(email)
}

function requireAddress(address: Address | AddressProblem, text: string): Address {
  if ('key' in address) return address
  const { problem, hint } = address
  throw new Usage(`${text.trim() === '' ? 'The address' : `'${escapeInvisible(text)}'`} ${problem}.`, {
    code: 'invalid-email',
    ...(hint === undefined ? {} : { hint: `${hint.slice(0, 1).toUpperCase()}${hint.slice(1)}.` }),
  })
}

function asciiFormOf(domain: string): string | AddressProblem {
  const asciiForm = domainToASCII(domain)
  if (asciiForm !== '' && !isCanonicalForm(domain, asciiForm)) {
    return { problem: `has a domain that is written otherwise than it is read: ${escapeInvisible(domain)}` }
  }
  if (asciiForm === '') return { problem: `has a domain that cannot exist: ${escapeInvisible(domain)}` }
  const labels = domainToUnicode(asciiForm).split('.')
  if (labels.some(mixesScripts))
    return { problem: 'mixes letters of different scripts in its domain', hint: typeAgainHint }
  return asciiForm
}

/** Whether the ASCII form stands for the domain as written: percent signs, full-width letters or other dots do not. */
function isCanonicalForm(domain: string, asciiForm: string): boolean {
  if (!/^[\p{L}\p{M}\p{N}.-]+$/u.test(domain)) return false
  const written = domain.toLowerCase()
  return /xn--/.test(written) ? asciiForm === written : domainToUnicode(asciiForm) === written
}

/** Compiled for the first address that needs them: most addresses are ASCII, and these expressions compile slowly. */
let scripts: readonly RegExp[] | undefined

const scriptPatterns = () => [
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
  scripts ??= scriptPatterns()
  return !scripts.some((script) => script.test(label))
}

/** Writes invisible characters as `\u` escapes, for messages. */
export function escapeInvisible(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (character) => {
    return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`
  })
}

/** Whether the address may be a different mailbox: letter case may matter before the @, but not after it. */
export function isAnotherAddress(before: WrittenAddress, after: WrittenAddress): boolean {
  return after.emailKey !== before.emailKey || localPartOf(after) !== localPartOf(before)
}

function localPartOf({ email }: WrittenAddress): string {
  return email.slice(0, email.lastIndexOf('@'))
}

/** What is wrong with a text meant as an address, and what to do about it. */
interface AddressHint {
  problem?: string
  hint?: string
}

const PIECE = /[^\s<>()[\],;:"'|#]+@[^\s<>()[\],;:"'|#]+/g
const TRAILING_MARKS = /[.,;:]+$/
/** With blanks before and between them. */
const trailingMarks = /[\s.,;:]*[.,;:]$/
const markNames: ReadonlyMap<string, string> = new Map([
  ['.', 'dot'],
  [',', 'comma'],
  [';', 'semicolon'],
  [':', 'colon'],
])

/** Letters that a word processor puts in place of those that were typed. */
const lookAlikes: readonly { letters: RegExp; name: string; typed: string }[] = [
  { letters: /[\u2018\u2019\u201b\u2032\u00b4`]/, name: 'a curly apostrophe', typed: "'" },
  { letters: /[\u201c-\u201f]/, name: 'a curly quotation mark', typed: 'nothing' },
  { letters: /[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]/, name: 'a long dash', typed: '-' },
  { letters: /\uff20/, name: 'a full-width @', typed: '@' },
]

/**
 * What to do about a text that was meant as an address. The hint names an address only where it is surely meant: the
 * address is valid, and the text around it is what programs put around an address.
 */
function hintForAddress(text: string, isAddress: (text: string) => boolean): AddressHint | undefined {
  const line = text.trim()
  if (/[a-z]:\/\/|(?<![\p{L}\p{N}.])www\./iu.test(line))
    return { problem: 'is a web address', hint: 'write the e-mail address alone' }
  const link = /^mailto:\s*([^?\s<>#]+)(?:\?.*)?$/is.exec(line)?.[1]
  if (link !== undefined && isAddress(link))
    return { problem: 'has mailto: before it', hint: `take away mailto:, so that ${link} is left` }
  const pieces = (line.match(PIECE) ?? [])
    .map((piece) => piece.replace(TRAILING_MARKS, '').replace(/\?.*$/s, ''))
    .filter(isAddress)
  const [first, second] = [...new Set(pieces.map((piece) => piece.toLowerCase()))]
  const address = pieces[0]
  if (first === undefined || address === undefined) return hintForLetters(line, isAddress)
  if (second !== undefined) {
    const other = pieces.find((piece) => piece.toLowerCase() === second) ?? second
    return {
      problem: 'holds more than one address',
      hint: `keep one address here, such as ${address}, and give ${other} a row of its own`,
    }
  }
  if (pieces.length > 1 || /[<>]|#/.test(line))
    return hintForCopiedLink(line, { address, times: pieces.length })
  const end = trailingMarks.exec(line)?.[0]
  if (end !== undefined && line.slice(0, -end.length) === address) {
    const mark = markNames.get(end.trim().at(-1) ?? '') ?? 'mark'
    return { problem: `has a ${mark} at its end`, hint: `take away the ${mark} at its end: ${address}` }
  }
  if (labelBefore.test(line.slice(0, line.indexOf(address))) && line.endsWith(address))
    return {
      problem: 'has more than an address in it',
      hint: `leave ${address} alone, without what stands before it`,
    }
  return isOnlyQuoted(line, address)
    ? { hint: `leave ${address} alone, without what stands around it` }
    : hintForLetters(line, isAddress)
}

/** What people write before an address in the same cell: `Contact:`, `E-mail (work):`. */
const labelBefore = /^[\p{L}\p{M}\s().-]+[:=]\s*$/u

/** Hints for `Name <x>`, for `x<mailto:x>` (a link copied from Outlook) and for `x#mailto:x#` (a link in Access). */
function hintForCopiedLink(
  line: string,
  { address, times }: { address: string; times: number },
): AddressHint {
  const at = line.toLowerCase().split(address.toLowerCase())
  const link = /^#?#?(?:<?mailto:<?)?#?#?[<>]*$/i
  if (times > 1 && at.every((part) => link.test(part.trim())))
    return { problem: 'holds an address and a link to it', hint: `leave ${address} alone, without the link` }
  if (times === 1 && /^[^<>#@]*<\s*(?:mailto:)?\s*$/i.test(at[0] ?? '') && /^\s*>[;,]?$/.test(at[1] ?? ''))
    return {
      problem: 'has more than an address in it',
      hint: `leave ${address} alone, without the name and < >`,
    }
  if (times === 1 && /^[^<>#@]*#?mailto:$/i.test(at[0] ?? '') && /^#*$/.test(at[1] ?? ''))
    return { problem: 'has more than an address in it', hint: `leave ${address} alone, without the link` }
  return { problem: 'has more than an address in it' }
}

/** Whether the address only has brackets or quotation marks around it, or a remark in brackets behind it. */
function isOnlyQuoted(line: string, address: string): boolean {
  const [before = '', after = ''] = line.split(address)
  return /^[("'[]*$/.test(before) && /^[)"'\]]*(?:\s+\([^()@]*\))?$/.test(after)
}

function hintForLetters(line: string, isAddress: (text: string) => boolean): AddressHint | undefined {
  if (line.split('@').length > 2) return undefined
  const alphabet = lookAlikes.find(({ letters }) => letters.test(line))
  const letter = alphabet?.letters.exec(line)?.[0]
  // At the start or the end of the text, the character is a quotation mark.
  if (alphabet && letter !== undefined && (line.startsWith(letter) || line.endsWith(letter)))
    return { hint: `take away the ${letter} at its ${line.startsWith(letter) ? 'start' : 'end'}` }
  if (alphabet && letter !== undefined)
    return { hint: `${letter} is ${alphabet.name}: type ${alphabet.typed} in its place` }
  if (!/^[^\s@]+(?:\s+[^\s@]+)*\s*@/.test(line)) return undefined
  const closed = line.replace(/\s*([@.])\s*/g, '$1')
  if (closed !== line && isAddress(closed))
    return { problem: 'has a blank in it', hint: `take away the blank: ${closed}` }
  if (/\s/.test(line)) return { problem: 'has a blank in it' }
  const end = TRAILING_MARKS.exec(line)?.[0].at(-1)
  if (end !== undefined) return { hint: `take away the ${markNames.get(end) ?? 'mark'} at its end` }
  if (/@[^@]*[,;]/.test(line))
    return { problem: 'has a comma or semicolon in its domain', hint: 'write a dot, if one was meant' }
  return undefined
}
