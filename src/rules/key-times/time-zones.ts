import { countryName } from '../../country-names.ts'
import { hintOfNearest } from '../../errors.ts'
import { nearestOf } from '../../nearest.ts'
import { utcOffset, utcOffsetsEveryFourWeeks } from '../../utc-offset.ts'
import { zonesOfCountries } from './zones-of-countries.ts'

/** The time zones of a country by the names that are its own, where it has some, before those of others. @param country ISO 3166 alpha-2 */
export function timeZonesOf(country: string): string[] {
  return zonesOfCountries[country]?.split(' ') ?? []
}

const clocks = new Map<string, readonly string[]>()

/** The clocks of a country: zones that always show the same time are one. @returns the first zone of each */
export function clocksOf(country: string): readonly string[] {
  const known = clocks.get(country)
  if (known) return known
  const zones = timeZonesOf(country)
  const found = zones.filter((zone, at) => zones.findIndex((other) => showTheSame(zone, other)) === at)
  clocks.set(country, found)
  return found
}

/** The only time zone of a country; undefined where it has several, or none. */
export function onlyTimeZoneOf(country: string): string | undefined {
  const [only, ...others] = clocksOf(country)
  return others.length === 0 ? only : undefined
}

/** Whether the clocks of two zones show the same time on every day of these years, which no exam to come is before. */
export function showTheSame(one: string, other: string): boolean {
  return one === other || whatIsShownBy(one) === whatIsShownBy(other)
}

/** By what the clocks of a zone show, the first zone that shows it; by each zone, that first one. */
const firstShowing = new Map<string, string>()
const firstLike = new Map<string, string>()
const firstDay = Date.UTC(2025, 0, 1)
const lastDay = Date.UTC(2034, 0, 1)
const week = 7 * 24 * 60 * 60 * 1000

/** @returns the same zone for zones whose clocks show the same */
function whatIsShownBy(zone: string): string {
  const known = firstLike.get(zone)
  if (known !== undefined) return known
  // Where clocks are changed, it is for more than four weeks; when they are, differs from zone to zone by as little as one.
  const everyMonth = ofKnown(() => utcOffsetsEveryFourWeeks(zone, firstDay, lastDay))
  if (!everyMonth) return zone
  const isChanged = everyMonth.some((offset) => offset !== everyMonth[0])
  const weeks = [1, 2, 3].map((later) => firstDay + later * week)
  const shown = isChanged
    ? [everyMonth, ...weeks.map((from) => utcOffsetsEveryFourWeeks(zone, from, lastDay))].join()
    : String(everyMonth[0])
  const first = firstShowing.get(shown) ?? zone
  firstShowing.set(shown, first)
  firstLike.set(zone, first)
  return first
}

/** Whether Node knows the clocks of a zone. */
export function isKnown(zone: string): boolean {
  return ofKnown(() => utcOffset(zone, 0)) !== undefined
}

/** Undefined for a zone that Node does not know: a store that was edited by hand, or by a later ssh-admin, may name one. */
function ofKnown<Answer>(ask: () => Answer): Answer | undefined {
  try {
    return ask()
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** The zones that may have been meant, or those that there are; none is chosen. */
export function timeZoneHint(country: string, text: string): string {
  const near = text.trim() === '' ? [] : nearestOf(text, timeZonesOf(country))
  const own = clocksOf(country)
  const otherwise =
    own.length > 0 ? `${countryName(country)} has ${own.join(', ')}.` : 'An IANA name, such as Africa/Cairo.'
  return hintOfNearest(near) ?? otherwise
}
