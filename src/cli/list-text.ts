import type { Kysely } from 'kysely'
import { mapPages } from '../db/rows.ts'
import type { Store } from '../db/schema.ts'
import { tsvLine } from '../render/clean-text.ts'
import type { Cell } from '../render/fields.ts'
import type { View } from '../render/table.ts'
import { count } from '../render/text.ts'
import { wrapLine, wrapText } from '../render/wrap.ts'
import type { List } from './list-declaration.ts'
import type { CountedPages } from './list-rows.ts'
import type { Session } from './session.ts'
import { formatNumber } from '../format-number.ts'
import { camelCase } from '../kebab-case.ts'

/** The text of the list in the requested format, in pieces. */
export function textOf<Row>(
  list: List<Row>,
  pages: CountedPages<Row>,
  session: Session,
): AsyncIterable<string> {
  const { spec, found, request } = list
  const { out } = session.terminal
  const mayExpand = spec.expandUnder === undefined || out.width < spec.expandUnder
  const expandRow = found.expandRow ?? (mayExpand ? spec.expandRow : undefined)
  switch (request.format) {
    case 'table':
      return expandRow && out.isTerminal && request.isDefaultFormat && !request.hasFieldsOption
        ? expandedRows(expandRow, { list, pages, view: out })
        : tables(list, pages, { view: out, session })
    case 'tsv':
      return lines(pages, (row) => tsvLine(cellsOf(row, list)))
    case 'csv':
      return csv(list, pages, out)
    case 'json':
      return piecesOfJsonList(
        {
          before: found.about?.json,
          name: spec.key,
          items: mapPages(pages, spec.json),
          rest: async () => ({ ...spec.extraJson, total: list.total, notices: session.notices }),
        },
        out.isTerminal ? 2 : 0,
      )
    case 'jsonl':
      return lines(pages, (row) => JSON.stringify(jsonRow(row, list)))
    case 'ids':
      return lines(pages, (row) => tsvLine([spec.fields[spec.id]?.value(row)]))
    case 'count':
      return countText(list, pages)
  }
}

export function cellsOf<Row>(row: Row, { request }: List<Row>): Cell[] {
  return request.columns.map(({ value }) => value(row))
}

function jsonRow<Row>(row: Row, { spec, request }: List<Row>): unknown {
  if (!request.hasFieldsOption) return spec.json(row)
  return Object.fromEntries(request.columns.map(({ name, value }) => [camelCase(name), value(row)]))
}

async function* lines<Row>(
  pages: AsyncIterable<readonly Row[]>,
  line: (row: Row) => string,
): AsyncGenerator<string> {
  for await (const page of pages) yield `${page.map(line).join('\n')}\n`
}

async function* csv<Row>(list: List<Row>, pages: AsyncIterable<readonly Row[]>, { isTerminal }: View) {
  const { csvText } = await import('../workbook/write-sheet.ts')
  async function* cells() {
    for await (const page of pages) for (const row of page) yield cellsOf(row, list)
  }
  const columns = list.request.columns.map(({ name }) => ({ heading: name }))
  const text = csvText({ name: '', columns, rows: cells() })
  // terminal.write makes control characters visible, each CR too.
  for await (const piece of text) yield isTerminal ? piece.replaceAll('\r\n', '\n') : piece
}

async function* countText<Row>({ found, request, words }: List<Row>, pages: CountedPages<Row>) {
  const { limit = Number.POSITIVE_INFINITY } = request
  if (found.count && words.length === 0) pages.count = Math.min(limit, await found.count())
  else for await (const _ of pages);
  yield `${pages.count}\n`
}

/** Rows in full, with an empty line between them. */
async function* expandedRows<Row>(
  expandRow: (row: Row, view: View, before: Row | undefined) => readonly string[],
  { list, pages, view }: { list: List<Row>; pages: CountedPages<Row>; view: View },
) {
  let before: Row | undefined
  for await (const page of pages)
    for (const row of page) {
      yield `${wrapText(expandRow(row, view, before).join('\n'), view.width)}\n\n`
      before = row
    }
  yield await lastLine(list, { shown: pages.count, view })
}

/** The last line: the total, or the message for no rows. */
async function lastLine<Row>(list: List<Row>, { shown, view }: { shown: number; view: View }) {
  return shown === 0
    ? `${wrapLine(await emptyListMessage(list), view.width)}\n`
    : `${view.chalk.dim(wrapLine(totalLine(list, shown), view.width))}\n`
}

/** The most rows whose details are shown beneath a table. */
const maxDetails = 10

// The time to draw a table grows with the square of its length.
const rowsInTable = 500

async function* tables<Row>(
  list: List<Row>,
  pages: CountedPages<Row>,
  { view, session: { argv: typed, completeLines } }: { view: View; session: Session },
) {
  const { columnsThatFit, table } = await import('../render/table.ts')
  const { spec, found, request } = list
  const names = request.columns.map(({ name }) => name)
  const headings = request.columns.map(({ heading }) => heading)
  const dropOrder = dropOrderOf(list)
  const typedWords = new Set(typed.flatMap((word) => word.toLowerCase().split(/[=,]/)))
  const key = names.indexOf(spec.id)
  const hidden = new Set<string>()
  let fitting: number[] | undefined
  let isAboutDue = view.isTerminal
  /** The lines about the list: returned once, above the first rows. */
  const aboutLines = (shown: readonly string[]) => {
    const { columns, lines } = found.about ?? {}
    const isShown = isAboutDue && (columns === undefined || columns.some((one) => shown.includes(one)))
    isAboutDue = false
    return isShown ? (lines?.(view) ?? []).map((line) => `${line}\n`).join('') : ''
  }
  const draw = (page: Cell[][], { isLast }: { isLast: boolean }) => {
    // A value that several rows share does not identify a row.
    const isKey = (at: number) =>
      at === key && (page.length === 1 || new Set(page.map((row) => row[at])).size > 1)
    // A column whose every value was typed in the command is left out first.
    const wasTyped = (at: number) =>
      !isKey(at) && page.every((row) => typedWords.has(String(row[at]).toLowerCase()))
    const typedColumns = request.hasFieldsOption ? [] : [...headings.keys()].filter(wasTyped)
    // The first rows decide the columns of the whole list. A pipe has no width, and gets all.
    fitting ??= view.isTerminal
      ? columnsThatFit(headings, page, {
          width: view.width,
          key,
          dropOrder,
          known: typedColumns,
          isAll: isLast,
        })
      : [...headings.keys()]
    const kept = fitting
    const keepFitting = <Part>(parts: readonly Part[]) => parts.filter((_, at) => kept.includes(at))
    const above = aboutLines(keepFitting(names))
    // A column that is empty in every row, or repeats what was typed, is not reported as left out.
    for (const [at, heading] of headings.entries())
      if (!kept.includes(at) && !typedColumns.includes(at) && page.some((row) => (row[at] ?? '') !== ''))
        hidden.add(heading)
    const tableView = view.isTerminal ? view : { ...view, width: Number.MAX_SAFE_INTEGER }
    return `${above}${table(keepFitting(headings), page.map(keepFitting), tableView, { key: kept.indexOf(key) })}\n`
  }
  let rows: Cell[][] = []
  const details: (readonly string[])[] = []
  for await (const page of pages) {
    for (const row of page) {
      const rowDetails =
        request.hasFieldsOption || !view.isTerminal ? [] : (spec.rowDetails?.(row, view) ?? [])
      if (rowDetails.length > 0) details.push(rowDetails)
      rows.push(
        request.columns.map(({ shown, value }) => (view.isTerminal && shown ? shown(row, view) : value(row))),
      )
      if (rows.length < rowsInTable) continue
      yield draw(rows, { isLast: false })
      rows = []
    }
  }
  if (rows.length > 0) yield draw(rows, { isLast: true })
  if (!view.isTerminal) return
  yield aboutLines([])
  yield completeLines(await lastLine(list, { shown: pages.count, view }))
  const hiddenNote = wrapLine(`No room for: ${[...hidden].join(', ')}. --fields chooses columns.`, view.width)
  if (hidden.size > 0) yield `${view.chalk.dim(hiddenNote)}\n`
  for (const rowDetails of details.slice(0, maxDetails))
    yield `\n${wrapText(completeLines(rowDetails.join('\n')), view.width)}\n`
  const more = details.length - maxDetails
  if (more > 0) yield `\n${view.chalk.dim(`… and ${formatNumber(more)} more.`)}\n`
}

/** The indexes of columns to leave out in a narrow terminal; none where --fields chose the columns. */
function dropOrderOf<Row>({ spec, request }: List<Row>): number[] {
  if (request.hasFieldsOption) return []
  const names = request.columns.map(({ name }) => name)
  const dropOrder = spec.dropOrder ?? names.slice(2).reverse()
  return dropOrder
    .filter((name) => name !== spec.id)
    .map((name) => names.indexOf(name))
    .filter((at) => at >= 0)
}

/** The message for a list without rows. */
export async function emptyListMessage<Row>({ spec, found, isNarrowed }: List<Row>): Promise<string> {
  const noMatchMessage = found.noMatchMessage ?? spec.noMatchMessage ?? `No ${spec.singular} fits.`
  if (found.visiblePart !== undefined) return `${noMatchMessage} ${found.visiblePart}`
  return isNarrowed ? ((await found.explainNoMatch?.()) ?? noMatchMessage) : spec.emptyMessage
}

function totalLine<Row>({ spec, total }: List<Row>, shown: number): string {
  if (shown >= total) return `${count(shown, spec.singular)}.`
  return `${formatNumber(shown)} of ${count(total, spec.singular)}; a larger --limit shows more.`
}

/** Joins text into pieces worth a write: a small first one, so that output begins soon, then larger ones. */
export async function* bufferPieces(parts: AsyncIterable<string>): AsyncGenerator<string> {
  let piece = ''
  let minLength = 1024
  for await (const part of parts) {
    piece += part
    if (piece.length < minLength) continue
    yield piece
    piece = ''
    minLength = 64 * 1024
  }
  if (piece !== '') yield piece
}

interface ListDocument {
  /** Keys before the list. */
  before?: object
  /** The key of the list. */
  name: string
  /** The items, in pages. */
  items: AsyncIterable<readonly unknown[]>
  /** The remaining keys, known once all items were read. */
  rest: () => Promise<object>
}

/** A JSON document with a list of any length, written while the items are read, in the format of JSON.stringify. */
export async function* piecesOfJsonList(
  { before = {}, name, items, rest }: ListDocument,
  indent: 0 | 2,
): AsyncGenerator<string> {
  const line = (depth: number) => (indent === 0 ? '' : `\n${' '.repeat(indent * depth)}`)
  const indented = (value: unknown, depth: number) =>
    JSON.stringify(value, null, indent).replaceAll('\n', line(depth))
  const colon = indent === 0 ? ':' : ': '
  const first = Object.entries(before).map(
    ([key, value]) => `${line(1)}${JSON.stringify(key)}${colon}${indented(value, 1)},`,
  )
  yield `{${first.join('')}${line(1)}${JSON.stringify(name)}${colon}[`
  let isFirst = true
  for await (const page of items) {
    if (page.length === 0) continue
    yield `${isFirst ? '' : ','}${page.map((item) => `${line(2)}${indented(item, 2)}`).join(',')}`
    isFirst = false
  }
  const end = JSON.stringify(await rest(), null, indent).slice(1)
  yield `${isFirst ? '' : line(1)}],${end}\n`
}

/** The message for a store without centres and users, which may be another store than the one that was meant. */
export async function emptyStoreMessage(db: Kysely<Store>): Promise<string | undefined> {
  const { isEmpty } = await import('../db/seed.ts')
  return (await isEmpty(db))
    ? 'The store has no centres and no users yet. To begin: ssh-admin centres import FILE'
    : undefined
}
