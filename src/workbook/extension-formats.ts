import { bomb } from './errors.ts'
import { readXml, type TextSink } from './xml.ts'

/** A conditional format of Excel's extension list: the cells to which it applies, and the codes of its number formats. */
export interface ExtensionFormat {
  references: string
  codes: string[]
}

const maxLength = 4 * 1024 * 1024
const startOfFormats = /<(?:\w+:)?extLst[\s>]/
/** As long as what may be cut at the border of two pieces. */
const overlap = 64

/** Looks for conditional formats in what follows the rows, without reading the rest: links and drop-downs may be many. */
export function extensionFormats(part: string, onFormat: (format: ExtensionFormat) => void): TextSink {
  let text = ''
  let found = false
  return {
    write(piece) {
      text += piece
      if (!found) {
        const at = text.search(startOfFormats)
        found = at >= 0
        text = found ? text.slice(at) : text.slice(-overlap)
      }
      if (text.length > maxLength)
        throw bomb(`${part} has an extension list of more than ${maxLength} characters`)
    },
    end() {
      if (!found) return
      const formats = /<((?:\w+:)?conditionalFormatting)[\s>].*?<\/\1>/gs
      for (const [format] of text.matchAll(formats)) onFormat(readFormat(part, format))
    },
  }
}

function readFormat(part: string, text: string): ExtensionFormat {
  const found: ExtensionFormat = { references: '', codes: [] }
  let inReferences = false
  const xml = readXml(part, {
    open(name, attributes) {
      inReferences = name === 'sqref'
      if (name === 'numFmt') found.codes.push(attributes.get('formatCode') ?? '')
    },
    text(piece) {
      if (inReferences) found.references += piece
    },
    close() {
      inReferences = false
    },
  })
  xml.write(text)
  xml.end()
  return found
}
