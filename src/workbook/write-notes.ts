import { MAIN, textElement, XML_HEAD, xmlAttribute } from './xml.ts'
import { columnLetters } from './cell.ts'

/** A workbook with more of them opens slowly; one block of numbers for their shapes holds so many. */
export const MOST_NOTES = 1000

/** A comment beside a cell; column and row count from 0. */
export interface Note {
  column: number
  row: number
  text: string
}

/** What the notes of a sheet say. */
export function* commentsXml(notes: readonly Note[], author: string): Generator<string> {
  yield `${XML_HEAD}<comments xmlns="${MAIN}"><authors><author>${xmlAttribute(author)}</author></authors><commentList>`
  for (const { column, row, text } of notes)
    yield `<comment ref="${columnLetters(column)}${row + 1}" authorId="0"><text><r>${textElement(text)}</r></text></comment>`
  yield '</commentList></comments>'
}

/** Where they are drawn when somebody points at the cell: programs show no comment without its shape. */
export function* shapesXml(notes: readonly Note[]): Generator<string> {
  yield '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:x="urn:schemas-microsoft-com:office:excel">'
  yield '<o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="1"/></o:shapelayout>'
  yield '<v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe"><v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
  for (const [at, { column, row, text }] of notes.entries()) {
    const lines = Math.min(20, 2 + text.split('\n').reduce((sum, line) => sum + 1 + line.length / 40, 0))
    const corners = [column + 1, 12, Math.max(0, row - 1), 8, column + 4, 12, row + Math.ceil(lines), 4]
    yield `<v:shape id="_x0000_s${1025 + at}" type="#_x0000_t202" style="position:absolute;visibility:hidden" fillcolor="#ffffe1" o:insetmode="auto"><v:fill color2="#ffffe1"/><v:shadow on="t" color="black" obscured="t"/><v:path o:connecttype="none"/><v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div></v:textbox>`
    yield `<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/><x:Anchor>${corners.join(', ')}</x:Anchor><x:AutoFill>False</x:AutoFill><x:Row>${row}</x:Row><x:Column>${column}</x:Column></x:ClientData></v:shape>`
  }
  yield '</xml>'
}
