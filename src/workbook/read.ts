import { basename, extname } from 'node:path'
import { type ByteSource, bytesInMemory, inputName, readContents } from './bytes.ts'
import { damaged, UnusableWorkbook, tooMuchText, zipBomb } from './errors.ts'
import { maxHeadingRow } from './cell.ts'
import { detectFormat, detectTextFormat, detectZipContent } from './detect-format.ts'
import { didYouMean, looseLimit, nearestOf } from '../nearest.ts'
import { type BookParts, readParts, readStyles, type SheetPart } from './parts.ts'
import { isStrikingOut, isTrue, isZero, readSheetXml } from './sheet-xml.ts'
import {
  type Book,
  newSheetFacts,
  type RowMaker,
  rowMaker,
  type SheetFacts,
  type SheetRow,
} from './sheet-rows.ts'
import { type Archive, openArchive } from './zip.ts'
import { scanCells, scanner, afterTextTag, plainText, skipBlanks } from './scan.ts'
import { type TextSink, readXml, unescapeText } from './xml.ts'
import { PackedTexts } from '../packed-texts.ts'

/** A workbook that is open, and can be read once. */
export interface Workbook {
  kind: 'xlsx' | 'csv'
  /** The file's name without its folder; `-` for standard input. */
  file: string
  /** The sheet that is read, for the names of cells; for CSV the file's name without its ending. */
  sheet: string
  /** `sha256:` and the hex digest of the file's bytes. */
  digest: string
  /** The other visible sheets, which are not read. */
  otherSheets: string[]
  /** Hands over each row of the other sheets, hidden ones too, sheet by sheet. */
  readOthers(onRow: (row: SheetRow, sheet: string) => void): Promise<void>
  /** The sheets that have the headings sought, where the sheet that is read does not. */
  likelySheets: string[]
  /** The names of the workbook's custom properties. */
  marks: ReadonlySet<string>
  /** Whether a spreadsheet program saved it, which calculates formulas: then an empty text is a formula's result. */
  savedByCalculator: boolean
  /** Hands over each row in order; may be called once. Lets the event loop run between pieces. */
  readRows(onRow: (row: SheetRow) => void, progress?: (share: number) => void): Promise<SheetFacts>
  close(): Promise<void>
}

/** Which sheet to read, and where `-` reads from. */
interface OpenOptions {
  /** Without it: the sheet that is open when the workbook is opened, or else the first that is not hidden. */
  sheet?: string
  stdin?: NodeJS.ReadableStream | undefined
  /** Ends the reading, also while it waits for a pipe that nobody writes to. */
  signal?: AbortSignal
  /** Whether the first rows of a sheet have the headings sought; decides which of several sheets to read. */
  fits?: (rows: SheetRow[]) => boolean
}

/** Opens an `.xlsx` or CSV file, told apart by content. @throws UnusableWorkbook that says what any other file is */
export async function openWorkbook(
  path: string,
  { sheet, stdin, signal, fits }: OpenOptions = {},
): Promise<Workbook> {
  const { bytes, digest } = await readContents(path, { stdin, signal })
  const file = path === '-' ? '-' : basename(path)
  const source = { path, file, digest, sheetName: sheet, fits }
  if (!Buffer.isBuffer(bytes)) return openXlsx(bytes, source)
  return detectFormat(bytes, path) === 'zip' ? openXlsx(bytesInMemory(bytes), source) : openCsv(bytes, source)
}

interface Source {
  path: string
  file: string
  digest: string
  sheetName: string | undefined
  fits?: OpenOptions['fits']
}

async function openXlsx(
  bytes: ByteSource,
  { path, file, digest, sheetName, fits }: Source,
): Promise<Workbook> {
  const archive = await openArchive(bytes).catch(async (error: unknown) => {
    await bytes.close()
    throw error
  })
  try {
    await detectZipContent(archive, path)
    const parts = await readParts(archive)
    const { sheets, sharedStrings, styles, from1904, recalculates, marks, savedByCalculator } = parts
    let book: (Book & { release: () => void }) | undefined
    const loadBook = async () => {
      if (book !== undefined) return book
      const shared = sharedStrings === undefined ? undefined : await readSharedStrings(archive, sharedStrings)
      book = {
        sharedStrings: shared?.texts ?? [],
        struckTexts: shared?.struck ?? new Set(),
        release: () => shared?.texts.release(),
        ...(styles === undefined ? { formats: [] } : await readStyles(archive, styles)),
        from1904,
        recalculates,
      }
      return book
    }
    const hasFittingRows =
      fits && (async ({ part }: SheetPart) => fits(await firstRows(archive, part, await loadBook())))
    const { chosen, likely } = await chooseSheet(parts, { sheetName, hasFittingRows })
    const { name, part } = chosen
    return {
      kind: 'xlsx',
      file,
      sheet: name,
      digest,
      otherSheets: sheets.filter((other) => other.visible && other.name !== name).map((other) => other.name),
      likelySheets: likely,
      async readOthers(onRow) {
        for (const { name, part } of sheets) {
          if (name === chosen.name) continue
          const maker = rowMaker(await loadBook(), (row) => onRow(row, name))
          await archive.read(part, scanSheet(part, maker))
        }
      },
      marks,
      savedByCalculator,
      async readRows(onRow, progress) {
        const facts = newSheetFacts()
        await archive.read(part, scanSheet(part, rowMaker(await loadBook(), onRow, facts)), { progress })
        book?.release()
        book = undefined
        return facts
      },
      close: () => archive.close(),
    }
  } catch (error) {
    await archive.close()
    throw error
  }
}

/** Thrown to stop reading a sheet when enough rows have been seen. */
class EnoughRows extends Error {}

/** The first rows of a sheet, among which the headings are. */
async function firstRows(archive: Archive, part: string, book: Book): Promise<SheetRow[]> {
  const rows: SheetRow[] = []
  const maker = rowMaker(book, (row) => {
    if (row.number > maxHeadingRow) throw new EnoughRows()
    rows.push(row)
  })
  try {
    await archive.read(part, scanSheet(part, maker))
  } catch (error) {
    if (!(error instanceof EnoughRows)) throw error
  }
  return rows
}

function openCsv(bytes: Buffer, { path, file, digest, sheetName }: Source): Workbook {
  const text = detectTextFormat(bytes, path)
  const sheet = path === '-' ? 'stdin' : basename(file, extname(file))
  if (sheetName !== undefined && lowerCase(sheetName) !== lowerCase(sheet)) {
    const message = `${inputName(path)} is a CSV file, which has no sheet ${sheetName}`
    throw noSheet(sheetName, [sheet], { message, hint: 'leave --sheet out' })
  }
  return {
    kind: 'csv',
    file,
    sheet,
    digest,
    otherSheets: [],
    likelySheets: [],
    readOthers: async () => undefined,
    marks: new Set(),
    savedByCalculator: false,
    async readRows(onRow, progress) {
      const { readCsv } = await import('./csv.ts')
      await readCsv(text, onRow, progress)
      return newSheetFacts()
    },
    async close() {},
  }
}

interface SheetChoice {
  sheetName: string | undefined
  hasFittingRows?: ((sheet: SheetPart) => Promise<boolean>) | undefined
}

/** The sheet that is named; else the open one or the first visible one, whichever has rows that fit. */
async function chooseSheet(
  { sheets, active }: BookParts,
  { sheetName, hasFittingRows }: SheetChoice,
): Promise<{ chosen: SheetPart; likely: string[] }> {
  if (sheetName !== undefined) return { chosen: findSheet(sheets, sheetName), likely: [] }
  const shown = sheets.filter(({ visible }) => visible)
  const first = shown[0] ?? sheets[0]
  if (first === undefined) throw damaged('it has no sheet with cells')
  const open = shown.find(({ name }) => name === active) ?? first
  if (!hasFittingRows || shown.length < 2 || (await hasFittingRows(open))) return { chosen: open, likely: [] }
  if (open !== first && (await hasFittingRows(first))) return { chosen: first, likely: [] }
  const likely: string[] = []
  for (const sheet of shown)
    if (sheet !== open && sheet !== first && (await hasFittingRows(sheet))) likely.push(sheet.name)
  return { chosen: open, likely }
}

function findSheet(sheets: readonly SheetPart[], sheetName: string): SheetPart {
  const found =
    sheets.find(({ name }) => name === sheetName) ??
    sheets.find(({ name }) => lowerCase(name) === lowerCase(sheetName))
  if (found !== undefined) return found
  const names = sheets.map(({ name }) => name)
  throw noSheet(sheetName, names, {
    message: `there is no sheet '${sheetName}'${didYouMean(sheetName, names)}`,
    hint: `it has: ${names.join(', ')}`,
    ...optionForNumber(sheetName, sheets),
  })
}

/** `--sheet 2`: a sheet goes by its name, here that of the second that is shown. */
function optionForNumber(
  sheetName: string,
  sheets: readonly SheetPart[],
): { hint: string; optionToAdd: string[] } | undefined {
  const shown = sheets.filter(({ visible }) => visible)
  const counted = /^[1-9]\d?$/.test(sheetName.trim()) ? shown[Number(sheetName) - 1] : undefined
  if (counted === undefined) return undefined
  const hint = `a sheet goes by its name; number ${Number(sheetName)} is ${counted.name}: --sheet '${counted.name}'`
  return { hint, optionToAdd: ['--sheet', counted.name] }
}

function lowerCase(name: string): string {
  return name.normalize('NFKC').trim().toLowerCase()
}

function noSheet(
  sheetName: string,
  sheets: string[],
  { message, hint, optionToAdd }: { message: string; hint: string; optionToAdd?: string[] },
): UnusableWorkbook {
  return new UnusableWorkbook('workbook-no-sheet', message, {
    hint,
    optionToAdd,
    details: { sheets, candidates: nearestOf(sheetName, sheets, looseLimit(sheetName)) },
  })
}

/** Reads the rows of a sheet with the scanner while the XML is as programs usually write it, else with saxes. */
export function scanSheet(part: string, maker: RowMaker): TextSink {
  return scanner({
    part,
    root: 'worksheet',
    container: 'sheetData',
    unit: 'row',
    read(tag, text, from, to) {
      maker.begin(tag.attribute('r'), isTrue(tag.attribute('hidden')) || isZero(tag.attribute('ht')))
      if (!scanCells(text, from, to, maker.cell)) return false
      maker.finish()
      return true
    },
    openFallback: () => readSheetXml(part, maker),
  })
}

const maxTexts = 16_000_000
const maxCharacters = 400_000_000

/** The texts to which a workbook's cells refer by position, and the positions of those that are struck out. */
async function readSharedStrings(
  archive: Archive,
  part: string,
): Promise<{ texts: PackedTexts; struck: ReadonlySet<number> }> {
  // The first texts, to which most cells refer, stay strings; the others are packed.
  const texts = new PackedTexts({ maxUnpacked: 0, areSlices: true, tooManyLetters: tooMuchText })
  const struck = new Set<number>()
  const collect = textCollector(texts)
  const read = (text: string, formatting?: TextFormatting) => {
    if (formatting?.isStruck === true) struck.add(texts.length)
    collect(text)
  }
  await archive.read(part, sharedStringsScanner(part, read))
  return { texts, struck }
}

/** The formatting within one text. */
interface TextFormatting {
  /** Whether a part of the text is struck out. */
  isStruck: boolean
}

type OnText = (text: string, look?: TextFormatting) => void

/** Takes one text after another; @throws UnusableWorkbook above 16 million texts or 400 million characters */
export function textCollector(texts: {
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

export function sharedStringsScanner(part: string, onText: OnText): TextSink {
  return scanner({
    part,
    root: 'sst',
    container: 'sst',
    unit: 'si',
    read(_tag, text, from, to) {
      const value = plainTextElement(text, skipBlanks(text, from), to)
      if (value === undefined) return false
      onText(value)
      return true
    },
    openFallback: () => sharedStringsXml(part, onText),
  })
}

/** The content of a lone `<t>…</t>`; undefined for rich text, phonetic guides and anything else. */
function plainTextElement(text: string, from: number, to: number): string | undefined {
  if (from === to) return ''
  if (!text.startsWith('<t', from)) return undefined
  if (text.startsWith('<t/>', from)) return skipBlanks(text, from + 4) === to ? '' : undefined
  const start = afterTextTag(text, from + 2)
  if (start === -1) return undefined
  const end = text.indexOf('<', start)
  if (end >= to || !text.startsWith('</t>', end) || skipBlanks(text, end + 4) !== to) return undefined
  return plainText(text, start, end)
}

export function sharedStringsXml(part: string, onText: OnText): TextSink {
  let text = ''
  let depth = 0
  let collecting = false
  // A phonetic guide gives a name's pronunciation; its texts are not part of the name.
  let phonetic = 0
  let isStriking = false
  let isStruck = false
  return readXml(part, {
    open(name, attributes) {
      depth += 1
      if (name === 'si' && depth === 2) {
        text = ''
        isStriking = false
        isStruck = false
      } else if (name === 'r') isStriking = false
      else if (isStrikingOut(name, attributes)) isStriking = true
      else if (name === 'rPh') phonetic += 1
      else if (name === 't') collecting = true
    },
    text(piece) {
      if (!collecting || phonetic > 0) return
      text += piece
      if (isStriking && piece.trim() !== '') isStruck = true
    },
    close(name) {
      depth -= 1
      if (name === 't') collecting = false
      else if (name === 'rPh') phonetic -= 1
      else if (name === 'si' && depth === 1) onText(text, { isStruck })
    },
  })
}
