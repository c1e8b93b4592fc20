import { Usage } from './errors.ts'

const ascii = /^[\x20-\x7e]*$/
/** Letters that people, keyboards and programs confuse. Stored keys have the mapping of when they were written. */
const lookAlikes: Readonly<Record<string, string>> = {
  ı: 'i',
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  ħ: 'h',
  ł: 'l',
  ŧ: 't',
  þ: 'th',
  // Final forms and ligatures.
  ς: 'σ',
  ך: 'כ',
  ם: 'מ',
  ן: 'נ',
  ף: 'פ',
  ץ: 'צ',
  װ: 'וו',
  ױ: 'וי',
  ײ: 'יי',
  // Letters that the keyboards of Cairo, Tehran and Karachi have in place of each other.
  ى: 'ي',
  ی: 'ي',
  ک: 'ك',
  ہ: 'ه',
  ھ: 'ه',
  ة: 'ه',
  // Letters that only lengthen or join others.
  '\u0640': '',
  '\u200c': '',
  '\u200d': '',
  '’': "'",
  '‘': "'",
  ʻ: "'",
  ʼ: "'",
  '‐': '-',
  '–': '-',
}
const lookAlikePattern = new RegExp(`[${Object.keys(lookAlikes).join('')}]`, 'g')

/**
 * Texts in which the key of each letter is independent of its neighbours: no Korean jamo, which compose, and no
 * surrogates, which are halves of letters.
 */
const independentLetters =
  /^[^\u1100-\u11ff\u3130-\u318f\u3200-\u327f\ua960-\ua97f\ud7b0-\udfff\uffa0-\uffdf]*$/
const beyondAscii = /[^\x20-\x7e]/g
const keysOfLetters = new Map<string, string>()

/** The form in which names and addresses are compared in a search: without accents and letter case. */
export function searchKey(text: string): string {
  if (ascii.test(text)) return text.toLowerCase()
  return independentLetters.test(text)
    ? text.toLowerCase().replace(beyondAscii, keyOfLetter)
    : normalized(text)
}

/** Cached: an import holds the same few letters a hundred thousand times. */
function keyOfLetter(letter: string): string {
  const known = keysOfLetters.get(letter) ?? normalized(letter)
  keysOfLetters.set(letter, known)
  return known
}

function normalized(text: string): string {
  return text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}+/gu, '')
    .replace(lookAlikePattern, (letter) => lookAlikes[letter] ?? letter)
    .normalize('NFC')
}

/** The form in which unique names are compared: without letter case. */
export function nameKey(name: string): string {
  return name.normalize('NFC').toLowerCase()
}

/** The text that a search for centres covers. */
export function centreSearchKey({ number, name }: { number: string; name: string }): string {
  return searchKey(`${number} ${name}`)
}

/** The order of names in lists: É beside E, 10 after 9. */
export function compareNames(one: string, other: string): number {
  collator ??= new Intl.Collator('en', { numeric: true })
  return collator.compare(one, other)
}

/** Created at first use. */
let collator: Intl.Collator | undefined

/** The folded words of a search text; `Saleh, Omar` is two words. */
export function wordsIn(text = ''): string[] {
  return searchKey(text)
    .split(/[\s,]+/)
    .filter((word) => word !== '')
}

/** Each word is a condition of the query, and database engines limit their number; no name has as many words. */
const maxWordsToFind = 50

/** The distinct words of a search text. @throws a usage error for very many words, as of a text pasted by mistake */
export function wordsToFind(text: string | undefined): string[] {
  const words = [...new Set(wordsIn(text))]
  if (words.length <= maxWordsToFind) return words
  throw new Usage(`What is looked for has ${words.length} words, and at most ${maxWordsToFind} are taken.`, {
    code: 'invalid-option',
    hint: 'A word or two of the name are enough.',
  })
}

/** Escapes a text for a regular expression. */
export function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
}

/** Whether a text has the form of a telephone number; up to five digits are more probably a centre number. */
export function isTelephoneNumber(text: string): boolean {
  return /^\s*[+(]?\d[\d\s()./-]+$/.test(text) && text.replace(/\D/g, '').length > 5
}
