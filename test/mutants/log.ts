// What is known of a sample: it outlives every process, so that a run goes on where another was ended.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'

export type Outcome = 'killed' | 'survived' | 'timed out'

export type Line =
  | { learnt: string; digest: string; test: string; ms: number; passed: boolean; reached: number[] }
  /** What was reached while no test ran: on import, and before and after all tests of a file. */
  | { learnt: string; digest: string; outside: number[] }
  | { tried: number; with: string; test: string; outcome: Outcome }
  /** Fails without any change, alone or after it failed with one: it has noticed nothing, and what follows in its file may not either. */
  | { unfit: string; test: string; after?: number }
  /** With every test of some files, from the start. */
  | { always: number; outcome: Outcome }

/** What a process tries at the moment, in a file of its own: the one that has no end is found by it. */
export interface Now {
  tried: number
  key: string
  test: string
}

/** Another text is another file: it is learnt and tried anew. */
export function digestOf(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex').slice(0, 12)
}
