import { readAddress, escapeInvisible } from './users/email.ts'
import {
  beginsLikePlaceholder,
  isDateOrNumber,
  isHeadingOfNames,
  isPlaceholder,
  isWeekday,
  isBooleanWord,
} from './placeholders.ts'
import {
  holdsWebAddress,
  ignorableMarks,
  mixedScriptWord,
  mojibakeFault,
  type NameFault,
  nameTextFault,
} from './text-faults.ts'

/** What was left out of a name; the message is worded like that of a `NameFault`. */
interface NameNotice {
  code: 'name-tidied'
  message: string
}

export type NamePart = 'firstName' | 'lastName'

/** A person's two names as they are stored, with what is wrong with them and what was left out of them. */
export interface PersonName {
  firstName: string
  lastName: string
  faults: ({ field: NamePart } & NameFault)[]
  notices: ({ field: NamePart } & NameNotice)[]
}

export const maxNameLength = 100

/** Letters and marks, without the invisible ones. */
const visibleLetters =
  '[\\p{L}\\p{M}]--[\\u034f\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u3164\\uffa0\\ufe00-\\ufe0f\\u{e0100}-\\u{e01ef}]'

/** Compiled for the first name, because it compiles slowly. */
let compiledPlainName: RegExp | undefined

/** Words of letters, digits and common signs, separated by single blanks. */
const plainNamePattern = () =>
  new RegExp(`^[\\(«„“]*(?=\\p{L})(?:[[${visibleLetters}][0-9'.,\\(\\)\\/&\\-«»„“”‘’]]| (?! |$))*$`, 'v')

const ascii = /^[ -~]*$/

/**
 * Whether a name needs no further check, like almost every name: it has nothing to tidy, and does not begin like a
 * placeholder. This test is much faster than looking for each fault.
 */
export function isPlainName(text: string): boolean {
  compiledPlainName ??= plainNamePattern()
  if (!compiledPlainName.test(text)) return false
  if (beginsLikePlaceholder(text)) return false
  if (ascii.test(text)) return true
  return (
    text.normalize('NFKC') === text &&
    mojibakeFault(text) === undefined &&
    mixedScriptWord(text) === undefined
  )
}

/** Letters, blanks, hyphens and apostrophes as almost every name has them. */
const ordinaryName = /^(?:[a-z\u00c0-\u02af'’.-]+(?: (?!$)|$))*$/i

/** A dot within a word, as in a web address and in `St.John`. */
const dotWithin = /[^.]\.[^. ]/

/**
 * Reads the two names of a person from a cell or from what was typed: tidied, or with the faults of each. A web
 * address is a fault, because in one of Cambridge's own letters it would be phishing.
 */
export function readPersonName(texts: { firstName: string; lastName: string }): PersonName {
  if (isPlainPart(texts.firstName) && (texts.lastName === '' || isPlainPart(texts.lastName)))
    return { firstName: texts.firstName, lastName: texts.lastName, faults: [], notices: [] }
  const first = readPart(texts.firstName, 'firstName')
  const last = readPart(texts.lastName, 'lastName')
  const faults = [...first.faults, ...last.faults]
  // Letters print both names, one after the other, which could form a web address.
  const both = [`${first.name} ${last.name}`, `${first.name}${last.name}`]
  if (faults.length === 0 && both.some((text) => holdsWebAddress(text.normalize('NFKC')))) {
    faults.push({ field: last.name === '' ? 'firstName' : 'lastName', ...webAddressFault })
  }
  const parts = [first.name, last.name].filter((name) => name !== '')
  // One name may be True; where both names are a yes or no, they come from ticked cells.
  const partFault =
    parts.length > 1 && parts.every((part) => yesOrNoFault(part)) ? yesOrNoFault : wholeNameFault
  const whole =
    parts.length > 0 &&
    (parts.every((part) => partFault(part)) ? partFault(parts[0] ?? '') : wholeNameFault(parts.join(' ')))
  const fault = whole || headingsAsName(parts)
  if (faults.length === 0 && fault) {
    faults.push({ field: first.name === '' ? 'lastName' : 'firstName', ...fault })
  }
  // A dash beside a name stands for a missing second name; a dash alone is no name.
  const dashes = faults.length === 0 && parts.some((part) => !dash.test(part))
  const notices = [...first.notices, ...last.notices]
  const without = (name: string, field: NamePart) => {
    if (!dashes || !dash.test(name)) return name
    notices.push({ field, code: 'name-tidied', message: `is ${name}, which is read as missing` })
    return ''
  }
  return {
    firstName: without(first.name, 'firstName'),
    lastName: without(last.name, 'lastName'),
    faults,
    notices,
  }
}

// Titles and degrees behind a comma are not a first name. Ma and Ba are names, MA and BA are degrees.
const titlePattern =
  /^(?:(?:[Jj][Rr]|[Ss][Rr]|I{2,3}|IV|[Ee][Ss][Qq]|P[Hh]\.?\s?D|M\.?A|B\.?A|M\.?D|M\.?Sc|B\.?Sc|M\.?Ed|B\.?Ed)\.?)$/

/** Forms of address, which are not part of a name. */
const formOfAddress = /^(?:Dr|Prof|Mr|Mrs|Ms|Miss|Mx|Sir|Dame|Rev|Herr|Frau|Mme|Sra)\.?$/i

/**
 * Splits a whole name: the last word is the last name, and what stands before a comma is. Undefined where the last name
 * cannot be told, with three parts or a form of address behind a comma.
 */
export function splitFullName(text: string): Record<NamePart, string> | undefined {
  const parts = text
    .split(/[,，、،﹐]/)
    .map((part) => part.trim())
    .filter((part) => part !== '')
  const titles = parts.length > 1 ? parts.slice(1).filter((part) => titlePattern.test(part)) : []
  const names = parts.filter((part, at) => at === 0 || !titlePattern.test(part))
  const [name = '', first] = names
  const withTitles = (last: string) => [last, ...titles].join(', ')
  if (names.length > 2 || parts.slice(1).some((part) => formOfAddress.test(part))) return undefined
  // Address books and lists of pupils write `Last, First`.
  if (first !== undefined) return { firstName: first, lastName: withTitles(name) }
  const words = name.split(/\s+/u).filter((word) => word !== '')
  const lastName = words.length > 1 || titles.length > 0 ? withTitles(words.pop() ?? '') : ''
  return { firstName: words.join(' '), lastName }
}

/** The fault where all of a person's names are column headings; a heading beside another name may be a name. */
function headingsAsName(parts: readonly string[]): NameFault | undefined {
  if (parts.length === 0 || !parts.every(isHeadingOfNames)) return undefined
  return { code: 'not-a-name', message: `is ${parts.join(' ')}, which is no name` }
}

const maxCachedParts = 2000

/** A cache for `isPlainPart`: a workbook repeats the same few names in very many rows. */
const plainPartCache = new Map<string, boolean>()

/** Whether one of the two names is plain, and has no sign of a web address. */
function isPlainPart(text: string): boolean {
  const known = plainPartCache.get(text)
  if (known !== undefined) return known
  const plain =
    text.length <= maxNameLength && isPlainName(text) && !text.includes('.') && !text.includes('/')
  if (plainPartCache.size < maxCachedParts) plainPartCache.set(text, plain)
  return plain
}

function readPart(text: string, field: NamePart): Pick<PersonName, 'faults' | 'notices'> & { name: string } {
  if (text.length <= maxNameLength && ordinaryName.test(text) && !dotWithin.test(text)) {
    const name = text.normalize('NFC')
    const fault = mojibakeFault(text)
    return { name, faults: fault ? [{ field, ...fault }] : [], notices: [] }
  }
  const { name, notices } = tidyName(text)
  const fault = nameTextFault(text) ?? personTextFault(name)
  return {
    name,
    faults: fault ? [{ field, ...fault }] : [],
    notices: notices.map((notice) => ({ field, ...notice })),
  }
}

/** A name with single blanks, and without the invisible marks that programs leave in it. */
export function tidyName(text: string): { name: string; notices: NameNotice[] } {
  const plain = text.replace(ignorableMarks, '')
  const name = plain
    .replace(/[\s\u0085]+/gu, ' ')
    .trim()
    .normalize('NFC')
  if (plain === text) return { name, notices: [] }
  return {
    name,
    notices: [
      { code: 'name-tidied', message: `held invisible marks, which were left out: ${escapeInvisible(text)}` },
    ],
  }
}

/** The fault of a text that is no name by itself; one of a person's two names may be such a text. */
export function wholeNameFault(name: string): NameFault | undefined {
  const normalized = name.normalize('NFKC').toLowerCase()
  if (isDateOrNumber(normalized) || isPlaceholder(normalized)) {
    return { code: 'not-a-name', message: `is ${name}, which is no name` }
  }
  if (name === '' || /\p{L}/u.test(name)) return undefined
  return { code: 'not-a-name', message: `is ${name}: it has no letter` }
}

/** The fault of a centre's name, read from a cell or typed. */
export function centreNameFault(text: string): NameFault | undefined {
  return nameTextFault(text) ?? centreTextFault(tidyName(text).name)
}

function centreTextFault(name: string): NameFault | undefined {
  return (
    yesOrNoFault(name, { short: true }) ?? wholeNameFault(name) ?? weekdayFault(name) ?? addressFault(name)
  )
}

function weekdayFault(name: string): NameFault | undefined {
  if (!isWeekday(name)) return undefined
  return { code: 'not-a-name', message: `is ${name}, a day and no name` }
}

/** The fault of an e-mail address that stands in the wrong column, or was typed in the wrong place. */
function addressFault(name: string): NameFault | undefined {
  if (!name.includes('@') || !('key' in readAddress(name))) return undefined
  return { code: 'not-a-name', message: `is ${name}, an e-mail address and no name` }
}

function yesOrNoFault(name: string, kinds = { short: false }): NameFault | undefined {
  if (!isBooleanWord(name, kinds)) return undefined
  return { code: 'not-a-name', message: `is ${name}, a yes or no and no name` }
}

function personTextFault(name: string): NameFault | undefined {
  // Full-width letters and signs look like the usual ones, and some programs make links of them.
  const plain = name.normalize('NFKC')
  if (/[@<]/.test(plain)) {
    return { code: 'not-a-name', message: `holds ${plain.includes('@') ? 'an @' : 'a <'}, and no name does` }
  }
  if (holdsWebAddress(plain)) return webAddressFault
  if ([...name].length <= maxNameLength) return undefined
  return { code: 'too-long', message: `is longer than ${maxNameLength} letters` }
}

const webAddressFault: NameFault = { code: 'not-a-name', message: 'holds a web address' }

const dash = /^(?:[-.\u2010-\u2015\u2212_~*•…]|-{2,3}|\.{2,3}|_{2,3})$/
