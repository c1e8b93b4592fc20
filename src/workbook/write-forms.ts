import { columnLetters, maxRows } from './cell.ts'
import type { Form, FormCell, FormsToWrite } from './sheet.ts'
import { columnsXml, fitting, OPENING, pageXml } from './write-sheet.ts'
import { LETTER_SIZE, styles, TYPEFACE } from './write-styles.ts'
import { textElement } from './xml.ts'

const PIECE = 64 * 1024
/** Excel takes 1,026 breaks between pages, and calls a sheet with more of them damaged. */
const maxBreaks = 1000
const HIGHEST_ROW = 409

/** Forms shared out over as many sheets as Excel needs for them: each within its rows and its page breaks. */
export function* sheetsOfForms(forms: Iterable<Form>): Generator<Form[]> {
  let sheet: Form[] = []
  let breaks = 0
  for (const form of forms) {
    sheet.push(form)
    if (form.endsPage) breaks += 1
    if (breaks < maxBreaks && sheet.length < maxRows) continue
    yield sheet
    sheet = []
    breaks = 0
  }
  if (sheet.length > 0) yield sheet
}

/** One row is one form: a spreadsheet program never cuts a row across two pages. */
export function* formsXml({ widths, print = {} }: FormsToWrite, forms: readonly Form[]): Generator<string> {
  // Not fitted to the page: Excel then passes over the breaks between pages.
  let piece = `${OPENING}<sheetViews><sheetView showGridLines="0" workbookViewId="0"/></sheetViews><sheetFormatPr defaultRowHeight="15"/>${columnsXml({ widths: [...widths] }, styles.text)}<sheetData>`
  for (const [at, { cells, height }] of forms.entries()) {
    const inside = cells.map((cell, column) => formCell(cell, `${columnLetters(column)}${at + 1}`)).join('')
    piece += `<row r="${at + 1}" ht="${Math.min(HIGHEST_ROW, height)}" customHeight="1">${inside}</row>`
    if (piece.length < PIECE) continue
    yield piece
    piece = ''
  }
  const breaks = forms.flatMap(({ endsPage }, at) =>
    endsPage && at < forms.length - 1 ? [`<brk id="${at + 1}" max="16383" man="1"/>`] : [],
  )
  const breaksXml =
    breaks.length === 0
      ? ''
      : `<rowBreaks count="${breaks.length}" manualBreakCount="${breaks.length}">${breaks.join('')}</rowBreaks>`
  const page = pageXml(print, { landscape: print.landscape ?? false })
  yield `${piece}</sheetData>${page}${breaksXml}</worksheet>`
}

function formCell({ runs, centred = false }: FormCell, at: string): string {
  const style = centred ? styles.formCentred : styles.form
  const inside = runs.map(({ text, bold = false, size = LETTER_SIZE }) => {
    const runProperties = `<rPr>${bold ? '<b/>' : ''}<sz val="${size}"/><color rgb="FF000000"/><rFont val="${TYPEFACE}"/><family val="2"/></rPr>`
    return `<r>${runProperties}${textElement(fitting(text))}</r>`
  })
  return `<c r="${at}" s="${style}" t="inlineStr"><is>${inside.join('')}</is></c>`
}
