import { countryName } from '../../country-names.ts'
import { hintOfNearest } from '../../errors.ts'
import { nearestOf } from '../../nearest.ts'
import { utcOffset, utcOffsetsEveryFourWeeks } from '../../utc-offset.ts'
import { zonesOfCountries } from './zones-of-countries.ts'

/** The time zones of a country; names of its own come before shared ones. @param country ISO 3166 alpha-2 */
export function timeZonesOf(country: string): string[] {
  return zonesOfCountries[country]?.split(' ') ?? []
}

const distinctZones = new Map<string, readonly string[]>()

/** The distinct time zones of a country: of zones that always show the same time, only the first. */
export function distinctZonesOf(country: string): readonly string[] {
  const known = distinctZones.get(country)
  if (known) return known
  const zones = timeZonesOf(country)
  const found = zones.filter((zone, at) => zones.findIndex((other) => showSameTime(zone, other)) === at)
  distinctZones.set(country, found)
  return found
}

/** The only time zone of a country; undefined where it has several, or none. */
export function onlyTimeZoneOf(country: string): string | undefined {
  const [only, ...others] = distinctZonesOf(country)
  return others.length === 0 ? only : undefined
}

/** Whether two zones have equal UTC offsets from `firstDay` to `lastDay`; future exams are all after `firstDay`. */
export function showSameTime(one: string, other: string): boolean {
  return one === other || representativeZone(one) === representativeZone(other)
}

/** Caches: the first zone seen with each sequence of UTC offsets, and for each zone that first zone. */
const zonesByOffsets = new Map<string, string>()
const representativeZones = new Map<string, string>()
const firstDay = Date.UTC(2025, 0, 1)
const lastDay = Date.UTC(2034, 0, 1)
const week = 7 * 24 * 60 * 60 * 1000

/** @returns a representative, which is the same for all zones that show the same time */
function representativeZone(zone: string): string {
  const known = representativeZones.get(zone)
  if (known !== undefined) return known
  // A clock change lasts longer than four weeks, but its date differs between zones by as little as one week.
  const everyMonth = undefinedIfUnknown(() => utcOffsetsEveryFourWeeks(zone, firstDay, lastDay))
  if (!everyMonth) return zone
  const isChanged = everyMonth.some((offset) => offset !== everyMonth[0])
  const weeks = [1, 2, 3].map((later) => firstDay + later * week)
  const shown = isChanged
    ? [everyMonth, ...weeks.map((from) => utcOffsetsEveryFourWeeks(zone, from, lastDay))].join()
    : String(everyMonth[0])
  const first = zonesByOffsets.get(shown) ?? zone
  zonesByOffsets.set(shown, first)
  representativeZones.set(zone, first)
  return first
}

/** Whether Node knows a time zone. */
export function isKnownZone(zone: string): boolean {
  return undefinedIfUnknown(() => utcOffset(zone, 0)) !== undefined
}

/** Undefined for a zone unknown to Node, which a store may name that was edited by hand or by a later ssh-admin. */
function undefinedIfUnknown<Answer>(ask: () => Answer): Answer | undefined {
  try {
    return ask()
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** A hint that names the zones that may have been meant, or else those of the country. */
export function timeZoneHint(country: string, text: string): string {
  const nearest = text.trim() === '' ? [] : nearestOf(text, timeZonesOf(country))
  const ownZones = distinctZonesOf(country)
  const generalHint =
    ownZones.length > 0
      ? `${countryName(country)} has ${ownZones.join(', ')}.`
      : 'An IANA name, such as Africa/Cairo.'
  return hintOfNearest(nearest) ?? generalHint
}
