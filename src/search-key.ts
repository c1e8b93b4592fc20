const ascii = /^[\x20-\x7e]*$/
const marks = /\p{M}+/gu
const likeness: Record<string, string> = {
  ı: 'i',
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ł: 'l',
  '’': "'",
  '‘': "'",
}
const unlike = /[ıßæœøđł’‘]/g

/** How names and addresses are compared when searching: no accents, no letter case. */
export function searchKey(text: string): string {
  if (ascii.test(text)) return text.toLowerCase()
  return text
    .normalize('NFKD')
    .toLowerCase()
    .replace(marks, '')
    .replace(unlike, (letter) => likeness[letter] ?? letter)
    .normalize('NFC')
}

/** What searching for a centre looks through. */
export function centreSearchKey({ number, name }: { number: string; name: string }): string {
  return searchKey(`${number} ${name}`)
}

/** The words that are looked for, folded; `Saleh, Omar` is two. */
export function wordsIn(text = ''): string[] {
  return searchKey(text)
    .split(/[\s,]+/)
    .filter((word) => word !== '')
}
