import { type FileHandle, open } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { crc32, createDeflateRaw } from 'node:zlib'
import { readPlaces } from '../fixtures/places.ts'
import { chance } from '../fixtures/random.ts'
import { centralDirectory, localHeader, type Part } from '../fixtures/zip.ts'

const HEADINGS = [
  'Centre number',
  'Centre name',
  'Address',
  'Town',
  'Postcode',
  'Country',
  'Email',
  'First name',
  'Last name',
]
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006'
const SPREADSHEET = 'application/vnd.openxmlformats-officedocument.spreadsheetml'
const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

/**
 * Writes a centres workbook with the given number of rows as Excel would: shared strings, references, spans.
 * Each row is valid, and is a centre of its own with one user. Centre numbers begin at `from`.
 */
export async function makeWorkbook(
  path: string,
  size: { rows: number; seed: number; from?: number },
): Promise<void> {
  const file = await open(path, 'w')
  try {
    const parts: Part[] = []
    for (const [name, chunks] of contents(size)) {
      const last = parts.at(-1)
      parts.push(await writePart(file, { name, chunks, offset: last ? endOf(last) : 0 }))
    }
    const last = parts.at(-1)
    const end = last ? endOf(last) : 0
    await file.write(centralDirectory(parts, end), 0, null, end)
  } finally {
    await file.close()
  }
}

const endOf = (part: Part) => part.offset + localHeader(part).length + part.packed

/** Writes the header last, when the sizes are known, as Excel does. */
async function writePart(
  file: FileHandle,
  { name, chunks, offset }: { name: string; chunks: Iterable<string>; offset: number },
): Promise<Part> {
  const part: Part = { name, crc: 0, packed: 0, size: 0, offset }
  const start = offset + localHeader(part).length
  const counted = function* () {
    for (const chunk of chunks) {
      const bytes = Buffer.from(chunk)
      part.crc = crc32(bytes, part.crc)
      part.size += bytes.length
      yield bytes
    }
  }
  await pipeline(counted, createDeflateRaw(), async (packed: AsyncIterable<Buffer>) => {
    for await (const piece of packed) {
      await file.write(piece, 0, piece.length, start + part.packed)
      part.packed += piece.length
    }
  })
  await file.write(localHeader(part), 0, null, offset)
  return part
}

function contents(size: { rows: number; seed: number; from?: number }): [string, Iterable<string>][] {
  const stock = makeStock(size)
  return [
    [
      '[Content_Types].xml',
      [
        `${XML}<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>`,
        `<Override PartName="/xl/workbook.xml" ContentType="${SPREADSHEET}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="${SPREADSHEET}.worksheet+xml"/><Override PartName="/xl/sharedStrings.xml" ContentType="${SPREADSHEET}.sharedStrings+xml"/></Types>`,
      ],
    ],
    [
      '_rels/.rels',
      [
        `${XML}<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
      ],
    ],
    [
      'xl/workbook.xml',
      [
        `${XML}<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><sheets><sheet name="Centres" sheetId="1" r:id="rId1"/></sheets></workbook>`,
      ],
    ],
    [
      'xl/_rels/workbook.xml.rels',
      [
        `${XML}<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${OFFICE}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="${OFFICE}/sharedStrings" Target="sharedStrings.xml"/></Relationships>`,
      ],
    ],
    ['xl/worksheets/sheet1.xml', inChunks(sheetXml(stock, size.rows))],
    ['xl/sharedStrings.xml', inChunks(stringsXml(stock, size.rows))],
  ]
}

/** The strings of the workbook: those that many rows share, by index, and those of each row. */
interface Stock {
  shared: string[]
  centre(index: number): {
    number: string | number
    own: string[]
    sharedAt: [town: number, country: number, first: number, last: number]
    postcode: number
  }
}

function makeStock({ seed, from = 0 }: { seed: number; from?: number }): Stock {
  const shared: string[] = [...HEADINGS]
  const known = new Map(shared.map((text, index) => [text, index]))
  const at = (text: string) => {
    const index = known.get(text) ?? shared.push(text) - 1
    known.set(text, index)
    return index
  }
  const places = readPlaces().map((place) => ({
    ...place,
    towns: place.towns.map(at),
    country: at(place.country),
    firstNames: place.firstNames.map((name) => ({ ...name, at: at(name.written) })),
    family: place.family.map((name) => ({ ...name, at: at(name.written) })),
  }))
  const centre = (position: number) => {
    const index = from + position
    const luck = chance(seed * 1_000_003 + index)
    const one = <T>(from: readonly T[]): T => {
      const found = from[luck.below(from.length)]
      if (found === undefined) throw new Error('places.txt has an empty list')
      return found
    }
    const place = one(places)
    const name = one(place.names)
    const first = one(place.firstNames)
    const last = one(place.family)
    const number = place.code ? `${place.code}${String(index).padStart(6, '0')}` : 1_000_000 + index
    const own = [
      `${place.school.replace('{}', name.written)} ${index}`,
      `${one(place.streets).replace('{}', String(index % 997))}, ${index}`,
      `${first.plain}.${last.plain}@${name.plain}-${index}.example`,
    ]
    if (typeof number === 'string') own.unshift(number)
    const sharedAt: [number, number, number, number] = [one(place.towns), place.country, first.at, last.at]
    return { number, own, sharedAt, postcode: 10_000 + luck.below(89_999) }
  }
  return { shared, centre }
}

function* sheetXml(stock: Stock, rows: number): Generator<string> {
  yield `${XML}<worksheet xmlns="${MAIN}" xmlns:r="${OFFICE}"><dimension ref="A1:I${rows + 1}"/><sheetViews><sheetView tabSelected="1" workbookViewId="0"/></sheetViews><sheetFormatPr defaultRowHeight="15"/><sheetData>`
  yield `<row r="1" spans="1:9">${HEADINGS.map((_, index) => `<c r="${'ABCDEFGHI'.charAt(index)}1" t="s"><v>${index}</v></c>`).join('')}</row>`
  let next = stock.shared.length
  for (let index = 0; index < rows; index++) {
    const r = index + 2
    const {
      number,
      postcode,
      sharedAt: [town, country, first, last],
    } = stock.centre(index)
    const text = (column: string, at: number) => `<c r="${column}${r}" t="s"><v>${at}</v></c>`
    const figure = (column: string, value: number) => `<c r="${column}${r}"><v>${value}</v></c>`
    yield `<row r="${r}" spans="1:9">${typeof number === 'number' ? figure('A', number) : text('A', next++)}${text('B', next++)}${text('C', next++)}${text('D', town)}${figure('E', postcode)}${text('F', country)}${text('G', next++)}${text('H', first)}${text('I', last)}</row>`
  }
  yield '</sheetData><pageMargins left="0.7" right="0.7" top="0.75" bottom="0.75" header="0.3" footer="0.3"/></worksheet>'
}

/** Writes each row's own strings in the order of their indexes in the sheet. */
function* stringsXml(stock: Stock, rows: number): Generator<string> {
  yield `${XML}<sst xmlns="${MAIN}">`
  for (const text of stock.shared) yield si(text)
  for (let index = 0; index < rows; index++) {
    for (const text of stock.centre(index).own) yield si(text)
  }
  yield '</sst>'
}

const si = (text: string) =>
  `<si><t>${/[&<>]/.test(text) ? text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;') : text}</t></si>`

function* inChunks(texts: Iterable<string>): Generator<string> {
  let chunk = ''
  for (const text of texts) {
    chunk += text
    if (chunk.length > 65_536) {
      yield chunk
      chunk = ''
    }
  }
  yield chunk
}
