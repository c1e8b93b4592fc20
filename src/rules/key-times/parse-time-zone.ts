import { getTimezone, getAllTimezones, type Timezone } from 'countries-and-timezones'
import { countryName } from '../../country-names.ts'
import { Usage } from '../../errors.ts'
import { isKnownZone, timeZoneHint, timeZonesOf } from './time-zones.ts'

/**
 * Abbreviations that the list takes for one of the many places where they are said: MST for Phoenix, where clocks do
 * not change, and not for Denver.
 */
const abbreviations: ReadonlySet<string> = new Set(['CET', 'EET', 'EST', 'HST', 'MET', 'MST', 'WET'])

/**
 * An IANA time zone by its name, in any letter case; a former name gives the present one. Undefined if unknown, or if
 * it is an abbreviation that may mean several.
 */
export function findTimeZone(name: string): string | undefined {
  const spelling = correctSpelling(name) ?? ''
  const zone = abbreviations.has(spelling) ? undefined : getTimezone(spelling)
  if (!zone) return undefined
  const present = zone.aliasOf ?? zone.name
  // The list has a zone that is not a real one, and may have newer zones than this Node.
  return isKnownZone(present) ? present : undefined
}

let spellings: Map<string, string> | undefined
function correctSpelling(name: string): string | undefined {
  spellings ??= new Map(
    Object.keys(getAllTimezones({ deprecated: true })).map((zone) => [zone.toLowerCase(), zone]),
  )
  return spellings.get(name.trim().replaceAll(' ', '_').toLowerCase())
}

/** @param country the country whose zones the hint suggests @throws `unknown-time-zone` */
export function parseTimeZone(text: string, country = ''): string {
  const zone = findTimeZone(text)
  if (zone !== undefined) return zone
  throw new Usage(`There is no time zone '${text}'.`, {
    code: 'unknown-time-zone',
    hint: timeZoneHint(country, text),
  })
}

/** Reads a time zone that was typed for a country. @throws `unknown-time-zone`, `time-zone-elsewhere` */
export function parseTimeZoneIn(country: string, text: string): string {
  const zone = parseTimeZone(text, country)
  const zoneName = zoneNameIn(country, zone)
  if (zoneName !== undefined) return zoneName
  throw new Usage(`The time zone ${zone} is none of ${countryName(country)}.`, {
    code: 'time-zone-elsewhere',
    hint: timeZoneHint(country, text),
  })
}

/**
 * A zone under the name that it has in a country; undefined where the country does not have it. For a country without
 * zones, as of online schools, any zone is accepted.
 */
export function zoneNameIn(country: string, zone: string): string | undefined {
  const zones = timeZonesOf(country)
  const alias = aliasIn(country, zone)
  return zones.length === 0 || zones.includes(alias) ? alias : undefined
}

/** The country's own alias of a shared zone: Asia/Dubai is Asia/Muscat in Oman. */
function aliasIn(country: string, zone: string): string {
  if (getTimezone(zone)?.countries[0] === country) return zone
  ownNames ??= Object.values(getAllTimezones({ deprecated: true })).filter(
    ({ name, aliasOf, countries }) => aliasOf !== null && countries.length === 1 && name.includes('/'),
  )
  const alias = ownNames.find(({ aliasOf, countries }) => aliasOf === zone && countries[0] === country)
  return alias?.name ?? zone
}

let ownNames: Timezone[] | undefined
