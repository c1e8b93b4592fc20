import { checkChanges, type HeldBackRow, type ReadRow, type TableRowAsWritten } from './table-rows.ts'
import { type Compared, countSlipped, isChanged, minRunLength, slippedValues } from './slipped.ts'

/** A table whose columns are looked through for one that slipped by a row. */
export interface Comparison<Field extends string, Row, Key extends Field = Field> {
  /** All rows of the file, undefined where one cannot be read. */
  rows: readonly (Row | undefined)[]
  /** Compares a row with what is saved; undefined where that is not known. */
  compare: (row: Row) => Compared
  /** The columns of values, each compared by itself. */
  valueColumns: readonly { field: Field; compare: (row: Row) => Compared }[]
  /** Columns of the key; several where cells are often inserted into them together. The first is named. */
  keyColumns: readonly (readonly [Key, ...Key[]])[]
  /** The texts of a row's cells. */
  cellsOf: (row: Row) => Readonly<Record<Key, string>>
  /** The row with these cells of the key; undefined where it cannot be read then. */
  withCells: (row: Row, cells: Readonly<Record<Key, string>>) => Row | undefined
  /** Equal for rows to which the same is saved. */
  keyOf: (row: Row) => string
}

/** A cell that looks slipped, or stands among such cells. */
interface SlippedCell<Field extends string> {
  field: Field
  /** The row whose cell would be right, or of a value whose it is; undefined: it stands among slipped cells. */
  distance: number | undefined
  isKey: boolean
  /** The number of cells of the column that look slipped. */
  of: number
}

/** Finds the slipped cell of each row, by position: in the column that explains most rows. */
export function slippedCells<Field extends string, Row, Key extends Field>(
  table: Comparison<Field, Row, Key>,
): Map<number, SlippedCell<Field>> {
  const { rows, compare, valueColumns, keyColumns } = table
  const comparedBy = (by: (row: Row) => Compared) => rows.map((row) => row && by(row))
  const compared = comparedBy(compare)
  const isEnough = compared.filter(isChanged).length >= minRunLength
  if (!isEnough || compared.every((one) => one?.saved === undefined)) return new Map()
  const ofValues = valueColumns.map(({ field, compare: by }) => {
    return { field, isKey: false, slipped: slippedValues(comparedBy(by)) }
  })
  const cells = rows.map((row) => row && table.cellsOf(row))
  const own = ownRows(table)
  const ofKeys = keyColumns.flatMap((fields) => {
    const [field] = fields
    const texts = cells.map((one) => one && fields.map((name) => one[name]).join('\t'))
    if (new Set(texts).size < 2) return []
    const slipped = slippedValues(compared, (at, distance) => {
      if (texts[at] === texts[at + distance]) return undefined
      const [row, mine, others] = [rows[at], cells[at], cells[at + distance]]
      if (row === undefined || mine === undefined || others === undefined) return undefined
      const ofOther = Object.fromEntries(fields.map((name) => [name, others[name]]))
      const moved = table.withCells(row, { ...mine, ...ofOther })
      const found = moved && compare(moved)
      return moved && found && { ...found, source: () => compared[own().get(table.keyOf(moved)) ?? -1] }
    })
    return [{ field, isKey: true, slipped }]
  })
  const columns = [...ofValues, ...ofKeys].map((column) => ({ ...column, of: countSlipped(column.slipped) }))
  const slippedAt = new Map<number, SlippedCell<Field>>()
  for (const { slipped, field, isKey, of } of columns.toSorted((one, other) => other.of - one.of))
    for (const [at, distance] of slipped)
      if (slippedAt.get(at)?.distance === undefined && (distance !== undefined || !slippedAt.has(at)))
        slippedAt.set(at, { field, isKey, distance, of })
  return slippedAt
}

/** Looks up the first row of each key, by position; made when it is needed, which is hardly ever. */
function ownRows<Row>({ rows, keyOf }: { rows: readonly (Row | undefined)[]; keyOf: (row: Row) => string }) {
  let positions: Map<string, number> | undefined
  return () => {
    positions ??= new Map(
      [...rows.entries()].flatMap(([at, row]) => (row ? [[keyOf(row), at] as const] : [])).reverse(),
    )
    return positions
  }
}

interface Holding<Field extends string, Row, Key extends Field> {
  /** The rows of the file as they are written, those of the table. */
  rows: readonly TableRowAsWritten<Field>[]
  table: Comparison<Field, Row, Key>
  heldBack: HeldBackRow<Field>[]
  allowChanges: number | undefined
}

/**
 * Holds back the rows with a cell that looks slipped, unless they are allowed. A row that is held back for a time that
 * does not fit its session gets another hint: another time or session would be wrong.
 *
 * @throws `change-limit`
 */
export function withoutSlipped<
  Field extends string,
  Row,
  Key extends Field,
  One extends ReadRow<Field, unknown>,
>(found: readonly One[], { rows, table, heldBack, allowChanges }: Holding<Field, Row, Key>): readonly One[] {
  const cells = slippedCells(table)
  const slipped = new Map([...cells].map(([at, cell]) => [rows[at], { at, cell }]))
  const held = found.filter(({ row }) => slipped.has(row))
  const total = countChanged(
    table,
    held.flatMap(({ row }) => slipped.get(row)?.at ?? []),
  )
  if (allowChanges !== undefined) {
    checkChanges(total, allowChanges)
    return found
  }
  for (const [at, { row, count, faults }] of heldBack.entries()) {
    const cell = slipped.get(row)?.cell
    if (cell?.distance === undefined) continue
    const hint = hintAtSlip(row, cell)
    const hinted = () => faults().map((one) => (one.code === 'time-not-in-session' ? { ...one, hint } : one))
    heldBack[at] = { row, count, faults: hinted }
  }
  for (const { row } of held) {
    const { at, cell } = slipped.get(row) ?? {}
    if (at === undefined || cell === undefined) continue
    heldBack.push({ row, count: 1, faults: () => [slippedFault({ rows, at, cell, total })] })
  }
  return found.filter(({ row }) => !slipped.has(row))
}

/** How many of the rows at these positions would change or add something. */
export function countChanged<Row>(
  { rows, compare }: { rows: readonly (Row | undefined)[]; compare: (row: Row) => Compared },
  positions: Iterable<number>,
): number {
  let total = 0
  for (const at of positions) {
    const row = rows[at]
    if (row && isChanged(compare(row))) total += 1
  }
  return total
}

/** `the row above`, `the row 2 below`. */
function rowAtDistance(distance: number): string {
  const rows = Math.abs(distance) > 1 ? `the row ${Math.abs(distance)}` : 'the row'
  return `${rows} ${distance < 0 ? 'above' : 'below'}`
}

interface SlippedCellOfRow<Field extends string> {
  rows: readonly TableRowAsWritten<Field>[]
  at: number
  cell: SlippedCell<Field>
  /** How many rows would change something if the slipped ones were accepted. */
  total: number
}

/** The fault of a slipped cell, or of one beside such cells; its message is worded to follow the name of the column. */
export function slippedFault<Field extends string>({
  rows,
  at,
  cell: { field, distance, isKey, of },
  total,
}: SlippedCellOfRow<Field>) {
  const textOf = (row: TableRowAsWritten<Field> | undefined) => row?.texts[field] || 'blank'
  const is = `is ${textOf(rows[at])}`
  const message = () => {
    if (distance === undefined)
      return isKey
        ? `${is}, and stands with ${of} cells that look as if they had slipped`
        : `${is}, and stands with ${of} values that are saved for other rows`
    if (!isKey)
      return `${is}, which is saved for ${rowAtDistance(distance)}, as are those of ${of - 1} more rows`
    const right = `${textOf(rows[at + distance])}, of ${rowAtDistance(distance)}`
    return `${is}; with ${right}, the row would be as saved, as would ${of - 1} more rows`
  }
  const hint = `Perhaps the column slipped. If all of it is meant: --allow-changes ${total}`
  return { field, code: 'values-slipped', message: message(), hint }
}

function hintAtSlip<Field extends string>(
  row: TableRowAsWritten<Field>,
  { field, distance = 0, isKey }: SlippedCell<Field>,
): string {
  return isKey
    ? `Perhaps the column ${row.headingOf(field)} slipped.`
    : `Perhaps the column slipped: it is saved for ${rowAtDistance(distance)}.`
}
