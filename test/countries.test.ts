import fc from 'fast-check'
import countries from 'i18n-iso-countries'
import { describe, expect, it } from 'vitest'
import { alternativeNames, formerNames, ambiguousNames } from '../src/country-names.ts'
import { closestCountries, countryCode, countryNames } from '../src/countries.ts'
import { searchKey } from '../src/search-key.ts'
import { countryName } from '../src/country-names.ts'

function namesByCode(names: Record<string, string>): [name: string, code: string][] {
  return Object.entries(names).flatMap(([code, all]) =>
    all.split(' | ').map((name): [string, string] => [name, code]),
  )
}

/** As the World Bank, sports federations, offices and people write them. */
const ways = namesByCode({
  AE: 'Dubai UAE | ARE | UAE | U.A.E | U.A.E. | The UAE | Abu Dhabi, UAE | Dubai, UAE | Dubai | Dubai - UAE | Sharjah UAE | Emirates | Abu Dhabi',
  AF: 'Islamic Republic of Afghanistan | Islamic Emirate of Afghanistan',
  AG: 'Antigua & Barbuda | Antigua',
  AR: 'Argentine Republic',
  AS: 'American Samoa',
  AT: 'Austria',
  AU: 'Commonwealth of Australia | Australia',
  AW: 'Aruba',
  AX: 'Åland Islands',
  BA: 'Bosnia-Herzegovina | Bosnia & Herzegovina | Bosnia and Herzegowina | Bosnia/Herzegovina | Bosnia Herz. | BiH',
  BD: "Bangla Desh | People's Republic of Bangladesh",
  BF: 'Upper Volta',
  BH: 'Kingdom of Bahrain',
  BJ: 'Dahomey',
  BL: 'Saint Barthelemy | St Barts',
  BN: 'Brunei Darussalam | Brunei | Negara Brunei Darussalam',
  BO: 'Bolivia (Plurinational State of) | Bolivia | Plurinational State of Bolivia',
  BQ: 'Bonaire | Bonaire, St Eustatius and Saba | Caribbean Netherlands | BES Islands',
  BR: 'Brasil',
  BS: 'Bahamas, The | Commonwealth of the Bahamas',
  BW: 'Bechuanaland',
  BY: 'Byelorussia | Belorussia',
  BZ: 'British Honduras',
  CC: 'Cocos Islands | Keeling Islands',
  CD: 'Democratic Republic of Congo | Congo, Dem. Rep. | Democratic Republic of the Congo | Congo DR | Zaire | Congo-Kinshasa | Congo (Kinshasa) | Congo, Democratic Republic of | D.R. Congo | DR of Congo | D.R.C. | DRC Congo | RDC',
  CF: 'Central African Rep. | C.A.R. | CAR',
  CG: 'Rep. of Congo | Congo, Rep. | Republic of Congo | Republic of the Congo | Congo Brazzaville | Congo (Brazzaville) | Congo',
  CH: 'Swiss Confederation',
  CI: "Cote d'Ivoire | Ivory Coast | Cote d Ivoire | Cote D'Ivoire (Ivory Coast) | Côte d’Ivoire",
  CK: 'Cook Is. | Cook Islands',
  CN: "PR of China | China P.R. | China PR | People's Republic of China | Peoples Republic of China | P.R.C. | P.R. China | P. R. China | China (PRC) | China, PRC | China, mainland | Mainland China",
  CV: 'Cabo Verde | Cape Verde Islands',
  CW: 'Curacao | Curaçao',
  CX: 'Christmas Island',
  CY: 'Cyprus, Republic of',
  CZ: 'Czechia | Czech Republic | Czech Rep.',
  DE: 'FRG | Federal Republic of Germany | Deutschland',
  DM: 'Dominica | Commonwealth of Dominica',
  DO: 'Dominican Rep. | Dominican Republic',
  DZ: "Algeria, People's Democratic Republic of",
  EG: 'Egypt, Arab Rep.',
  EH: 'Western Sahara',
  ES: 'Kingdom of Spain',
  ET: 'Abyssinia',
  FK: 'Falkland Islands (Malvinas) | Falklands | Malvinas',
  FM: 'Micronesia Fed. Sts. | Micronesia, Fed. Sts. | Micronesia (Federated States of) | Micronesia | FSM | Federated States of Micronesia | FS Micronesia',
  FO: 'Faroe Islands',
  FR: 'French Republic',
  GB: 'UK - England | N. Ireland | Great Britain | G.B. | UK | U.K. | United Kingdom (England) | UK (England) | UK, Scotland | England, UK | England UK | Scotland, United Kingdom | Northern Ireland | Wales | Ireland, Northern | U K | UK England | England (UK) | UK/England | UK – Northern Ireland | United Kingdom - Wales | Great Britain and Northern Ireland',
  GE: 'Georgia | Republic of Georgia | Georgia, Republic of',
  GF: 'French Guiana',
  GG: 'Guernsey',
  GI: 'Gibraltar',
  GM: 'Gambia, The',
  GN: 'Guinea Conakry | Guinea (Conakry) | Guinea, Republic of',
  GP: 'Guadeloupe',
  GQ: 'Equatorial Guinea',
  GR: 'Hellenic Republic',
  GS: 'South Georgia and the South Sandwich Islands',
  GU: 'Guam',
  GW: 'Guinea Bissau | Guinea-Bissau',
  GY: 'British Guiana | Guyana',
  HK: 'Hong Kong S.A.R. | HKSAR | Hong Kong SAR, China | China, Hong Kong Special Administrative Region | Hong Kong, China | Hong Kong (China) | Hong Kong | H.K. | HK SAR | Hongkong | Hong Kong SAR of China | Special Administrative Region of Hong Kong',
  HM: 'Heard and McDonald Islands',
  ID: 'Indonesia',
  IE: 'Republic of Ireland | Eire | Ireland, Republic of | ROI',
  IL: 'Israel',
  IM: 'Isle of Man | IOM',
  IN: 'India | Bharat',
  IO: 'British Indian Ocean Territory',
  IQ: 'Iraq',
  IR: 'Iran, Islamic Rep. | Iran (Islamic Republic of) | IR Iran | Persia | Islamic Republic of Iran | I.R. Iran | I.R. of Iran | Iran, I.R. | Iran',
  IT: 'Italian Republic',
  JE: 'Jersey',
  JO: 'Hashemite Kingdom of Jordan | Jordan | Jordan, Hashemite Kingdom of',
  KG: 'Kyrgyz Republic | Kirghizia | Kyrgyzstan | Kyrgyz Rep. | Kirgizstan',
  KH: 'Kampuchea | Democratic Kampuchea',
  KI: 'Kiribati',
  KM: 'Comoros | Union of Comoros | Union of the Comoros',
  KN: 'St. Kitts and Nevis | St Kitts | St. Kitts-Nevis | St. Christopher and Nevis',
  KP: "Korea DPR | Korea, Dem. People's Rep. | Democratic People's Republic of Korea | N. Korea | North Korea | Korea, North | DPR Korea | D.P.R. Korea | DPR of Korea | D.P.R.K.",
  KR: 'Korea, Rep. | Republic of Korea | Korea Republic | South Korea | S. Korea | Korea (South) | Korea, South | Korea | R.O.K. | ROK | Rep. Korea | Rep. of Korea',
  KW: 'State of Kuwait',
  KY: 'Cayman Is.',
  LA: "Lao PDR | Lao P.D.R. | Lao | Laos PDR | Lao People's Democratic Republic | PDR Lao",
  LB: 'Lebanese Republic',
  LC: 'St. Lucia',
  LK: 'Ceylon | Sri Lanka, Democratic Socialist Republic of',
  LR: 'Liberia',
  LS: 'Basutoland',
  LT: 'Lithuania',
  LV: 'Latvia',
  LY: "Libyan Arab Jamahiriya | Libya | Socialist People's Libyan Arab Jamahiriya",
  MD: 'Moldova | Republic of Moldova | Moldavia',
  MF: 'St. Martin (French part) | Saint Martin (French part)',
  MH: 'Marshall Is.',
  MK: 'Macedonia FYR | North Macedonia | FYR Macedonia | Former Yugoslav Republic of Macedonia | The former Yugoslav Republic of Macedonia | Macedonia, the former Yugoslav Republic of | Republic of North Macedonia | N. Macedonia | FYROM | F.Y.R.O.M. | F.Y.R. Macedonia | Macedonia',
  ML: 'Mali',
  MM: 'Burma | Myanmar/Burma',
  MO: 'Macao SAR, China | China, Macao Special Administrative Region | Macau | Macao | Macau SAR | Macau S.A.R. | Macau, China',
  MP: 'Northern Mariana Islands | N. Mariana Islands | CNMI',
  MR: 'Mauritania, Islamic Republic of',
  MU: 'Mauritius',
  MV: 'Maldives',
  MW: 'Nyasaland | Malawi',
  MY: 'Malaysia',
  NA: 'South West Africa',
  NE: 'Niger | Niger Republic',
  NF: 'Norfolk Island',
  NG: 'Nigeria | Federal Republic of Nigeria',
  NL: 'Netherlands (Kingdom of the) | Netherlands, Kingdom of the | Holland (Netherlands) | The Netherlands | Nederland | Kingdom of the Netherlands',
  NR: 'Nauru',
  NU: 'Niue',
  NZ: 'New Zealand | N.Z. | Aotearoa | Aotearoa New Zealand',
  OM: 'Sultanate of Oman',
  PF: 'French Polynesia',
  PG: 'Papua New Guinea | Papua N.G. | PNG | P.N.G.',
  PH: 'Philippines (the) | The Philippines',
  PK: 'Pakistan, Islamic Republic of | Islamic Republic of Pakistan',
  PM: 'St Pierre and Miquelon | Saint Pierre & Miquelon',
  PN: 'Pitcairn | Pitcairn Islands',
  PR: 'Puerto Rico (US) | Puerto Rico',
  PS: 'West Bank and Gaza | State of Palestine | Palestine | Palestinian Authority | Palestinian Territory, Occupied | Palestine, State of',
  PT: 'Portuguese Republic',
  PW: 'Palau',
  QA: 'State of Qatar',
  RE: 'Reunion | Réunion | La Réunion',
  RU: 'Russian Federation | Russia | Russian Fed. | Russian Federation (the)',
  SA: 'Saudi | KSA | K.S.A | Kingdom of Saudi Arabia | Saudi Arabia (KSA)',
  SB: 'Solomon Is.',
  SC: 'Seychelles',
  SD: 'Sudan',
  SH: 'St. Helena | Saint Helena, Ascension and Tristan da Cunha',
  SI: 'Slovenia',
  SJ: 'Svalbard and Jan Mayen',
  SK: 'Slovak Republic | Slovak Rep. | Slovakia | Slovak',
  SO: 'Somalia, Fed. Rep.',
  SR: 'Dutch Guiana',
  SS: 'South Sudan | S. Sudan | S Sudan',
  ST: 'Sao Tome and Principe | São Tomé & Príncipe | Sao Tome',
  SX: 'Sint Maarten | Sint Maarten (Dutch part) | St Maarten | St. Maarten',
  SY: 'Syrian Arab Republic | Syria | Syrian Arab Rep.',
  SZ: 'Eswatini | Swaziland | Kingdom of Eswatini | eSwatini | Eswatini (formerly Swaziland) | Swaziland (Eswatini)',
  TC: 'Turks & Caicos Islands | Turks and Caicos Is.',
  TH: 'Siam',
  TK: 'Tokelau',
  TL: 'Timor-Leste | Timor Leste | East Timor',
  TR: 'Turkiye | Türkiye | Türkiye (Turkey) | Turkey | Türkiye, Republic of',
  TT: 'Trinidad & Tobago | Trinidad and Tobago, Republic of',
  TV: 'Tuvalu',
  TW: 'Taiwan, China | Chinese Taipei | Formosa | R.O.C. | Taiwan R.O.C. | Taiwan (ROC) | Taiwan, Province of China | Taiwan Province of China | Taiwan (Republic of China)',
  TZ: 'United Republic of Tanzania | Tanzania, United Republic of | Tanganyika | Zanzibar | Tanzania, U.R. | Tanzania, UR | U.R. of Tanzania | United Rep. of Tanzania',
  US: 'USA | U.S.A. | US | America | United States of America | United States (USA) | U.S. | U S A | U.S. of America | United States, America',
  VA: 'Holy See | Vatican | Vatican City State | Holy See (Vatican City State)',
  VC: 'St. Vincent and the Grenadines | St Vincent / Grenadines | St. Vincent & Grenadines | St Vincent & the Grenadines | St Vincent and Grenadines',
  VE: 'Venezuela RB | Venezuela, RB | Venezuela (Bolivarian Republic of) | RB Venezuela',
  VG: 'Virgin Is. (British) | Br. Virgin Islands | BVI',
  VI: 'Virgin Islands (U.S.) | United States Virgin Islands | USVI | U.S. Virgin Islands',
  VN: 'Viet Nam | Viet Nam, Socialist Republic of | Viet-Nam | SR Vietnam | Vietnam, S.R.',
  VU: 'New Hebrides | Vanuatu',
  WF: 'Wallis and Futuna Islands | Wallis & Futuna',
  WS: 'Western Samoa | Samoa',
  XK: 'Kosovo | Kosovo, Republic of | Kosovo (UNSCR 1244)',
  YE: 'Yemen, Rep. | Republic of Yemen | PDR Yemen',
  YT: 'Mayotte',
  ZA: 'S. Africa | Republic of South Africa | RSA | R.S.A. | South Africa, Republic of | South Africa | Rep of South Africa',
  ZM: 'Northern Rhodesia',
  ZW: 'Southern Rhodesia',
  ZZ: 'Online',
})

/** The formal names of the members of the United Nations. */
const formal = namesByCode({
  AD: 'Principality of Andorra',
  AE: 'United Arab Emirates',
  AF: 'Islamic Republic of Afghanistan',
  AL: 'Republic of Albania',
  AM: 'Republic of Armenia',
  AO: 'Republic of Angola',
  AR: 'Argentine Republic',
  AT: 'Republic of Austria',
  AU: 'Commonwealth of Australia',
  AZ: 'Republic of Azerbaijan',
  BD: "People's Republic of Bangladesh",
  BE: 'Kingdom of Belgium',
  BG: 'Republic of Bulgaria',
  BH: 'Kingdom of Bahrain',
  BI: 'Republic of Burundi',
  BJ: 'Republic of Benin',
  BO: 'Plurinational State of Bolivia',
  BR: 'Federative Republic of Brazil',
  BS: 'Commonwealth of the Bahamas',
  BT: 'Kingdom of Bhutan',
  BW: 'Republic of Botswana',
  BY: 'Republic of Belarus',
  CD: 'Democratic Republic of the Congo',
  CF: 'Central African Republic',
  CG: 'Republic of the Congo',
  CH: 'Swiss Confederation',
  CI: "Republic of Côte d'Ivoire",
  CL: 'Republic of Chile',
  CM: 'Republic of Cameroon',
  CN: "People's Republic of China",
  CO: 'Republic of Colombia',
  CR: 'Republic of Costa Rica',
  CU: 'Republic of Cuba',
  CV: 'Republic of Cabo Verde',
  CY: 'Republic of Cyprus',
  CZ: 'Czech Republic',
  DE: 'Federal Republic of Germany',
  DJ: 'Republic of Djibouti',
  DK: 'Kingdom of Denmark',
  DM: 'Commonwealth of Dominica',
  DO: 'Dominican Republic',
  DZ: "People's Democratic Republic of Algeria",
  EC: 'Republic of Ecuador',
  EE: 'Republic of Estonia',
  EG: 'Arab Republic of Egypt',
  ER: 'State of Eritrea',
  ES: 'Kingdom of Spain',
  ET: 'Federal Democratic Republic of Ethiopia',
  FI: 'Republic of Finland',
  FJ: 'Republic of Fiji',
  FM: 'Federated States of Micronesia',
  FR: 'French Republic',
  GA: 'Gabonese Republic',
  GB: 'United Kingdom of Great Britain and Northern Ireland',
  GH: 'Republic of Ghana',
  GM: 'Republic of the Gambia',
  GN: 'Republic of Guinea',
  GQ: 'Republic of Equatorial Guinea',
  GR: 'Hellenic Republic',
  GT: 'Republic of Guatemala',
  GW: 'Republic of Guinea-Bissau',
  GY: 'Co-operative Republic of Guyana',
  HN: 'Republic of Honduras',
  HR: 'Republic of Croatia',
  HT: 'Republic of Haiti',
  ID: 'Republic of Indonesia',
  IL: 'State of Israel',
  IN: 'Republic of India',
  IQ: 'Republic of Iraq',
  IR: 'Islamic Republic of Iran',
  IS: 'Republic of Iceland',
  IT: 'Republic of Italy',
  JO: 'Hashemite Kingdom of Jordan',
  KE: 'Republic of Kenya',
  KG: 'Kyrgyz Republic',
  KH: 'Kingdom of Cambodia',
  KI: 'Republic of Kiribati',
  KM: 'Union of the Comoros',
  KP: "Democratic People's Republic of Korea",
  KR: 'Republic of Korea',
  KW: 'State of Kuwait',
  KZ: 'Republic of Kazakhstan',
  LA: "Lao People's Democratic Republic",
  LB: 'Lebanese Republic',
  LI: 'Principality of Liechtenstein',
  LK: 'Democratic Socialist Republic of Sri Lanka',
  LR: 'Republic of Liberia',
  LS: 'Kingdom of Lesotho',
  LT: 'Republic of Lithuania',
  LU: 'Grand Duchy of Luxembourg',
  LV: 'Republic of Latvia',
  LY: 'State of Libya',
  MA: 'Kingdom of Morocco',
  MC: 'Principality of Monaco',
  MD: 'Republic of Moldova',
  MG: 'Republic of Madagascar',
  MH: 'Republic of the Marshall Islands',
  MK: 'Republic of North Macedonia',
  ML: 'Republic of Mali',
  MM: 'Republic of the Union of Myanmar',
  MR: 'Islamic Republic of Mauritania',
  MT: 'Republic of Malta',
  MU: 'Republic of Mauritius',
  MV: 'Republic of Maldives',
  MW: 'Republic of Malawi',
  MX: 'United Mexican States',
  MZ: 'Republic of Mozambique',
  NA: 'Republic of Namibia',
  NE: 'Republic of the Niger',
  NG: 'Federal Republic of Nigeria',
  NI: 'Republic of Nicaragua',
  NL: 'Kingdom of the Netherlands',
  NO: 'Kingdom of Norway',
  NP: 'Federal Democratic Republic of Nepal',
  NR: 'Republic of Nauru',
  OM: 'Sultanate of Oman',
  PA: 'Republic of Panama',
  PE: 'Republic of Peru',
  PG: 'Independent State of Papua New Guinea',
  PH: 'Republic of the Philippines',
  PK: 'Islamic Republic of Pakistan',
  PL: 'Republic of Poland',
  PS: 'State of Palestine',
  PT: 'Portuguese Republic',
  PW: 'Republic of Palau',
  PY: 'Republic of Paraguay',
  QA: 'State of Qatar',
  RS: 'Republic of Serbia',
  RU: 'Russian Federation',
  RW: 'Republic of Rwanda',
  SA: 'Kingdom of Saudi Arabia',
  SC: 'Republic of Seychelles',
  SD: 'Republic of the Sudan',
  SE: 'Kingdom of Sweden',
  SG: 'Republic of Singapore',
  SI: 'Republic of Slovenia',
  SK: 'Slovak Republic',
  SL: 'Republic of Sierra Leone',
  SM: 'Republic of San Marino',
  SN: 'Republic of Senegal',
  SO: 'Federal Republic of Somalia',
  SR: 'Republic of Suriname',
  SS: 'Republic of South Sudan',
  ST: 'Democratic Republic of Sao Tome and Principe',
  SV: 'Republic of El Salvador',
  SY: 'Syrian Arab Republic',
  SZ: 'Kingdom of Eswatini',
  TD: 'Republic of Chad',
  TG: 'Togolese Republic',
  TH: 'Kingdom of Thailand',
  TJ: 'Republic of Tajikistan',
  TL: 'Democratic Republic of Timor-Leste',
  TN: 'Republic of Tunisia',
  TO: 'Kingdom of Tonga',
  TR: 'Republic of Türkiye',
  TT: 'Republic of Trinidad and Tobago',
  TZ: 'United Republic of Tanzania',
  UG: 'Republic of Uganda',
  US: 'United States of America',
  UY: 'Eastern Republic of Uruguay | Oriental Republic of Uruguay',
  UZ: 'Republic of Uzbekistan',
  VA: 'Vatican City State',
  VE: 'Bolivarian Republic of Venezuela',
  VN: 'Socialist Republic of Viet Nam',
  VU: 'Republic of Vanuatu',
  WS: 'Independent State of Samoa',
  YE: 'Republic of Yemen',
  ZA: 'Republic of South Africa',
  ZM: 'Republic of Zambia',
  ZW: 'Republic of Zimbabwe',
})

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

  it.each([
    ['A.R.E.', ['Egypt', 'United Arab Emirates']],
    ['A. R. E.', ['Egypt', 'United Arab Emirates']],
    ['S.A.', ['South Africa', 'Saudi Arabia']],
    ['D.R.', ['Dominican Republic', 'Congo, Democratic Republic of the']],
    ['N.I.', ['United Kingdom', 'Nicaragua']],
    ['Republic of China', ['China', 'Taiwan']],
    ['Virgin Islands', ['British Virgin Islands', 'US Virgin Islands']],
  ])('written %s may be either of two, which are both named', (written, both) => {
    expect(countryCode(written)).toBeUndefined()
    expect(closestCountries(written)).toEqual(both)
  })

  it.each([
    'B.R.',
    'C.H.',
    'P.A.',
    'Georgia (USA)',
    'Niger State',
    'Korea, Democratic Republic',
    'constructor',
    'Dr constructor',
  ])('written %s is not taken for what is spelt by its letters', (written) => {
    expect(countryCode(written)).toBeUndefined()
    expect(closestCountries(written)).toEqual([])
  })

  it('is understood in each of many ways of writing', () => {
    expect(ways.length).toBeGreaterThan(150)
    expect(ways.filter(([written, code]) => countryCode(written) !== code)).toEqual([])
  })

  it('is understood by every name of the standard, the United Nations and Unicode, and by what is listed', () => {
    const wrong: unknown[] = []
    const expectCode = (name: string, code: string) => {
      if (countryCode(name) !== code) wrong.push([name, code, countryCode(name)])
    }
    for (const style of ['long', 'short'] as const) {
      const shown = new Intl.DisplayNames(['en'], { type: 'region', style })
      for (const code of Object.keys(countries.getAlpha2Codes())) {
        const name = shown.of(code)
        if (name !== undefined && name !== code) expectCode(name, code)
      }
    }
    for (const [code, names] of Object.entries(countries.getNames('en', { select: 'all' })))
      for (const name of names) if (name !== 'Congo') expectCode(name, code)
    for (const [name, code] of formal) expectCode(name, code)
    for (const [code, names] of [...Object.entries(alternativeNames), ...Object.entries(formerNames)])
      for (const name of names) expectCode(name, code)
    expect(wrong).toEqual([])
    for (const name of ambiguousNames.keys()) expect(countryCode(name)).toBeUndefined()
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

describe('the names of countries', () => {
  it('have one order, whether Intl compares them or their folded letters are compared', () => {
    const folded = countryNames().toSorted((one, other) => (searchKey(one) < searchKey(other) ? -1 : 1))
    expect(folded).toEqual(countryNames())
  })
})
