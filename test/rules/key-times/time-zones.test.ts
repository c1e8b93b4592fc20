import { getAllCountries, getTimezone } from 'countries-and-timezones'
import { describe, expect, it } from 'vitest'
import { countryCode, countryNames } from '../../../src/countries.ts'
import { distinctZonesOf, onlyTimeZoneOf, timeZonesOf } from '../../../src/rules/key-times/time-zones.ts'
import { findTimeZone, parseTimeZoneIn, zoneNameIn } from '../../../src/rules/key-times/parse-time-zone.ts'

describe('the time zones of a country', () => {
  it.each([
    ['EG', 'Africa/Cairo'],
    ['PK', 'Asia/Karachi'],
    ['IN', 'Asia/Kolkata'],
    ['GB', 'Europe/London'],
    ['NP', 'Asia/Kathmandu'],
    ['WS', 'Pacific/Apia'],
  ])('are one where the country has one: %s', (country, zone) => {
    expect(onlyTimeZoneOf(country)).toBe(zone)
  })

  it('count as one where their clocks always show the same', () => {
    expect(timeZonesOf('DE')).toEqual(['Europe/Berlin', 'Europe/Busingen'])
    expect(onlyTimeZoneOf('DE')).toBe('Europe/Berlin')
    expect(onlyTimeZoneOf('VN')).toBe('Asia/Ho_Chi_Minh')
  })

  it.each([
    ['CY', 'Asia/Nicosia'],
    ['UZ', 'Asia/Tashkent'],
    ['OM', 'Asia/Muscat'],
    ['TG', 'Africa/Lome'],
    ['KZ', 'Asia/Almaty'],
    ['NO', 'Europe/Oslo'],
  ])('are called as they are there, and are one where clocks agree from now on: %s', (country, zone) => {
    expect(onlyTimeZoneOf(country)).toBe(zone)
  })

  it('can be typed by the name that they share with another country', () => {
    expect(parseTimeZoneIn('OM', 'Asia/Dubai')).toBe('Asia/Muscat')
    expect(parseTimeZoneIn('OM', 'asia/muscat')).toBe('Asia/Muscat')
    expect(parseTimeZoneIn('AE', 'Asia/Dubai')).toBe('Asia/Dubai')
  })

  it.each(['NZ', 'BR', 'AU', 'US', 'CN', 'ES'])('are several where they differ: %s', (country) => {
    expect(distinctZonesOf(country).length).toBeGreaterThan(1)
    expect(onlyTimeZoneOf(country)).toBeUndefined()
  })

  it('are found by their former names, and in any case', () => {
    expect(findTimeZone('asia/calcutta')).toBe('Asia/Kolkata')
    expect(findTimeZone('America/new york')).toBe('America/New_York')
    expect(findTimeZone('Africa/Kairo')).toBeUndefined()
    // It stands in the list, and no clock shows it.
    expect(findTimeZone('Factory')).toBeUndefined()
  })

  it.each(['MST', 'EST', 'hst', 'CET', 'MET', 'EET', 'WET'])(
    'are places: %s is the time of many, of which the list names one',
    (name) => expect(findTimeZone(name)).toBeUndefined(),
  )

  it.each([
    ['EST5EDT', 'America/New_York'],
    ['GB', 'Europe/London'],
    ['UTC', 'Etc/UTC'],
  ])('are found by a name that means one: %s', (name, zone) => expect(findTimeZone(name)).toBe(zone))

  it('are those that the package knows, by the names that are its own, before those of others', () => {
    const all = Object.values(getAllCountries())
    const listed = all.map(({ id }) => [id, timeZonesOf(id).toSorted()])
    const known = all.map(({ id, timezones }) => [
      id,
      timezones.map((zone) => zoneNameIn(id, zone)).toSorted(),
    ])
    expect(listed).toEqual(known)
    const isOwn = (id: string) => (zone: string) => getTimezone(zone)?.countries[0] === id
    for (const { id } of all)
      expect(timeZonesOf(id)).toEqual([
        ...timeZonesOf(id).filter(isOwn(id)),
        ...timeZonesOf(id).filter((zone) => !isOwn(id)(zone)),
      ])
  })

  it('are known for every country but these, where any can be said', () => {
    const without = countryNames().filter((name) => timeZonesOf(countryCode(name) ?? '').length === 0)
    expect(without).toEqual(['Bouvet Island', 'Heard Island and McDonald Islands', 'Kosovo', 'Online'])
  })
})
