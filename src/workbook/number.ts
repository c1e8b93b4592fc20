const DAY = 86_400_000
// Excel's day 0, so that day 61 is 1900-03-01; before that it counts a 29 February 1900 that never was.
const DAY_ZERO = Date.UTC(1899, 11, 30)
const LAST_DAY = 2_958_466
const DAYS_TO_1904 = 1462

/** How a cell's format makes its number read: plainly, with leading zeros, or as a moment. */
export type NumberFormat = 'plain' | 'date' | 'date-time' | 'time' | { zeros: number }

/** What a number cell says, given the text in the file: `5.0538E4` → `50538`, never `123.0`. */
export function numberText(
  raw: string,
  format: NumberFormat = 'plain',
  from1904 = false,
): string | undefined {
  if (format === 'plain' && /^[1-9]\d{0,14}$/.test(raw)) return raw
  const text = raw.trim()
  if (text === '') return undefined
  const value = Number(text)
  // What is no number is shown as it stands: the reader's rules will refuse it by its cell.
  if (!Number.isFinite(value)) return text
  if (typeof format === 'object') {
    return value >= 0 && Number.isInteger(value) ? plain(value).padStart(format.zeros, '0') : plain(value)
  }
  return format === 'plain' ? plain(value) : (moment(value, format, from1904) ?? plain(value))
}

/** The shortest decimal text; Excel keeps 15 digits, what is beyond them is noise of binary fractions. */
function plain(value: number): string {
  if (Number.isSafeInteger(value)) return String(value === 0 ? 0 : value)
  const shown = Number(value.toPrecision(15))
  if (Number.isInteger(shown)) return BigInt(shown).toString()
  const [digits = '', exponent] = String(shown).split('e-')
  if (exponent === undefined) return digits
  const sign = shown < 0 ? '-' : ''
  return `${sign}0.${'0'.repeat(Number(exponent) - 1)}${digits.replace(/[-.]/g, '')}`
}

function moment(value: number, format: 'date' | 'date-time' | 'time', from1904: boolean): string | undefined {
  const days = value + (from1904 ? DAYS_TO_1904 : 0)
  if (value < 0 || days >= LAST_DAY) return undefined
  const early = !from1904 && days >= 1 && days < 60 ? 1 : 0
  const at = new Date(DAY_ZERO + Math.round((days + early) * 86_400) * 1000)
  const [date = '', time = ''] = at.toISOString().slice(0, 19).split('T')
  if (format === 'time' && value < 1) return time
  const midnight = at.getTime() % DAY === 0
  return format === 'date' || midnight ? date : `${date}T${time}`
}

/** What the built-in format of that number is. */
export function builtInFormat(id: number): NumberFormat {
  if ((id >= 14 && id <= 17) || (id >= 27 && id <= 31) || id === 36 || (id >= 50 && id <= 58)) return 'date'
  if (id === 22) return 'date-time'
  if ((id >= 18 && id <= 21) || (id >= 32 && id <= 35) || id === 45 || id === 47) return 'time'
  return 'plain'
}

/** What a custom format such as `dd/mm/yyyy` or `00000` makes of a number. */
export function customFormat(code: string): NumberFormat {
  const [first = ''] = code.replace(/"[^"]*"|\\.|_.|\*./gs, '').split(';')
  const bare = first.trim()
  if (/^0{2,}$/.test(bare)) return { zeros: bare.length }
  if (/\[[hms]+\]/i.test(bare)) return 'plain'
  const letters = bare.replace(/\[[^\]]*\]/g, '').replace(/general/gi, '')
  const hasDay = /[dy]/i.test(letters)
  const hasTime = /[hs]/i.test(letters)
  if (hasDay) return hasTime ? 'date-time' : 'date'
  if (hasTime) return 'time'
  return /m/i.test(letters) ? 'date' : 'plain'
}
