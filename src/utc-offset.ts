const minute = 60 * 1000
const day = 24 * 60 * minute

/** By zone and UTC day: the offset, or undefined for a day on which the offset changes. */
const offsetsByDay = new Map<string, number | undefined>()

/**
 * The offset of a time zone from UTC at a moment, both in milliseconds; positive east of UTC.
 * @throws RangeError for a zone that Node does not know
 */
export function utcOffset(zone: string, at: number): number {
  const midnight = Math.floor(at / day) * day
  const key = `${zone} ${midnight}`
  if (!offsetsByDay.has(key)) {
    const [first, last] = [offsetAt(zone, midnight), offsetAt(zone, midnight + day)]
    offsetsByDay.set(key, first === last ? first : undefined)
  }
  return offsetsByDay.get(key) ?? offsetAt(zone, at)
}

const fourWeeks = 28 * day

/**
 * The offsets at a moment of this century and every four weeks after it. Offsets of this century are whole minutes, so
 * getTimezoneOffset returns them, in a tenth of the time. @throws RangeError for a zone that Node does not know
 */
export function utcOffsetsEveryFourWeeks(zone: string, from: number, until: number): number[] {
  const moments: number[] = []
  for (let at = from; at < until; at += fourWeeks) moments.push(at)
  if (!isKnownToDate(zone)) return moments.map((at) => offsetByIntl(zone, at))
  const there = new Date(from)
  const offsetOf = (at: number) => {
    there.setTime(at)
    return (0 - there.getTimezoneOffset()) * minute
  }
  return inZone(zone, () => moments.map(offsetOf))
}

function offsetAt(zone: string, at: number): number {
  return isKnownToDate(zone) ? inZone(zone, () => offsetByDate(at)) : offsetByIntl(zone, at)
}

/**
 * Runs a function with TZ set to another zone. Date has the same data as Intl, which takes 12 ms to load all of its
 * locales first. The function must be synchronous, so that no other code sees the changed TZ. Setting TZ also clears
 * V8's cache of offsets, which would otherwise assume an unchanged offset between moments less than 19 days apart; some
 * zones differ.
 */
function inZone<Answer>(zone: string, read: () => Answer): Answer {
  const { TZ } = process.env
  process.env.TZ = zone
  try {
    return read()
  } finally {
    if (TZ === undefined) delete process.env.TZ
    else process.env.TZ = TZ
  }
}

function offsetByDate(at: number): number {
  const there = new Date(at)
  const asUtc = new Date(0)
  asUtc.setUTCFullYear(there.getFullYear(), there.getMonth(), there.getDate())
  return (
    asUtc.setUTCHours(there.getHours(), there.getMinutes(), there.getSeconds(), there.getMilliseconds()) - at
  )
}

const knownToDate = new Map<string, boolean>()

/**
 * Whether Date knows the zone. For an unknown zone it silently uses UTC or a fixed offset from the system's list, while
 * a known zone once had local solar time and so has several offsets. Date interprets names of other forms in its own
 * way.
 */
function isKnownToDate(zone: string): boolean {
  const known = knownToDate.get(zone)
  if (known !== undefined) return known
  const isKnown = /^[A-Z][A-Za-z_-]*(\/[A-Z][A-Za-z_-]*)+$/.test(zone) && dateObeysTz() && hasHistory(zone)
  knownToDate.set(zone, isKnown)
  return isKnown
}

const longAgo = Date.UTC(1800, 0, 1)
const winter = Date.UTC(2025, 0, 1)
const summer = Date.UTC(2025, 6, 1)

function hasHistory(zone: string): boolean {
  const offsets = inZone(zone, () => [longAgo, winter, summer].map(offsetByDate))
  return new Set(offsets).size > 1
}

let obeysTz: boolean | undefined

/** False in a worker thread, whose environment is a copy, and on Windows, where TZ could not be restored. */
function dateObeysTz(): boolean {
  obeysTz ??=
    process.platform !== 'win32' &&
    inZone('Pacific/Kiritimati', () => offsetByDate(winter)) -
      inZone('Pacific/Honolulu', () => offsetByDate(winter)) ===
      day
  return obeysTz
}

const formatters = new Map<string, Intl.DateTimeFormat>()

function offsetByIntl(zone: string, at: number): number {
  const formatter = formatters.get(zone) ?? newFormatter(zone)
  formatters.set(zone, formatter)
  const parts = new Map(formatter.formatToParts(at).map(({ type, value }) => [type, Number(value)]))
  const of = (part: Intl.DateTimeFormatPartTypes) => parts.get(part) ?? 0
  const asUtc = new Date(0)
  asUtc.setUTCFullYear(of('year'), of('month') - 1, of('day'))
  return asUtc.setUTCHours(of('hour'), of('minute'), of('second')) - Math.floor(at / 1000) * 1000
}

function newFormatter(zone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  })
}
