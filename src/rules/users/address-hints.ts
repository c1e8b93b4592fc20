/** What is in the way of an address, and what to take away. */
export interface Remedy {
  problem?: string
  hint: string
}

const ADDRESS = /[^\s<>()[\],;:"'|]+@[^\s<>()[\],;:"'|]+/g
const BEHIND = /[.,;:]+$/
const marks: Readonly<Record<string, string>> = { '.': 'dot', ',': 'comma', ';': 'semicolon', ':': 'colon' }

/** Letters that a word processor puts in place of those that were typed. */
const lookAlikes: readonly { letters: RegExp; name: string; typed: string }[] = [
  { letters: /[\u2018\u2019\u201b\u2032\u00b4`]/, name: 'a curly apostrophe', typed: "'" },
  { letters: /[\u201c-\u201f]/, name: 'a curly quotation mark', typed: 'nothing' },
  { letters: /[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]/, name: 'a long dash', typed: '-' },
  { letters: /\uff20/, name: 'a full-width @', typed: '@' },
]

/** What to do about text that was meant as an address; nothing where that cannot be told. */
export function remedyFor(text: string): Remedy | undefined {
  const found = text.match(ADDRESS)?.map((address) => address.replace(BEHIND, '')) ?? []
  const [first, second] = found
  const mailto = /^\s*mailto:/i.test(text)
  if (first !== undefined && second !== undefined && !mailto) {
    return {
      problem: 'holds more than one address',
      hint: `keep one address here, such as ${first}, and give ${second} a row of its own`,
    }
  }
  if (first !== undefined && mailto)
    return {
      problem: 'has mailto: before it',
      hint: `take away mailto:, so that ${first.replace(/\?.*$/s, '')} is left`,
    }
  if (first !== undefined && /[<>]/.test(text))
    return {
      problem: 'has more than an address in it',
      hint: `leave ${first} alone, without the name and < >`,
    }
  const end = BEHIND.exec(text.trimEnd())?.[0].at(-1)
  if (end !== undefined)
    return { hint: `take away the ${marks[end] ?? 'mark'} at its end${first ? `: ${first}` : ''}` }
  const look = lookAlikes.find(({ letters }) => letters.test(text))
  const letter = look?.letters.exec(text)?.[0]
  if (look && letter !== undefined)
    return { hint: `${letter} is ${look.name}: type ${look.typed} in its place` }
  if (first !== undefined && first !== text.trim() && !/[\p{Cc}\p{Cf}]/u.test(text))
    return { hint: `leave ${first} alone, without what stands around it` }
  return undefined
}
