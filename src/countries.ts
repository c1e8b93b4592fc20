import { distance } from 'fastest-levenshtein'
import { compareNames, searchKey } from './search-key.ts'
import countries from 'i18n-iso-countries'
import english from 'i18n-iso-countries/langs/en.json' with { type: 'json' }
import { alternativeNames, countryName, formerNames, ambiguousNames, onlineCountry } from './country-names.ts'

interface NameIndex {
  /** From a plain name, or a code in small letters, to the code. */
  codes: Map<string, string>
  /** From the key of a name's words to the code. */
  keys: Map<string, string>
  names: Map<string, string>
  /** From a plain name to the name for display, for suggestions. */
  shownNames: Map<string, string>
}

let nameIndex: NameIndex | undefined
const maxCachedCodes = 2000
const cachedCodes = new Map<string, string | undefined>()

/** The ISO 3166 alpha-2 code for an English name or a code, as people write them; undefined for an unknown country. */
export function countryCode(text: string): string | undefined {
  if (cachedCodes.has(text)) return cachedCodes.get(text)
  const code = readCountry(text)
  if (cachedCodes.size >= maxCachedCodes) cachedCodes.clear()
  cachedCodes.set(text, code)
  return code
}

function readCountry(text: string): string | undefined {
  const { codes } = getNameIndex()
  const name = plainName(text)
  if (ambiguousNames.has(name)) return undefined
  const exact = codes.get(name)
  if (exact !== undefined) return exact
  const letters = name.replaceAll(' ', '')
  if (/^\p{L}( \p{L})+$/u.test(name)) return isAbbreviation(letters) ? codes.get(letters) : undefined
  return findByWords(text) ?? findByParts(text)
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
    ...Object.values(alternativeNames)
      .flat()
      .filter((name) => /^[A-Z]+$/i.test(name) && name.toUpperCase() === name)
      .map((name) => name.toLowerCase()),
  ])
  return abbreviations.has(letters)
}
let abbreviations: Set<string> | undefined

/** Compares the words of a name in any order, without words such as `republic` for the form of government. */
function findByWords(text: string): string | undefined {
  const words = wordsOf(text)
  const { keys } = getNameIndex()
  const whole = keys.get(keyOf(words))
  if (whole !== undefined) return whole
  const own = words.filter((word) => !governmentWords.has(word))
  if (own.length === 0) return undefined
  const [region] = [...new Set(own)].filter((word) => partsOfChina.has(word))
  const rest = region === undefined ? own : own.filter((word) => word !== 'china' && word !== 'province')
  return isSharedName(keyOf(own)) ? undefined : keys.get(keyOf(rest))
}

/** `Myanmar (Burma)`, `UK - England`, `Dubai UAE`: a text whose parts all mean the same country. */
function findByParts(text: string): string | undefined {
  const separated = text
    .split(/[,;/|()[\]–—:]+|\s-\s/)
    .map((part) => part.trim())
    .filter((part) => plainName(part) !== '')
  if (separated.length > 1) return commonCode(separated)
  const words = plainName(text).split(' ')
  if (words.length > 5) return undefined
  for (let at = 1; at < words.length; at++) {
    const code = commonCode([words.slice(0, at).join(' '), words.slice(at).join(' ')])
    if (code !== undefined) return code
  }
  return undefined
}

function commonCode(parts: readonly string[]): string | undefined {
  const { codes } = getNameIndex()
  let common: string | undefined
  for (const part of parts) {
    const name = plainName(part).replace(/^(?:formerly|former|ex|previously|now|aka|also) /, '')
    const code = !ambiguousNames.has(name)
      ? (codes.get(name) ?? codes.get(joinedAbbreviation(name)) ?? findByWords(name))
      : undefined
    if (code === undefined || (common !== undefined && code !== common)) return undefined
    common = code
  }
  return common
}

function joinedAbbreviation(name: string): string {
  const letters = name.replaceAll(' ', '')
  return /^\p{L}( \p{L})+$/u.test(name) && isAbbreviation(letters) ? letters : name
}

/** Parts of China with codes of their own, also where `China` stands beside them. */
const partsOfChina = new Set(['hong', 'hongkong', 'hk', 'macao', 'macau', 'taiwan'])
const governmentWords = new Set(
  [
    'arab bolivarian commonwealth co operative cooperative democratic emirate federal federated federation',
    'federative grand duchy hashemite independent islamic kingdom oriental people plurinational principality',
    'republic socialist state states sultanate union united former formerly yugoslav sovereign nation',
    'sar special administrative region',
  ]
    .join(' ')
    .split(' '),
)
const stopWords = new Set(['the', 'of', 'and'])

/** Abbreviations of words, as the World Bank, sports federations and people who fill in forms write them. */
const expansions: ReadonlyMap<string, string> = new Map(
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
  const name = plainName(text.replace(/[’']s\b/giu, ''))
  const joined = name.replace(/(?<!\S)\p{L}(?: \p{L})+(?!\S)/gu, (letters) => letters.replaceAll(' ', ''))
  const words = joined.split(' ')
  return words
    .flatMap((word) => (words.length > 1 ? (expansions.get(word) ?? word) : word).split(' '))
    .filter((word) => !stopWords.has(word))
}

function keyOf(words: readonly string[]): string {
  return [...new Set(words)].sort().join(' ')
}

/** Whether two states, or a state and part of another, share the name: the words beside it decide. */
function isSharedName(key: string): boolean {
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

const fullNamesOfShared: Readonly<Record<string, readonly string[]>> = {
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

const minGuessedLength = 5

/**
 * The countries that a text may mean: both for an ambiguous name, and at most one for a misspelt name. A code is never
 * corrected, as codes differ by a single letter, nor is a name with two equally near countries or with another first
 * letter (Holand is not Poland).
 */
export function closestCountries(text: string): string[] {
  const { shownNames } = getNameIndex()
  const typedName = plainName(text)
  const candidates = ambiguousNames.get(typedName)
  if (candidates !== undefined) return candidates.map(countryName)
  if (typedName.length < minGuessedLength) return []
  const transposed = new Set<string>()
  for (let at = 1; at + 1 < typedName.length; at += 1) {
    const letters = `${typedName.slice(0, at)}${typedName[at + 1]}${typedName[at]}${typedName.slice(at + 2)}`
    const shown = shownNames.get(letters)
    if (shown !== undefined) transposed.add(shown)
  }
  if (transposed.size === 1) return [...transposed]
  const maxDistance = typedName.length < 8 ? 1 : 2
  let best = maxDistance + 1
  let found = new Set<string>()
  for (const [name, shown] of shownNames) {
    if (name.length < minGuessedLength || name[0] !== typedName[0]) continue
    const differences = distance(typedName, name)
    if (differences < best) found = new Set()
    if (differences <= Math.min(best, maxDistance)) found.add(shown)
    best = Math.min(best, differences)
  }
  return found.size === 1 ? [...found] : []
}

/** The English names of all countries, sorted. */
export function countryNames(): string[] {
  return [...getNameIndex().names.values()].sort(compareNames)
}

function getNameIndex(): NameIndex {
  nameIndex ??= buildNameIndex()
  return nameIndex
}

function buildNameIndex(): NameIndex {
  countries.registerLocale(english)
  const index: NameIndex = { codes: new Map(), keys: new Map(), names: new Map(), shownNames: new Map() }
  const { codes, keys, names, shownNames } = index
  for (const [code, official] of Object.entries(countries.getNames('en', { select: 'all' }))) {
    const all = Array.isArray(official) ? official : [official]
    const shown = countryName(code)
    names.set(code, shown)
    for (const name of [...all, shown]) addName(index, { code, name })
    codes.set(code.toLowerCase(), code)
    codes.set((countries.alpha2ToAlpha3(code) ?? code).toLowerCase(), code)
  }
  // ISO lists one name for two states; without further words it means the state that is displayed by this name.
  for (const code of ['CG', 'CN', 'KR']) addName(index, { code, name: names.get(code) ?? code })
  for (const [code, called] of Object.entries(alternativeNames))
    for (const name of called) addName(index, { code, name })
  for (const [code, called] of Object.entries(formerNames))
    for (const name of called) {
      codes.set(plainName(name), code)
      keys.set(keyOf(wordsOf(name)), code)
    }
  for (const [code, called] of Object.entries(fullNamesOfShared))
    for (const name of called) keys.set(keyOf(wordsOf(name)), code)
  codes.set(plainName(onlineCountry.name), onlineCountry.code)
  names.set(onlineCountry.code, onlineCountry.name)
  for (const name of shownNames.keys()) if (ambiguousNames.has(name)) shownNames.delete(name)
  return index
}

/** Registers a name of a country: as it is, by its words, and by its words without the form of government. */
function addName(
  { codes, keys, names, shownNames }: NameIndex,
  { code, name }: { code: string; name: string },
): void {
  const words = wordsOf(name)
  const own = words.filter((word) => !governmentWords.has(word))
  codes.set(plainName(name), code)
  shownNames.set(plainName(name), names.get(code) ?? code)
  keys.set(keyOf(words), code)
  if (own.length > 0 && !isSharedName(keyOf(own))) keys.set(keyOf(own), code)
}

function plainName(name: string): string {
  return searchKey(name)
    .replace(/&/g, ' and ')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
    .replace(/^the /, '')
    .replace(/^st /, 'saint ')
}
