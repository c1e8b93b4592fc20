import type { Opening } from '../src/db/store/opening.ts'

/** How a test opens a store: as a desk that waits up to half a minute for others, and tells nobody of it. */
export function openingOf(said: Pick<Opening, 'path' | 'keyFile' | 'now'> & Partial<Opening>): Opening {
  return { maxWaitMs: 30_000, mode: 'use', command: 'test', onWait: () => undefined, ...said }
}
