import { distance } from 'fastest-levenshtein'
import countries from 'i18n-iso-countries'
import english from 'i18n-iso-countries/langs/en.json' with { type: 'json' }

/** The directory of Cambridge schools lists schools without a country of their own as 'Online'. */
const online = { code: 'ZZ', name: 'Online' }

/** What offices write and the standard does not, in plain letters. */
const alsoCalled: Readonly<Record<string, string>> = {
  england: 'GB',
  scotland: 'GB',
  wales: 'GB',
  'northern ireland': 'GB',
  britain: 'GB',
  'united kingdom of great britain and northern ireland': 'GB',
  eire: 'IE',
  roi: 'IE',
  holland: 'NL',
  ksa: 'SA',
  emirates: 'AE',
  rsa: 'ZA',
  car: 'CF',
  png: 'PG',
  bvi: 'VG',
  'us virgin islands': 'VI',
  'virgin islands us': 'VI',
  'virgin islands british': 'VG',
  'british virgin islands': 'VG',
  prc: 'CN',
  'p r china': 'CN',
  'pr china': 'CN',
  'mainland china': 'CN',
  'china mainland': 'CN',
  'china pr': 'CN',
  'china people s republic of': 'CN',
  'china peoples republic of': 'CN',
  'peoples republic of china': 'CN',
  hk: 'HK',
  'hong kong': 'HK',
  'china hong kong': 'HK',
  'china hong kong sar': 'HK',
  macau: 'MO',
  'china macao sar': 'MO',
  'china macau sar': 'MO',
  roc: 'TW',
  rok: 'KR',
  korea: 'KR',
  'korea south': 'KR',
  's korea': 'KR',
  'korea rep': 'KR',
  'korea republic': 'KR',
  'korea north': 'KP',
  'n korea': 'KP',
  dprk: 'KP',
  'korea dem people s rep': 'KP',
  'korea democratic people s republic of': 'KP',
  'democratic people s republic of korea': 'KP',
  congo: 'CG',
  'congo brazzaville': 'CG',
  'congo rep': 'CG',
  'congo republic of': 'CG',
  'congo republic of the': 'CG',
  drc: 'CD',
  'dr congo': 'CD',
  'd r congo': 'CD',
  'congo dr': 'CD',
  'congo kinshasa': 'CD',
  'congo dem rep': 'CD',
  'congo democratic republic': 'CD',
  'congo democratic republic of': 'CD',
  'congo democratic republic of the': 'CD',
  zaire: 'CD',
  vietnam: 'VN',
  'viet nam': 'VN',
  syria: 'SY',
  laos: 'LA',
  'lao pdr': 'LA',
  brunei: 'BN',
  bolivia: 'BO',
  venezuela: 'VE',
  moldova: 'MD',
  'occupied palestinian territory': 'PS',
  'palestinian territories': 'PS',
  'west bank and gaza': 'PS',
  turkey: 'TR',
  turkiye: 'TR',
  czech: 'CZ',
  'slovak republic': 'SK',
  macedonia: 'MK',
  fyrom: 'MK',
  bosnia: 'BA',
  bih: 'BA',
  swaziland: 'SZ',
  burma: 'MM',
  irak: 'IQ',
  'kyrgyz republic': 'KG',
  kirgizstan: 'KG',
  'cape verde': 'CV',
  'ivory coast': 'CI',
  'east timor': 'TL',
  'falkland islands': 'FK',
  falklands: 'FK',
  micronesia: 'FM',
  vatican: 'VA',
  'vatican city': 'VA',
  'holy see': 'VA',
  trinidad: 'TT',
  't and t': 'TT',
  'saint vincent': 'VC',
  'saint kitts': 'KN',
  'sao tome': 'ST',
  antigua: 'AG',
  'turks and caicos': 'TC',
  caymans: 'KY',
  kosovo: 'XK',
}

/** Shown as people look for them in a list, not under the P of a people's republic. */
const shownAs: Readonly<Record<string, string>> = {
  BN: 'Brunei',
  CD: 'Congo, Democratic Republic of the',
  CG: 'Congo',
  CN: 'China',
  FK: 'Falkland Islands',
  FM: 'Micronesia',
  GM: 'Gambia',
  IR: 'Iran',
  LA: 'Laos',
  MD: 'Moldova',
  MK: 'North Macedonia',
  PS: 'Palestine',
  RU: 'Russia',
  SY: 'Syria',
  TW: 'Taiwan',
  TZ: 'Tanzania',
  US: 'United States',
  VA: 'Vatican City',
  VG: 'British Virgin Islands',
  VI: 'US Virgin Islands',
}

interface Atlas {
  codes: Map<string, string>
  names: Map<string, string>
  /** Plain form → the name as it is shown, for guesses. */
  spoken: Map<string, string>
}

let atlas: Atlas | undefined

/** The ISO 3166 alpha-2 code of a country by its English name or its code, as people write them; undefined for none. */
export function countryCode(text: string): string | undefined {
  const { codes } = openAtlas()
  const name = plain(text)
  const exact = codes.get(name) ?? codes.get(initials(name))
  if (exact !== undefined) return exact
  const [, before = '', beside = ''] = /^([^,(]+)[,(]+(.*)$/s.exec(text) ?? []
  return beside === '' ? withoutForm(name, codes) : withBeside(plain(before), plain(beside), codes)
}

/** `Egypt, Arab Rep.`, `Gambia, The`, `Myanmar (Burma)`: a name, and what kind of state it is, or its other name. */
function withBeside(name: string, beside: string, codes: Atlas['codes']): string | undefined {
  const code = codes.get(name) ?? withoutForm(name, codes)
  if (code === undefined || codes.get(beside) === code) return code
  if (OF_CHINA.has(code)) return /^(sar |prc |pr )*(china|sar|prc)$/.test(beside) ? code : undefined
  return sharesItsName(name) || !FORM_BESIDE.test(beside) ? undefined : code
}

/** `Republic of Ireland`, `Hashemite Kingdom of Jordan`, `Hong Kong SAR`. */
function withoutForm(name: string, codes: Atlas['codes']): string | undefined {
  const region = codes.get(name.replace(/ (sar|special administrative region)( of china)?$/, ''))
  if (region !== undefined && OF_CHINA.has(region)) return region
  const rest = name.replace(FORM_BEFORE, '')
  return rest === name || sharesItsName(rest) ? undefined : codes.get(rest)
}

const OF_CHINA = new Set(['HK', 'MO', 'TW'])
const FORM =
  'arab|bolivarian|commonwealth|co operative|cooperative|democratic|dem|emirate|federal|federated|federation|federative|grand duchy|hashemite|independent|islamic|kingdom|oriental|people s|peoples|plurinational|principality|rep|republic|socialist|state|states|sultanate|union|united'
const FORM_BEFORE = new RegExp(`^((${FORM}) )+of (the )?`)
const FORM_BESIDE = new RegExp(`^((${FORM}|of|the)( |$))+$`)

/** Names that two states share, or a state and a part of another: what stands beside them decides. */
function sharesItsName(name: string): boolean {
  return ['china', 'congo', 'georgia', 'guinea', 'korea', 'virgin islands'].includes(name)
}

/** `u k` was U.K. */
function initials(name: string): string {
  return /^\p{L}( \p{L})+$/u.test(name) ? name.replaceAll(' ', '') : name
}

/** The English name of a code. */
export function countryName(code: string): string {
  return openAtlas().names.get(code) ?? code
}

const SHORTEST_GUESSED = 5

/**
 * The country that a mistyped name must mean, at most one: never from a code, which is a letter away from
 * another's, and never where two are as near, or where the first letter differs (Holand is not Poland).
 */
export function closestCountries(text: string): string[] {
  const { spoken } = openAtlas()
  const wanted = plain(text)
  if (wanted.length < SHORTEST_GUESSED) return []
  const most = wanted.length < 8 ? 1 : 2
  let best = most + 1
  let found = new Set<string>()
  for (const [name, shown] of spoken) {
    if (name.length < SHORTEST_GUESSED || name[0] !== wanted[0]) continue
    const far = distance(wanted, name)
    if (far < best) found = new Set()
    if (far <= Math.min(best, most)) found.add(shown)
    best = Math.min(best, far)
  }
  return found.size === 1 ? [...found] : []
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
    const shown = shownAs[code] ?? all[0] ?? code
    names.set(code, shown)
    for (const name of [...all, shown]) {
      codes.set(plain(name), code)
      spoken.set(plain(name), shown)
    }
    codes.set(code.toLowerCase(), code)
    codes.set((countries.alpha2ToAlpha3(code) ?? code).toLowerCase(), code)
  }
  for (const [name, code] of Object.entries(alsoCalled)) {
    codes.set(name, code)
    spoken.set(name, names.get(code) ?? code)
  }
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
    .trim()
    .replace(/^the /, '')
    .replace(/^st /, 'saint ')
}
