import { actingFor } from '../config.ts'
import type { OpenStore } from '../db/store/open.ts'
import { Cancelled, Usage } from '../errors.ts'
import { yieldToSignals } from '../interruption.ts'
import { tsvLine } from '../render/clean-text.ts'
import type { Cell, Field } from '../render/fields.ts'
import type { AnswerName, JsonItem, JsonKey } from '../render/json.ts'
import { piecesOfJsonList } from '../render/pieces.ts'
import type { View } from '../render/table.ts'
import { count } from '../render/text.ts'
import { wrapped } from '../render/wrap.ts'
import type { RuleContext } from '../rules/permissions/actor.ts'
import { searchKey, wordsIn } from '../search-key.ts'
import { unknownName } from '../rules/unknown-name.ts'
import { answer } from './action.ts'
import type { Answer, Declaration } from './define.ts'
import { allOf, type ListFormat, listFormats, type ListOptions } from './list-options.ts'
import { readAgainWhereLost } from './read-again.ts'
import type { Session } from './session.ts'

interface ListDeclaration<
  Args,
  Options,
  Row,
  Name extends string,
  Sort extends Name,
  Shape extends AnswerName,
> extends Declaration<Args, Options> {
  /** What it is a list of: `user`, `user-duplicate`. */
  noun: string
  /** The shape of `--json`, and what it calls them. */
  answer: Shape
  key: JsonKey<NoInfer<Shape>>
  fields: Readonly<Record<Name, Field<Row>>>
  /** Those that a terminal shows, where none are named; absent: all. */
  table?: readonly NoInfer<Name>[]
  /** Those that a narrow terminal does without, the least important first; absent: the last, but for the first two. */
  leastFirst?: readonly NoInfer<Name>[]
  /** Those that a pipe gets; absent: all, in the order in which they stand. */
  pipe?: readonly NoInfer<Name>[]
  /** What identifies a row, for `--format ids`. */
  id: NoInfer<Name>
  /** Those by which the rows come sorted when they are asked for so; by any other they are sorted here. */
  sorts?: readonly Sort[]
  /** False for a list that takes no search text. */
  searched?: false
  /** The search text is looked for by `find`; absent: here, in every field. */
  searches?: true
  /** How many a terminal shows, where no limit is said. */
  atTerminal?: number
  /** Another answer than the list, for these options. */
  instead?: (options: Args & Options, view: View) => Answer | undefined
  json: (row: Row) => JsonItem<NoInfer<Shape>>
  /** What follows the rows in `--json`, beside the total. */
  rest?: object
  /** What is said when there are none. */
  none: string
  /** The exit code, by how many were shown; absent: 0. */
  exit?: (shown: number) => number
  /** The file that the list is written into instead, where one is named. */
  toFile?: (options: Args & Options) => string | undefined
}

export type Listing<
  Args,
  Options,
  Row,
  Name extends string,
  Sort extends Name,
  Shape extends AnswerName,
> = ListDeclaration<Args, Options, Row, Name, Sort, Shape> &
  (
    | { find: (source: Source, options: Args & Options) => Promise<Found<Row, Sort>>; all?: undefined }
    /** Rows that are in no store. */
    | { all: () => readonly Row[]; find?: undefined }
  )

/** Where the rows come from. */
export interface Source {
  store: OpenStore
  ctx: RuleContext
  /** The search text, folded; empty where the listing looks for it itself. */
  words: readonly string[]
}

export interface Found<Row, Sort extends string = never> {
  rows: (page: Page<Sort>) => AsyncIterable<Row> | Iterable<Row>
  /** How many there are without a limit; absent: they are counted as they pass. */
  count?: () => Promise<number>
  /** Where somebody sees only a part of them, what that is: said where there are none. */
  seen?: string | undefined
  /** What they are the list of, before the rows. */
  about?: { lines: (view: View) => readonly string[]; json: object }
}

export interface Page<Sort extends string> {
  /** One of `sorts`; absent: in the order that is usual here. */
  sort: Sort | undefined
  reverse: boolean
  limit: number | undefined
}

/** What of the list is wanted, and how. */
interface Wanted<Name extends string> {
  names: readonly Name[]
  /** Whether they were named, so that JSON lines hold them alone. */
  named: boolean
  format: ListFormat
  sort: Name | undefined
  reverse: boolean
  limit: number | undefined
}

/** Opens the store, finds the rows, and writes them as they come. @returns the exit code */
export async function runListing<
  Args,
  Options,
  Row,
  Name extends string,
  Sort extends Name,
  Shape extends AnswerName,
>(
  spec: Listing<Args, Options, Row, Name, Sort, Shape>,
  options: Args & Options & ListOptions,
  session: Session,
): Promise<number> {
  const wanted = wantedOf(spec, options, session)
  const words = wordsIn(options.text)
  const other = spec.instead?.(options, session.terminal.out)
  if (other) {
    await answer(session, other)
    return 0
  }
  if (spec.all && actingFor(session.settings) === undefined) {
    const list = { spec, found: allOf<Row, Sort>(spec.all()), wanted, words, total: 0 }
    await write(list, session, { isShown: false })
    return 0
  }
  const store = await session.open('read')
  try {
    const find = async () => {
      const ctx = await session.ctx(store)
      const source = { store, ctx, words: spec.searches ? words : [] }
      const found = spec.all ? allOf<Row, Sort>(spec.all()) : await spec.find(source, options)
      return { spec, found, wanted, words: spec.searches ? [] : words, total: 0 }
    }
    const file = spec.toFile?.(options)
    if (file !== undefined) return await writeToFile(await readAgainWhereLost(store, find), { session, file })
    const progress = { isShown: false }
    const shown = await readAgainWhereLost(
      store,
      async () => write(await find(), session, progress),
      () => progress.isShown,
    )
    return spec.exit?.(shown) ?? 0
  } finally {
    await store.close()
  }
}

function wantedOf<Row, Name extends string, Sort extends Name>(
  { fields, table, pipe, atTerminal }: List<Row, Name, Sort>['spec'],
  options: ListOptions,
  { common, terminal }: Session,
): Wanted<Name> {
  const fieldNamed = (name: string) => {
    if (isIn(fields, name)) return name
    throw unknownName({ kind: 'field', name, known: Object.keys(fields) })
  }
  const usual = terminal.out.isTerminal ? 'table' : 'tsv'
  const asked = options.format === undefined ? undefined : formatNamed(options.format)
  if (common.json && asked !== undefined && asked !== 'json')
    throw new Usage(`--json prints JSON, and --format ${asked} does not.`, {
      code: 'invalid-option',
      hint: 'Leave one of them out.',
    })
  const format = common.json ? 'json' : (asked ?? usual)
  const all = Object.keys(fields).filter((name) => isIn(fields, name))
  const named = options.fields.map(fieldNamed)
  return {
    names: named.length > 0 ? named : ((format === 'table' ? table : pipe) ?? all),
    named: named.length > 0,
    format,
    sort: options.sort === undefined ? undefined : fieldNamed(options.sort),
    reverse: options.reverse,
    limit: options.limit ?? (format === 'table' && terminal.out.isTerminal ? atTerminal : undefined),
  }
}

function formatNamed(name: string): ListFormat {
  const format = listFormats.find((one) => one === name.trim().toLowerCase())
  if (format) return format
  throw unknownName({ kind: 'format', name, known: listFormats })
}

function isIn<Name extends string>(fields: Readonly<Record<Name, unknown>>, name: string): name is Name {
  return Object.hasOwn(fields, name)
}

interface List<Row, Name extends string, Sort extends Name> {
  spec: Pick<
    Omit<ListDeclaration<unknown, unknown, Row, Name, Sort, AnswerName>, 'key' | 'json'> & {
      key: string
      json: (row: Row) => unknown
    },
    | 'noun'
    | 'key'
    | 'fields'
    | 'table'
    | 'leastFirst'
    | 'pipe'
    | 'id'
    | 'sorts'
    | 'atTerminal'
    | 'json'
    | 'rest'
    | 'none'
  >
  found: Found<Row, Sort>
  wanted: Wanted<Name>
  /** What is looked for here, and not by the source. */
  words: readonly string[]
  /** How many fit, limit aside; known once the rows have passed. */
  total: number
}

/** The rows, searched, sorted and limited: by the source where it can, else as they pass. */
async function* rowsOf<Row, Name extends string, Sort extends Name>(
  list: List<Row, Name, Sort>,
  signal: AbortSignal,
) {
  const { spec, found, words, wanted } = list
  const { sort, reverse, limit = Number.POSITIVE_INFINITY } = wanted
  const asked = spec.sorts?.find((one) => one === sort)
  const isSorted = sort === undefined || asked !== undefined
  const isLimited = isSorted && words.length === 0 && found.count !== undefined
  const rows = found.rows({
    sort: asked,
    reverse: isSorted && reverse,
    limit: isLimited ? wanted.limit : undefined,
  })
  let shown = 0
  for await (const row of isSorted ? rows : await sorted(rows, list)) {
    if (signal.aborted) throw new Cancelled()
    if (!fits(row, spec, words)) continue
    list.total += 1
    if (shown >= limit) {
      if (!needsTotal.has(wanted.format)) return
      continue
    }
    shown += 1
    yield row
  }
  if (isLimited && shown === limit && needsTotal.has(wanted.format))
    list.total = (await found.count?.()) ?? shown
}

const needsTotal: ReadonlySet<ListFormat> = new Set<ListFormat>(['table', 'json'])

function fits<Row, Name extends string, Sort extends Name>(
  row: Row,
  { fields }: List<Row, Name, Sort>['spec'],
  words: readonly string[],
): boolean {
  if (words.length === 0) return true
  const text = searchKey(
    Object.values<Field<Row>>(fields)
      .map(({ value }) => value(row) ?? '')
      .join(' '),
  )
  return words.every((word) => text.includes(word))
}

/** Held together, where nothing sorts them on their way. */
async function sorted<Row, Name extends string, Sort extends Name>(
  rows: AsyncIterable<Row> | Iterable<Row>,
  { spec: { fields }, wanted: { sort, reverse } }: List<Row, Name, Sort>,
): Promise<Row[]> {
  const all: { row: Row; key: Cell }[] = []
  for await (const row of rows) all.push({ row, key: sort === undefined ? null : fields[sort].value(row) })
  all.sort((one, other) => (reverse ? -1 : 1) * compared(one.key, other.key))
  return all.map(({ row }) => row)
}

function compared(one: Cell, other: Cell): number {
  if (typeof one === 'number' && typeof other === 'number') return one - other
  if (one === null || other === null) return Number(one !== null) - Number(other !== null)
  inOrder ??= new Intl.Collator('en', { numeric: true })
  return inOrder.compare(String(one), String(other))
}

/** Made for the first list that is sorted here. */
let inOrder: Intl.Collator | undefined

async function write<Row, Name extends string, Sort extends Name>(
  list: List<Row, Name, Sort>,
  session: Session,
  progress: { isShown: boolean },
): Promise<number> {
  const { wanted } = list
  await yieldToSignals()
  const rows = counted(rowsOf(list, session.context.signal))
  for await (const piece of inPieces(textOf(list, rows, session))) {
    progress.isShown = true
    // A reader who has left wants no more of it.
    if (!(await session.terminal.write(piece))) return rows.count
  }
  const isTold = wanted.format === 'table' && session.terminal.out.isTerminal
  if (rows.count === 0 && !isTold && (wanted.format === 'table' || wanted.format === 'tsv'))
    session.say(noneOf(list))
  return rows.count
}

/** The list as a table of its own, complete; the log names it before it is in its place. */
async function writeToFile<Row, Name extends string, Sort extends Name>(
  list: List<Row, Name, Sort>,
  { session, file }: { session: Session; file: string },
): Promise<number> {
  const { checkOutputFile, prepareTable } = await import('./output-file.ts')
  const { placeRecorded } = await import('./record-event.ts')
  const { spec } = list
  const { now, signal } = session.context
  const { tableEnding } = await import('../workbook/write.ts')
  // The file as it was typed: what is written first has another name.
  if (file.trim() !== '') tableEnding(file)
  const output = await checkOutputFile(session, { kind: 'list', file, flag: '--out', asksLater: true })
  await output.agreeToReplace()
  const rows = counted(rowsOf(list, signal))
  const columns = list.wanted.names.map((name) => ({ heading: spec.fields[name].heading, width: 24 }))
  async function* cells() {
    for await (const row of rows) yield cellsOf(row, list).map((cell) => String(cell ?? ''))
  }
  const sheet = { name: session.command, columns, rows: cells(), print: { landscape: true } }
  await prepareTable(output, { sheets: [sheet], at: now(), signal })
  const action = `${session.command.replaceAll(' ', '.')}.written`
  await placeRecorded(session, { file: output, event: { action, facts: { rows: rows.count } } })
  const text = session.terminal.out.isTerminal
    ? `${count(rows.count, spec.noun)} written to ${file}.`
    : tsvLine([file, rows.count])
  await answer(session, { text, json: { file, total: rows.count } })
  return 0
}

interface Counted<Row> extends AsyncIterable<Row> {
  count: number
}

function counted<Row>(rows: AsyncIterable<Row>): Counted<Row> {
  return {
    count: 0,
    async *[Symbol.asyncIterator]() {
      for await (const row of rows) {
        this.count += 1
        yield row
      }
    },
  }
}

function textOf<Row, Name extends string, Sort extends Name>(
  list: List<Row, Name, Sort>,
  rows: Counted<Row>,
  session: Session,
): AsyncIterable<string> {
  const { spec, wanted } = list
  const { out } = session.terminal
  switch (wanted.format) {
    case 'table':
      return tables(list, rows, out)
    case 'tsv':
      return lines(rows, (row) => tsvLine(cellsOf(row, list)))
    case 'csv':
      return csv(list, rows)
    case 'json':
      return document(list, rows, session)
    case 'jsonl':
      return lines(rows, (row) => JSON.stringify(recordOf(row, list)))
    case 'ids':
      return lines(rows, (row) => tsvLine([spec.fields[spec.id].value(row)]))
    case 'count':
      return numberOf(list, rows)
  }
}

function cellsOf<Row, Name extends string, Sort extends Name>(
  row: Row,
  { spec, wanted }: List<Row, Name, Sort>,
): Cell[] {
  return wanted.names.map((name) => spec.fields[name].value(row))
}

function recordOf<Row, Name extends string, Sort extends Name>(
  row: Row,
  { spec, wanted }: List<Row, Name, Sort>,
): unknown {
  if (!wanted.named) return spec.json(row)
  return Object.fromEntries(wanted.names.map((name) => [camelCase(name), spec.fields[name].value(row)]))
}

async function* lines<Row>(rows: AsyncIterable<Row>, line: (row: Row) => string): AsyncGenerator<string> {
  for await (const row of rows) yield `${line(row)}\n`
}

async function* csv<Row, Name extends string, Sort extends Name>(
  list: List<Row, Name, Sort>,
  rows: AsyncIterable<Row>,
) {
  const { csvText } = await import('../workbook/write.ts')
  async function* cells() {
    for await (const row of rows) yield cellsOf(row, list)
  }
  yield* csvText({ name: '', columns: list.wanted.names.map((heading) => ({ heading })), rows: cells() })
}

async function* numberOf<Row, Name extends string, Sort extends Name>(
  { found, wanted, words }: List<Row, Name, Sort>,
  rows: Counted<Row>,
) {
  const { limit = Number.POSITIVE_INFINITY } = wanted
  if (found.count && words.length === 0) rows.count = Math.min(limit, await found.count())
  else for await (const _ of rows);
  yield `${rows.count}\n`
}

// Drawing a table takes time with the square of its length.
const rowsInTable = 500

async function* tables<Row, Name extends string, Sort extends Name>(
  list: List<Row, Name, Sort>,
  rows: Counted<Row>,
  view: View,
) {
  const { columnsThatFit, table } = await import('../render/table.ts')
  const { spec, found, wanted } = list
  const headings = wanted.names.map((name) => spec.fields[name].heading)
  const leastFirst = leastFirstOf(list)
  const key = wanted.names.indexOf(spec.id)
  const hidden = new Set<string>()
  const draw = (page: Cell[][]) => {
    const kept = view.isTerminal
      ? columnsThatFit(headings, page, { width: view.width, key, leastFirst })
      : [...headings.keys()]
    const only = <Part>(parts: readonly Part[]) => parts.filter((_, at) => kept.includes(at))
    for (const [at, heading] of headings.entries()) if (!kept.includes(at)) hidden.add(heading)
    return `${table(only(headings), page.map(only), view, { key: kept.indexOf(key) })}\n`
  }
  if (view.isTerminal) for (const line of found.about?.lines(view) ?? []) yield `${line}\n`
  let page: Cell[][] = []
  for await (const row of rows) {
    page.push(wanted.names.map((name) => shownIn(view, spec.fields[name], row)))
    if (page.length < rowsInTable) continue
    yield draw(page)
    page = []
  }
  if (page.length > 0) yield draw(page)
  if (!view.isTerminal) return
  yield rows.count === 0
    ? `${wrapped(noneOf(list), view.width)}\n`
    : `${view.chalk.dim(totalOf(list, rows.count))}\n`
  const without = wrapped(`No room for: ${[...hidden].join(', ')}.`, view.width)
  if (hidden.size > 0) yield `${view.chalk.dim(without)}\n`
}

/** By their places; whoever names the columns gets them. */
function leastFirstOf<Row, Name extends string, Sort extends Name>({
  spec,
  wanted: { names, named },
}: List<Row, Name, Sort>): number[] {
  if (named) return []
  const least = spec.leastFirst ?? names.slice(2).reverse()
  return least
    .filter((name) => name !== spec.id)
    .map((name) => names.indexOf(name))
    .filter((at) => at >= 0)
}

function noneOf<Row, Name extends string, Sort extends Name>({
  spec,
  found,
}: Pick<List<Row, Name, Sort>, 'spec' | 'found'>): string {
  return found.seen === undefined ? spec.none : `${spec.none} ${found.seen}`
}

function shownIn<Row>(view: View, { shown, value }: Field<Row>, row: Row): Cell {
  return view.isTerminal && shown ? shown(row, view) : value(row)
}

function totalOf<Row, Name extends string, Sort extends Name>(
  { spec, total }: List<Row, Name, Sort>,
  shown: number,
): string {
  if (shown >= total) return `${count(shown, spec.noun)}.`
  return `${shown.toLocaleString('en-GB')} of ${count(total, spec.noun)}; a larger --limit shows more.`
}

/** The one JSON document of the list, its rows written as they come. */
function document<Row, Name extends string, Sort extends Name>(
  list: List<Row, Name, Sort>,
  rows: AsyncIterable<Row>,
  { terminal, notices }: Session,
): AsyncIterable<string> {
  const { spec, found } = list
  async function* items() {
    for await (const row of rows) yield spec.json(row)
  }
  return piecesOfJsonList(
    {
      before: found.about?.json ?? {},
      name: spec.key,
      items: items(),
      rest: async () => ({ ...spec.rest, total: list.total, notices }),
    },
    terminal.out.isTerminal ? 2 : 0,
  )
}

/** Joined to what is worth a write: the first soon, then larger ones. */
async function* inPieces(parts: AsyncIterable<string>): AsyncGenerator<string> {
  let piece = ''
  let enough = 1024
  for await (const part of parts) {
    piece += part
    if (piece.length < enough) continue
    yield piece
    piece = ''
    enough = 64 * 1024
  }
  if (piece !== '') yield piece
}

function camelCase(name: string): string {
  return name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
}
