import { Cancelled } from '../errors.ts'
import type { Cell } from '../render/fields.ts'
import { compareNames, searchKey } from '../search-key.ts'
import type { List, ListRequest, ListSpec, Rows } from './list-declaration.ts'
import type { ListFormat } from './parameters.ts'

/** Pages of rows, and the number of rows that were read so far. */
export interface CountedPages<Row> extends AsyncIterable<readonly Row[]> {
  count: number
}

/** The rows, searched, sorted and limited by the source where it can, and otherwise while they are read. */
export function pagesOfList<Row>(list: List<Row>, isCancelled: () => boolean): CountedPages<Row> {
  return {
    count: 0,
    async *[Symbol.asyncIterator]() {
      for await (const page of readPages(list, isCancelled)) {
        this.count += page.length
        yield page
      }
    },
  }
}

async function* readPages<Row>(list: List<Row>, isCancelled: () => boolean) {
  const { spec, found, words, request } = list
  const { sort, reverse, limit = Number.POSITIVE_INFINITY } = request
  const storeSort = spec.sortColumns?.find((one) => one === sort?.name)
  const isSorted = sort === undefined || storeSort !== undefined
  const isLimited = isSorted && words.length === 0 && found.count !== undefined
  const rows = found.rows({
    fields: requiredFields(list),
    sort: storeSort,
    reverse: isSorted && reverse,
    limit: isLimited ? request.limit : undefined,
  })
  let shown = 0
  for await (const page of paginate(isSorted ? rows : await sortRows(rows, request), limit)) {
    if (isCancelled()) throw new Cancelled()
    const matching = words.length === 0 ? page : page.filter((row) => matchesWords(row, spec, words))
    list.total += matching.length
    if (list.total > manyRows && list.total - matching.length <= manyRows) await limitHeapGrowth()
    const kept = matching.length > limit - shown ? matching.slice(0, limit - shown) : matching
    shown += kept.length
    if (kept.length > 0) yield kept
    if (shown >= limit && !needsTotal.has(request.format)) return
  }
  if (isLimited && shown === limit && needsTotal.has(request.format))
    list.total = (await found.count?.()) ?? shown
}

/** From so many rows on, saving memory is worth more garbage collection time. */
const manyRows = 5000

async function limitHeapGrowth(): Promise<void> {
  const { growHeapSlowly } = await import('../heap-growth.ts')
  growHeapSlowly()
}

const needsTotal: ReadonlySet<ListFormat> = new Set<ListFormat>(['table', 'json'])

/** The fields that the source must read; undefined for all, where a row is shown as a whole or searched. */
function requiredFields<Row>({ spec, request, words }: List<Row>): ReadonlySet<string> | undefined {
  const { format, columns, hasFieldsOption, sort } = request
  if (words.length > 0 || format === 'json' || (format === 'jsonl' && !hasFieldsOption)) return undefined
  const shown = format === 'ids' ? [spec.id] : format === 'count' ? [] : columns.map(({ name }) => name)
  return new Set(sort === undefined ? shown : [...shown, sort.name])
}

const pageSize = 500

/** Groups rows that come one by one into pages. */
async function* paginate<Row>(rows: Rows<Row>, limit = pageSize): AsyncGenerator<readonly Row[]> {
  if (Symbol.asyncIterator in rows) {
    yield* rows
    return
  }
  let page: Row[] = []
  for (const row of rows) {
    page.push(row)
    if (page.length < Math.min(pageSize, limit)) continue
    yield page
    page = []
  }
  if (page.length > 0) yield page
}

function matchesWords<Row>(row: Row, { fields }: ListSpec<Row>, words: readonly string[]): boolean {
  const cells = Object.values(fields).map(({ value }) => value(row) ?? '')
  const text = searchKey(cells.join(' '))
  return words.every((word) => text.includes(word))
}

/** Sorts in memory, for a column by which the source cannot sort. */
async function sortRows<Row>(rows: Rows<Row>, { sort, reverse }: ListRequest<Row>): Promise<Row[]> {
  const all: { row: Row; key: Cell }[] = []
  const keyOf = sort?.sortKey ?? sort?.value ?? (() => null)
  for await (const page of paginate(rows)) for (const row of page) all.push({ row, key: keyOf(row) })
  all.sort((one, other) => (reverse ? -1 : 1) * compareCells(one.key, other.key))
  return all.map(({ row }) => row)
}

function compareCells(one: Cell, other: Cell): number {
  if (typeof one === 'number' && typeof other === 'number') return one - other
  if (one === null || other === null) return Number(one !== null) - Number(other !== null)
  return compareNames(String(one), String(other))
}
