import { isUtf8 } from 'node:buffer'
import { TextDecoder } from 'node:util'
import { SaxesParser } from 'saxes'
import { zipBomb, damaged, UnusableWorkbook } from './errors.ts'

/** No part of an honest workbook needs more text than this in one tag, one text, one comment, or one row. */
export const maxPieceLength = 4 * 1024 * 1024
const maxDepth = 256

/** Callbacks for the content of an XML text; names come without their prefix. */
export interface XmlReader {
  /** `isForeign`: the namespace of the element is not that of the root. */
  open?(name: string, attributes: ReadonlyMap<string, string>, isForeign: boolean): void
  close?(name: string): void
  text?(text: string): void
}

/** A consumer of text that comes in pieces. */
export interface TextSink {
  write(text: string): void
  end(): void
}

/** Reads XML with saxes, whatever prefixes, comments or CDATA it has; a DOCTYPE is refused. */
export function readXml(part: string, reader: XmlReader): TextSink {
  const parser = new SaxesParser({ position: false })
  let depth = 0
  let pending = 0
  let attributes = new Map<string, string>()
  const scopes = namespaces()
  const fail = (error: unknown) => {
    if (error instanceof UnusableWorkbook) throw error
    throw damaged(
      `${part} is not well-formed (${error instanceof Error ? error.message : 'unreadable'})`,
      error,
    )
  }

  const attempt = (step: () => void) => {
    try {
      step()
    } catch (error) {
      fail(error)
    }
  }

  parser.on('error', fail)
  parser.on('doctype', () => {
    throw doctype(part)
  })
  parser.on('attribute', ({ name, value }) => {
    if (name === 'xmlns' || name.startsWith('xmlns:')) scopes.declare(name.slice('xmlns:'.length), value)
    attributes.set(localName(name), value)
  })
  parser.on('opentag', ({ name }) => {
    pending = 0
    depth += 1
    if (depth > maxDepth) throw zipBomb(`${part} has elements more than ${maxDepth} deep`)
    reader.open?.(localName(name), attributes, scopes.open(name))
    if (attributes.size > 0) attributes = new Map()
  })
  parser.on('closetag', ({ name }) => {
    pending = 0
    depth -= 1
    scopes.close()
    reader.close?.(localName(name))
  })
  const text = (piece: string) => {
    pending = 0
    reader.text?.(piece)
  }
  parser.on('text', text)
  parser.on('cdata', text)

  return {
    write(piece) {
      pending += piece.length
      if (pending > maxPieceLength)
        throw zipBomb(`${part} has one piece of more than ${maxPieceLength} characters`)
      attempt(() => parser.write(piece))
    },
    end: () => attempt(() => parser.close()),
  }
}

/** Keeps the namespaces of the open elements, and compares them with that of the root. */
function namespaces() {
  const levels: (ReadonlyMap<string, string> | undefined)[] = []
  let declared: Map<string, string> | undefined
  let known: ReadonlyMap<string, string> = new Map()
  let first: { uri: string | undefined } | undefined
  return {
    /** Records a declaration of the element whose start tag is being read; `''` is the empty prefix. */
    declare(prefix: string, uri: string) {
      declared ??= new Map(known)
      declared.set(prefix, uri)
    },
    /** @returns whether an element is of another namespace than the first */
    open(name: string): boolean {
      levels.push(declared === undefined ? undefined : known)
      known = declared ?? known
      declared = undefined
      const colon = name.indexOf(':')
      const uri = known.get(colon === -1 ? '' : name.slice(0, colon))
      first ??= { uri }
      return uri !== first.uri
    },
    close() {
      known = levels.pop() ?? known
    },
  }
}

function doctype(part: string): UnusableWorkbook {
  return new UnusableWorkbook(
    'workbook-doctype',
    `the workbook is not opened: ${part} has a DOCTYPE, which no spreadsheet program writes`,
    {
      hint: 'such a file may be an attack; ask the sender where it comes from, and for a copy saved from Excel or LibreOffice',
    },
  )
}

/** `x:sheetData` → `sheetData`. */
function localName(name: string): string {
  const colon = name.indexOf(':')
  return colon === -1 ? name : name.slice(colon + 1)
}

/**
 * Bytes → text, piece by piece: UTF-8 unless a byte order mark says UTF-16.
 * A character cut at the border of two pieces waits for its other half.
 */
export function decoder(part: string): { decode(bytes: Buffer): string; end(): void } {
  let utf16: TextDecoder | undefined
  let created = false
  let waiting: Buffer = Buffer.alloc(0)

  return {
    decode(bytes) {
      let piece = waiting.length === 0 ? bytes : Buffer.concat([waiting, bytes])
      if (!created) {
        // Four bytes tell the encodings apart; an XML part is never shorter.
        if (piece.length < 4) {
          waiting = piece
          return ''
        }
        created = true
        waiting = Buffer.alloc(0)
        utf16 = utf16Decoder(piece)
        if (utf16 === undefined && piece.subarray(0, 3).equals(utf8Mark)) piece = piece.subarray(3)
      }
      if (utf16 !== undefined) return utf16.decode(piece, { stream: true })
      const whole = piece.length - incompleteBytes(piece)
      // A copy, so that three waiting bytes do not keep the memory of the whole piece.
      waiting = Buffer.from(piece.subarray(whole))
      const complete = piece.subarray(0, whole)
      if (!isUtf8(complete)) throw damaged(`${part} is not UTF-8`)
      return complete.toString('utf8')
    },
    end() {
      if (waiting.length > 0) throw damaged(`${part} ends in the middle of a character`)
    },
  }
}

const utf8Mark = Buffer.from([0xef, 0xbb, 0xbf])

function utf16Decoder(bytes: Buffer): TextDecoder | undefined {
  const [first, second, third] = bytes
  if ((first === 0xff && second === 0xfe) || (first === 0x3c && second === 0))
    return new TextDecoder('utf-16le')
  if ((first === 0xfe && second === 0xff) || (first === 0 && second === 0x3c && third === 0))
    return new TextDecoder('utf-16be')
  return undefined
}

/** How many bytes at the end begin a character that is incomplete. */
function incompleteBytes(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0
    if (byte < 0x80) return 0
    if (byte >= 0xc0) {
      const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2
      return length > back ? back : 0
    }
  }
  return 0
}

/**
 * Replaces escapes such as `_x000D_` by their characters; text that only looks like an escape has its underscore
 * escaped.
 */
export function unescapeText(text: string): string {
  if (!text.includes('_x')) return text
  return text.replace(/_x([0-9A-Fa-f]{4})_/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
}

const unwritablePattern =
  /_(?=x[0-9A-Fa-f]{4}(?:_|[^\P{Cc}\t\n]|[\ufffe\uffff]|\p{Cs}))|[^\P{Cc}\t\n]|[\ufffe\uffff]|\p{Cs}/gu

/**
 * The reverse of `unescapeText`: escapes what XML 1.0 forbids, what XML would change, and what looks like an escape.
 */
export function escapeText(text: string): string {
  if (!/[^\t\n\x20-\x7e\u00a0-\ud7ff]|_x/.test(text)) return text
  return text.replace(
    unwritablePattern,
    (char) => `_x${char.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}_`,
  )
}

export const xmlDeclaration = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
export const mainNamespace = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
export const relationshipsNamespace = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\n': '&#10;',
  '\t': '&#9;',
}

/** Text between tags; characters that XML cannot hold are escaped as in Excel. */
export function xmlText(text: string): string {
  const plain = escapeText(text)
  return /[&<>]/.test(plain) ? plain.replace(/[&<>]/g, (char) => entities[char] ?? char) : plain
}

/** The value of an attribute. */
export function xmlAttribute(text: string): string {
  return escapeText(text).replace(/[&<>"\n\t]/g, (char) => entities[char] ?? char)
}

/** A `<t>` element, marked so that a reader does not drop its blanks. */
export function textElement(text: string): string {
  const keeps = /^\s|\s$|\s\s|[\t\n]/.test(text) ? ' xml:space="preserve"' : ''
  return `<t${keeps}>${xmlText(text)}</t>`
}
