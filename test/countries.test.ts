import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { closestCountries, countryCode, countryName, countryNames } from '../src/countries.ts'

describe('a country', () => {
  it.each([
    ['U.K.', 'GB'],
    ['Great Britain', 'GB'],
    ['KSA', 'SA'],
    ['K.S.A.', 'SA'],
    ['Holland', 'NL'],
    ['The Netherlands', 'NL'],
    ['U.A.E.', 'AE'],
    ['Hong Kong SAR, China', 'HK'],
    ['Hong Kong SAR', 'HK'],
    ['China, Hong Kong SAR', 'HK'],
    ['Taiwan, China', 'TW'],
    ['Egypt, Arab Rep.', 'EG'],
    ['Arab Republic of Egypt', 'EG'],
    ['Yemen, Rep.', 'YE'],
    ['Iran, Islamic Rep.', 'IR'],
    ['Venezuela, Bolivarian Republic of', 'VE'],
    ['Korea, Rep.', 'KR'],
    ["Korea, Dem. People's Rep.", 'KP'],
    ['Congo, Dem. Rep.', 'CD'],
    ['Congo, Rep.', 'CG'],
    ['DRC', 'CD'],
    ['Republic of Ireland', 'IE'],
    ['Ireland (Republic of)', 'IE'],
    ['Hashemite Kingdom of Jordan', 'JO'],
    ['Federal Democratic Republic of Ethiopia', 'ET'],
    ['Sultanate of Oman', 'OM'],
    ['St Lucia', 'LC'],
    ['St. Kitts & Nevis', 'KN'],
    ['St. Vincent and the Grenadines', 'VC'],
    ['Gambia, The', 'GM'],
    ['The Gambia', 'GM'],
    ['Bahamas, The', 'BS'],
    ['Myanmar (Burma)', 'MM'],
    ['PRC', 'CN'],
    ["China, People's Republic of", 'CN'],
    ['Côte d’Ivoire', 'CI'],
    ['Virgin Islands (British)', 'VG'],
    ['Virgin Islands, U.S.', 'VI'],
  ])('written %s is %s', (written, code) => {
    expect(countryCode(written)).toBe(code)
  })

  it.each([
    'China, Republic of',
    'Korea, Whatever',
    'Egypt, Texas',
    'Cyprus (North)',
    'Republic of',
    'Kingdom',
    '',
  ])('written %s could be another, and is not understood', (written) => {
    expect(countryCode(written)).toBeUndefined()
  })

  it('is understood by the name that is shown, every one of them', () => {
    for (const name of countryNames()) expect(countryName(countryCode(name) ?? '')).toBe(name)
  })

  it('is shown where people look for it', () => {
    const names = countryNames()
    expect(names.filter((name) => name.startsWith('C'))).toEqual(
      expect.arrayContaining(['China', 'Congo', 'Congo, Democratic Republic of the']),
    )
    expect(names).toEqual(expect.arrayContaining(['Gambia', 'Iran', 'Russia', 'Taiwan', 'Tanzania']))
    expect(
      names.filter((name) => /^(People|Republic|Democratic|Islamic|State|The|United Rep)/.test(name)),
    ).toEqual([])
  })
})

describe('the country that a mistyped name means', () => {
  it.each([
    ['Egipt', ['Egypt']],
    ['Malysia', ['Malaysia']],
    ['Holand', ['Netherlands']],
    ['Pakisten', ['Pakistan']],
    ['Afganistan', ['Afghanistan']],
  ])('%s is guessed', (written, guessed) => {
    expect(closestCountries(written)).toEqual(guessed)
  })

  it.each(['KSA', 'U.K.', 'UEA', 'USSR', 'Slovania', 'Atlantis', 'Yolland', 'XX', ''])(
    '%s is not',
    (written) => {
      expect(closestCountries(written)).toEqual([])
    },
  )

  it('is never one of a code that is a letter away', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'ABCDEGKSU.'), maxLength: 4 }), (text) => {
        expect(closestCountries(text)).toEqual([])
      }),
    )
  })
})
