const GREATER = 62

/** Where the blanks that begin there end. */
export function skipBlanks(text: string, from: number): number {
  let at = from
  while (isBlank(text.charCodeAt(at))) at += 1
  return at
}

/** A space, tab or line break. */
export function isBlank(code: number): boolean {
  return code === 32 || code === 10 || code === 13 || code === 9
}

const PRESERVED = ' xml:space="preserve">'

/** Behind `<t` or `<t xml:space="preserve"`; -1 for a text element that looks otherwise. */
export function afterTextTag(text: string, at: number): number {
  if (text.charCodeAt(at) === GREATER) return at + 1
  return text.startsWith(PRESERVED, at) ? at + PRESERVED.length : -1
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&apos;': "'",
}

/** The text between two places, its entities replaced; undefined when one is unknown, and saxes must say so. */
export function plainText(text: string, from: number, to: number): string | undefined {
  const raw = text.slice(from, to)
  if (raw.includes(']]>')) return undefined
  const lines = raw.includes('\r') ? raw.replace(/\r\n?/g, '\n') : raw
  if (!lines.includes('&')) return lines
  let known = true
  const plain = lines.replace(/&[^;]*;?/g, (entity) => {
    const character = ENTITIES[entity] ?? numbered(entity)
    if (character === undefined) known = false
    return character ?? ''
  })
  return known ? plain : undefined
}

/** `&#10;` and `&#xE9;`. */
function numbered(entity: string): string | undefined {
  const [, hex, decimal] = /^&#(?:x([0-9A-Fa-f]{1,6})|(\d{1,7}));$/.exec(entity) ?? []
  if (hex === undefined && decimal === undefined) return undefined
  const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)
  const allowed = code === 9 || code === 10 || code === 13 || (code >= 32 && code <= 0x10ffff)
  const forbidden = (code >= 0xd800 && code <= 0xdfff) || code === 0xfffe || code === 0xffff
  return allowed && !forbidden ? String.fromCodePoint(code) : undefined
}
