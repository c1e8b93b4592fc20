import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'

/** With so many rows held in memory, or held back, saving memory is worth more garbage collection time. */
export const manyRowsWithFaults = 5000

/** The same for rows without a mistake: at 500,000 rows it saves a seventh of the memory, and costs no time. */
export const manyRows = 150_000

/**
 * Lets the heap grow by 40 % between collections, and the young generation not at all: by default V8 lets the heap
 * double and more, and a sheet with a hundred thousand mistakes would take far more memory than it needs.
 */
export function growHeapSlowly(): void {
  setFlagsFromString('--heap-growing-percent=40')
  setFlagsFromString('--semi-space-growth-factor=1')
}

/** Bytes of young generation that a scavenge collects quickly; Node 24 and later let it grow eightfold. */
const maxYoungBytes = 16_000_000

/** Stops the growth of the young generation once it is large enough. */
export function boundYoungHeap(): void {
  const young = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')
  if ((young?.space_size ?? 0) >= maxYoungBytes) setFlagsFromString('--semi-space-growth-factor=1')
}
