/** The saved value of a row of a file and the value in the file; undefined where either is missing. */
export type Compared = { saved: string; now: string } | undefined

/** The number of consecutive changed values from which a run counts as slipped. */
const minRunLength = 5
/** Distances in rows to look for; up to three, because a list may have a row for each session of a country. */
const possibleDistances = [-1, 1, -2, 2, -3, 3] as const

/**
 * The positions of values that look slipped, with the distance: negative where the value is saved for a row above.
 * Undefined for the rows among these and at their ends: their values are as doubtful, and without them the slip would
 * not be found again in a file of the rows held back.
 */
export type SlippedValues = ReadonlyMap<number, number | undefined>

/**
 * Finds changed values that stand in the wrong row, because a cell was inserted into the column or removed from it:
 * in a run of rows, each value is the one saved for the row at a fixed distance above or below. Intended changes hardly
 * ever look like that. A sorted list that is changed by the same amount everywhere does; the row at the end of the run
 * tells the two apart.
 *
 * @param values of all rows of the file, because distances are counted in them
 */
export function slippedValues(values: readonly Compared[]): SlippedValues {
  const slipped = new Map<number, number>()
  const beside = new Map<number, undefined>()
  for (const distance of possibleDistances) {
    let run: number[] = []
    const endRun = () => {
      if (run.length >= minRunLength && !areMovedAlike(values, run, distance)) {
        for (const at of run) if (!slipped.has(at)) slipped.set(at, distance)
        for (const at of positionsOf(values, run, distance)) beside.set(at, undefined)
      }
      run = []
    }
    for (const [at, value] of values.entries()) {
      const other = values[at + distance]
      if (value === undefined || other === undefined) continue
      if (value.now !== other.saved) endRun()
      else if (value.now !== value.saved) run.push(at)
    }
    endRun()
  }
  return new Map<number, number | undefined>([...beside, ...slipped])
}

/** The number of slipped values, without the rows beside them. */
export function countSlipped(slipped: SlippedValues): number {
  return [...slipped.values()].filter((distance) => distance !== undefined).length
}

/** The positions from the first to the last row of a run, with the rows that tell a slip from an intended change. */
function positionsOf(values: readonly Compared[], run: readonly number[], distance: number): number[] {
  const { first, last, behind } = endsOf(run, distance)
  const ends = behind in values && values[behind] === undefined ? [first, last, behind] : [first, last]
  const start = Math.min(...ends)
  return Array.from({ length: Math.max(...ends) - start + 1 }, (_, at) => start + at)
}

/** The positions of a run with the rows from which its values come, and the position beyond them. */
function endsOf(run: readonly number[], distance: number) {
  const first = (run[0] ?? 0) + Math.min(distance, 0)
  const last = (run.at(-1) ?? 0) + Math.max(distance, 0)
  return { first, last, behind: distance < 0 ? first + distance : last + distance }
}

/**
 * Whether all rows of a run, and the row at its end from which its last value would come, changed by the same amount.
 * False where the row after that one is blank: there a cell was removed, or a blank one inserted.
 */
function areMovedAlike(values: readonly Compared[], run: readonly number[], distance: number): boolean {
  const { first, last, behind } = endsOf(run, distance)
  if (behind in values && values[behind] === undefined) return false
  const compared = values.slice(first, last + 1).filter((value) => value !== undefined)
  const [move = 0, ...others] = compared.map(({ saved, now }) => amountOf(now) - amountOf(saved))
  return move !== 0 && others.every((other) => Math.abs(other - move) < 1e-6)
}

/** The number, or the minutes of a time. */
function amountOf(value: string): number {
  const [whole, minutes = 0] = value.split(':').map(Number)
  return value.includes(':') ? (whole ?? NaN) * 60 + minutes : (whole ?? NaN)
}

/** `the row above`, `the row 2 below`. */
export function rowAtDistance(distance: number): string {
  const rows = Math.abs(distance) > 1 ? `the row ${Math.abs(distance)}` : 'the row'
  return `${rows} ${distance < 0 ? 'above' : 'below'}`
}

/** The fault of a slipped value, or of one beside such values; its message is worded to follow the name of the column. */
export function slippedFault({
  now,
  distance,
  of,
  total,
}: {
  now: string
  distance: number | undefined
  /** The number of slipped values. */
  of: number
  /** How many saved values would change if the slipped ones were accepted. */
  total: number
}) {
  return {
    code: 'values-slipped',
    message:
      distance === undefined
        ? `is ${now}, and stands with ${of} values that are saved for other rows`
        : `is ${now}, which is saved for ${rowAtDistance(distance)}, as are those of ${of - 1} more rows`,
    hint: `Perhaps the column slipped. If all of it is meant: --allow-changes ${total}`,
  }
}
