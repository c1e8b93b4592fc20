import { setMaxListeners } from 'node:events'
import { Cancelled, cancelledInWords } from './errors.ts'

/** How a command takes Ctrl-C, SIGTERM and SIGHUP: it is cancelled until its change counts, then it finishes. */
export interface Interruption {
  /** Aborted by a signal while nothing is changed: the command ends and leaves nothing behind. */
  readonly signal: AbortSignal
  /** Whether `signal` is aborted, without creating the AbortSignal. */
  isCancelled: () => boolean
  /** Aborted by the first signal at any time: work that can wait for another run is left. */
  readonly heard: AbortSignal
  /** From now on the change counts: a signal only says what is being finished, and no signal stops it. */
  finish: (what: string) => void
  /** The change was not made after all. */
  unfinish: () => void
  /** Whether a change counts already. */
  isFinishing: () => boolean
  /** A store was created for a change that does not count yet: a signal cancels that change. */
  begun: () => void
  /** Whether a store was created. */
  hasBegun: () => boolean
  /** Sets the function that writes a line to stderr; nothing is said before a command has set it. */
  sayWith: (say: (line: string) => void) => void
  /** Registers a clean-up for a second signal, before the process ends. @returns removes the clean-up */
  beforeEnding: (cleanUp: () => void) => () => void
  /**
   * While the answer is read in a pager, the pager handles Ctrl-C, and no signal ends the process at once.
   * @returns ends that
   */
  whileShown: () => () => void
  /** Handles a signal. */
  interrupt: (signal?: NodeJS.Signals) => void
}

/**
 * The last chance of a signal to cancel: from the beginning of `finish` the change counts, and a signal reports `what`.
 * Where `finish` throws, nothing was changed. @throws Cancelled
 */
export async function finishing<Result>(
  interruption: Interruption | undefined,
  { what, finish }: { what: string; finish: () => Result | Promise<Result> },
): Promise<Result> {
  if (!interruption || interruption.isFinishing()) return finish()
  await yieldToSignals()
  if (interruption.isCancelled()) throw new Cancelled()
  interruption.finish(what)
  try {
    return await finish()
  } catch (error) {
    interruption.unfinish()
    throw error
  }
}

/** Lets pending signals be handled after synchronous work: two turns of the event loop, so that it polls once. */
export async function yieldToSignals(): Promise<void> {
  await new Promise(setImmediate)
  await new Promise(setImmediate)
}

/** @param end ends the process at once, at a second signal while nothing is changed */
export function newInterruption(end: () => void): Interruption {
  const cancelling = newAbort()
  const received = newAbort()
  const cleanUps = new Set<() => void>()
  let isShown = false
  let hasBegun = false
  let finishing: string | undefined
  let said: string | undefined
  let say: (line: string) => void = () => undefined
  return {
    get signal() {
      return cancelling.signal()
    },
    isCancelled: cancelling.isAborted,
    get heard() {
      return received.signal()
    },
    finish: (what) => {
      finishing = what
      if (received.isAborted()) sayOnce()
    },
    unfinish,
    isFinishing: () => finishing !== undefined,
    begun: () => {
      hasBegun = true
      unfinish()
    },
    hasBegun: () => hasBegun,
    sayWith: (how) => {
      say = how
    },
    beforeEnding: (cleanUp) => {
      cleanUps.add(cleanUp)
      return () => cleanUps.delete(cleanUp)
    },
    whileShown: () => {
      isShown = true
      return () => {
        isShown = false
      }
    },
    interrupt: (sent) => {
      if (isShown && sent === 'SIGINT') return
      const again = cancelling.isAborted()
      received.abort()
      if (finishing !== undefined) return sayOnce()
      cancelling.abort()
      // The shell and a running pager would both read the terminal: as in git, the process waits for the pager.
      if (!again || isShown) return
      for (const cleanUp of cleanUps) cleanUp()
      say(cancelledInWords({ hasBegun }))
      end()
    },
  }

  function unfinish(): void {
    finishing = undefined
    if (received.isAborted()) cancelling.abort()
  }

  function sayOnce(): void {
    if (finishing === undefined || finishing === said) return
    said = finishing
    say(`Finishing: ${finishing}.`)
  }
}

/** An abort signal that is created at first use: Node loads code for it, which a short command can do without. */
function newAbort() {
  let controller: AbortController | undefined
  let isAborted = false
  return {
    isAborted: () => isAborted,
    signal: () => {
      if (!controller) {
        controller = new AbortController()
        // Whatever is asked at once of a server that is far away listens; Node would print a warning from eleven on.
        setMaxListeners(0, controller.signal)
      }
      if (isAborted) controller.abort()
      return controller.signal
    },
    abort: () => {
      isAborted = true
      controller?.abort()
    },
  }
}
