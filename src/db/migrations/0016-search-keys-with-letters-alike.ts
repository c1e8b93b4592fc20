/**
 * Searched and stored text may use different forms of a letter: a sigma within a word and at its end, the final letters
 * of Hebrew, the letters of Arabic that keyboards write in two ways. Search keys use one form of each from now on.
 */
const alike: Readonly<Record<string, string>> = {
  ς: 'σ',
  ך: 'כ',
  ם: 'מ',
  ן: 'נ',
  ף: 'פ',
  ץ: 'צ',
  װ: 'וו',
  ױ: 'וי',
  ײ: 'יי',
  ى: 'ي',
  ی: 'ي',
  ک: 'ك',
  ہ: 'ه',
  ھ: 'ه',
  ة: 'ه',
  '\u0640': '',
  '\u200c': '',
  '\u200d': '',
  ð: 'd',
  þ: 'th',
  ħ: 'h',
  ŧ: 't',
  ʻ: "''",
  ʼ: "''",
  '‐': '-',
  '–': '-',
}

const folded = Object.entries(alike).reduce(
  (text, [letter, as]) => `replace(${text}, '${letter}', '${as}')`,
  'folded',
)

export const statements = ['centres', 'users'].map(
  (table) => `update ${table} set folded = ${folded} where folded <> ${folded}`,
)
