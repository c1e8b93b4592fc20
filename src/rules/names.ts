import { readAddress, visible } from './users/email.ts'
import {
  beginsAsNoName,
  isDateOrNumber,
  isHeadingOfNames,
  isPlaceholder,
  isWeekday,
  isYesOrNo,
} from './placeholders.ts'
import {
  holdsWebAddress,
  marksWithoutMeaning,
  mixedWord,
  mojibake,
  type NameFault,
  nameTextFault,
} from './text-faults.ts'

/** What was left out of a name, worded likewise. */
interface NameNotice {
  code: 'name-tidied'
  message: string
}

export type NamePart = 'firstName' | 'lastName'

/** A person's two names as they are kept, what was left out of them, and why they are none. */
export interface PersonName {
  firstName: string
  lastName: string
  faults: ({ field: NamePart } & NameFault)[]
  notices: ({ field: NamePart } & NameNotice)[]
}

export const maxNameLength = 100

/** Letters and marks, without those that nobody sees. */
const seen =
  '[\\p{L}\\p{M}]--[\\u034f\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u3164\\uffa0\\ufe00-\\ufe0f\\u{e0100}-\\u{e01ef}]'

/** Made for the first name: it takes long to compile. */
let plain: RegExp | undefined

/** One word after another. */
const expressionOfPlainNames = () =>
  new RegExp(`^[\\(«„“]*(?=\\p{L})(?:[[${seen}][0-9'.,\\(\\)\\/&\\-«»„“”‘’]]| (?! |$))*$`, 'v')

const ascii = /^[ -~]*$/

/**
 * Whether a name is as almost every one is: nothing to tidy, and nothing of what is no name, because it does not
 * begin as one of the words for nothing does. Told much sooner than by looking for each of these.
 */
export function isPlainName(text: string): boolean {
  plain ??= expressionOfPlainNames()
  if (!plain.test(text)) return false
  if (beginsAsNoName(text)) return false
  if (ascii.test(text)) return true
  return text.normalize('NFKC') === text && mojibake(text) === undefined && mixedWord(text) === undefined
}

/** Letters, blanks, hyphens and apostrophes as almost every name has them. */
const ordinary = /^(?:[a-z\u00c0-\u02af'’.-]+(?: (?!$)|$))*$/i

/** As in a web address, and in `St.John`. */
const dotWithin = /[^.]\.[^. ]/

/**
 * Reads the two names of a person, as they stand in a cell or were typed: tidied, or with what
 * is wrong in each. A stranger's web address in one of Cambridge's own letters is phishing.
 */
export function readPersonName(texts: { firstName: string; lastName: string }): PersonName {
  if (isPlainPart(texts.firstName) && (texts.lastName === '' || isPlainPart(texts.lastName)))
    return { firstName: texts.firstName, lastName: texts.lastName, faults: [], notices: [] }
  const first = readPart(texts.firstName, 'firstName')
  const last = readPart(texts.lastName, 'lastName')
  const faults = [...first.faults, ...last.faults]
  // Letters say both, one after the other.
  const both = [`${first.name} ${last.name}`, `${first.name}${last.name}`]
  if (faults.length === 0 && both.some((text) => holdsWebAddress(text.normalize('NFKC')))) {
    faults.push({ field: last.name === '' ? 'firstName' : 'lastName', ...isWebAddress })
  }
  const parts = [first.name, last.name].filter((name) => name !== '')
  // One name may be True; two of them are two cells that were ticked.
  const partFault =
    parts.length > 1 && parts.every((part) => yesOrNoFault(part)) ? yesOrNoFault : wholeNameFault
  const whole =
    parts.length > 0 &&
    (parts.every((part) => partFault(part)) ? partFault(parts[0] ?? '') : wholeNameFault(parts.join(' ')))
  const fault = whole || headingsAsName(parts)
  if (faults.length === 0 && fault) {
    faults.push({ field: first.name === '' ? 'lastName' : 'firstName', ...fault })
  }
  // Somebody with one name is written with a dash for the other; alone it is no name at all.
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

/** What stands above the columns of a person's names, and nothing else; each alone may be one of two names. */
function headingsAsName(parts: readonly string[]): NameFault | undefined {
  if (parts.length === 0 || !parts.every(isHeadingOfNames)) return undefined
  return { code: 'not-a-name', message: `is ${parts.join(' ')}, which is no name` }
}

const maxKnown = 2000

/** A workbook has the same few names of persons in very many rows. */
const knownParts = new Map<string, boolean>()

/** Without the signs of a web address. */
function isPlainPart(text: string): boolean {
  const known = knownParts.get(text)
  if (known !== undefined) return known
  const plain =
    text.length <= maxNameLength && isPlainName(text) && !text.includes('.') && !text.includes('/')
  if (knownParts.size < maxKnown) knownParts.set(text, plain)
  return plain
}

function readPart(text: string, field: NamePart): Pick<PersonName, 'faults' | 'notices'> & { name: string } {
  if (text.length <= maxNameLength && ordinary.test(text) && !dotWithin.test(text)) {
    const name = text.normalize('NFC')
    const fault = mojibake(text)
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

/** A name with its blanks in order and without the marks that a program leaves beside its letters. */
export function tidyName(text: string): { name: string; notices: NameNotice[] } {
  const plain = text.replace(marksWithoutMeaning, '')
  const name = plain
    .replace(/[\s\u0085]+/gu, ' ')
    .trim()
    .normalize('NFC')
  if (plain === text) return { name, notices: [] }
  return {
    name,
    notices: [
      { code: 'name-tidied', message: `held invisible marks, which were left out: ${visible(text)}` },
    ],
  }
}

/** What is no name where it would be all of it; as one of a person's two names it may be one. */
export function wholeNameFault(name: string): NameFault | undefined {
  const normalized = name.normalize('NFKC').toLowerCase()
  if (isDateOrNumber(normalized) || isPlaceholder(normalized)) {
    return { code: 'not-a-name', message: `is ${name}, which is no name` }
  }
  if (name === '' || /\p{L}/u.test(name)) return undefined
  return { code: 'not-a-name', message: `is ${name}: it has no letter` }
}

/** A centre's name, as it stands in a cell or was typed. */
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

/** It stands in the wrong column, or was typed in the wrong place. */
function addressFault(name: string): NameFault | undefined {
  if (!name.includes('@') || !('key' in readAddress(name))) return undefined
  return { code: 'not-a-name', message: `is ${name}, an e-mail address and no name` }
}

function yesOrNoFault(name: string, kinds = { short: false }): NameFault | undefined {
  if (!isYesOrNo(name, kinds)) return undefined
  return { code: 'not-a-name', message: `is ${name}, a yes or no and no name` }
}

function personTextFault(name: string): NameFault | undefined {
  // Full-width letters and signs look like the others, and some programs make links of them.
  const plain = name.normalize('NFKC')
  if (/[@<]/.test(plain)) {
    return { code: 'not-a-name', message: `holds ${plain.includes('@') ? 'an @' : 'a <'}, and no name does` }
  }
  if (holdsWebAddress(plain)) return isWebAddress
  if ([...name].length <= maxNameLength) return undefined
  return { code: 'too-long', message: `is longer than ${maxNameLength} letters` }
}

const isWebAddress: NameFault = { code: 'not-a-name', message: 'holds a web address' }

const dash = /^(?:[-.\u2010-\u2015\u2212_~*•…]|-{2,3}|\.{2,3}|_{2,3})$/
