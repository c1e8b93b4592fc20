import { getAllTimezones } from 'countries-and-timezones'

/** The names of every time zone that is in use somewhere. */
export function timeZoneNames(): string[] {
  return Object.values(getAllTimezones())
    .filter(({ countries }) => countries.length > 0)
    .map(({ name }) => name)
}
