import { isErrorWord } from '../error-words.ts'
import { escapeInvisible } from './users/email.ts'

/** Why a text is no name; the message follows its subject in a sentence: `holds a web address`. */
export interface NameFault {
  code: 'error-cell' | 'not-a-name' | 'not-calculated' | 'too-long'
  message: string
  hint?: string
}

/** The first fault that no name of a centre or person may have; looked for before the blanks are tidied. */
export function nameTextFault(text: string): NameFault | undefined {
  const trimmed = text.trim()
  if (isErrorWord(trimmed.normalize('NFC')) || errorWithoutHash.test(trimmed)) {
    return {
      code: 'error-cell',
      message: `is ${trimmed}, which is an error of a formula, not a value`,
      hint: 'Mend the formula, or type the value.',
    }
  }
  if (text.includes('\ufffd')) {
    return {
      code: 'not-a-name',
      message: 'holds the sign for a letter that was lost (U+FFFD)',
      hint: 'Save the list again as UTF-8 from where the letters are still right, or as .xlsx.',
    }
  }
  if (isFormula(trimmed)) {
    return {
      code: 'not-calculated',
      message: `is the formula ${escapeInvisible(trimmed)}`,
      hint: 'Write the name that it was to make.',
    }
  }
  const misread = mojibakeFault(text)
  if (misread) return misread
  if (htmlEntity.test(text)) {
    return {
      code: 'not-a-name',
      message: `holds a letter as a web page writes it: ${htmlEntity.exec(text)?.[0]}`,
      hint: 'Type the letter itself.',
    }
  }
  const mixed = mixedScriptWord(text)
  if (mixed !== undefined) {
    return {
      code: 'not-a-name',
      message: `mixes letters of two alphabets in one word: ${mixed}`,
      hint: 'Some of them only look alike: type the word anew, in one alphabet.',
    }
  }
  if (!plainLatin.test(text) && invisible.test(text.replace(ignorableMarks, ''))) {
    return {
      code: 'not-a-name',
      message: `holds an invisible character: ${escapeInvisible(text)}`,
      hint: 'Type it anew.',
    }
  }
  return undefined
}

/** A Latin letter beside a Cyrillic or Greek one, as a Cyrillic а in Harbour: no search would find such a name. */
const mixedScripts =
  /\p{Script=Latin}\p{M}*[\p{Script=Cyrillic}\p{Script=Greek}]|[\p{Script=Cyrillic}\p{Script=Greek}]\p{M}*\p{Script=Latin}/u

/** The first word of a name that mixes letters of several alphabets. */
export function mixedScriptWord(text: string): string | undefined {
  // A fast test first: hardly any name has letters of two alphabets.
  if (!/[\u0370-\u052f]/.test(text) || !/[a-z\u00c0-\u024f]/i.test(text) || !mixedScripts.test(text))
    return undefined
  return text.split(/[^\p{L}\p{M}]+/u).find((word) => mixedScripts.test(word))
}

/** Whether a text is a formula that was saved as text; `=Plus-Minus+ Academy` and `＝Two` are accepted as names. */
function isFormula(text: string): boolean {
  if (!/^[=＝]/.test(text)) return signedFormula.test(text)
  const rest = text.slice(1).trim()
  // A single word is a named range of a spreadsheet.
  const isOneWord = text.startsWith('=') && !/\s/.test(rest)
  return isOneWord || formulaParts.test(rest.normalize('NFKC'))
}

/** A formula that begins with a plus or minus: a reference alone, or a function. */
const signedFormula = /^[+-]\s*(?:\$?[a-z]{1,3}\$?\d+$|[a-z][a-z0-9.]*\()/i

/** Parts of a formula: a function, a reference, a text, a number or an operator. */
const formulaParts = /^[-+'.\d]|[("!$&#^*/<>=:;[\]{}]|(?<![\p{L}\d])[a-z]{1,3}\d+(?![\p{L}\d])/iu

/** A spreadsheet error that has lost its `#`. */
const errorWithoutHash = /^(?:ref|name|value|num|null|div\/0|bezug|wert|valeur|valor|nom|nombre)[!?]$/i

const htmlEntity = /&(?:[a-z][a-z0-9]{1,31}|#\d{1,7}|#x[0-9a-f]{1,6});/i

/** Soft hyphens and direction marks, which change nothing within one direction, and byte order marks at the ends. */
export const ignorableMarks = /[\u00ad\u200e\u200f]|^\ufeff+|\ufeff+$/g

/** Latin letters and signs, none of which is invisible: a fast test without lookarounds. */
const plainLatin = /^[ -~\u00a1-\u00ac\u00ae-\u02ff]*$/

const blanks = '\\s\\u0085'

const joiner = '[\\u200c\\u200d]'

/**
 * Controls, direction overrides, tags and fillers. Accepted as spelling are a joiner between letters or after a mark
 * (a virama, the sign of a missing vowel), and the variation selectors of Han and Mongolian letters.
 */
const invisible = new RegExp(
  [
    `(?![${blanks}])[\\p{Cc}\\p{Cs}]`,
    '(?![\\u200c\\u200d])\\p{Cf}',
    '[\\u034f\\u115f\\u1160\\u17b4\\u17b5\\u2800\\u3164\\uffa0]',
    `(?<![\\p{L}\\p{M}])${joiner}`,
    `(?<!\\p{M})${joiner}(?![\\p{L}\\p{M}])`,
    '(?<!\\p{Script=Han})[\\ufe00-\\ufe0f\\u{e0100}-\\u{e01ef}]',
    '(?<!\\p{Script=Mongolian})[\\u180b-\\u180f]',
  ].join('|'),
  'u',
)

/** UTF-8 that was read as Windows-1252: `Ã‰cole` for École. */
export function mojibakeFault(text: string): NameFault | undefined {
  // A lead byte without a continuation byte is no UTF-8: an accented letter before a plain one, as in most such names.
  if (!/[\u00c2-\u00f4]/.test(text) || loneLeadByte.test(text)) return undefined
  const bytes: number[] = []
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0
    const byte = code < 0x100 ? code : windows1252.get(code)
    // Of the controls U+0080 to U+009F, only the five whose bytes Windows-1252 leaves undefined can come from a byte.
    if (byte === undefined) return undefined
    if (code >= 0x80 && code < 0xa0 && !undefinedBytes.has(code)) return undefined
    bytes.push(byte)
  }
  const corrected = utf8Of(bytes)
  if (corrected === undefined) return undefined
  return {
    code: 'not-a-name',
    message: `holds letters that were read wrongly: ${escapeInvisible(corrected)} was meant`,
    hint: 'Save the list again as UTF-8 from where the letters are still right, or as .xlsx.',
  }
}

function utf8Of(bytes: readonly number[]): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(bytes))
  } catch {
    return undefined
  }
}

const undefinedBytes = new Set([0x81, 0x8d, 0x8f, 0x90, 0x9d])

const windows1252 = new Map(
  [...'€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ'].map((character, position) => [
    character.codePointAt(0) ?? 0,
    0x80 + position,
  ]),
)

/** A UTF-8 lead byte that no continuation byte follows, both as Windows-1252 shows them. */
const loneLeadByte = new RegExp(
  `[\\u00c2-\\u00f4](?![\\u0080-\\u00bf${[...windows1252.keys()].map((code) => String.fromCodePoint(code)).join('')}])`,
)

/** A fast test comes first: every web address has one of a few signs, which almost no name has. */
export function holdsWebAddress(text: string): boolean {
  return /[:/\\⁄∕.。]/.test(text) && webAddress.test(text.replace(/[\u200c\u200d]/g, ''))
}

/**
 * Top-level domains of which mail programs make links by themselves. Country domains are left out, because abbreviated
 * names such as `Md.Al` and `Wm.Li` end like them.
 */
const topLevelDomains =
  'com|net|org|info|biz|edu|gov|int|mil|example|app|dev|web|online|site|website|xyz|shop|store|top|club|link|live|page|click|cloud|email|tech|space|icu|vip|work|zip|mov'

/** Also forms that browsers mend (`https:\\evil.com`, `http:evil.com`), and a port, query or fragment after a dot. */
const webAddress = new RegExp(
  [
    '[:/\\\\⁄∕][/\\\\⁄∕]',
    '(?<![\\p{L}\\p{N}])(?:https?|ftps?|wss?|file|data|javascript|vbscript|mailto|tel|sms)\\s*:',
    '(?<!\\p{L})www[.。]',
    `[\\p{L}\\p{N}-]{2}[.。](?:${topLevelDomains})(?![\\p{L}\\p{N}])`,
    '[.。]\\S*[/⁄∕]',
    '[.。][\\p{L}\\p{N}][\\p{L}\\p{N}.。-]*[\\\\:?#]\\S',
  ].join('|'),
  'iu',
)
