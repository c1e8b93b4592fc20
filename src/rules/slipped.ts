/** What the store has under the key of a row, and what the row says, undefined for nothing; undefined: unreadable. */
export type Compared = { saved: string | undefined; now: string | undefined } | undefined

/** How a row would compare if a column had slipped; `source` is the row of the file that has its key as it stands. */
interface Moved {
  saved: string | undefined
  now: string | undefined
  source: () => Compared
}

/**
 * How the row at a position would compare if a column had the cell of the row at this distance. Undefined where that is
 * not known, or where the two cells are equal.
 */
type AsIfMoved = (at: number, distance: number) => Moved | undefined

/** The number of consecutive changed rows from which a run counts as slipped. */
export const minRunLength = 5
/** Distances in rows to look for; up to three, because a list may have a row for each session of a country. */
const possibleDistances = [-1, 1, -2, 2, -3, 3] as const

/**
 * The positions of rows that look slipped, with the distance of the row whose cell would be right, negative where it is
 * above. Undefined for the rows among these and at their ends: they are as doubtful, and without them the slip would
 * not be found again in a file of the rows held back.
 */
export type SlippedValues = ReadonlyMap<number, number | undefined>

/**
 * Finds runs of rows that change something as they stand, and are exactly as saved if a column has the cells of the
 * rows at a fixed distance: a cell was inserted into that column or removed from it. Intended changes hardly ever look
 * like that. A sorted list that is changed by the same amount everywhere does; the row at the end of the run tells the
 * two apart.
 *
 * @param values of all rows of the file, because distances are counted in them
 * @param asIfMoved by default for a column of values: each row would have the value saved for the other
 */
export function slippedValues(
  values: readonly Compared[],
  asIfMoved: AsIfMoved = valueMoved(values),
): SlippedValues {
  const slipped = new Map<number, number>()
  const beside = new Map<number, undefined>()
  const changes = [...values.keys()].filter((at) => isChanged(values[at]))
  for (const distance of possibleDistances) {
    const judge = (at: number) => judgeRow(values[at], asIfMoved(at, distance))
    if (!mayHaveRun(changes, judge)) continue
    for (const stretch of stretchesOf(values, judge)) {
      const runs = stretch.runs
        .map((run) => trimRun(run, values))
        .filter((run) => run.length > 0 && !areMovedAlike(values, run, { asIfMoved, distance }))
      for (const run of runs)
        for (const at of run) if (isChanged(values[at]) && !slipped.has(at)) slipped.set(at, distance)
      for (const at of positionsBeside(values, stretch, { runs, distance })) beside.set(at, undefined)
    }
  }
  return new Map<number, number | undefined>([...beside, ...slipped])
}

/** The number of slipped values, without the rows beside them. */
export function countSlipped(slipped: SlippedValues): number {
  return [...slipped.values()].filter((distance) => distance !== undefined).length
}

/** Whether the row changes something that is saved, or adds something. */
export function isChanged(value: Compared): boolean {
  return value !== undefined && value.saved !== value.now
}

function valueMoved(values: readonly Compared[]): AsIfMoved {
  return (at, distance) => {
    const [value, source] = [values[at], values[at + distance]]
    if (value?.saved === undefined || source?.saved === undefined) return undefined
    return { saved: source.saved, now: value.now, source: () => source }
  }
}

/**
 * `fits`: as saved if the column slipped; `against`: as saved only as the row stands; `differs`: a change in both
 * readings, or one that removes what is saved and would otherwise say nothing; `unknown`: both readings are the same,
 * or one of them is not known.
 */
type Judgement = 'fits' | 'against' | 'differs' | 'unknown'

function judgeRow(value: Compared, moved: Moved | undefined): Judgement {
  if (value === undefined || moved === undefined) return 'unknown'
  if (moved.saved === moved.now) return moved.now === undefined && isChanged(value) ? 'differs' : 'fits'
  if (value.saved === value.now) return 'against'
  return moved.saved === undefined && value.saved !== undefined ? 'unknown' : 'differs'
}

/** Whether enough changes fit with none between them that differs; where most differ, one in five is judged. */
function mayHaveRun(changes: readonly number[], judge: (at: number) => Judgement): boolean {
  for (let first = 0; first + minRunLength <= changes.length; first += 1) {
    const next = changes.slice(first, first + minRunLength)
    const differing = next.findLastIndex((at) => judge(at) === 'differs')
    if (differing !== -1) {
      first += differing
      continue
    }
    for (let fits = 0; first < changes.length; first += 1) {
      const judgement = judge(changes[first] ?? 0)
      if (judgement === 'differs') break
      if (judgement === 'fits') fits += 1
      if (fits === minRunLength) return true
    }
  }
  return false
}

/** A run from its first to its last changed row; empty if it has too few of them. */
function trimRun(run: readonly number[], values: readonly Compared[]): number[] {
  const changed = run.filter((at) => isChanged(values[at]))
  const [first = 0, last = 0] = [changed[0], changed.at(-1)]
  return changed.length < minRunLength ? [] : run.filter((at) => at >= first && at <= last)
}

interface Stretch {
  first: number
  last: number
  /** The positions of rows that fit, up to one that differs. */
  runs: number[][]
}

/** Divides the rows at those that speak against a slip. */
function stretchesOf(values: readonly Compared[], judge: (at: number) => Judgement): Stretch[] {
  const stretches: Stretch[] = []
  let stretch: Stretch = { first: 0, last: -1, runs: [[]] }
  for (const at of values.keys()) {
    const judgement = judge(at)
    if (judgement === 'against') {
      stretches.push(stretch)
      stretch = { first: at + 1, last: at, runs: [[]] }
      continue
    }
    stretch.last = at
    if (judgement === 'differs') stretch.runs.push([])
    else if (judgement === 'fits') stretch.runs.at(-1)?.push(at)
  }
  return [...stretches, stretch]
}

/**
 * The positions of slipped rows with those from which their cells come, and of all other changed rows of the stretch:
 * nothing says where in it the slip began. Unreadable rows at the ends tell a slip from an intended change.
 */
function positionsBeside(
  values: readonly Compared[],
  { first, last }: Stretch,
  { runs, distance }: { runs: readonly number[][]; distance: number },
): number[] {
  const [start, end] = [runs[0]?.[0], runs.at(-1)?.at(-1)]
  if (start === undefined || end === undefined) return []
  const changed = values.slice(first, last + 1).flatMap((value, at) => (isChanged(value) ? first + at : []))
  let from = Math.min(start + Math.min(distance, 0), ...changed.slice(0, 1))
  let until = Math.max(end + Math.max(distance, 0), ...changed.slice(-1))
  while (from - 1 in values && values[from - 1] === undefined) from -= 1
  while (until + 1 in values && values[until + 1] === undefined) until += 1
  return Array.from({ length: until - from + 1 }, (_, at) => from + at)
}

/**
 * Whether all rows of a run, and those of the keys that they would have, changed by the same amount. False where a row
 * at an end cannot be read: there a cell was removed, or a blank one inserted.
 */
function areMovedAlike(
  values: readonly Compared[],
  run: readonly number[],
  { asIfMoved, distance }: { asIfMoved: AsIfMoved; distance: number },
): boolean {
  const first = (run[0] ?? 0) + Math.min(distance, 0)
  const last = (run.at(-1) ?? 0) + Math.max(distance, 0)
  const ends = [first - Math.abs(distance), last + Math.abs(distance)]
  if (ends.some((end) => end in values && values[end] === undefined)) return false
  const moves = run.flatMap((at) => [values[at], asIfMoved(at, distance)?.source()]).map(amountOfChange)
  const [move = 0] = moves
  return move !== 0 && moves.every((other) => Math.abs(other - move) < 1e-6)
}

/** NaN where nothing is saved, or where the row cannot be read. */
function amountOfChange(value: Compared): number {
  if (value?.saved === undefined || value.now === undefined) return NaN
  return amountOf(value.now) - amountOf(value.saved)
}

/** The number, or the minutes of the time, with which a value begins. */
function amountOf(value: string): number {
  const [, whole, minutes] = /^(\d+(?:\.\d+)?)(?::(\d+))?/.exec(value) ?? []
  return minutes === undefined ? Number(whole) : Number(whole) * 60 + Number(minutes)
}
