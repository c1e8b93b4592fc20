const minute = 60 * 1000
const day = 24 * 60 * minute

/** By zone and day of UTC: the offset where it is one all day, undefined where the clocks are changed on it. */
const byDay = new Map<string, number | undefined>()

/**
 * How far the clocks of a time zone are from UTC at a moment, both in milliseconds; ahead is above nought.
 * @throws RangeError for a zone that Node does not know
 */
export function utcOffset(zone: string, at: number): number {
  const midnight = Math.floor(at / day) * day
  const key = `${zone} ${midnight}`
  if (!byDay.has(key)) {
    const [first, last] = [offsetAt(zone, midnight), offsetAt(zone, midnight + day)]
    byDay.set(key, first === last ? first : undefined)
  }
  return byDay.get(key) ?? offsetAt(zone, at)
}

const fourWeeks = 28 * day

/**
 * The offset at a moment of this century and every four weeks after it: a whole number of minutes everywhere, as Date says it by itself,
 * in a tenth of the time. @throws RangeError for a zone that Node does not know
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
 * Asks Date while TZ names another zone: it goes by the clocks that Intl goes by, which looks through all of its languages
 * first, for 12 ms. Nothing else sees it, as long as nothing is awaited. V8 forgets what it knew when TZ is set; otherwise
 * it takes an offset for unchanged between moments that are less than 19 days apart, which is not so everywhere.
 */
function inZone<Answer>(zone: string, ask: () => Answer): Answer {
  const { TZ } = process.env
  process.env.TZ = zone
  try {
    return ask()
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
 * Whether Date says what the clocks of a zone show. Of a zone that it does not know it says what is always the same, by UTC or by
 * the system's list, without a word; one that it knows went by the sun once. Names of other forms it reads in its own way.
 */
function isKnownToDate(zone: string): boolean {
  const known = knownToDate.get(zone)
  if (known !== undefined) return known
  const isKnown = /^[A-Z][A-Za-z_-]*(\/[A-Z][A-Za-z_-]*)+$/.test(zone) && dateGoesByTz() && hasHistory(zone)
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

let goesByTz: boolean | undefined

/** Not on a worker's thread, whose environment is a copy; on Windows it would not go back to the system's zone. */
function dateGoesByTz(): boolean {
  goesByTz ??=
    process.platform !== 'win32' &&
    inZone('Pacific/Kiritimati', () => offsetByDate(winter)) -
      inZone('Pacific/Honolulu', () => offsetByDate(winter)) ===
      day
  return goesByTz
}

const clocks = new Map<string, Intl.DateTimeFormat>()

function offsetByIntl(zone: string, at: number): number {
  const clock = clocks.get(zone) ?? clockOf(zone)
  clocks.set(zone, clock)
  const parts = new Map(clock.formatToParts(at).map(({ type, value }) => [type, Number(value)]))
  const of = (part: Intl.DateTimeFormatPartTypes) => parts.get(part) ?? 0
  const asUtc = new Date(0)
  asUtc.setUTCFullYear(of('year'), of('month') - 1, of('day'))
  return asUtc.setUTCHours(of('hour'), of('minute'), of('second')) - Math.floor(at / 1000) * 1000
}

function clockOf(zone: string): Intl.DateTimeFormat {
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
