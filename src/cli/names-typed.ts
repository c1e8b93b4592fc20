import type { NamedKind } from './parameters.ts'

/** What was typed where a name may stand. */
export interface NamesTyped {
  typed: Readonly<Record<string, unknown>>
  kinds: ReadonlyMap<string, NamedKind>
  /** What was read from stdin is an address or a number. */
  fromStdin: ReadonlySet<string>
  changes: boolean
}

/** Whether anything typed can be a name: without one the store is not looked into. */
export function holdsName({ typed, kinds, fromStdin }: NamesTyped): boolean {
  return [...kinds].some(([parameter, kind]) =>
    [typed[parameter]]
      .flat()
      .some(
        (text) =>
          typeof text === 'string' &&
          !fromStdin.has(text) &&
          wordsOf(text, kind).some((word) => canBeName(word, kind)),
      ),
  )
}

/** What may be a name by itself: several centres stand between commas. */
export function wordsOf(text: string, kind: NamedKind): string[] {
  return kind === 'audience' || kind === 'centres' ? text.split(',') : [text]
}

/** Whether only the number or name of a centre can stand there, and a word for many. */
export function isOfCentresAlone(kind: NamedKind): kind is 'centre' | 'centres' | 'audience' {
  return kind === 'centre' || kind === 'centres' || kind === 'audience'
}

/** Whether the number or name of a centre can stand there. */
export function isOfCentres(kind: NamedKind): boolean {
  return isOfCentresAlone(kind) || kind === 'user-or-centre' || kind === 'subject'
}

/** As almost every number of a centre is: EG001, 50538. */
const usualNumber = /^\s*(?:[A-Za-z]{2})?\d+[A-Za-z]?\s*$/

/** What may be the number of a centre: `EG001`, `50538`, `00123`; one or two digits are the number of something else. */
export function isLikeNumber(word: string): boolean {
  return /^(?:[a-z]{2}\d{2,}[a-z]?|\d{3,12})$/i.test(word)
}

/** What schools are called, and nobody. */
export const isNameOfSchool =
  /\b(?:school|academy|college|institute|lyceum|university|campus|primary|secondary|international|centre|center|education)\b/i

/** What says whom a release is for, and is no centre: `all`, `zone:4`. */
const isWordOfAudience = /^\s*(all|schools|associates|associate-centres|entries)\s*$|:/i

/** What the log says of who acted, and is no name. */
const isWordOfActors = /^\s*(staff|\(erased\))\s*$/i

/** An @ makes it an address, or a mistyped one; the usual form of a number makes it a number. */
export function canBeName(text: string, kind: NamedKind): boolean {
  if (text.trim() === '' || text.includes('@')) return false
  if (kind === 'audience' && isWordOfAudience.test(text)) return false
  if (kind === 'past-user' && isWordOfActors.test(text)) return false
  return !isOfCentres(kind) || !usualNumber.test(text)
}

export function isAddress(word: string): boolean {
  return /^[^\s@<>]+@[^\s@<>]+$/.test(word)
}

/**
 * Each person in one word, where a name and its address were typed as several: `Zed Ali zed@school.example`, or the
 * address first. @returns undefined where it is not clear which name is whose
 */
export function wholePeople(words: readonly string[]): string[] | undefined {
  const [first = '', ...others] = words
  if (isAddress(first) && others.length > 0 && others.every((word) => !word.includes('@')))
    return [`${others.join(' ')} <${first}>`]
  const people: string[] = []
  let name: string[] = []
  for (const word of words) {
    if (!word.includes('@')) name.push(word)
    else if (name.length === 0) people.push(word)
    else {
      people.push([...name, word.includes('<') ? word : `<${word}>`].join(' '))
      name = []
    }
  }
  return name.length > 0 ? undefined : people
}
