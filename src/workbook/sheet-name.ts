const LONGEST_NAME = 31

/** A name that Excel takes for a sheet: 31 letters, none of `[]:*?/\`, no apostrophe at either end, not 'History', and no other's. */
export function sheetName(wanted: string, taken: Iterable<string> = []): string {
  const others = new Set(Array.from(taken, (name) => name.toLowerCase()))
  const name = shortened(cleaned(wanted), LONGEST_NAME) || 'Sheet'
  for (let number = 1; ; number += 1) {
    const ending = number === 1 ? '' : ` ${number}`
    const candidate = `${shortened(name, LONGEST_NAME - ending.length)}${ending}`
    const folded = candidate.toLowerCase()
    if (folded !== 'history' && !others.has(folded)) return candidate
  }
}

function cleaned(name: string): string {
  return name
    .replace(/[[\]:*?/\\]/g, ' ')
    .replace(/[\p{Cc}\p{Cs}\ufffe\uffff]/gu, ' ')
    .replace(/ {2,}/g, ' ')
    .replace(EDGES, '')
}

const EDGES = /^[\s']+|[\s']+$/g

/** Cut between two letters, never within one. */
function shortened(name: string, longest: number): string {
  if (name.length <= longest) return name
  let short = ''
  for (const letter of name) {
    if (short.length + letter.length > longest) break
    short += letter
  }
  return short.replace(EDGES, '')
}
