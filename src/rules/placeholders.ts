/** Whether a text is a placeholder for a missing value, or the yes or no of a ticked box; in any letter case. */
export function isNoValue(text: string): boolean {
  const normalized = text.normalize('NFKC').trim().toLowerCase()
  return isPlaceholder(normalized) || booleanWords.has(normalized)
}

/**
 * Whether a text begins like a placeholder, a heading, a yes or no, a weekday or a date: a fast test for every name,
 * so that few names need the full checks.
 */
export function beginsLikePlaceholder(text: string): boolean {
  const word = firstWord.exec(text)?.[0].toLowerCase() ?? ''
  return firstWords.has(word) || word.startsWith('xx') || (monthPattern.test(word) && /\d/.test(text))
}

export function isPlaceholder(normalized: string): boolean {
  if (bracketedPlaceholders.has(normalized)) return true
  const bare = withoutSigns(normalized)
  if (bare.length > maxPlaceholderLength) return false
  if (placeholders.has(bare) || /^x(?: ?x)+$/.test(bare) || templateField.test(normalized)) return true
  const repeated = (between: RegExp) => {
    const words = new Set(bare.split(between))
    const [word = ''] = words
    return words.size === 1 && word !== bare && placeholders.has(word) ? word : undefined
  }
  if (repeated(/ /) !== undefined || repeated(/[/|,;]/) !== undefined) return true
  const hyphened = repeated(/-/)
  // Na-Na is a name, and TBC-TBC is none.
  return hyphened !== undefined && hyphened !== 'na'
}

/**
 * Whether a text is a yes or no, which stands for a ticked cell in a file without cell types.
 * @param short whether short words such as `y` and `nein` count too: they are names of people, but of no centre
 */
export function isBooleanWord(name: string, { short }: { short: boolean }): boolean {
  const bare = withoutSigns(name.toLowerCase())
  return booleanWords.has(bare) || (short && shortBooleanWords.has(bare))
}

/** Whether a text is a weekday, which a spreadsheet fills in below another; people may have such a name. */
export function isWeekday(name: string): boolean {
  return weekdays.has(withoutSigns(name.toLowerCase()))
}

/** Whether a text is the heading of a column of names; it may still be one of a person's two names. */
export function isHeadingOfNames(name: string): boolean {
  return headingsOfNames.has(name.toLowerCase())
}

/** Whether a text is a date, in digits or words, or a number such as 1e5, as a spreadsheet makes them of a text. */
export function isDateOrNumber(normalized: string): boolean {
  return /\d/.test(normalized) && (scientific.test(normalized) || dates.some((date) => date.test(normalized)))
}

/** Removes signs around a text and blanks around its hyphens and slashes: `(tbc)`, `"tbc"`, `tbc?` and `n / a`. */
function withoutSigns(normalized: string): string {
  return normalized
    .replace(/^[\s"'“”„‘’«»‹›`*(<[{]+/, '')
    .replace(/[\s"'“”„‘’«»‹›`*)>\]}.?!:;,…]+$/, '')
    .replace(/\s*(?:[\u2010-\u2015\u2212]|([/|-]))\s*/g, (_, sign?: string) => sign ?? '-')
    .replace(/\s+/g, ' ')
}

/** A longer text, without the signs around it, is no placeholder. */
const maxPlaceholderLength = 40

/** What people and programs write for a missing value, without signs around it. */
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
      // Column headings.
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

/** Placeholders that count only in brackets: Tom is a name, (tom) is Swedish for empty. */
const bracketedPlaceholders = new Set(
  '(leer) (vide) (vuoto) (vacío) (vazio) (leeg) (puste) (tom) (пусто) (空白) (en blanco)'.match(/\([^)]+\)/g),
)

/** A field of a letter or form that was not filled in: `{{name}}`, `${name}`, `<<name>>`, `%name%`. */
const templateField = /^(?:\{\{.*\}\}|\$\{.*\}|<<.*>>|%\S+%)$/

const headingsOfNames: ReadonlySet<string> = new Set([
  ...['first', 'last', 'name', 'first name', 'last name', 'firstname', 'lastname', 'full name'],
  ...['surname', 'forename', 'given name', 'family name', 'first last', 'name surname'],
])

/** The words for true and false in spreadsheets of many languages. */
const booleanWords = new Set(
  [
    'true false yes no wahr falsch vrai faux verdadero falso vero verdadeiro waar onwaar falskt',
    'falsk epätosi prawda fałsz pravda nepravda igaz hamis doğru yanlış истина ложь істина хибність',
    'adevărat fals 真 偽 假',
  ]
    .join(' ')
    .split(' '),
)

/** Short words for yes and no, which are names of people, but of no centre. */
const shortBooleanWords: ReadonlySet<string> = new Set(
  'y n ja nein oui non sí si sim não nao da да net нет tak nie ano ne evet hayır hayir igen nem kyllä ei nee nej nei はい いいえ 是 否'.split(
    ' ',
  ),
)

const weekdays: ReadonlySet<string> = new Set(
  'monday tuesday wednesday thursday friday saturday sunday'.split(' '),
)

const firstWord = /\p{L}+/u

/** The first words of all placeholders, headings, weekdays and words for yes and no. */
const firstWords: ReadonlySet<string> = new Set(
  [
    ...['x', ...placeholders, ...bracketedPlaceholders, ...headingsOfNames],
    ...[...booleanWords, ...shortBooleanWords, ...weekdays],
  ].map((text) => firstWord.exec(text)?.[0] ?? ''),
)

const months =
  '(?:jan|feb|m[aä]r|mrt|apr|ma[iy]|mei|ju[nl]|a[uo][gû]|sep|o[ck]t|out|nov|d[eéi][czs]|ene|abr|ago|janv|f[eé]vr|avr|juin|juil|set|gen|mag|giu|lug|ott)'

const fullMonths = '(?:january|february|march|april|may|june|july|august|september|october|november|december)'

const monthPattern = new RegExp(`^(?:${months}|${fullMonths})$`)

/** Dates in digits, or with a month's name, as a spreadsheet shows a text that it took for a date. */
const dates = [
  /^\d{4}-\d\d-\d\d(?:[t ][\d:.z+-]*)?$/,
  new RegExp(`^\\d{1,2}[-./ ]+(?:${months}|${fullMonths})\\.?(?:[-./, ]+(?:\\d{2}|\\d{4}))?$`),
  new RegExp(`^(?:${months}|${fullMonths})\\.?[-./ ]+(?:\\d{2}|\\d{4})$`),
  new RegExp(`^(?:${months}|${fullMonths})\\.? \\d{1,2}, \\d{4}$`),
]

const scientific = /^[+-]?\d+(?:[.,]\d+)?e[+-]?\d+$/
