import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'

/** From so many rows on that are held, or have a mistake, memory is worth more than the time of the collector. */
export const manyRowsWithFaults = 5000

/** From so many rows on, without a mistake, it is too: a seventh of 500,000 rows' memory, and no time. */
export const manyRows = 150_000

/**
 * Lets the heap grow by less than half before the collector runs, and its youngest part no further: by default the
 * engine lets it double and more, and a sheet of a hundred thousand mistakes would take what it does not need.
 */
export function growHeapSlowly(): void {
  setFlagsFromString('--heap-growing-percent=40')
  setFlagsFromString('--semi-space-growth-factor=1')
}

/** As much as a scavenge is quick with: from Node 24 on the youngest part grows to eight times as much. */
const maxYoungBytes = 16_000_000

/** Lets the youngest part of the heap, once it is large enough, grow no further. */
export function boundYoungHeap(): void {
  const young = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')
  if ((young?.space_size ?? 0) >= maxYoungBytes) setFlagsFromString('--semi-space-growth-factor=1')
}
