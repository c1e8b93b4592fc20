import { cleanText, columnLetters, maxHeadingRow } from './cell.ts'
import { didYouMean, isSwapped, looseLimit, nearestOf } from '../nearest.ts'
import { shellWord } from '../shell-word.ts'
import { isBlankRow, type SheetRow } from './sheet-rows.ts'
import type { CellNote } from './cell-faults.ts'
import { UnusableWorkbook } from './errors.ts'
import type { Workbook } from './read.ts'
import { firstFew, shortened } from '../format-number.ts'

/** A column that is looked for: its field, its proper heading, and what else people call it. */
export interface ColumnSpec {
  field: string
  heading: string
  synonyms: readonly string[]
  required?: boolean
  /**
   * The fields that the column holds together, as a full name holds two names. It is read only where the table has a
   * column for none of them, and where no second column may be meant; its heading alone makes no row of headings.
   */
  standsInFor?: readonly string[]
}

/** Where the headings are, and which column holds which field. */
export interface Table {
  headingRow: number
  /** Field → 0-based column. */
  columns: Map<string, number>
  /** The headings by 0-based column, `''` where there is none. */
  headings: string[]
  /** Headings of columns that are not read: they mean none of the fields, or one that is read from another column. */
  unknown: string[]
}

/** Finds the row of headings. @throws UnusableWorkbook if no row fits, or if two headings mean the same */
export function matchHeadings(
  rows: SheetRow[],
  specs: readonly ColumnSpec[],
  map: Readonly<Record<string, string>>,
): Table {
  const known = decidingHeadings(specs, map)
  let best: { row: SheetRow; fields: Set<string> } | undefined
  const required = specs.filter((spec) => spec.required).map(({ field }) => field)
  for (const row of rows) {
    const fields = fieldsIn(row, known)
    // Rows of data follow headings that name all required fields; fuller headings further down must not swallow those
    // rows.
    const found = best?.fields
    const isComplete = found !== undefined && found.size > 1 && required.every((field) => found.has(field))
    if (isComplete && fields.size < 2 && !isBlankRow(row)) break
    if (fields.size > (best?.fields.size ?? 0)) best = { row, fields }
  }
  if (best === undefined) throw noHeadings(rows, specs)

  refuseUnmatchedMap(headingsIn(best.row), map)
  return tableBelow(best.row, specs, map)
}

/** The table below a row of headings. @throws UnusableWorkbook if a heading is missing, or two mean the same */
export function tableBelow(
  row: SheetRow,
  specs: readonly ColumnSpec[],
  map: Readonly<Record<string, string>>,
): Table {
  const headings = headingsIn(row)
  refuseDuplicateHeadings(headings, row.number)
  const { mapped, fieldFor } = knownHeadings(specs, map)
  const isLeftAside = fieldsLeftAside(headings, { specs, mapped, fieldFor })
  const columns = new Map<string, number>()
  const unknown: string[] = []
  const claim = (field: string, column: number) => {
    const other = columns.get(field)
    if (other !== undefined)
      throw duplicateField({ field, specs, headings, columns: [other, column], row: row.number })
    columns.set(field, column)
  }
  for (const [column, heading] of headings.entries()) {
    const field = mapped.get(headingKey(heading))
    if (field !== undefined) claim(field, column)
  }
  const claimed = new Set(columns.keys())
  for (const [column, heading] of headings.entries()) {
    if (heading === '' || mapped.has(headingKey(heading))) continue
    const field = fieldFor(heading)
    // A column named with --map wins; another column with the same meaning is ignored.
    if (field === undefined || claimed.has(field) || isLeftAside(field)) unknown.push(heading)
    else claim(field, column)
  }
  const missing = specs.filter(({ field, required }) => required && !columns.has(field))
  if (missing.length > 0)
    throw missingColumns(missing, { specs, headings, unknown, columns, row: row.number })
  return { headingRow: row.number, columns, headings, unknown }
}

/** The fields that are not read from a column, because others hold the same, or because several columns may be meant. */
function fieldsLeftAside(
  headings: readonly string[],
  { specs, mapped, fieldFor }: { specs: readonly ColumnSpec[] } & KnownHeadings,
): (field: string) => boolean {
  const found = headings.flatMap((heading) => (heading === '' ? [] : (fieldFor(heading) ?? [])))
  const named = new Set(headings.flatMap((heading) => mapped.get(headingKey(heading)) ?? []))
  const leftAside = new Set<string>()
  for (const { field, standsInFor } of specs) {
    if (standsInFor === undefined) continue
    // Whoever names the column with --map means it, and not the others.
    if (named.has(field)) for (const part of standsInFor) leftAside.add(part)
    else if (
      standsInFor.some((part) => found.includes(part)) ||
      found.indexOf(field) !== found.lastIndexOf(field)
    )
      leftAside.add(field)
  }
  return (field) => leftAside.has(field)
}

export function headingsIn({ cells }: SheetRow): string[] {
  return Array.from(cells, (cell) => cleanText(cell ?? ''))
}

/** Which headings mean which field: `mapped` has those of `--map`, by their keys; `fieldFor` knows all. */
export function knownHeadings(specs: readonly ColumnSpec[], map: Readonly<Record<string, string>>) {
  const mapped = new Map(Object.entries(map).map(([heading, field]) => [headingKey(heading), field]))
  const fieldsByKey = new Map(mapped)
  for (const { field, heading, synonyms } of specs) {
    for (const name of [heading, field, ...synonyms])
      if (!fieldsByKey.has(headingKey(name))) fieldsByKey.set(headingKey(name), field)
  }
  return { mapped, fieldFor: (heading: string) => fieldsByKey.get(headingKey(heading)) }
}

type KnownHeadings = ReturnType<typeof knownHeadings>

/**
 * The headings that make a row one of headings. A column that stands in for others has such names as Contact person,
 * which stand in rows of data too.
 */
export function decidingHeadings(
  specs: readonly ColumnSpec[],
  map: Readonly<Record<string, string>>,
): KnownHeadings {
  return knownHeadings(
    specs.filter(({ standsInFor }) => standsInFor === undefined),
    map,
  )
}

/** The column that an unknown heading probably means, by its spelling, among those that the table does not have yet. */
export function likelyColumn(
  heading: string,
  { specs, columns }: { specs: readonly ColumnSpec[]; columns: ReadonlyMap<string, number> },
): ColumnSpec | undefined {
  const key = headingKey(heading)
  if (key.length < minLikelyLength || key.length > 200) return undefined
  const limit = Math.floor(key.length / minLikelyLength)
  const isRead = (field: string) => columns.has(field)
  return specs.find(({ field, heading: proper, synonyms, standsInFor = [] }) => {
    if (isRead(field) || standsInFor.some(isRead)) return false
    const names = [proper, ...synonyms].map(headingKey).filter((name) => name.length >= minLikelyLength)
    const near = nearestOf(key, names, limit).some((name) => Math.abs(name.length - key.length) <= limit)
    return near || names.some((name) => isSwapped(name, key))
  })
}

/** A shorter word resembles too many; of so many letters one may be wrong. */
const minLikelyLength = 5

/** The option that says that a column is a field, to paste. */
export function mapOption(heading: string, field: string): string {
  return `--map ${shellWord(`${heading}=${field}`)}`
}

/** Whether the headings are among these rows. */
export function hasHeadings(
  rows: SheetRow[],
  { specs, map }: { specs: readonly ColumnSpec[]; map: Readonly<Record<string, string>> },
): boolean {
  try {
    matchHeadings(rows, specs, map)
    return true
  } catch {
    return false
  }
}

/**
 * Looks, row by row, for rows of data below headings: a row has a key cell below the heading of `key`, which stands
 * beside at least one other heading.
 */
export function rowsBelowHeadings({
  specs,
  map,
  key,
  isKey,
}: {
  specs: readonly ColumnSpec[]
  map: Readonly<Record<string, string>>
  key: string
  isKey: (cell: string, note: CellNote | undefined) => boolean
}): { check: (row: SheetRow) => void; found: () => boolean } {
  const known = decidingHeadings(specs, map)
  // Several headings may mean the key, such as No and Centre number, and an earlier row may only look like headings.
  const keyColumns = new Map<number, { counted: number }>()
  let found = false
  return {
    check(row) {
      if (found) return
      for (const [column, seen] of keyColumns) {
        const cell = row.cells[column] ?? ''
        // A column of 1, 2, 3 … only counts the rows.
        if (cell.trim() === String(seen.counted + 1)) seen.counted += 1
        else if (isKey(cell, row.notes?.get(column))) found = true
      }
      if (row.number > maxHeadingRow) return
      const fields = fieldsIn(row, known)
      if (!fields.has(key) || fields.size < 2) return
      for (const [column, cell] of row.cells.entries())
        if (fieldOf(cell, known) === key) keyColumns.set(column, { counted: 0 })
    },
    found: () => found,
  }
}

function fieldsIn({ cells }: SheetRow, known: KnownHeadings): Set<string> {
  const fields = new Set<string>()
  for (const cell of cells) {
    const field = fieldOf(cell, known)
    if (field !== undefined) fields.add(field)
  }
  return fields
}

function fieldOf(cell: string | undefined, { fieldFor }: KnownHeadings): string | undefined {
  return cell === undefined || cell.length > 200 ? undefined : fieldFor(cell)
}

function refuseDuplicateHeadings(headings: string[], row: number): void {
  const seen = new Map<string, number>()
  for (const [column, heading] of headings.entries()) {
    const name = headingKey(heading) || heading
    if (name === '') continue
    const other = seen.get(name)
    if (other !== undefined) {
      throw duplicateHeading(
        `the heading ${heading} stands twice, in ${columnLetters(other)}${row} and ${columnLetters(column)}${row}`,
        [headings[other] ?? '', heading],
      )
    }
    seen.set(name, column)
  }
}

function refuseUnmatchedMap(headings: string[], map: Readonly<Record<string, string>>): void {
  const found = headings.filter((heading) => heading !== '')
  for (const heading of Object.keys(map)) {
    if (found.some((other) => headingKey(other) === headingKey(heading))) continue
    throw badMap(
      `there is no column '${heading}'${didYouMean(heading, found)}`,
      `the columns are: ${found.join(', ')}`,
      nearestOf(heading, found, looseLimit(heading)),
    )
  }
}

/**
 * `E-mail *`, `EMAIL`, `1. e mail` and `Email (required)` have one key; so do `Centre #`, `Centre №` and `centre no.`.
 */
export function headingKey(heading: string): string {
  return (
    heading.length > 200
      ? heading
      : heading.replace(leadingNumberPattern, '').replace(trailingRemarkPattern, '')
  )
    .replaceAll('#', ' no ')
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '')
}

// What a form writes before the name of a column: the number of the question, and whether an answer is required.
const leadingNumberPattern =
  /^\s*(?:(?:\(?\d{1,2}(?:\.\d{1,2})*[.)]|\d{1,2}\.\d{1,2}(?=\s)|q(?:uestion)?\.?\s?\d{1,2}\s?[.:)–—-]|(?:required|mandatory|compulsory|optional)\s*[:–—-])\s*)+(?=\p{L})/iu

// What a form writes after the name of a column. Other words in brackets may name another column: Email (secondary).
const trailingRemarkPattern =
  /[\s:–—-]*[([]?\s*(?<![\p{L}\p{N}])(?:(?:is\s+)?(?:required|mandatory|compulsory|optional|obligatory)(?:\s+field)?|(?:only\s+)?one\s+(?:(?:per|in each|in every|a)\s+)(?:row|line|cell)|must be filled(?:\s+in)?|(?:if (?:any|known|applicable)|e\.\s?g\.|for example|such as)[^)\]]*)\s*[)\]]?[\s*]*$/iu

/** `['Org ID=Centre number']` → `{ 'Org ID': 'number' }`; a field goes by its name or its proper heading. */
export function parseMap(values: readonly string[], specs: readonly ColumnSpec[]): Record<string, string> {
  const names = specs.map(({ heading }) => heading)
  return Object.fromEntries(
    values.map((value) => {
      const equals = value.lastIndexOf('=')
      const heading = value.slice(0, Math.max(0, equals)).trim()
      const fieldName = value.slice(equals + 1).trim()
      if (heading === '' || fieldName === '') {
        throw badMap(
          `'${value}' does not say which column is which field`,
          "write 'Column=field', for example 'Org ID=Centre number'",
          names,
        )
      }
      const spec = specs.find(({ field, heading: proper }) =>
        [field, proper].some((name) => headingKey(name) === headingKey(fieldName)),
      )
      if (spec === undefined) {
        throw badMap(
          `there is no field '${fieldName}'${didYouMean(fieldName, names)}`,
          `the fields are: ${names.join(', ')}`,
          names,
        )
      }
      return [heading, spec.field]
    }),
  )
}

const maxShown = 12

/** The first few, cut where they are long, and how many more there are. */
function shortList(texts: readonly string[]): string {
  return firstFew(texts.slice(0, maxShown).map(shortened), { max: maxShown, total: texts.length })
}

interface DuplicateField {
  field: string
  specs: readonly ColumnSpec[]
  headings: string[]
  columns: readonly [number, number]
  row: number
}

/** The refusal of two differently worded headings for one field. */
function duplicateField({ field, specs, headings, columns, row }: DuplicateField): UnusableWorkbook {
  const proper = specs.find((spec) => spec.field === field)?.heading ?? field
  const [first = '', second = ''] = columns.map(
    (column) => `${shortened(headings[column] ?? '')} (${columnLetters(column)}${row})`,
  )
  return duplicateHeading(
    `two columns mean ${proper}: ${first} and ${second}`,
    columns.map((column) => headings[column] ?? ''),
  )
}

/** The refusal of headings that contain a row of data. */
export function rowInHeadings(row: number, text: string): UnusableWorkbook {
  return new UnusableWorkbook(
    'workbook-damaged',
    `the headings in row ${row} hold what is none: ${shortened(text)}`,
    {
      hint: 'perhaps the end of that line was lost: look at that row, and part the headings from what follows',
      details: { row },
    },
  )
}

/** The refusal of two headings with one meaning. */
function duplicateHeading(message: string, headings: string[]): UnusableWorkbook {
  return new UnusableWorkbook('workbook-same-heading', message, {
    hint: "rename one of them, or say which is meant with --map 'Column=field'",
    details: { headings },
  })
}

/** The refusal of headings without a required column; lists the headings found. */
function missingColumns(
  missing: readonly ColumnSpec[],
  {
    specs,
    headings,
    unknown,
    columns,
    row,
  }: Pick<Table, 'headings' | 'unknown' | 'columns'> & { specs: readonly ColumnSpec[]; row: number },
): UnusableWorkbook {
  const found = headings.filter((heading) => heading !== '')
  const names = missing.map(({ heading }) => heading)
  const what =
    names.length === 1
      ? `the column ${names[0]} is missing`
      : `the columns ${names.join(' and ')} are missing`
  const message = `${what}; row ${row} has ${shortList(found)}`
  const likely = unknown.flatMap((heading) => {
    const spec = likelyColumn(heading, { specs, columns })
    return spec?.required === true ? [mapOption(heading, spec.heading)] : []
  })
  return new UnusableWorkbook('workbook-missing-column', message, {
    hint:
      likely.length > 0
        ? `perhaps a heading is misspelt: correct it, or say which column is meant with ${likely.join(' ')}`
        : `add the heading, or say which column is meant with --map 'Column=${names[0] ?? 'field'}'`,
    details: { missing: names, found },
  })
}

/** The refusal of a sheet in which no row looks like headings. */
function noHeadings(rows: SheetRow[], specs: readonly ColumnSpec[]): UnusableWorkbook {
  const first = rows
    .map(({ cells }) => cells.map((cell) => cleanText(cell ?? '')).filter((cell) => cell !== ''))
    .find((cells) => cells.length > 0)
  const needed = specs.filter(({ required }) => required).map(({ heading }) => heading)
  const what =
    first === undefined
      ? 'the sheet has nothing in them'
      : `the first row with anything in it has ${shortList(first)}`
  const message = `no row of headings in the first ${maxHeadingRow} rows: ${what}`
  return new UnusableWorkbook('workbook-no-headings', message, {
    hint: `the first row should name the columns: ${needed.join(', ')}`,
    details: { found: first ?? [], needed },
  })
}

/** The same error, with the other sheets of the workbook, and how to read one of them. */
export function withOtherSheets(
  error: UnusableWorkbook,
  { sheet, otherSheets, likelySheets }: Workbook,
): UnusableWorkbook {
  if (otherSheets.length === 0) return error
  const [likely] = likelySheets
  const hint =
    likely === undefined
      ? `to read another sheet: --sheet NAME (${shortList(otherSheets)}); or ${error.hint}`
      : `the sheet ${shortened(likely)} has the headings: --sheet '${likely}'`
  return new UnusableWorkbook(error.code, `${error.message}, on the sheet ${shortened(sheet)}`, {
    hint,
    optionToAdd: likely === undefined ? undefined : ['--sheet', likely],
    details: { ...error.details, sheet, sheets: otherSheets, candidates: likelySheets },
    cause: error,
  })
}

/** The refusal of a column that only counts the rows; `other` is the column that seems to hold the values sought. */
export function runningNumbersColumn(
  heading: string,
  proper: string,
  { from, other }: { from?: number; other: string | undefined },
): UnusableWorkbook {
  const beside = other === undefined ? '' : `; the column ${shortened(other)} holds what looks like them`
  return new UnusableWorkbook(
    'workbook-missing-column',
    `there is no column of ${proper.toLowerCase()}s: the column ${shortened(heading)} only counts the rows${from === undefined ? '' : `, from ${from}`}${beside}`,
    {
      hint: `add the column, or say which one it is with --map '${other ?? 'Column'}=${proper}'`,
      details: { missing: [proper], found: [heading], candidates: other === undefined ? [] : [other] },
    },
  )
}

/** The refusal of a `--map` that cannot be used. */
function badMap(message: string, hint: string, candidates: string[]): UnusableWorkbook {
  return new UnusableWorkbook('workbook-bad-map', message, { hint, details: { candidates } })
}

/** The refusal of a row below headings that are not understood, where every row has to be read. */
export function unclearHeadings(
  row: number,
  { headingRow, reason }: { headingRow: number; reason: string },
): UnusableWorkbook {
  return new UnusableWorkbook(
    'workbook-unclear-headings',
    headingRow < row
      ? `row ${row} stands below headings that are not understood: ${reason}`
      : `row ${row} cannot be read: ${reason}`,
    { hint: unclearHint, details: { row, headingRow } },
  )
}

/** What to do about rows that stand below headings that are not understood, or above all headings. */
export const unclearHint =
  'Give them the headings of the first table, or move them to a workbook of their own.'
