import type { NamedKind } from './parameters.ts'

/** The typed values, and which of them may be names. */
export interface NamesTyped {
  typed: Readonly<Record<string, unknown>>
  kinds: ReadonlyMap<string, NamedKind>
  /** Values read from stdin, which are addresses or numbers and never names. */
  fromStdin: ReadonlySet<string>
  changes: boolean
}

/** Whether a typed value can be a name; without one the store is not searched. */
export function holdsName({ typed, kinds, fromStdin }: NamesTyped): boolean {
  return [...kinds].some(([parameter, kind]) =>
    [typed[parameter]]
      .flat()
      .some(
        (text) =>
          typeof text === 'string' &&
          !fromStdin.has(text) &&
          namesInValue(text, kind).some((word) => canBeName(word, kind)),
      ),
  )
}

/** The parts of a value that may be names: several centres are separated by commas. */
export function namesInValue(text: string, kind: NamedKind): string[] {
  return kind === 'audience' || kind === 'centres' ? text.split(',') : [text]
}

/** Whether the parameter takes centres only, by number or name, or a word for many of them. */
export function takesOnlyCentres(kind: NamedKind): kind is 'centre' | 'centres' | 'audience' {
  return kind === 'centre' || kind === 'centres' || kind === 'audience'
}

/** Whether the parameter takes a centre, by number or name. */
export function takesCentres(kind: NamedKind): boolean {
  return takesOnlyCentres(kind) || kind === 'user-or-centre' || kind === 'subject'
}

/** The usual form of centre numbers: EG001, 50538. */
const usualCentreNumber = /^\s*(?:[A-Za-z]{2})?\d+[A-Za-z]?\s*$/

/** Whether a word may be a centre number: `EG001`, `50538`, `00123`; one or two digits number something else. */
export function looksLikeCentreNumber(word: string): boolean {
  return /^(?:[a-z]{2}\d{2,}[a-z]?|\d{3,12})$/i.test(word)
}

/** Words in the names of schools, and in no person's name. */
export const schoolNameWord =
  /\b(?:school|academy|college|institute|lyceum|university|campus|primary|secondary|international|centre|center|education)\b/i

/** Words for the audience of a release that are no centre: `all`, `zone:4`. */
const audienceWord = /^\s*(all|schools|associates|associate-centres|entries)\s*$|:/i

/** The audit log's words for actors that are no person's name. */
const actorWord = /^\s*(staff|\(erased\))\s*$/i

/** Whether a text can be a name: with an @ it is an address, and in the usual form of a centre number a number. */
export function canBeName(text: string, kind: NamedKind): boolean {
  if (text.trim() === '' || text.includes('@')) return false
  if (kind === 'audience' && audienceWord.test(text)) return false
  if (kind === 'past-user' && actorWord.test(text)) return false
  return !takesCentres(kind) || !usualCentreNumber.test(text)
}

export function isAddress(word: string): boolean {
  return /^[^\s@<>]+@[^\s@<>]+$/.test(word)
}

/**
 * Joins each person's words, where a name and its address were typed as several words: `Zed Ali zed@school.example`, or
 * the address first. @returns undefined where it is unclear which name belongs to which address
 */
export function joinPeople(words: readonly string[]): string[] | undefined {
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
