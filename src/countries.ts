import { distance } from 'fastest-levenshtein'
import { compareNames, searchKey } from './search-key.ts'
import countries from 'i18n-iso-countries'
import english from 'i18n-iso-countries/langs/en.json' with { type: 'json' }
import { alsoCalled, countryName, formerNames, ambiguousNames, online } from './country-names.ts'

interface Atlas {
  /** From a plain name, or a code in small letters, to the code. */
  codes: Map<string, string>
  /** From the key of a name's words to the code. */
  keys: Map<string, string>
  names: Map<string, string>
  /** From a plain name to the name for display, for suggestions. */
  spoken: Map<string, string>
}

let atlas: Atlas | undefined
const maxRemembered = 2000
const remembered = new Map<string, string | undefined>()

/** The ISO 3166 alpha-2 code for an English name or a code, as people write them; undefined for an unknown country. */
export function countryCode(text: string): string | undefined {
  if (remembered.has(text)) return remembered.get(text)
  const code = readCountry(text)
  if (remembered.size >= maxRemembered) remembered.clear()
  remembered.set(text, code)
  return code
}

function readCountry(text: string): string | undefined {
  const { codes } = openAtlas()
  const name = plain(text)
  if (ambiguousNames.has(name)) return undefined
  const exact = codes.get(name)
  if (exact !== undefined) return exact
  const letters = name.replaceAll(' ', '')
  if (/^\p{L}( \p{L})+$/u.test(name)) return isAbbreviation(letters) ? codes.get(letters) : undefined
  return byKey(text) ?? ofItsParts(text)
}

/** Whether letters with dots are an abbreviation of a country; most codes are not: S.A. does not mean Saudi Arabia. */
function isAbbreviation(letters: string): boolean {
  abbreviations ??= new Set([
    'uk',
    'gb',
    'us',
    'usa',
    'uae',
    'nz',
    ...Object.values(alsoCalled)
      .flat()
      .filter((name) => /^[A-Z]+$/i.test(name) && name.toUpperCase() === name)
      .map((name) => name.toLowerCase()),
  ])
  return abbreviations.has(letters)
}
let abbreviations: Set<string> | undefined

/** Compares the words of a name in any order, without words such as `republic` for the form of government. */
function byKey(text: string): string | undefined {
  const words = wordsOf(text)
  const { keys } = openAtlas()
  const whole = keys.get(keyOf(words))
  if (whole !== undefined) return whole
  const own = words.filter((word) => !KIND_OF_STATE.has(word))
  if (own.length === 0) return undefined
  const [region] = [...new Set(own)].filter((word) => OF_CHINA.has(word))
  const rest = region === undefined ? own : own.filter((word) => word !== 'china' && word !== 'province')
  return sharesItsName(keyOf(own)) ? undefined : keys.get(keyOf(rest))
}

/** `Myanmar (Burma)`, `UK - England`, `Dubai UAE`: a text whose parts all mean the same country. */
function ofItsParts(text: string): string | undefined {
  const marked = text
    .split(/[,;/|()[\]–—:]+|\s-\s/)
    .map((part) => part.trim())
    .filter((part) => plain(part) !== '')
  if (marked.length > 1) return commonTo(marked)
  const words = plain(text).split(' ')
  if (words.length > 5) return undefined
  for (let at = 1; at < words.length; at++) {
    const code = commonTo([words.slice(0, at).join(' '), words.slice(at).join(' ')])
    if (code !== undefined) return code
  }
  return undefined
}

function commonTo(parts: readonly string[]): string | undefined {
  const { codes } = openAtlas()
  let common: string | undefined
  for (const part of parts) {
    const name = plain(part).replace(/^(?:formerly|former|ex|previously|now|aka|also) /, '')
    const code = !ambiguousNames.has(name)
      ? (codes.get(name) ?? codes.get(abbreviated(name)) ?? byKey(name))
      : undefined
    if (code === undefined || (common !== undefined && code !== common)) return undefined
    common = code
  }
  return common
}

function abbreviated(name: string): string {
  const letters = name.replaceAll(' ', '')
  return /^\p{L}( \p{L})+$/u.test(name) && isAbbreviation(letters) ? letters : name
}

/** Parts of China with codes of their own, also where `China` stands beside them. */
const OF_CHINA = new Set(['hong', 'hongkong', 'hk', 'macao', 'macau', 'taiwan'])
const KIND_OF_STATE = new Set(
  [
    'arab bolivarian commonwealth co operative cooperative democratic emirate federal federated federation',
    'federative grand duchy hashemite independent islamic kingdom oriental people plurinational principality',
    'republic socialist state states sultanate union united former formerly yugoslav sovereign nation',
    'sar special administrative region',
  ]
    .join(' ')
    .split(' '),
)
const SMALL_WORDS = new Set(['the', 'of', 'and'])

/** Abbreviations of words, as the World Bank, sports federations and people who fill in forms write them. */
const WRITTEN_OUT: ReadonlyMap<string, string> = new Map(
  Object.entries({
    rep: 'republic',
    dem: 'democratic',
    fed: 'federal',
    sts: 'states',
    st: 'saint',
    ste: 'saint',
    is: 'island',
    isl: 'island',
    isls: 'island',
    islands: 'island',
    peoples: 'people',
    northern: 'north',
    southern: 'south',
    western: 'west',
    eastern: 'east',
    n: 'north',
    s: 'south',
    w: 'west',
    e: 'east',
    herz: 'herzegovina',
    afr: 'africa',
    pr: 'people republic',
    prc: 'people republic',
    dpr: 'democratic people republic',
    pdr: 'democratic people republic',
    dr: 'democratic republic',
    rb: 'bolivarian republic',
    fyr: 'former yugoslav republic',
    fs: 'federated states',
    ir: 'islamic republic',
    sr: 'socialist republic',
    ur: 'united republic',
    ng: 'new guinea',
  }),
)

/** The words of a name, with abbreviations expanded; consecutive single letters are joined into one word. */
function wordsOf(text: string): string[] {
  const name = plain(text.replace(/[’']s\b/giu, ''))
  const joined = name.replace(/(?<!\S)\p{L}(?: \p{L})+(?!\S)/gu, (letters) => letters.replaceAll(' ', ''))
  const words = joined.split(' ')
  return words
    .flatMap((word) => (words.length > 1 ? (WRITTEN_OUT.get(word) ?? word) : word).split(' '))
    .filter((word) => !SMALL_WORDS.has(word))
}

function keyOf(words: readonly string[]): string {
  return [...new Set(words)].sort().join(' ')
}

/** Whether two states, or a state and part of another, share the name: the words beside it decide. */
function sharesItsName(key: string): boolean {
  return [
    'china',
    'congo',
    'georgia',
    'guinea',
    'korea',
    'niger',
    'island virgin',
    'samoa',
    'sudan',
  ].includes(key)
}

const WITH_SHARED_NAMES: Readonly<Record<string, readonly string[]>> = {
  CD: ['Democratic Republic Congo', 'Democratic Congo'],
  CG: ['Republic Congo'],
  CN: ['People Republic China'],
  GE: ['Republic Georgia'],
  GN: ['Republic Guinea'],
  KP: ['Democratic People Republic Korea'],
  KR: ['Republic Korea'],
  NE: ['Republic Niger'],
  SD: ['Republic Sudan', 'Democratic Republic Sudan'],
  WS: ['Independent State Samoa', 'Republic Samoa'],
}

const SHORTEST_GUESSED = 5

/**
 * The countries that a text may mean: both for an ambiguous name, and at most one for a misspelt name. A code is never
 * corrected, as codes differ by a single letter, nor is a name with two equally near countries or with another first
 * letter (Holand is not Poland).
 */
export function closestCountries(text: string): string[] {
  const { spoken } = openAtlas()
  const typedName = plain(text)
  const either = ambiguousNames.get(typedName)
  if (either !== undefined) return either.map(countryName)
  if (typedName.length < SHORTEST_GUESSED) return []
  const turned = new Set<string>()
  for (let at = 1; at + 1 < typedName.length; at += 1) {
    const letters = `${typedName.slice(0, at)}${typedName[at + 1]}${typedName[at]}${typedName.slice(at + 2)}`
    const shown = spoken.get(letters)
    if (shown !== undefined) turned.add(shown)
  }
  if (turned.size === 1) return [...turned]
  const maxDistance = typedName.length < 8 ? 1 : 2
  let best = maxDistance + 1
  let found = new Set<string>()
  for (const [name, shown] of spoken) {
    if (name.length < SHORTEST_GUESSED || name[0] !== typedName[0]) continue
    const far = distance(typedName, name)
    if (far < best) found = new Set()
    if (far <= Math.min(best, maxDistance)) found.add(shown)
    best = Math.min(best, far)
  }
  return found.size === 1 ? [...found] : []
}

/** The English names of all countries, sorted. */
export function countryNames(): string[] {
  return [...openAtlas().names.values()].sort(compareNames)
}

function openAtlas(): Atlas {
  atlas ??= drawAtlas()
  return atlas
}

function drawAtlas(): Atlas {
  countries.registerLocale(english)
  const drawn: Atlas = { codes: new Map(), keys: new Map(), names: new Map(), spoken: new Map() }
  const { codes, keys, names, spoken } = drawn
  for (const [code, official] of Object.entries(countries.getNames('en', { select: 'all' }))) {
    const all = Array.isArray(official) ? official : [official]
    const shown = countryName(code)
    names.set(code, shown)
    for (const name of [...all, shown]) call(drawn, { code, name })
    codes.set(code.toLowerCase(), code)
    codes.set((countries.alpha2ToAlpha3(code) ?? code).toLowerCase(), code)
  }
  // ISO lists one name for two states; without further words it means the state that is displayed by this name.
  for (const code of ['CG', 'CN', 'KR']) call(drawn, { code, name: names.get(code) ?? code })
  for (const [code, called] of Object.entries(alsoCalled))
    for (const name of called) call(drawn, { code, name })
  for (const [code, called] of Object.entries(formerNames))
    for (const name of called) {
      codes.set(plain(name), code)
      keys.set(keyOf(wordsOf(name)), code)
    }
  for (const [code, called] of Object.entries(WITH_SHARED_NAMES))
    for (const name of called) keys.set(keyOf(wordsOf(name)), code)
  codes.set(plain(online.name), online.code)
  names.set(online.code, online.name)
  for (const name of spoken.keys()) if (ambiguousNames.has(name)) spoken.delete(name)
  return drawn
}

/** Registers a name of a country: as it is, by its words, and by its words without the form of government. */
function call({ codes, keys, names, spoken }: Atlas, { code, name }: { code: string; name: string }): void {
  const words = wordsOf(name)
  const own = words.filter((word) => !KIND_OF_STATE.has(word))
  codes.set(plain(name), code)
  spoken.set(plain(name), names.get(code) ?? code)
  keys.set(keyOf(words), code)
  if (own.length > 0 && !sharesItsName(keyOf(own))) keys.set(keyOf(own), code)
}

function plain(name: string): string {
  return searchKey(name)
    .replace(/&/g, ' and ')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
    .replace(/^the /, '')
    .replace(/^st /, 'saint ')
}
