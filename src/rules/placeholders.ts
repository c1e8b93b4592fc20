/** What stands where nothing is known, or where a box was ticked; in any letter case. */
export function isNoValue(text: string): boolean {
  const normalized = text.normalize('NFKC').trim().toLowerCase()
  return isPlaceholder(normalized) || yesesAndNoes.has(normalized)
}

/** With which a word for nothing, a heading, a yes or a no, or a date begins; said of every name, so that few are looked at closely. */
export function beginsAsNoName(text: string): boolean {
  const word = firstWord.exec(text)?.[0].toLowerCase() ?? ''
  return firstWords.has(word) || word.startsWith('xx') || (month.test(word) && /\d/.test(text))
}

export function isPlaceholder(normalized: string): boolean {
  if (inBrackets.has(normalized)) return true
  const bare = withoutSigns(normalized)
  if (bare.length > longestPlaceholder) return false
  if (placeholders.has(bare) || /^x(?: ?x)+$/.test(bare) || fieldOfTemplate.test(normalized)) return true
  const repeated = (between: RegExp) => {
    const words = new Set(bare.split(between))
    const [word = ''] = words
    return words.size === 1 && word !== bare && placeholders.has(word) ? word : undefined
  }
  if (repeated(/ /) !== undefined || repeated(/[/|,;]/) !== undefined) return true
  const hyphened = repeated(/-/)
  // Na-Na is a name, and TBC-TBC none.
  return hyphened !== undefined && hyphened !== 'na'
}

/** A cell that was ticked, in a file that has no kinds of cells. @param short whether `y` and `nein` are one too: people are called so, and no centre is */
export function isYesOrNo(name: string, { short }: { short: boolean }): boolean {
  const bare = withoutSigns(name.toLowerCase())
  return yesesAndNoes.has(bare) || (short && shortYesesAndNoes.has(bare))
}

/** What a spreadsheet fills in below a day; people may be called so. */
export function isWeekday(name: string): boolean {
  return weekdays.has(withoutSigns(name.toLowerCase()))
}

/** What stands above a column of people's names; each alone may be one of two names. */
export function isHeadingOfNames(name: string): boolean {
  return headingsOfNames.has(name.toLowerCase())
}

/** A date in digits or words, or a number such as 1e5: what a spreadsheet makes of a text. */
export function isDateOrNumber(normalized: string): boolean {
  return /\d/.test(normalized) && (scientific.test(normalized) || dates.some((date) => date.test(normalized)))
}

/** `(TBC)`, `"tbc"`, `TBC.`, `tbc?` and `n / a` are what is written without the signs. */
function withoutSigns(normalized: string): string {
  return normalized
    .replace(/^[\s"'“”„‘’«»‹›`*(<[{]+/, '')
    .replace(/[\s"'“”„‘’«»‹›`*)>\]}.?!:;,…]+$/, '')
    .replace(/\s*(?:[\u2010-\u2015\u2212]|([/|-]))\s*/g, (_, sign?: string) => sign ?? '-')
    .replace(/\s+/g, ' ')
}

/** With signs around it: what is longer is no placeholder. */
const longestPlaceholder = 40

/** What people and programs write where there is nothing, without signs around it. */
const placeholders = new Set(
  [
    'null nil nill none void nan nat inf -inf infinity -infinity na n/a n.a n/d tbc tba tbd tbn unknown undefined',
    'missing blank empty k.a s/n \\n loading nothing unnamed noname t.b.c t.b.a t.b.d n/k n.k',
    'ditto dto idem ídem ibid ibidem same test sample example placeholder dummy',
    's.o dasselbe 同上',
  ]
    .join(' ')
    .split(' ')
    .concat(
      'object object',
      'as above',
      'same as above',
      'see above',
      'as below',
      'see below',
      'no name',
      'no data',
      'no value',
      'not given',
      'not available',
      'not applicable',
      'not known',
      'to be confirmed',
      'to be advised',
      'to be announced',
      'to be decided',
      'to be determined',
      'to follow',
      ...['siehe oben', 's. oben', 'wie oben', 'voir ci-dessus', 'voir plus haut', 'comme ci-dessus'],
      ...['véase arriba', 'ver arriba', 'igual que arriba', 'ver acima', 'come sopra', 'vedi sopra'],
      ...['zie boven', 'jak wyżej', 'см. выше', 'то же'],
      // What stands above the column.
      ...[
        'centre name',
        'center name',
        'school name',
        'name of centre',
        'name of school',
        'name of the school',
      ],
      ...['centre number', 'center number', 'first name', 'last name', 'full name', 'surname', 'given name'],
      ...['family name', 'email', 'e-mail', 'email address', 'country', 'town', 'postcode', 'name of user'],
    ),
)

/** Those that are written in brackets only: Tom is a name, (tom) is Swedish for nothing. */
const inBrackets = new Set(
  '(leer) (vide) (vuoto) (vacío) (vazio) (leeg) (puste) (tom) (пусто) (空白) (en blanco)'.match(/\([^)]+\)/g),
)

/** Of a letter or form that nobody has filled in: `{{name}}`, `${name}`, `<<name>>`, `%name%`. */
const fieldOfTemplate = /^(?:\{\{.*\}\}|\$\{.*\}|<<.*>>|%\S+%)$/

const headingsOfNames: ReadonlySet<string> = new Set([
  ...['first', 'last', 'name', 'first name', 'last name', 'firstname', 'lastname', 'full name'],
  ...['surname', 'forename', 'given name', 'family name', 'first last', 'name surname'],
])

/** As spreadsheets write what is ticked, in the languages of many. */
const yesesAndNoes = new Set(
  [
    'true false yes no wahr falsch vrai faux verdadero falso vero verdadeiro waar onwaar falskt',
    'falsk epätosi prawda fałsz pravda nepravda igaz hamis doğru yanlış истина ложь істина хибність',
    'adevărat fals 真 偽 假',
  ]
    .join(' ')
    .split(' '),
)

/** People are called so; no centre is. */
const shortYesesAndNoes: ReadonlySet<string> = new Set(
  'y n ja nein oui non sí si sim não nao da да net нет tak nie ano ne evet hayır hayir igen nem kyllä ei nee nej nei はい いいえ 是 否'.split(
    ' ',
  ),
)

const weekdays: ReadonlySet<string> = new Set(
  'monday tuesday wednesday thursday friday saturday sunday'.split(' '),
)

const firstWord = /\p{L}+/u

/** With which a word for nothing, a heading, a yes or a no begins. */
const firstWords: ReadonlySet<string> = new Set(
  [
    ...['x', ...placeholders, ...inBrackets, ...headingsOfNames],
    ...[...yesesAndNoes, ...shortYesesAndNoes, ...weekdays],
  ].map((text) => firstWord.exec(text)?.[0] ?? ''),
)

const months =
  '(?:jan|feb|m[aä]r|mrt|apr|ma[iy]|mei|ju[nl]|a[uo][gû]|sep|o[ck]t|out|nov|d[eéi][czs]|ene|abr|ago|janv|f[eé]vr|avr|juin|juil|set|gen|mag|giu|lug|ott)'

const fullMonths = '(?:january|february|march|april|may|june|july|august|september|october|november|december)'

const month = new RegExp(`^(?:${months}|${fullMonths})$`)

/** In digits, or with a month's name as a spreadsheet shows the date that it took a text for. */
const dates = [
  /^\d{4}-\d\d-\d\d(?:[t ][\d:.z+-]*)?$/,
  new RegExp(`^\\d{1,2}[-./ ]+(?:${months}|${fullMonths})\\.?(?:[-./, ]+(?:\\d{2}|\\d{4}))?$`),
  new RegExp(`^(?:${months}|${fullMonths})\\.?[-./ ]+(?:\\d{2}|\\d{4})$`),
  new RegExp(`^(?:${months}|${fullMonths})\\.? \\d{1,2}, \\d{4}$`),
]

const scientific = /^[+-]?\d+(?:[.,]\d+)?e[+-]?\d+$/
