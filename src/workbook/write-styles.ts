import { MAIN, XML_HEAD } from './xml.ts'

/** The looks of cells, by their number in the workbook's list. */
export const styles = {
  number: 0,
  text: 1,
  wrapped: 2,
  heading: 3,
  marked: 4,
  form: 5,
  formCentred: 6,
  wrappedNumber: 7,
} as const

/** One typeface throughout. */
export const TYPEFACE = 'Calibri'
export const LETTER_SIZE = 11

const TEXT_FORMAT = 49
const font = (more: string) =>
  `<font>${more}<sz val="${LETTER_SIZE}"/><color rgb="FF000000"/><name val="${TYPEFACE}"/><family val="2"/></font>`
const fill = (colour: string) =>
  `<fill><patternFill patternType="solid"><fgColor rgb="FF${colour}"/><bgColor indexed="64"/></patternFill></fill>`
const cutLine = (side: string) => `<${side} style="dashed"><color rgb="FF7F7F7F"/></${side}>`

interface CellStyle {
  font?: number
  fill?: number
  border?: number
  alignment?: string
}

function styleXml({ font: ofFont = 0, fill: ofFill = 0, border = 0, alignment }: CellStyle): string {
  const start = `<xf numFmtId="${TEXT_FORMAT}" fontId="${ofFont}" fillId="${ofFill}" borderId="${border}" xfId="0" applyNumberFormat="1" applyFont="1" applyFill="1" applyBorder="1"`
  return alignment === undefined ? `${start}/>` : `${start} applyAlignment="1"><alignment ${alignment}/></xf>`
}

/** The part that says how cells look; every text is formatted as text, so that it stays as it was typed. */
export function* stylesXml(): Generator<string> {
  yield `${XML_HEAD}<styleSheet xmlns="${MAIN}">`
  yield `<fonts count="2">${font('')}${font('<b/>')}</fonts>`
  yield `<fills count="4"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>${fill('E7E6E6')}${fill('FFD9B3')}</fills>`
  yield `<borders count="2"><border><left/><right/><top/><bottom/><diagonal/></border><border><left/><right/>${cutLine('top')}${cutLine('bottom')}<diagonal/></border></borders>`
  yield '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
  yield '<cellXfs count="8"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
  yield styleXml({})
  yield styleXml({ alignment: 'vertical="top" wrapText="1"' })
  yield styleXml({ font: 1, fill: 2, alignment: 'vertical="center" wrapText="1"' })
  yield styleXml({ fill: 3, alignment: 'vertical="top" wrapText="1"' })
  // An indent, so that one text of a form does not run into the next.
  yield styleXml({ border: 1, alignment: 'horizontal="left" vertical="center" wrapText="1" indent="1"' })
  yield styleXml({ border: 1, alignment: 'horizontal="center" vertical="center" wrapText="1"' })
  yield '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0" applyAlignment="1"><alignment vertical="top"/></xf>'
  yield '</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
}
