import { getCountry, getTimezone, getAllTimezones, type Timezone } from 'countries-and-timezones'
import { countryName } from '../../country-names.ts'
import { Usage } from '../../errors.ts'
import { nearestOf } from '../../nearest.ts'
import { utcOffsetsEveryFourWeeks } from '../../utc-offset.ts'

/** An IANA time zone by its name, in whatever case; former names lead to the present one. Undefined for none. */
export function findTimeZone(name: string): string | undefined {
  const zone = getTimezone(spelt(name) ?? '')
  if (!zone) return undefined
  return zone.aliasOf ?? zone.name
}

/** The names of every time zone that is in use somewhere. */
export function timeZoneNames(): string[] {
  return Object.values(getAllTimezones())
    .filter(({ countries }) => countries.length > 0)
    .map(({ name }) => name)
}

let spellings: Map<string, string> | undefined
function spelt(name: string): string | undefined {
  spellings ??= new Map(
    Object.keys(getAllTimezones({ deprecated: true })).map((zone) => [zone.toLowerCase(), zone]),
  )
  return spellings.get(name.trim().replaceAll(' ', '_').toLowerCase())
}

/** The time zones of a country by the names that are its own, where it has some, before those of others. @param country ISO 3166 alpha-2 */
export function timeZonesOf(country: string): string[] {
  const zones = (getCountry(country)?.timezones ?? []).map((zone) => ownNameOf(country, zone))
  const isOwn = (zone: string) => getTimezone(zone)?.countries[0] === country
  return [
    ...zones.filter((zone) => isOwn(zone) && principal.has(zone)),
    ...zones.filter((zone) => isOwn(zone) && !principal.has(zone)),
    ...zones.filter((zone) => !isOwn(zone)),
  ]
}

/** Of those that always show the same, the one that people there look for; elsewhere the first by name is. */
const principal: ReadonlySet<string> = new Set([
  'America/Denver',
  'America/Edmonton',
  'America/Halifax',
  'America/Manaus',
  'America/Mexico_City',
  'America/New_York',
  'America/Sao_Paulo',
  'America/Toronto',
  'America/Whitehorse',
  'America/Winnipeg',
  'Asia/Kamchatka',
  'Asia/Nicosia',
  'Asia/Novosibirsk',
  'Asia/Tashkent',
  'Asia/Vladivostok',
  'Asia/Yakutsk',
  'Australia/Sydney',
  'Europe/Lisbon',
  'Europe/Madrid',
  'Europe/Moscow',
  'Europe/Samara',
])

/** Oman's Asia/Dubai is Asia/Muscat there. */
function ownNameOf(country: string, zone: string): string {
  if (getTimezone(zone)?.countries[0] === country) return zone
  ownNames ??= Object.values(getAllTimezones({ deprecated: true })).filter(
    ({ name, aliasOf, countries }) => aliasOf !== null && countries.length === 1 && name.includes('/'),
  )
  const own = ownNames.find(({ aliasOf, countries }) => aliasOf === zone && countries[0] === country)
  return own?.name ?? zone
}

let ownNames: Timezone[] | undefined

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
  const everyMonth = utcOffsetsEveryFourWeeks(zone, firstDay, lastDay)
  const isChanged = everyMonth.some((offset) => offset !== everyMonth[0])
  const weeks = isChanged ? [1, 2, 3].map((later) => firstDay + later * week) : []
  const shown = [everyMonth, ...weeks.map((from) => utcOffsetsEveryFourWeeks(zone, from, lastDay))].join()
  const first = firstShowing.get(shown) ?? zone
  firstShowing.set(shown, first)
  firstLike.set(zone, first)
  return first
}

/** A time zone that was typed for a country. @throws `unknown-time-zone`, `time-zone-elsewhere` */
export function typedTimeZoneIn(country: string, text: string): string {
  const zone = findTimeZone(text)
  if (zone === undefined) {
    throw new Usage(`There is no time zone '${text}'.`, {
      code: 'unknown-time-zone',
      hint: timeZoneHint(country, text),
    })
  }
  const there = zoneIn(country, zone)
  if (there !== undefined) return there
  throw new Usage(`The time zone ${zone} is none of ${countryName(country)}.`, {
    code: 'time-zone-elsewhere',
    hint: timeZoneHint(country, text),
  })
}

/** A zone by the name that it has in a country; undefined where it is none of it. Where there is no country, as with schools that are online, any zone may be said. */
export function zoneIn(country: string, zone: string): string | undefined {
  const zones = timeZonesOf(country)
  const own = ownNameOf(country, zone)
  return zones.length === 0 || zones.includes(own) ? own : undefined
}

/** The zones that may have been meant, or those that there are; none is chosen. */
export function timeZoneHint(country: string, text: string): string {
  const near = text.trim() === '' ? [] : nearestOf(text, timeZonesOf(country))
  if (near.length > 0) return `Did you mean ${near.join(', or ')}?`
  const own = clocksOf(country)
  if (own.length > 0) return `${countryName(country)} has ${own.join(', ')}.`
  return 'An IANA name, such as Africa/Cairo.'
}
