import { UnusableWorkbook } from './errors.ts'
import { builtInFormat, changesTexts, changesWhatIsShown, customFormat, type NumberFormat } from './number.ts'
import type { Book } from './sheet-rows.ts'
import { isStrikingOut } from './sheet-xml.ts'
import { readXml, type XmlReader } from './xml.ts'
import type { Archive } from './zip.ts'

const maxBytes = 64 * 1024 * 1024

/** A sheet with cells in it, and the part that holds them. */
export interface SheetPart {
  name: string
  part: string
  visible: boolean
}

/** What the workbook says about itself before any cell is read. */
export interface BookParts {
  sheets: SheetPart[]
  sharedStrings: string | undefined
  styles: string | undefined
  from1904: boolean
  /** Whether it asks to be recalculated when it is opened. */
  recalculates: boolean
  /** The name of the sheet that is open when the workbook is opened. */
  active: string | undefined
  /** The names of its custom properties. */
  marks: ReadonlySet<string>
  /** Whether a spreadsheet program saved it, which calculates formulas: then an empty text is a formula's result. */
  savedByCalculator: boolean
}

/** Finds the sheets, wherever the program that wrote them put them. */
export async function readParts(archive: Archive): Promise<BookParts> {
  const main = await findWorkbook(archive)
  const sheets: { name: string; id: string; visible: boolean }[] = []
  let from1904 = false
  let recalculates = false
  let activeTab = 0
  await readPart(archive, main, {
    open(name, attributes) {
      if (name === 'workbookView') activeTab = Number(attributes.get('activeTab') ?? 0)
      if (name === 'calcPr') recalculates = /^(1|true|on)$/.test(attributes.get('fullCalcOnLoad') ?? '')
      if (name === 'workbookPr') from1904 = /^(1|true|on)$/.test(attributes.get('date1904') ?? '')
      if (name === 'sheet') {
        const visible = (attributes.get('state') ?? 'visible') === 'visible'
        sheets.push({ name: attributes.get('name') ?? '', id: attributes.get('id') ?? '', visible })
      }
    },
  })

  const links = await readLinks(archive, main)
  const partOf = (type: string) =>
    links.find((link) => link.type === type && archive.names.has(link.part))?.part
  return {
    sheets: sheets.flatMap(({ name, id, visible }) => {
      const link = links.find((candidate) => candidate.id === id)
      // Chart and dialog sheets have no cells.
      return link?.type === 'worksheet' ? [{ name, visible, part: link.part }] : []
    }),
    sharedStrings: partOf('sharedStrings'),
    styles: partOf('styles'),
    from1904,
    recalculates,
    active: sheets[activeTab]?.name,
    marks: await readMarks(archive),
    savedByCalculator: await isSavedByCalculator(archive),
  }
}

/**
 * Whether a spreadsheet program saved the workbook. Libraries give their own name, or ask for a recalculation
 * (`recalculates`); a part that cannot be read proves nothing.
 */
async function isSavedByCalculator(archive: Archive): Promise<boolean> {
  let program = ''
  let isProgram = false
  try {
    const links = await readLinks(archive, '')
    const part = links.find(({ type }) => type === 'extended-properties')?.part
    if (part === undefined || !archive.names.has(part)) return false
    await readPart(archive, part, {
      open(name) {
        isProgram = name === 'Application'
      },
      text(text) {
        if (isProgram) program += text
      },
      close() {
        isProgram = false
      },
    })
  } catch {
    return false
  }
  return /^(?:LibreOffice|Microsoft )/.test(program)
}

/** The names of a workbook's custom properties: marks that a program left there stay when a person edits the cells. */
async function readMarks(archive: Archive): Promise<Set<string>> {
  const marks = new Set<string>()
  const links = await readLinks(archive, '')
  const part = links.find(({ type }) => type === 'custom-properties')?.part
  if (part === undefined || !archive.names.has(part)) return marks
  await readPart(archive, part, {
    open(name, attributes) {
      if (name === 'property') marks.add(attributes.get('name') ?? '')
    },
  })
  return marks
}

/** The part that is the workbook itself, wherever it is. */
export async function findWorkbook(archive: Archive): Promise<string> {
  const links = await readLinks(archive, '')
  const main = links.find(({ type }) => type === 'officeDocument')?.part ?? 'xl/workbook.xml'
  if (archive.names.has(main)) return main
  throw new UnusableWorkbook(
    'workbook-not-a-workbook',
    'the file is a zip file, but there is no workbook in it',
    {
      hint: 'if it holds a workbook among other files, unpack it first; else save the workbook again as .xlsx',
    },
  )
}

interface Link {
  id: string
  type: string
  part: string
}

/**
 * The parts to which a part points; `''` is the package itself. Targets are relative to the part, or begin with a
 * slash.
 */
async function readLinks(archive: Archive, part: string): Promise<Link[]> {
  const slash = part.lastIndexOf('/')
  const folder = part.slice(0, slash + 1)
  const links: Link[] = []
  const rels = `${folder}_rels/${part.slice(slash + 1)}.rels`
  if (!archive.names.has(rels)) return links
  await readPart(archive, rels, {
    open(name, attributes) {
      if (name !== 'Relationship' || attributes.get('TargetMode') === 'External') return
      const type = attributes.get('Type') ?? ''
      links.push({
        id: attributes.get('Id') ?? '',
        type: type.slice(type.lastIndexOf('/') + 1),
        part: resolve(folder, attributes.get('Target') ?? ''),
      })
    },
  })
  return links
}

function resolve(folder: string, target: string): string {
  const path = decodeTarget(target).replaceAll('\\', '/')
  const steps: string[] = []
  for (const step of (path.startsWith('/') ? path : folder + path).split('/')) {
    if (step === '..') steps.pop()
    else if (step !== '' && step !== '.') steps.push(step)
  }
  return steps.join('/').toLowerCase()
}

function decodeTarget(target: string): string {
  try {
    return decodeURI(target)
  } catch {
    return target
  }
}

/**
 * How each cell style formats numbers and texts, which styles strike out, and which conditional formats change numbers.
 */
export async function readStyles(
  archive: Archive,
  part: string,
): Promise<Required<Pick<Book, 'formats' | 'textFormats' | 'numberRules' | 'struckStyles'>>> {
  const custom = new Map<number, string>()
  const formats: NumberFormat[] = []
  const textFormats = new Map<number, string>()
  const numberRules = new Set<number>()
  const struckFonts = new Set<number>()
  const struckStyles = new Set<number>()
  let within: 'fonts' | 'cells' | 'rules' | undefined
  let rule = -1
  let font = -1
  await readPart(archive, part, {
    open(name, attributes) {
      if (name === 'cellXfs') within = 'cells'
      else if (name === 'dxfs') within = 'rules'
      else if (name === 'fonts') within = 'fonts'
      else if (name === 'font' && within === 'fonts') font += 1
      else if (within === 'fonts' && isStrikingOut(name, attributes)) struckFonts.add(font)
      else if (name === 'dxf' && within === 'rules') rule += 1
      else if (name === 'numFmt') {
        const code = attributes.get('formatCode') ?? ''
        if (within !== 'rules') custom.set(Number(attributes.get('numFmtId')), code)
        else if (changesWhatIsShown(code)) numberRules.add(rule)
      } else if (name === 'xf' && within === 'cells') {
        const id = Number(attributes.get('numFmtId') ?? 0)
        const code = custom.get(id)
        if (code !== undefined && changesTexts(code)) textFormats.set(formats.length, code)
        if (struckFonts.has(Number(attributes.get('fontId') ?? 0))) struckStyles.add(formats.length)
        formats.push(code === undefined ? builtInFormat(id) : customFormat(code))
      }
    },
    close(name) {
      if (name === 'cellXfs' || name === 'dxfs' || name === 'fonts') within = undefined
    },
  })
  return { formats, textFormats, numberRules, struckStyles }
}

async function readPart(archive: Archive, part: string, reader: XmlReader): Promise<void> {
  await archive.read(part, readXml(part, reader), { max: maxBytes })
}
