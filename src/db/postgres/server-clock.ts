import { Unavailable } from '../../errors.ts'
import type { Opening } from '../store/opening.ts'
import { timeToTheSecond } from '../../plain-time.ts'

/** Differences of a desk's clock up to the first limit are ignored, beyond the second refused; in milliseconds. */
const maxIgnoredDifference = 30_000
const maxClockDifference = 300_000
const minClockDifference = 1000

/** The time of a shared store: this machine's clock, corrected to the server's. */
export class ServerClock {
  readonly #opening: Pick<Opening, 'now' | 'onOtherClock'>
  readonly #shown: string
  #isReported = false
  /** How far the server's clock is ahead of this machine's, in milliseconds. */
  #difference = 0

  constructor(opening: Pick<Opening, 'now' | 'onOtherClock'>, { shown }: { shown: string }) {
    this.#opening = opening
    this.#shown = shown
  }

  /** @param clock the server's time in milliseconds since the epoch */
  setFrom(clock: number): void {
    const difference = clock - Date.now()
    this.#difference = Math.abs(difference) < minClockDifference ? 0 : difference
  }

  now(): Date {
    return new Date(this.#opening.now().getTime() + this.#difference)
  }

  /** Reports a slightly wrong clock once; refuses changes with a very wrong one. @throws `clock-differs` */
  check(): void {
    const difference = this.#difference
    if (Math.abs(difference) <= maxIgnoredDifference) return
    if (Math.abs(difference) <= maxClockDifference) {
      if (!this.#isReported) this.#opening.onOtherClock?.(difference)
      this.#isReported = true
      return
    }
    const localTime = new Date().toISOString()
    const serverTime = new Date(Date.now() + difference).toISOString()
    throw new Unavailable(
      'clock-differs',
      `This machine's clock says ${timeToTheSecond(localTime)}, and the clock of ${this.#shown} says ${timeToTheSecond(serverTime)}.`,
      {
        hint: 'Set the clock that is wrong; until they agree nothing is changed.',
        details: { clock: localTime, server: serverTime },
      },
    )
  }
}
