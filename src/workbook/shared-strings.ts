import type { Archive } from './zip.ts'
import { PackedTexts } from '../packed-texts.ts'
import { tooMuchText, zipBomb } from './errors.ts'
import { afterTextTag, plainText, scanner, skipBlanks } from './scan.ts'
import { readXml, type TextSink, unescapeText } from './xml.ts'

const maxTexts = 16_000_000
const maxCharacters = 400_000_000

/** The texts that the cells of a workbook refer to by their place in this list. */
export async function readSharedStrings(archive: Archive, part: string): Promise<PackedTexts> {
  // Those that many cells refer to come first, and are kept as they are.
  const texts = new PackedTexts({ few: 0, cut: true, refusal: tooMuchText })
  await archive.read(part, sharedStringsScanner(part, collector(texts)))
  return texts
}

/** Takes one text after another, and refuses more than any memory should hold. */
export function collector(texts: {
  readonly length: number
  push: (text: string) => void
}): (text: string) => void {
  let characters = 0
  return (text) => {
    characters += text.length
    if (texts.length >= maxTexts || characters > maxCharacters)
      throw zipBomb('it has more text than 500,000 rows ever need')
    texts.push(unescapeText(text))
  }
}

export function sharedStringsScanner(part: string, onText: (text: string) => void): TextSink {
  return scanner({
    part,
    root: 'sst',
    container: 'sst',
    unit: 'si',
    read(_tag, text, from, to) {
      const value = soleText(text, skipBlanks(text, from), to)
      if (value === undefined) return false
      onText(value)
      return true
    },
    slow: () => sharedStringsXml(part, onText),
  })
}

/** What is in `<t>…</t>` when there is nothing else; undefined for rich text, phonetic guides and the rest. */
function soleText(text: string, from: number, to: number): string | undefined {
  if (from === to) return ''
  if (!text.startsWith('<t', from)) return undefined
  if (text.startsWith('<t/>', from)) return skipBlanks(text, from + 4) === to ? '' : undefined
  const start = afterTextTag(text, from + 2)
  if (start === -1) return undefined
  const end = text.indexOf('<', start)
  if (end >= to || !text.startsWith('</t>', end) || skipBlanks(text, end + 4) !== to) return undefined
  return plainText(text, start, end)
}

export function sharedStringsXml(part: string, onText: (text: string) => void): TextSink {
  let text = ''
  let depth = 0
  let collecting = false
  // A phonetic guide says how a name is read: it has texts of its own, which are not part of the name.
  let phonetic = 0
  return readXml(part, {
    open(name) {
      depth += 1
      if (name === 'si' && depth === 2) text = ''
      else if (name === 'rPh') phonetic += 1
      else if (name === 't') collecting = true
    },
    text(piece) {
      if (collecting && phonetic === 0) text += piece
    },
    close(name) {
      depth -= 1
      if (name === 't') collecting = false
      else if (name === 'rPh') phonetic -= 1
      else if (name === 'si' && depth === 1) onText(text)
    },
  })
}
