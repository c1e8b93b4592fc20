import countries from 'i18n-iso-countries'
import english from 'i18n-iso-countries/langs/en.json' with { type: 'json' }
import { nearestOf } from './nearest.ts'

/** The directory of Cambridge schools lists schools without a country of their own as 'Online'. */
const online = { code: 'ZZ', name: 'Online' }

/** What offices write and the standard does not. */
const alsoCalled: Readonly<Record<string, string>> = {
  england: 'GB',
  scotland: 'GB',
  wales: 'GB',
  'northern ireland': 'GB',
  britain: 'GB',
  usa: 'US',
  'united states': 'US',
  uae: 'AE',
  'south korea': 'KR',
  'north korea': 'KP',
  korea: 'KR',
  russia: 'RU',
  vietnam: 'VN',
  'viet nam': 'VN',
  iran: 'IR',
  syria: 'SY',
  laos: 'LA',
  brunei: 'BN',
  bolivia: 'BO',
  venezuela: 'VE',
  tanzania: 'TZ',
  moldova: 'MD',
  palestine: 'PS',
  macau: 'MO',
  'hong kong': 'HK',
  turkey: 'TR',
  'czech republic': 'CZ',
  swaziland: 'SZ',
  burma: 'MM',
  gambia: 'GM',
  'cape verde': 'CV',
  'ivory coast': 'CI',
  'east timor': 'TL',
  'falkland islands': 'FK',
  micronesia: 'FM',
  'dr congo': 'CD',
  congo: 'CG',
  kosovo: 'XK',
}

interface Atlas {
  codes: Map<string, string>
  names: Map<string, string>
  /** Plain form → the name as it is shown, for guesses. */
  spoken: Map<string, string>
}

let atlas: Atlas | undefined

/** The ISO 3166 alpha-2 code of a country by its English name or its code; undefined for none. */
export function countryCode(text: string): string | undefined {
  return openAtlas().codes.get(plain(text))
}

/** The English name of a code. */
export function countryName(code: string): string {
  return openAtlas().names.get(code) ?? code
}

/** The countries that a mistyped name may mean. */
export function closestCountries(text: string): string[] {
  const { spoken } = openAtlas()
  return nearestOf(plain(text), spoken.keys()).map((name) => spoken.get(name) ?? name)
}

/** Every country's English name, in order. */
export function countryNames(): string[] {
  return [...openAtlas().names.values()].sort((one, other) => one.localeCompare(other, 'en'))
}

function openAtlas(): Atlas {
  atlas ??= drawAtlas()
  return atlas
}

function drawAtlas(): Atlas {
  countries.registerLocale(english)
  const codes = new Map<string, string>()
  const names = new Map<string, string>()
  const spoken = new Map<string, string>()
  for (const [code, official] of Object.entries(countries.getNames('en', { select: 'all' }))) {
    const all = Array.isArray(official) ? official : [official]
    names.set(code, all[0] ?? code)
    for (const name of all) {
      codes.set(plain(name), code)
      spoken.set(plain(name), all[0] ?? code)
    }
    codes.set(code.toLowerCase(), code)
    codes.set((countries.alpha2ToAlpha3(code) ?? code).toLowerCase(), code)
  }
  for (const [name, code] of Object.entries(alsoCalled)) codes.set(name, code)
  codes.set(plain(online.name), online.code)
  names.set(online.code, online.name)
  return { codes, names, spoken }
}

function plain(name: string): string {
  return name
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/&/g, ' and ')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .replace(/^the /, '')
    .trim()
}
