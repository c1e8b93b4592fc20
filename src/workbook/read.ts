import { basename, extname } from 'node:path'
import { named, readContents } from './bytes.ts'
import { readCsv } from './csv.ts'
import { damaged, UnusableWorkbook } from './errors.ts'
import { look, lookAtText, lookInside } from './look.ts'
import { didYouMean, nearest } from './nearest.ts'
import { readFormats, readParts, type SheetPart } from './parts.ts'
import { readSharedStrings } from './shared-strings.ts'
import { rowMaker, type SheetRow } from './sheet-rows.ts'
import { scanSheet } from './sheet-scan.ts'
import { openArchive } from './zip.ts'

export { isBlankRow, type SheetRow } from './sheet-rows.ts'

/** A workbook that has been looked at and can be read, once. */
export interface Workbook {
  kind: 'xlsx' | 'csv'
  /** The file's name without its folder; `-` for standard input. */
  file: string
  /** The sheet that is read, for the names of cells; for CSV the file's name without its ending. */
  sheet: string
  /** `sha256:` and the hex digest of the file's bytes. */
  digest: string
  sheets: string[]
  /** Those that are shown to who opens it, and are not read. */
  otherSheets: string[]
  /** Hands over each row in order; may be called once. Lets the event loop run between pieces. */
  readRows(onRow: (row: SheetRow) => void, progress?: (share: number) => void): Promise<void>
  close(): Promise<void>
}

/** Which sheet to read, and where `-` reads from. */
export interface OpenOptions {
  /** Without it: the first sheet that is not hidden. */
  sheet?: string
  stdin?: NodeJS.ReadableStream
}

/** Opens an `.xlsx` or CSV file, told apart by content; throws UnusableWorkbook with words that say what it is instead. */
export async function openWorkbook(
  path: string,
  { sheet, stdin = process.stdin }: OpenOptions = {},
): Promise<Workbook> {
  const { bytes, digest } = await readContents(path, stdin)
  const file = path === '-' ? '-' : basename(path)
  return look(bytes, path) === 'zip'
    ? openXlsx(bytes, { path, file, digest, wanted: sheet })
    : openCsv(bytes, { path, file, digest, wanted: sheet })
}

interface Source {
  path: string
  file: string
  digest: string
  wanted: string | undefined
}

async function openXlsx(bytes: Buffer, { path, file, digest, wanted }: Source): Promise<Workbook> {
  const archive = await openArchive(bytes)
  try {
    await lookInside(archive, path)
    const { sheets, sharedStrings, styles, from1904 } = await readParts(archive)
    const names = sheets.map(({ name }) => name)
    const { name, part } = choose(sheets, wanted)
    return {
      kind: 'xlsx',
      file,
      sheet: name,
      digest,
      sheets: names,
      otherSheets: sheets.filter((other) => other.visible && other.name !== name).map((other) => other.name),
      async readRows(onRow, progress) {
        const book = {
          sharedStrings: sharedStrings === undefined ? [] : await readSharedStrings(archive, sharedStrings),
          formats: styles === undefined ? [] : await readFormats(archive, styles),
          from1904,
        }
        await archive.read(part, scanSheet(part, rowMaker(book, onRow)), { progress })
      },
      async close() {
        archive.close()
      },
    }
  } catch (error) {
    archive.close()
    throw error
  }
}

function openCsv(bytes: Buffer, { path, file, digest, wanted }: Source): Workbook {
  const text = lookAtText(bytes, path)
  const sheet = path === '-' ? 'stdin' : basename(file, extname(file))
  if (wanted !== undefined && folded(wanted) !== folded(sheet)) {
    const message = `${named(path)} is a CSV file, which has no sheet ${wanted}`
    throw noSheet(wanted, [sheet], { message, hint: 'leave --sheet out' })
  }
  return {
    kind: 'csv',
    file,
    sheet,
    digest,
    sheets: [sheet],
    otherSheets: [],
    readRows: (onRow, progress) => readCsv(text, onRow, progress),
    async close() {},
  }
}

function choose(sheets: SheetPart[], wanted: string | undefined): SheetPart {
  const names = sheets.map(({ name }) => name)
  if (wanted === undefined) {
    const first = sheets.find(({ visible }) => visible) ?? sheets[0]
    if (first === undefined) throw damaged('it has no sheet with cells')
    return first
  }
  const found =
    sheets.find(({ name }) => name === wanted) ?? sheets.find(({ name }) => folded(name) === folded(wanted))
  if (found !== undefined) return found
  throw noSheet(wanted, names, {
    message: `there is no sheet ${wanted}${didYouMean(wanted, names)}`,
    hint: `it has: ${names.join(', ')}`,
  })
}

function folded(name: string): string {
  return name.normalize('NFKC').trim().toLowerCase()
}

function noSheet(
  wanted: string,
  sheets: string[],
  { message, hint }: { message: string; hint: string },
): UnusableWorkbook {
  return new UnusableWorkbook('workbook-no-sheet', message, {
    hint,
    details: { sheets, candidates: nearest(wanted, sheets) },
  })
}
