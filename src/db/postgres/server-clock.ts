import { Unavailable } from '../../errors.ts'
import type { Opening } from '../store/opening.ts'
import { timeToTheSecond } from '../../plain-time.ts'

/** How far a desk's clock may be off: unsaid, and at all; in milliseconds. */
const maxQuietDifference = 30_000
const maxClockDifference = 300_000
const minClockDifference = 1000

/** The time at a shared store: this machine's clock, put right where the server's is another. */
export class ServerClock {
  readonly #opening: Pick<Opening, 'now' | 'onOtherClock'>
  readonly #shown: string
  #isTold = false
  /** How far the server's clock is ahead of this machine's, in milliseconds. */
  #difference = 0

  constructor(opening: Pick<Opening, 'now' | 'onOtherClock'>, { shown }: { shown: string }) {
    this.#opening = opening
    this.#shown = shown
  }

  /** @param clock what the server's says now, in milliseconds */
  note(clock: number): void {
    const difference = clock - Date.now()
    this.#difference = Math.abs(difference) < minClockDifference ? 0 : difference
  }

  now(): Date {
    return new Date(this.#opening.now().getTime() + this.#difference)
  }

  /** A clock that is a little off is told, once; one that is far off changes nothing. @throws `clock-differs` */
  check(): void {
    const difference = this.#difference
    if (Math.abs(difference) <= maxQuietDifference) return
    if (Math.abs(difference) <= maxClockDifference) {
      if (!this.#isTold) this.#opening.onOtherClock?.(difference)
      this.#isTold = true
      return
    }
    const here = new Date().toISOString()
    const there = new Date(Date.now() + difference).toISOString()
    throw new Unavailable(
      'clock-differs',
      `This machine's clock says ${timeToTheSecond(here)}, and the clock of ${this.#shown} says ${timeToTheSecond(there)}.`,
      {
        hint: 'Set the clock that is wrong; until they agree nothing is changed.',
        details: { clock: here, server: there },
      },
    )
  }
}
