import { isErrorWord } from '../error-words.ts'
import { readAddress, visible } from './users/email.ts'

/** Why a text is no name, worded to follow what it is the name of: `holds a web address`. */
export interface NameFault {
  code: 'error-cell' | 'not-a-name' | 'not-calculated' | 'too-long'
  message: string
  hint?: string
}

/** What was left out of a name, worded likewise. */
export interface NameNotice {
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
const firstWord = /\p{L}+/u
const ascii = /^[ -~]*$/

/**
 * Whether a name is as almost every one is: nothing to tidy, and nothing of what is no name, because it does not
 * begin as one of the words for nothing does. Told much sooner than by looking for each of these.
 */
export function isPlainName(text: string): boolean {
  plain ??= expressionOfPlainNames()
  if (!plain.test(text)) return false
  const word = firstWord.exec(text)?.[0].toLowerCase() ?? ''
  if (firstWords.has(word) || word.startsWith('xx')) return false
  if (month.test(word) && /\d/.test(text)) return false
  return ascii.test(text) || (text.normalize('NFKC') === text && mojibake(text) === undefined)
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
  const partFault = parts.length > 1 && parts.every((part) => yesOrNo(part)) ? yesOrNo : wholeNameFault
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
  if (parts.length === 0 || !parts.every((part) => headingsOfNames.has(part.toLowerCase()))) return undefined
  return { code: 'not-a-name', message: `is ${parts.join(' ')}, which is no name` }
}

const headingsOfNames: ReadonlySet<string> = new Set([
  ...['first', 'last', 'name', 'first name', 'last name', 'firstname', 'lastname', 'full name'],
  ...['surname', 'forename', 'given name', 'family name', 'first last', 'name surname'],
])

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
  const plain = text.replace(marks, '')
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

/** What no name may be or hold, a centre's or a person's; looked for before the blanks are tidied. */
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
      message: `is the formula ${visible(trimmed)}`,
      hint: 'Write the name that it was to make.',
    }
  }
  const misread = mojibake(text)
  if (misread) return misread
  if (entity.test(text)) {
    return {
      code: 'not-a-name',
      message: `holds a letter as a web page writes it: ${entity.exec(text)?.[0]}`,
      hint: 'Type the letter itself.',
    }
  }
  if (!printed.test(text) && invisible.test(text.replace(marks, ''))) {
    return {
      code: 'not-a-name',
      message: `holds an invisible character: ${visible(text)}`,
      hint: 'Type it anew.',
    }
  }
  return undefined
}

/** What is no name where it would be all of it; as one of a person's two names it may be one. */
export function wholeNameFault(name: string): NameFault | undefined {
  const normalized = name.normalize('NFKC').toLowerCase()
  const isNumber =
    /\d/.test(normalized) && (scientific.test(normalized) || dates.some((date) => date.test(normalized)))
  if (isNumber || isPlaceholder(normalized)) {
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
  return yesOrNo(name, shortYesesAndNoes) ?? wholeNameFault(name) ?? weekdayFault(name) ?? addressFault(name)
}

/** What a spreadsheet fills in below a day; people may be called so. */
function weekdayFault(name: string): NameFault | undefined {
  if (!weekdays.has(withoutSigns(name.toLowerCase()))) return undefined
  return { code: 'not-a-name', message: `is ${name}, a day and no name` }
}

/** It stands in the wrong column, or was typed in the wrong place. */
function addressFault(name: string): NameFault | undefined {
  if (!name.includes('@') || !('key' in readAddress(name))) return undefined
  return { code: 'not-a-name', message: `is ${name}, an e-mail address and no name` }
}

/** A cell that was ticked, in a file that has no kinds of cells; people may be called so. */
function yesOrNo(name: string, others?: ReadonlySet<string>): NameFault | undefined {
  const bare = withoutSigns(name.toLowerCase())
  if (!yesesAndNoes.has(bare) && others?.has(bare) !== true) return undefined
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
/** What people and programs write where there is nothing, without signs around it. */
const placeholders = new Set(
  [
    'null nil nill none void nan nat inf -inf infinity -infinity na n/a n.a n/d tbc tba tbd tbn unknown undefined',
    'missing blank empty k.a s/n \\n loading nothing unnamed noname t.b.c t.b.a t.b.d n/k n.k',
    'ditto dto idem ídem ibid ibidem same test sample example placeholder dummy',
    's.o dasselbe 同上',
  ]
    .join(' ')
    .split(' ')
    .concat(
      'object object',
      'as above',
      'same as above',
      'see above',
      'as below',
      'see below',
      'no name',
      'no data',
      'no value',
      'not given',
      'not available',
      'not applicable',
      'not known',
      'to be confirmed',
      'to be advised',
      'to be announced',
      'to be decided',
      'to be determined',
      'to follow',
      ...['siehe oben', 's. oben', 'wie oben', 'voir ci-dessus', 'voir plus haut', 'comme ci-dessus'],
      ...['véase arriba', 'ver arriba', 'igual que arriba', 'ver acima', 'come sopra', 'vedi sopra'],
      ...['zie boven', 'jak wyżej', 'см. выше', 'то же'],
      // What stands above the column.
      ...[
        'centre name',
        'center name',
        'school name',
        'name of centre',
        'name of school',
        'name of the school',
      ],
      ...['centre number', 'center number', 'first name', 'last name', 'full name', 'surname', 'given name'],
      ...['family name', 'email', 'e-mail', 'email address', 'country', 'town', 'postcode', 'name of user'],
    ),
)
/** Those that are written in brackets only: Tom is a name, (tom) is Swedish for nothing. */
const inBrackets = new Set(
  '(leer) (vide) (vuoto) (vacío) (vazio) (leeg) (puste) (tom) (пусто) (空白) (en blanco)'.match(/\([^)]+\)/g),
)

/** Of a letter or form that nobody has filled in: `{{name}}`, `${name}`, `<<name>>`, `%name%`. */
const fieldOfTemplate = /^(?:\{\{.*\}\}|\$\{.*\}|<<.*>>|%\S+%)$/

function isPlaceholder(normalized: string): boolean {
  if (inBrackets.has(normalized)) return true
  const bare = withoutSigns(normalized)
  if (bare.length > longestPlaceholder) return false
  if (placeholders.has(bare) || /^x(?: ?x)+$/.test(bare) || fieldOfTemplate.test(normalized)) return true
  const repeated = (between: RegExp) => {
    const words = new Set(bare.split(between))
    const [word = ''] = words
    return words.size === 1 && word !== bare && placeholders.has(word) ? word : undefined
  }
  if (repeated(/ /) !== undefined || repeated(/[/|,;]/) !== undefined) return true
  const hyphened = repeated(/-/)
  // Na-Na is a name, and TBC-TBC none.
  return hyphened !== undefined && hyphened !== 'na'
}

/** `(TBC)`, `"tbc"`, `TBC.`, `tbc?` and `n / a` are what is written without the signs. */
function withoutSigns(normalized: string): string {
  return normalized
    .replace(/^[\s"'“”„‘’«»‹›`*(<[{]+/, '')
    .replace(/[\s"'“”„‘’«»‹›`*)>\]}.?!:;,…]+$/, '')
    .replace(/\s*(?:[\u2010-\u2015\u2212]|([/|-]))\s*/g, (_, sign?: string) => sign ?? '-')
    .replace(/\s+/g, ' ')
}
/** What stands where nothing is known, or where a box was ticked; in any letter case. */
export function isNoValue(text: string): boolean {
  const normalized = text.normalize('NFKC').trim().toLowerCase()
  return isPlaceholder(normalized) || yesesAndNoes.has(normalized)
}

/** As spreadsheets write what is ticked, in the languages of many. */
const yesesAndNoes = new Set(
  [
    'true false yes no wahr falsch vrai faux verdadero falso vero verdadeiro waar onwaar falskt',
    'falsk epätosi prawda fałsz pravda nepravda igaz hamis doğru yanlış истина ложь істина хибність',
    'adevărat fals 真 偽 假',
  ]
    .join(' ')
    .split(' '),
)
/** People are called so; no centre is. */
const shortYesesAndNoes: ReadonlySet<string> = new Set(
  'y n ja nein oui non sí si sim não nao da да net нет tak nie ano ne evet hayır hayir igen nem kyllä ei nee nej nei はい いいえ 是 否'.split(
    ' ',
  ),
)
const weekdays: ReadonlySet<string> = new Set(
  'monday tuesday wednesday thursday friday saturday sunday'.split(' '),
)
/** With which a word for nothing, a heading, a yes or a no begins. */
const firstWords: ReadonlySet<string> = new Set(
  [
    ...['x', ...placeholders, ...inBrackets, ...headingsOfNames],
    ...[...yesesAndNoes, ...shortYesesAndNoes, ...weekdays],
  ].map((text) => firstWord.exec(text)?.[0] ?? ''),
)
const months =
  '(?:jan|feb|m[aä]r|mrt|apr|ma[iy]|mei|ju[nl]|a[uo][gû]|sep|o[ck]t|out|nov|d[eéi][czs]|ene|abr|ago|janv|f[eé]vr|avr|juin|juil|set|gen|mag|giu|lug|ott)'
const fullMonths = '(?:january|february|march|april|may|june|july|august|september|october|november|december)'
const month = new RegExp(`^(?:${months}|${fullMonths})$`)
/** In digits, or with a month's name as a spreadsheet shows the date that it took a text for. */
const dates = [
  /^\d{4}-\d\d-\d\d(?:[t ][\d:.z+-]*)?$/,
  new RegExp(`^\\d{1,2}[-./ ]+(?:${months}|${fullMonths})\\.?(?:[-./, ]+(?:\\d{2}|\\d{4}))?$`),
  new RegExp(`^(?:${months}|${fullMonths})\\.?[-./ ]+(?:\\d{2}|\\d{4})$`),
  new RegExp(`^(?:${months}|${fullMonths})\\.? \\d{1,2}, \\d{4}$`),
]
const scientific = /^[+-]?\d+(?:[.,]\d+)?e[+-]?\d+$/

/** With a plus or minus before it, a reference or a function alone. */
const signedFormula = /^[+-]\s*(?:\$?[a-z]{1,3}\$?\d+$|[a-z][a-z0-9.]*\()/i
/** A function, a reference, a text, a number, or what joins them. */
const insideFormula = /^[-+'.\d]|[("!$&#^*/<>=:;[\]{}]|(?<![\p{L}\d])[a-z]{1,3}\d+(?![\p{L}\d])/iu

/** One that was written out as text; `=Plus-Minus+ Academy` and `＝Two` are called so. */
function isFormula(text: string): boolean {
  if (!/^[=＝]/.test(text)) return signedFormula.test(text)
  const rest = text.slice(1).trim()
  // One word alone is what a spreadsheet calls a range of its own.
  const isOneWord = text.startsWith('=') && !/\s/.test(rest)
  return isOneWord || insideFormula.test(rest.normalize('NFKC'))
}
/** An error of a spreadsheet that has lost its sign. */
const errorWithoutHash = /^(?:ref|name|value|num|null|div\/0|bezug|wert|valeur|valor|nom|nombre)[!?]$/i
const entity = /&(?:[a-z][a-z0-9]{1,31}|#\d{1,7}|#x[0-9a-f]{1,6});/i
/**
 * Of which mail programs make a link by themselves. Those of countries are left out, which the ends of
 * abbreviated names are, such as `Md.Al` and `Wm.Li`.
 */
const endings =
  'com|net|org|info|biz|edu|gov|int|mil|example|app|dev|web|online|site|website|xyz|shop|store|top|club|link|live|page|click|cloud|email|tech|space|icu|vip|work|zip|mov'
/** Also as browsers mend it (`https:\\evil.com`, `http:evil.com`), and with a port, question or place behind a dot. */
const webAddress = new RegExp(
  [
    '[:/\\\\⁄∕][/\\\\⁄∕]',
    '(?<![\\p{L}\\p{N}])(?:https?|ftps?|wss?|file|data|javascript|vbscript|mailto|tel|sms)\\s*:',
    '(?<!\\p{L})www[.。]',
    `[\\p{L}\\p{N}-]{2}[.。](?:${endings})(?![\\p{L}\\p{N}])`,
    '[.。]\\S*[/⁄∕]',
    '[.。][\\p{L}\\p{N}][\\p{L}\\p{N}.。-]*[\\\\:?#]\\S',
  ].join('|'),
  'iu',
)

/** Each of them has one of a few signs, which almost no name has. */
function holdsWebAddress(text: string): boolean {
  return /[:/\\⁄∕.。]/.test(text) && webAddress.test(text.replace(/[\u200c\u200d]/g, ''))
}

/** Marks without meaning between letters of one direction, and the mark at the beginning of a file. */
const marks = /[\u00ad\u200e\u200f]|^\ufeff+|\ufeff+$/g
/** With signs around it: what is longer is no placeholder. */
const longestPlaceholder = 40
/** Nothing of it can be invisible: the letters and signs of the West, told without looking at what stands beside each. */
const printed = /^[ -~\u00a1-\u00ac\u00ae-\u02ff]*$/
const blanks = '\\s\\u0085'
const joiner = '[\\u200c\\u200d]'
/**
 * Controls, overrides, tags, fillers. A joiner after a letter and before one is spelling, as is
 * one after the sign of a missing vowel, and what chooses the form of a Han or Mongolian letter.
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
function mojibake(text: string): NameFault | undefined {
  // An accented letter before a plain one, as in almost every name that has one, is no UTF-8: nothing to decode.
  if (!/[\u00c2-\u00f4]/.test(text) || notContinued.test(text)) return undefined
  const bytes: number[] = []
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0
    const byte = code < 0x100 ? code : windows1252.get(code)
    // The characters that the bytes 80 to 9F stand for; five of them stand for nothing else.
    if (byte === undefined) return undefined
    if (code >= 0x80 && code < 0xa0 && !freeBytes.has(code)) return undefined
    bytes.push(byte)
  }
  const meant = utf8Of(bytes)
  if (meant === undefined) return undefined
  return {
    code: 'not-a-name',
    message: `holds letters that were read wrongly: ${visible(meant)} was meant`,
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

const freeBytes = new Set([0x81, 0x8d, 0x8f, 0x90, 0x9d])
const windows1252 = new Map(
  [...'€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ'].map((character, position) => [
    character.codePointAt(0) ?? 0,
    0x80 + position,
  ]),
)
/** A byte that begins a letter of UTF-8, and none behind it that goes on with one. */
const notContinued = new RegExp(
  `[\\u00c2-\\u00f4](?![\\u0080-\\u00bf${[...windows1252.keys()].map((code) => String.fromCodePoint(code)).join('')}])`,
)
