import { isUtf8 } from 'node:buffer'
import { basename } from 'node:path'
import { constants, gunzipSync } from 'node:zlib'
import { firstFew } from '../format-number.ts'
import { toUtf8 } from '../input-file.ts'
import { emptyFile, unusable } from './bytes.ts'
import type { UnusableWorkbook } from './errors.ts'
import { findWorkbook } from './parts.ts'
import { readXml } from './xml.ts'
import type { Archive } from './zip.ts'

const saveAsHint = 'open it in Excel or LibreOffice and save it as .xlsx (Excel workbook)'

const otherKinds: readonly (readonly [start: string, what: string])[] = [
  ['255044462d', 'a PDF'],
  ['89504e47', 'a picture'],
  ['ffd8ff', 'a picture'],
  ['47494638', 'a picture'],
  ['377abcaf271c', 'a 7z archive'],
  ['52617221', 'a RAR archive'],
  ['53514c69746520666f726d6174', 'a SQLite database'],
  ['7b5c727466', 'a rich text document'],
  ['7f454c46', 'a program'],
  ['4d5a9000', 'a program'],
  ['7373682d61646d696e20696d706f7274', 'a saved plan, which apply takes'],
]

/**
 * Tells by a file's first bytes, never by its name, whether to unzip it or read it as text.
 * @throws UnusableWorkbook that says what any other file is
 */
export function detectFormat(bytes: Buffer, path: string): 'zip' | 'text' {
  const start = bytes.subarray(0, 16).toString('hex')
  if (start.startsWith('504b0304')) return 'zip'
  refuseLockFile(path)
  if (start.startsWith('504b0506') || start.startsWith('504b0708'))
    throw notAWorkbook(path, 'an empty zip archive')
  if (start.startsWith('d0cf11e0a1b11ae1')) throw oldOffice(bytes, path)
  if (/^09(00|02|04|08)(04|06|08|10)00/.test(start)) throw oldXls(path)
  if (start.startsWith('1f8b')) throw gzipped(bytes, path)
  for (const [beginning, what] of otherKinds) if (start.startsWith(beginning)) throw notAWorkbook(path, what)
  return 'text'
}

/**
 * Excel marks an open workbook by a file `~$NAME` beside it, LibreOffice by `.~lock.NAME#`; a copy of such a file may
 * be called `Copy of ~$NAME`.
 */
function refuseLockFile(path: string): void {
  const [, ofExcel, ofLibreOffice] = /(?:~\$(.+)|\.~lock\.(.+)#)$/.exec(basename(path)) ?? []
  const workbook = ofExcel ?? ofLibreOffice
  if (workbook === undefined) return
  const hint = `close the workbook, and give ${workbook}`
  throw unusable(path, 'workbook-lock-file', { what: 'is the lock file of an open workbook', hint })
}

const maxPackedRead = 64 * 1024
const maxUnpacked = 16 * 1024 * 1024

/** Gnumeric packs its XML with gzip. */
function gzipped(bytes: Buffer, path: string): UnusableWorkbook {
  return isGnumeric(unpackBeginning(bytes))
    ? gnumeric(path)
    : notAWorkbook(path, 'a gzip archive', 'unpack it first')
}

function unpackBeginning(bytes: Buffer): string {
  try {
    const options = { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: maxUnpacked }
    return gunzipSync(bytes.subarray(0, maxPackedRead), options).subarray(0, 4096).toString('utf8')
  } catch {
    return ''
  }
}

function isGnumeric(beginning: string): boolean {
  return /<(gnm|gmr):Workbook|www\.gnumeric\.org/.test(beginning)
}

function gnumeric(path: string): UnusableWorkbook {
  return notAWorkbook(
    path,
    'a spreadsheet of Gnumeric',
    'in Gnumeric choose File > Save As > Office Open XML (.xlsx)',
  )
}

/**
 * Excel stores a password-protected workbook in a file of the old format whose directory names an `EncryptedPackage`.
 */
function oldOffice(bytes: Buffer, path: string): UnusableWorkbook {
  const holds = (name: string) => bytes.includes(Buffer.from(name, 'utf16le'))
  if (holds('DRMEncrypted') || holds('DRMContent')) {
    return unusable(path, 'workbook-sensitivity-label', {
      what: 'is protected by a sensitivity label, which encrypts it for certain people',
      hint: 'open it in Excel, choose a label without encryption, and save it again as .xlsx',
    })
  }
  if (holds('EncryptedPackage')) {
    const hint = 'open it, remove the password, and save it again as .xlsx'
    return unusable(path, 'workbook-password-protected', { what: 'is protected by a password', hint })
  }
  if (holds('Workbook') || holds('Book')) return oldXls(path)
  if (holds('WordDocument')) return notAWorkbook(path, 'an old Word document')
  if (holds('PowerPoint Document')) return notAWorkbook(path, 'an old PowerPoint presentation')
  return notAWorkbook(path, 'an old Office file')
}

function oldXls(path: string): UnusableWorkbook {
  const what = 'is an old .xls workbook, of Excel 2003 or before'
  return unusable(path, 'workbook-old-xls', { what, hint: saveAsHint })
}

function notAWorkbook(
  path: string,
  what: string,
  hint = 'give an .xlsx workbook or a .csv file',
): UnusableWorkbook {
  return unusable(path, 'workbook-not-a-workbook', { what: `is ${what}, not a workbook`, hint })
}

/** Tells by the parts of a zip file what it is. @throws UnusableWorkbook for all but a workbook without macros */
export async function detectZipContent(archive: Archive, path: string): Promise<void> {
  const { names } = archive
  const findName = (pattern: RegExp) => [...names].find((name) => pattern.test(name))
  if (names.has('mimetype') || names.has('content.xml')) throw await openDocument(archive, path)
  if (names.has('index/document.iwa') || names.has('index.zip') || findName(/\.iwa$/)) {
    throw notAWorkbook(
      path,
      'a document of Apple Numbers, Pages or Keynote',
      'in Numbers choose File > Export To > Excel',
    )
  }
  if (findName(/(^|\/)vbaproject\.bin$|^xl\/macrosheets\//)) throw macros(path)
  if (names.has('xl/workbook.bin')) throw notAWorkbook(path, 'a binary workbook (.xlsb)', saveAsHint)
  if (findName(/^word\//))
    throw notAWorkbook(path, 'a Word document', 'copy its table into an Excel workbook')
  if (findName(/^ppt\//)) throw notAWorkbook(path, 'a PowerPoint presentation')
  if (names.has('[content_types].xml')) {
    // Some programs list every type they know: only the type of the workbook part counts.
    if (/macroEnabled/i.test(await contentTypeOf(archive, await findWorkbook(archive)))) throw macros(path)
    return
  }
  const inner = [...names].filter(
    (name) => /\.(xlsx|csv|xls|ods)$/.test(name) && !name.startsWith('__macosx/'),
  )
  const [only, ...others] = inner
  if (only !== undefined)
    throw others.length === 0
      ? notAWorkbook(path, `a zip archive that holds ${only}`, 'unpack it first, and give the file in it')
      : notAWorkbook(
          path,
          `a zip archive that holds ${inner.length} files of rows (${firstFew(inner)})`,
          'unpack it first, and give its files one at a time',
        )
  if (![...names].some((name) => name.startsWith('xl/')))
    throw notAWorkbook(path, 'a zip archive with other things in it')
}

function macros(path: string): UnusableWorkbook {
  const what = 'has macros, which may be harmful and are not needed'
  return unusable(path, 'workbook-macros', { what, hint: `${saveAsHint}, which leaves the macros out` })
}

async function openDocument(archive: Archive, path: string): Promise<UnusableWorkbook> {
  let type = ''
  const write = (piece: string) => {
    type += piece
  }
  const isNamed = archive.names.has('mimetype')
  if (isNamed) await archive.read('mimetype', { write, end: () => {} }, { max: 4 * 1024 * 1024 })
  const isSheet = !isNamed || type.includes('application/vnd.oasis.opendocument.spreadsheet')
  return isSheet ? ods(path) : notAWorkbook(path, 'an OpenDocument file or an e-book')
}

function ods(path: string): UnusableWorkbook {
  const hint = 'in LibreOffice choose File > Save As > Excel 2007-365 (.xlsx)'
  return unusable(path, 'workbook-ods', { what: 'is an OpenDocument spreadsheet (.ods)', hint })
}

/** The content type of a part: its own, or else that of its file extension. */
async function contentTypeOf(archive: Archive, part: string): Promise<string> {
  const ending = part.slice(part.lastIndexOf('.') + 1)
  let partType: string | undefined
  let extensionType: string | undefined
  const types = readXml('[content_types].xml', {
    open(name, attributes) {
      const type = attributes.get('ContentType') ?? ''
      const named = attributes.get('PartName')?.replace(/^\/+/, '').toLowerCase()
      if (name === 'Override' && named === part) partType = type
      if (name === 'Default' && attributes.get('Extension')?.toLowerCase() === ending) extensionType = type
    },
  })
  await archive.read('[content_types].xml', types, { max: 4 * 1024 * 1024 })
  return partType ?? extensionType ?? ''
}

/** The text of a file as UTF-8 without byte order mark, whether it was UTF-8 or UTF-16. */
export function detectTextFormat(bytes: Buffer, path: string): Buffer {
  const text = asUtf8(bytes, path)
  const beginning = text.subarray(0, 4096).toString('utf8').trimStart()
  if (beginning === '' && text.toString('utf8').trim() === '') throw emptyFile(path)
  if (beginning.startsWith('<')) throw markup(beginning, path)
  if (beginning.startsWith('ID;P')) throw notAWorkbook(path, 'a SYLK file (.slk)', saveAsHint)
  if (/^TABLE\r?\n0,1\r?\n/.test(beginning))
    throw notAWorkbook(path, 'a DIF file (data interchange format)', saveAsHint)
  if (/^[[{]\s*(["{[]|$)/.test(beginning)) throw notAWorkbook(path, 'a JSON file')
  return text
}

function markup(beginning: string, path: string): UnusableWorkbook {
  if (isGnumeric(beginning)) return gnumeric(path)
  if (/urn:schemas-microsoft-com:office:spreadsheet|progid="Excel/i.test(beginning)) {
    return notAWorkbook(path, 'an XML spreadsheet of Excel 2003', saveAsHint)
  }
  if (/opendocument|<office:document/i.test(beginning)) return ods(path)
  if (/<(!doctype html|html|head|body|table|meta|div)/i.test(beginning)) {
    const hint =
      'if it came from a web site, open it in Excel or LibreOffice and save it as .xlsx; it may also be a sign-in page in place of the file'
    return notAWorkbook(path, 'a web page (HTML), whatever its name says', hint)
  }
  return notAWorkbook(path, 'an XML file')
}

function asUtf8(bytes: Buffer, path: string): Buffer {
  if (bytes.length > 0 && bytes.every((byte) => byte === 0)) {
    const what = 'holds nothing but zeros, as a copy does that failed on its way'
    const hint = 'copy it again from where it came, or fetch it again'
    throw unusable(path, 'workbook-damaged', { what, hint })
  }
  if (isUtf32(bytes)) {
    const hint = 'save it as UTF-8, or as .xlsx'
    throw unusable(path, 'workbook-encoding', { what: 'is text in UTF-32', hint })
  }
  const text = toUtf8(bytes)
  if (text !== undefined) return text
  if (bytes.includes(0)) throw notAWorkbook(path, 'a binary file of a kind that is not known')
  throw unusable(path, 'workbook-encoding', {
    what: `is text, but neither UTF-8 nor UTF-16 (line ${firstBadLine(bytes)}): its accented letters cannot be told`,
    hint: 'save it as .xlsx, or as CSV UTF-8 (in LibreOffice: character set Unicode (UTF-8))',
  })
}

/**
 * Of each letter's four bytes, the highest is zero and the next at most 0x10; a byte order mark is that of UTF-16 with
 * two more zeros, and passes too.
 */
function isUtf32(bytes: Buffer): boolean {
  if (bytes.length < 8 || bytes.length % 4 !== 0) return false
  const letters = Array.from({ length: Math.min(64, bytes.length / 4) }, (_, at) => at * 4)
  const all = (zeroBytes: readonly [number, number]) =>
    letters.every((at) => bytes[at + zeroBytes[0]] === 0 && (bytes[at + zeroBytes[1]] ?? 0) <= 0x10)
  return all([3, 2]) || all([0, 1])
}

function firstBadLine(bytes: Buffer): number {
  let line = 1
  let from = 0
  for (;;) {
    const end = bytes.indexOf(10, from)
    if (end === -1 || !isUtf8(bytes.subarray(from, end))) return line
    line += 1
    from = end + 1
  }
}
