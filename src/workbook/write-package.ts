import { pipeline } from 'node:stream/promises'
import { constants, crc32, createDeflateRaw } from 'node:zlib'
import { columnLetters } from './cell.ts'
import { UnusableFile } from './errors.ts'
import type { Append } from './write-file.ts'
import type { WrittenSheet } from './write-sheet.ts'
import { mainNamespace, relationshipsNamespace, xmlDeclaration, xmlAttribute, xmlText } from './xml.ts'

const packageNamespace = 'http://schemas.openxmlformats.org/package/2006'
const coreNamespace = `${packageNamespace}/metadata/core-properties`
const customNamespace = 'http://schemas.openxmlformats.org/officeDocument/2006/custom-properties'
const valuesNamespace = 'http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes'
const officeContentType = 'application/vnd.openxmlformats-officedocument'
const customFormatId = '{D5CDD505-2E9C-101B-9397-08002B2CF9AE}'

/** A sheet that has been added to the package. */
export interface NamedSheet extends WrittenSheet {
  name: string
  columns: number
}

interface PackageProperties {
  creator: string
  at: Date
  marks: readonly string[]
}

/** The parts before the sheets: the links of the package, its creator and time, and its marks. */
export function packageParts({ creator, at, marks }: PackageProperties): [name: string, xml: string][] {
  const links: Link[] = [
    ['rId1', `${relationshipsNamespace}/officeDocument`, 'xl/workbook.xml'],
    ['rId2', `${packageNamespace}/relationships/metadata/core-properties`, 'docProps/core.xml'],
  ]
  const parts: [string, string][] = [['docProps/core.xml', coreXml({ creator, at })]]
  if (marks.length > 0) {
    links.push(['rId3', `${relationshipsNamespace}/custom-properties`, 'docProps/custom.xml'])
    parts.push(['docProps/custom.xml', customXml(marks)])
  }
  return [['_rels/.rels', relationshipsXml(links)], ...parts]
}

function coreXml({ creator, at }: { creator: string; at: Date }): string {
  const moment = `${at.toISOString().slice(0, 19)}Z`
  const by = xmlText(creator)
  return (
    `${xmlDeclaration}<cp:coreProperties xmlns:cp="${coreNamespace}" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">` +
    `<dc:creator>${by}</dc:creator><cp:lastModifiedBy>${by}</cp:lastModifiedBy>` +
    `<dcterms:created xsi:type="dcterms:W3CDTF">${moment}</dcterms:created><dcterms:modified xsi:type="dcterms:W3CDTF">${moment}</dcterms:modified></cp:coreProperties>`
  )
}

function customXml(marks: readonly string[]): string {
  const properties = marks.map(
    (mark, at) =>
      `<property fmtid="${customFormatId}" pid="${at + 2}" name="${xmlAttribute(mark)}"><vt:bool>true</vt:bool></property>`,
  )
  return `${xmlDeclaration}<Properties xmlns="${customNamespace}" xmlns:vt="${valuesNamespace}">${properties.join('')}</Properties>`
}

/** The list of sheets, with the print titles and the filter range of each. */
export function* workbookXml(sheets: readonly NamedSheet[]): Generator<string> {
  yield `${xmlDeclaration}<workbook xmlns="${mainNamespace}" xmlns:r="${relationshipsNamespace}"><bookViews><workbookView activeTab="0"/></bookViews><sheets>`
  for (const [at, { name }] of sheets.entries())
    yield `<sheet name="${xmlAttribute(name)}" sheetId="${at + 1}" r:id="rId${at + 1}"/>`
  yield '</sheets>'
  const names = sheets.flatMap(definedNames)
  if (names.length > 0) yield `<definedNames>${names.join('')}</definedNames>`
  yield '</workbook>'
}

/** LibreOffice shows the buttons of a filter only where this hidden name exists too. */
function definedNames({ name, columns, lastRow, pagesAcross }: NamedSheet, at: number): string[] {
  if (columns === 0) return []
  const sheet = `'${name.replaceAll("'", "''")}'`
  const filter = `${sheet}!$A$1:$${columnLetters(columns - 1)}$${lastRow}`
  const titles = `${pagesAcross > 1 ? `${sheet}!$A:$A,` : ''}${sheet}!$1:$1`
  return [
    `<definedName name="_xlnm._FilterDatabase" localSheetId="${at}" hidden="1">${xmlText(filter)}</definedName>`,
    `<definedName name="_xlnm.Print_Titles" localSheetId="${at}">${xmlText(titles)}</definedName>`,
  ]
}

/** The links from the workbook to its sheets and its styles. */
export function linksXml(sheets: readonly NamedSheet[]): string[] {
  const links = sheets.map(
    (_, at): Link => [`rId${at + 1}`, `${relationshipsNamespace}/worksheet`, `worksheets/sheet${at + 1}.xml`],
  )
  return [
    relationshipsXml([
      ...links,
      [`rId${links.length + 1}`, `${relationshipsNamespace}/styles`, 'styles.xml'],
    ]),
  ]
}

/** The links from a sheet to its comments, and to the shapes that show them. */
export function noteLinksXml(number: number): string {
  return relationshipsXml([
    ['rId1', `${relationshipsNamespace}/vmlDrawing`, `../drawings/vmlDrawing${number}.vml`],
    ['rId2', `${relationshipsNamespace}/comments`, `../comments${number}.xml`],
  ])
}

type Link = [id: string, type: string, target: string]

function relationshipsXml(links: readonly Link[]): string {
  const inside = links.map(
    ([id, type, target]) => `<Relationship Id="${id}" Type="${type}" Target="${target}"/>`,
  )
  return `${xmlDeclaration}<Relationships xmlns="${packageNamespace}/relationships">${inside.join('')}</Relationships>`
}

/** The content type of each part. */
export function* contentTypesXml(
  sheets: readonly NamedSheet[],
  { marked }: { marked: boolean },
): Generator<string> {
  const sheet = `${officeContentType}.spreadsheetml`
  yield `${xmlDeclaration}<Types xmlns="${packageNamespace}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Default Extension="vml" ContentType="${officeContentType}.vmlDrawing"/>`
  yield partType('xl/workbook.xml', `${sheet}.sheet.main+xml`)
  yield partType('xl/styles.xml', `${sheet}.styles+xml`)
  yield partType('docProps/core.xml', 'application/vnd.openxmlformats-package.core-properties+xml')
  if (marked) yield partType('docProps/custom.xml', `${officeContentType}.custom-properties+xml`)
  for (const [at, { notes }] of sheets.entries()) {
    yield partType(`xl/worksheets/sheet${at + 1}.xml`, `${sheet}.worksheet+xml`)
    if (notes.length > 0) yield partType(`xl/comments${at + 1}.xml`, `${sheet}.comments+xml`)
  }
  yield '</Types>'
}

function partType(name: string, type: string): string {
  return `<Override PartName="/${name}" ContentType="${type}"/>`
}

const pieceSize = 128 * 1024
const maxBytes = 0xffff_ffff
const deflateMethod = 8
// Bit 3: the sizes follow the part, because they are known only then. Bit 11: names are UTF-8.
const flags = 0x0808
const minVersion = 20

interface WrittenPart {
  name: Buffer
  crc: number
  packed: number
  size: number
  offset: number
}

/**
 * Writes a zip archive part by part, each part as a stream; nothing can be added after `end`.
 * @param at the time that the archive records for its parts
 */
export function zipWriter(append: Append, at: Date) {
  const moment = dosMoment(at)
  const parts: WrittenPart[] = []
  let offset = 0
  const appendBytes = (bytes: Buffer) => {
    offset += bytes.length
    if (offset > maxBytes) throw tooLarge()
    append(bytes)
  }
  /**
   * Writes the fields common to a part's local and central headers, from the version needed to the length of the name.
   */
  const writeCommon = (bytes: Buffer, from: number, { name }: WrittenPart) => {
    bytes.writeUInt16LE(minVersion, from)
    bytes.writeUInt16LE(flags, from + 2)
    bytes.writeUInt16LE(deflateMethod, from + 4)
    bytes.writeUInt32LE(moment, from + 6)
    bytes.writeUInt16LE(name.length, from + 22)
  }
  return {
    async add(name: string, texts: Iterable<string> | AsyncIterable<string>): Promise<void> {
      const part = { name: Buffer.from(name), crc: 0, packed: 0, size: 0, offset }
      parts.push(part)
      const header = Buffer.alloc(30)
      header.writeUInt32LE(0x0403_4b50, 0)
      writeCommon(header, 4, part)
      appendBytes(Buffer.concat([header, part.name]))
      const measuredBytes = async function* () {
        for await (const text of texts) {
          const bytes = Buffer.from(text)
          part.crc = crc32(bytes, part.crc)
          part.size += bytes.length
          yield bytes
        }
      }
      // Rows of a table are much alike: even the fastest compression shrinks them to a tenth.
      const deflate = createDeflateRaw({ chunkSize: pieceSize, level: constants.Z_BEST_SPEED })
      await pipeline(measuredBytes, deflate, async (packed: AsyncIterable<Buffer>) => {
        for await (const piece of packed) {
          part.packed += piece.length
          appendBytes(piece)
        }
      })
      if (part.size > maxBytes) throw tooLarge()
      const descriptor = Buffer.alloc(16)
      descriptor.writeUInt32LE(0x0807_4b50, 0)
      writeSizes(descriptor, 4, part)
      appendBytes(descriptor)
    },
    /** Writes the central directory. */
    end(): void {
      const start = offset
      for (const part of parts) {
        const listed = Buffer.alloc(46)
        listed.writeUInt32LE(0x0201_4b50, 0)
        listed.writeUInt16LE(minVersion, 4)
        writeCommon(listed, 6, part)
        writeSizes(listed, 16, part)
        listed.writeUInt32LE(part.offset, 42)
        appendBytes(Buffer.concat([listed, part.name]))
      }
      const end = Buffer.alloc(22)
      end.writeUInt32LE(0x0605_4b50, 0)
      end.writeUInt16LE(parts.length, 8)
      end.writeUInt16LE(parts.length, 10)
      end.writeUInt32LE(offset - start, 12)
      end.writeUInt32LE(start, 16)
      appendBytes(end)
    },
  }
}

export type ZipWriter = ReturnType<typeof zipWriter>

function writeSizes(bytes: Buffer, at: number, { crc, packed, size }: WrittenPart): void {
  bytes.writeUInt32LE(crc, at)
  bytes.writeUInt32LE(packed, at + 4)
  bytes.writeUInt32LE(size, at + 8)
}

/**
 * The date and time in the format of zip archives: local time in other programs, UTC here, so that equal sheets are
 * equal bytes.
 */
function dosMoment(at: Date): number {
  const year = Math.min(127, Math.max(0, at.getUTCFullYear() - 1980))
  const date = (year << 9) | ((at.getUTCMonth() + 1) << 5) | at.getUTCDate()
  const time = (at.getUTCHours() << 11) | (at.getUTCMinutes() << 5) | (at.getUTCSeconds() >> 1)
  return date * 0x1_0000 + time
}

function tooLarge(): UnusableFile {
  return new UnusableFile('file-too-large', 'the workbook would be larger than 4 GB', {
    hint: 'end its name with .csv, or write fewer rows',
  })
}
