import { Usage } from './errors.ts'

const ascii = /^[\x20-\x7e]*$/
/** Letters that people, keyboards and programs write in one another's place; stored keys are as these were when written. */
const likeness: Readonly<Record<string, string>> = {
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
  // At the end of a word, and within it.
  ς: 'σ',
  ך: 'כ',
  ם: 'מ',
  ן: 'נ',
  ף: 'פ',
  ץ: 'צ',
  װ: 'וו',
  ױ: 'וי',
  ײ: 'יי',
  // On the keyboards of Cairo, Tehran and Karachi.
  ى: 'ي',
  ی: 'ي',
  ک: 'ك',
  ہ: 'ه',
  ھ: 'ه',
  ة: 'ه',
  // What only draws or joins letters.
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
const unlike = new RegExp(`[${Object.keys(likeness).join('')}]`, 'g')

/**
 * The key of each letter does not depend on its neighbours, but for the parts of Korean letters, which join; nor is half
 * of a letter one.
 */
const separate = /^[^\u1100-\u11ff\u3130-\u318f\u3200-\u327f\ua960-\ua97f\ud7b0-\udfff\uffa0-\uffdf]*$/
const beyondAscii = /[^\x20-\x7e]/g
const keysOfLetters = new Map<string, string>()

/** How names and addresses are compared when searching: no accents, no letter case. */
export function searchKey(text: string): string {
  if (ascii.test(text)) return text.toLowerCase()
  return separate.test(text) ? text.toLowerCase().replace(beyondAscii, keyOfLetter) : normalized(text)
}

/** Made once: an import holds the same few letters a hundred thousand times. */
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
    .replace(unlike, (letter) => likeness[letter] ?? letter)
    .normalize('NFC')
}

/** How names are compared that nothing else may have: letter case is no difference. */
export function nameKey(name: string): string {
  return name.normalize('NFC').toLowerCase()
}

/** What searching for a centre looks through. */
export function centreSearchKey({ number, name }: { number: string; name: string }): string {
  return searchKey(`${number} ${name}`)
}

/** Names as people look for them in a list: É beside E, 10 after 9. */
export function compareNames(one: string, other: string): number {
  inOrder ??= new Intl.Collator('en', { numeric: true })
  return inOrder.compare(one, other)
}

/** Made for the first that are compared. */
let inOrder: Intl.Collator | undefined

/** The words that are looked for, folded; `Saleh, Omar` is two. */
export function wordsIn(text = ''): string[] {
  return searchKey(text)
    .split(/[\s,]+/)
    .filter((word) => word !== '')
}

/** Each is a condition of the query, and engines take no more than so many; nobody is called by as many. */
const maxWordsToFind = 50

/** The words of what somebody looks for. @throws a usage error where it is a whole text, as one pasted by mistake */
export function wordsToFind(text: string | undefined): string[] {
  const words = [...new Set(wordsIn(text))]
  if (words.length <= maxWordsToFind) return words
  throw new Usage(`What is looked for has ${words.length} words, and at most ${maxWordsToFind} are taken.`, {
    code: 'invalid-option',
    hint: 'A word or two of the name are enough.',
  })
}

/** A text as it stands, within a regular expression. */
export function inPattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
}

/** Digits as they are called out on the phone; five are rather a centre's. */
export function isTelephoneNumber(text: string): boolean {
  return /^\s*[+(]?\d[\d\s()./-]+$/.test(text) && text.replace(/\D/g, '').length > 5
}
