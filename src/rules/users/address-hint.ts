/** What is in the way of an address, and what to do about it. */
export interface AddressHint {
  problem?: string
  hint?: string
}

const PIECE = /[^\s<>()[\],;:"'|#]+@[^\s<>()[\],;:"'|#]+/g
const BEHIND = /[.,;:]+$/
const marks: ReadonlyMap<string, string> = new Map([
  ['.', 'dot'],
  [',', 'comma'],
  [';', 'semicolon'],
  [':', 'colon'],
])

/** Letters that a word processor puts in place of those that were typed. */
const lookAlikes: readonly { letters: RegExp; name: string; typed: string }[] = [
  { letters: /[\u2018\u2019\u201b\u2032\u00b4`]/, name: 'a curly apostrophe', typed: "'" },
  { letters: /[\u201c-\u201f]/, name: 'a curly quotation mark', typed: 'nothing' },
  { letters: /[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]/, name: 'a long dash', typed: '-' },
  { letters: /\uff20/, name: 'a full-width @', typed: '@' },
]

/**
 * What to do about text that was meant as an address. An address is named only where it is surely meant:
 * it can be used, and what stands around it is what programs put around one.
 */
export function hintForAddress(text: string, isAddress: (text: string) => boolean): AddressHint | undefined {
  const line = text.trim()
  if (/[a-z]:\/\/|(?<![\p{L}\p{N}.])www\./iu.test(line))
    return { problem: 'is a web address', hint: 'write the e-mail address alone' }
  const link = /^mailto:\s*([^?\s<>#]+)(?:\?.*)?$/is.exec(line)?.[1]
  if (link !== undefined && isAddress(link))
    return { problem: 'has mailto: before it', hint: `take away mailto:, so that ${link} is left` }
  const pieces = (line.match(PIECE) ?? [])
    .map((piece) => piece.replace(BEHIND, '').replace(/\?.*$/s, ''))
    .filter(isAddress)
  const [first, second] = [...new Set(pieces.map((piece) => piece.toLowerCase()))]
  const address = pieces[0]
  if (first === undefined || address === undefined) return hintForLetters(line, isAddress)
  if (second !== undefined) {
    const other = pieces.find((piece) => piece.toLowerCase() === second) ?? second
    return {
      problem: 'holds more than one address',
      hint: `keep one address here, such as ${address}, and give ${other} a row of its own`,
    }
  }
  if (pieces.length > 1 || /[<>]|#/.test(line)) return fromProgram(line, { address, times: pieces.length })
  const end = BEHIND.exec(line)?.[0]
  if (end !== undefined && line.slice(0, -end.length) === address)
    return { hint: `take away the ${marks.get(end.at(-1) ?? '') ?? 'mark'} at its end: ${address}` }
  return standsAround(line, address)
    ? { hint: `leave ${address} alone, without what stands around it` }
    : hintForLetters(line, isAddress)
}

/** `Name <x>`, `x<mailto:x>` as Outlook copies a link, `x#mailto:x#` as Access keeps one. */
function fromProgram(line: string, { address, times }: { address: string; times: number }): AddressHint {
  const at = line.toLowerCase().split(address.toLowerCase())
  const link = /^#?#?(?:<?mailto:<?)?#?#?[<>]*$/i
  if (times > 1 && at.every((part) => link.test(part.trim())))
    return { problem: 'holds an address and a link to it', hint: `leave ${address} alone, without the link` }
  if (times === 1 && /^[^<>#@]*<\s*(?:mailto:)?\s*$/i.test(at[0] ?? '') && /^\s*>[;,]?$/.test(at[1] ?? ''))
    return {
      problem: 'has more than an address in it',
      hint: `leave ${address} alone, without the name and < >`,
    }
  if (times === 1 && /^[^<>#@]*#?mailto:$/i.test(at[0] ?? '') && /^#*$/.test(at[1] ?? ''))
    return { problem: 'has more than an address in it', hint: `leave ${address} alone, without the link` }
  return { problem: 'has more than an address in it' }
}

/** Brackets or quotation marks around it, or a remark in brackets behind it. */
function standsAround(line: string, address: string): boolean {
  const [before = '', after = ''] = line.split(address)
  return /^[("'[]*$/.test(before) && /^[)"'\]]*(?:\s+\([^()@]*\))?$/.test(after)
}

function hintForLetters(line: string, isAddress: (text: string) => boolean): AddressHint | undefined {
  if (line.split('@').length > 2) return undefined
  const alphabet = lookAlikes.find(({ letters }) => letters.test(line))
  const letter = alphabet?.letters.exec(line)?.[0]
  // Around a whole address it is a quotation mark.
  if (alphabet && letter !== undefined && (line.startsWith(letter) || line.endsWith(letter)))
    return { hint: `take away the ${letter} at its ${line.startsWith(letter) ? 'start' : 'end'}` }
  if (alphabet && letter !== undefined)
    return { hint: `${letter} is ${alphabet.name}: type ${alphabet.typed} in its place` }
  if (!/^[^\s@]+(?:\s+[^\s@]+)*\s*@/.test(line)) return undefined
  const closed = line.replace(/\s*([@.])\s*/g, '$1')
  if (closed !== line && isAddress(closed))
    return { problem: 'has a blank in it', hint: `take away the blank: ${closed}` }
  if (/\s/.test(line)) return { problem: 'has a blank in it' }
  const end = BEHIND.exec(line)?.[0].at(-1)
  if (end !== undefined) return { hint: `take away the ${marks.get(end) ?? 'mark'} at its end` }
  if (/@[^@]*[,;]/.test(line))
    return { problem: 'has a comma or semicolon in its domain', hint: 'write a dot, if one was meant' }
  return undefined
}
