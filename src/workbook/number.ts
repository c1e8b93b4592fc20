import { format as formatted } from 'numfmt'
import type { CellNote } from './cell-faults.ts'

const dayMs = 86_400_000
// Excel's day 0, so that day 61 is 1900-03-01; before day 61 Excel counts a 29 February 1900 that never was.
const dayZero = Date.UTC(1899, 11, 30)
const lastDay = 2_958_466
const daysTo1904 = 1462
/** From this value on, a cell without a format of its own shows a number as 1.23457E+11. */
const minShownWithExponent = 1e11
/** From this value on, JavaScript writes a number with an exponent. */
const minWrittenWithExponent = 1e21

/** How a cell's format makes its number read: plainly, with leading zeros, as a moment, or by a format's code. */
export type NumberFormat = 'plain' | (typeof moments)[number] | { zeros: number } | { code: string }

/** The text of a number cell, and a note where the cell is a date, shows something else, or holds no number. */
interface NumberRead {
  text: string | undefined
  note?: CellNote
}

const isDecimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i

/** What a number cell says, given the text in the file: `5.0538E4` → `50538`, never `123.0`. */
export function readNumber(raw: string, format: NumberFormat = 'plain', from1904 = false): NumberRead {
  if (format === 'plain' && /^[1-9]\d{0,10}$/.test(raw)) return { text: raw }
  const text = raw.trim()
  if (text === '') return { text: undefined }
  const value = Number(text)
  // `Infinity` and `0x10` are numbers to JavaScript, and to no spreadsheet.
  if (!isDecimal.test(text) || !Number.isFinite(value)) return { text, note: { kind: 'no-number' } }
  const held = plainDecimal(value)
  if (format === 'plain') {
    if (Math.abs(value) < minShownWithExponent) return { text: held }
    return { text: held, note: { kind: 'number', shown: textByFormat('General', value), held } }
  }
  if (typeof format === 'string') {
    const at = momentText(value, format, from1904)
    return at === undefined ? { text: held } : { text: at, note: { kind: 'date' } }
  }
  if ('zeros' in format) {
    if (value >= 0 && Number.isInteger(value)) return { text: held.padStart(format.zeros, '0') }
    return {
      text: held,
      note: { kind: 'number', shown: textByFormat('0'.repeat(format.zeros), value), held },
    }
  }
  return readByCode(value, held, format.code)
}

/** Reads a number through a format's code: a whole number is the text shown; a fraction keeps its hidden digits. */
function readByCode(value: number, held: string, code: string): NumberRead {
  const shown = textByFormat(code, value)
  if (shown === held) return { text: held }
  if (shown?.endsWith('%') === true) {
    const scale = 100 ** (withoutLiterals(code).split('%').length - 1)
    return { text: `${plainDecimal(value * scale)}%` }
  }
  // `h AM/PM` shows a full hour completely.
  const at = /^h+ ?(?:am\/pm|a\/p)$/i.test(code) && value < 1 ? momentText(value, 'time', false) : undefined
  if (at?.endsWith(':00:00') === true) return { text: at, note: { kind: 'date' } }
  // `*` repeats the next character to fill the cell, as often as there is room for it.
  const fills = /\*./s.test(code.replace(/"[^"]*"|\\.|_./gs, ''))
  // Elapsed time, such as `[h]`, is never read as a whole number.
  const isTime = /\[[hms]+\]/i.test(withoutLiterals(code))
  if (shown !== undefined && !fills && !isTime && Number.isInteger(value) && /^[\p{L}\p{N}]+$/u.test(shown))
    return { text: shown }
  return { text: held, note: { kind: 'number', shown, held } }
}

/** The code of a format without its literal characters. */
function withoutLiterals(code: string): string {
  return code.replace(/"[^"]*"|\\.|_.|\*./gs, '')
}

/** What a cell shows through a format (for texts, such as `"EG"@` or `;;;`); undefined where that cannot be told. */
export function shownText(code: string, held: string | number): string | undefined {
  try {
    return formatted(code, held).trim()
  } catch {
    return undefined
  }
}

/** Whether a format shows texts other than they are. */
export function changesTexts(code: string): boolean {
  const example = 'Aa1'
  const shown = shownText(code, example)
  return shown === undefined ? /@|;[^;]*;[^;]*;/s.test(withoutLiterals(code)) : shown !== example
}

/** Whether a format shows numbers or texts other than they are. */
export function changesWhatIsShown(code: string): boolean {
  const format = customFormat(code)
  const isPlain =
    format === 'plain' || (typeof format === 'object' && 'zeros' in format && format.zeros === 1)
  return !isPlain || changesTexts(code)
}

/** What a number cell shows; undefined where numfmt cannot tell: other scripts' digits, or numbers too large. */
function textByFormat(code: string, value: number): string | undefined {
  if (nonLatinDigitsPattern.test(code)) return undefined
  // numfmt gets the digits of such a number right only in formats with an exponent.
  const hasExponent = /general|e[+-]/i.test(withoutLiterals(code))
  return Math.abs(value) >= minWrittenWithExponent && !hasExponent ? undefined : shownText(code, value)
}

/** Whether a text shows less than the cell holds, such as `1.23457E+11`. */
export function isShortened(shown: string | undefined): boolean {
  return shown !== undefined && /\de[+-]?\d/i.test(shown)
}

/** A format that asks for another script's digits: by name, by the first byte of its language, or, in Thai, by a t. */
const nonLatinDigitsPattern =
  /(?:^|;|\])\s*t[#0?]|\[(?:dbnum|natnum)\d|\[\$[^\]]*-(?:0?[2-9a-f]|[1-9a-f][0-9a-f])[0-9a-f]{6}(?:,[^\]]*)?\]/i

/**
 * The shortest decimal text of at most 15 digits, as many as Excel keeps; further ones are noise of binary fractions.
 */
function plainDecimal(value: number): string {
  if (Number.isSafeInteger(value)) return String(value === 0 ? 0 : value)
  const shown = Number(value.toPrecision(15))
  const text = String(shown)
  if (!text.includes('e')) return text
  fullDecimalFormat ??= new Intl.NumberFormat('en', { useGrouping: false, maximumSignificantDigits: 15 })
  return fullDecimalFormat.format(shown)
}

/** Writes a number without an exponent; created for the first number that has one. */
let fullDecimalFormat: Intl.NumberFormat | undefined

function momentText(value: number, format: (typeof moments)[number], from1904: boolean): string | undefined {
  const days = value + (from1904 ? daysTo1904 : 0)
  if (value < 0 || days >= lastDay) return undefined
  const early = !from1904 && days >= 1 && days < 60 ? 1 : 0
  const at = new Date(dayZero + Math.round((days + early) * 86_400) * 1000)
  const [date = '', time = ''] = at.toISOString().slice(0, 19).split('T')
  if (format === 'time' && value < 1) return time
  const midnight = at.getTime() % dayMs === 0
  return format === 'date' || midnight ? date : `${date}T${time}`
}

const builtIn: Readonly<Record<number, string>> = {
  1: '0',
  2: '0.00',
  3: '#,##0',
  4: '#,##0.00',
  9: '0%',
  10: '0.00%',
  11: '0.00E+00',
  12: '# ?/?',
  13: '# ??/??',
  37: '#,##0 ;(#,##0)',
  38: '#,##0 ;[Red](#,##0)',
  39: '#,##0.00;(#,##0.00)',
  40: '#,##0.00;[Red](#,##0.00)',
  45: 'mm:ss',
  47: 'mmss.0',
  48: '##0.0E+0',
  59: 't0',
  60: 't0.00',
  61: 't#,##0',
  62: 't#,##0.00',
  67: 't0%',
  68: 't0.00%',
  69: 't# ?/?',
  70: 't# ??/??',
  78: 'mm:ss',
  80: 'mm:ss.0',
}

const moments = ['date', 'date-time', 'time'] as const

/** The last numbers of each list are Thai formats. */
const builtInMoments: Readonly<Record<(typeof moments)[number], readonly number[]>> = {
  date: [14, 15, 16, 17, 27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 55, 56, 57, 58, 71, 72, 73, 74, 81],
  'date-time': [22, 77],
  time: [18, 19, 20, 21, 32, 33, 34, 35, 75, 76, 79],
}

/** The format that has a built-in number. */
export function builtInFormat(id: number): NumberFormat {
  const code = builtIn[id]
  return (
    moments.find((kind) => builtInMoments[kind].includes(id)) ??
    (code === undefined ? 'plain' : customFormat(code))
  )
}

/** What a custom format such as `dd/mm/yyyy`, `00000` or `"EG"000` makes of a number. */
export function customFormat(code: string): NumberFormat {
  const [first = ''] = withoutLiterals(code).split(';')
  const bare = first.trim()
  if (/^0+$/.test(code.trim())) return { zeros: code.trim().length }
  if (/^(?:general|@)$/i.test(code.trim())) return 'plain'
  if (/\[[hms]+\]/i.test(bare)) return { code }
  const letters = bare.replace(/\[[^\]]*\]/g, '').replace(/general/gi, '')
  // The E in 0.00E+00 is no day or hour; `aaa` is a weekday, `bbbb` a Thai year, `ggge` a year of an era.
  const hasDay = /[dyeg]|a{3}|b{2}/i.test(letters.replace(/e[+-]/gi, ''))
  const hasTime = /[hs]/i.test(letters)
  if (hasDay) return hasTime ? 'date-time' : 'date'
  // `h AM/PM` shows half past ten as 10 AM, and `mm:ss` shows no hour.
  if (hasTime) return /h.*m/i.test(letters.replace(/am\/pm|a\/p/gi, '')) ? 'time' : { code }
  return /m/i.test(letters) ? 'date' : { code }
}
