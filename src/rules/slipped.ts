/** What is saved, and what a row of a file says instead, in the order of the file; undefined where either is missing. */
export type Compared = { saved: string; now: string } | undefined

/** As many changed values in a row. */
const fewest = 5
/** By as many rows: of a list with a row for each session of a country, a country's. */
const distances = [-1, 1, -2, 2, -3, 3] as const

/**
 * The changed values that stand in a row of somebody else: where a cell was inserted or taken out, each value is the
 * one that is saved for a row above or below, and what lies between them, changed or not, is so too. Other changes
 * hardly ever look like that: all to one value, and each value to another, never do.
 *
 * @returns by position, how many rows above (negative) or below it is saved
 */
export function slippedValues(values: readonly Compared[]): ReadonlyMap<number, number> {
  const slipped = new Map<number, number>()
  for (const distance of distances) {
    let run: number[] = []
    const endRun = () => {
      if (run.length >= fewest) for (const at of run) if (!slipped.has(at)) slipped.set(at, distance)
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
  return slipped
}

/** Worded to follow the name of a column. */
export function slippedFault({
  now,
  distance,
  of,
  total,
}: {
  now: string
  distance: number
  of: number
  total: number
}) {
  const rows = Math.abs(distance) === 1 ? 'the row' : `the row ${Math.abs(distance)}`
  const others = `as are those of ${of - 1} more rows`
  return {
    code: 'values-slipped',
    message: `is ${now}, which is saved for ${rows} ${distance < 0 ? 'above' : 'below'}, ${others}`,
    hint: `Perhaps the column slipped. If all of it is meant: --allow-changes ${total}`,
  }
}
