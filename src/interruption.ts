import { setMaxListeners } from 'node:events'
import { Cancelled, cancelledMessage } from './errors.ts'

/** How a command takes Ctrl-C, SIGTERM and SIGHUP: it is cancelled until its change counts, then it finishes. */
export interface Interruption {
  /** Aborted by a signal while nothing is changed: the command ends and leaves nothing behind. */
  readonly signal: AbortSignal
  /** Whether `signal` is aborted, without creating the AbortSignal. */
  isCancelled: () => boolean
  /** Aborted by the first signal at any time: work that can wait for another run is left. */
  readonly received: AbortSignal
  /** From now on the change counts: a signal only says what is being finished, and no signal stops it. */
  startFinishing: (what: string) => void
  /** The change was not made after all. */
  stopFinishing: () => void
  /** Whether a change counts already. */
  isFinishing: () => boolean
  /** A store was created for a change that does not count yet: a signal cancels that change. */
  storeCreated: () => void
  /** Whether a store was created. */
  hasCreatedStore: () => boolean
  /** Sets the function that writes a line to stderr; nothing is said before a command has set it. */
  setReporter: (say: (line: string) => void) => void
  /** Registers a clean-up for a second signal, before the process ends. @returns removes the clean-up */
  onForcedExit: (cleanUp: () => void) => () => void
  /**
   * While the answer is read in a pager, the pager handles Ctrl-C, and no signal ends the process at once.
   * @returns ends that
   */
  startPaging: () => () => void
  /** Handles a signal. */
  handleSignal: (signal?: NodeJS.Signals) => void
}

/**
 * The last chance of a signal to cancel: from the beginning of `finish` the change counts, and a signal reports `what`.
 * Where `finish` throws, nothing was changed. @throws Cancelled
 */
export async function runToCompletion<Result>(
  interruption: Interruption | undefined,
  { what, finish }: { what: string; finish: () => Result | Promise<Result> },
): Promise<Result> {
  if (!interruption || interruption.isFinishing()) return finish()
  await yieldToSignals()
  if (interruption.isCancelled()) throw new Cancelled()
  interruption.startFinishing(what)
  try {
    return await finish()
  } catch (error) {
    interruption.stopFinishing()
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
  const cancelAbort = newLazyAbort()
  const anyAbort = newLazyAbort()
  const cleanUps = new Set<() => void>()
  let isPaging = false
  let hasCreatedStore = false
  let finishing: string | undefined
  let lastReported: string | undefined
  let report: (line: string) => void = () => undefined
  return {
    get signal() {
      return cancelAbort.signal()
    },
    isCancelled: cancelAbort.isAborted,
    get received() {
      return anyAbort.signal()
    },
    startFinishing: (what) => {
      finishing = what
      if (anyAbort.isAborted()) reportFinishing()
    },
    stopFinishing,
    isFinishing: () => finishing !== undefined,
    storeCreated: () => {
      hasCreatedStore = true
      stopFinishing()
    },
    hasCreatedStore: () => hasCreatedStore,
    setReporter: (reporter) => {
      report = reporter
    },
    onForcedExit: (cleanUp) => {
      cleanUps.add(cleanUp)
      return () => cleanUps.delete(cleanUp)
    },
    startPaging: () => {
      isPaging = true
      return () => {
        isPaging = false
      }
    },
    handleSignal: (sent) => {
      if (isPaging && sent === 'SIGINT') return
      const isSecond = cancelAbort.isAborted()
      anyAbort.abort()
      if (finishing !== undefined) return reportFinishing()
      cancelAbort.abort()
      // The shell and a running pager would both read the terminal: as in git, the process waits for the pager.
      if (!isSecond || isPaging) return
      for (const cleanUp of cleanUps) cleanUp()
      report(cancelledMessage({ hasCreatedStore }))
      end()
    },
  }

  function stopFinishing(): void {
    finishing = undefined
    if (anyAbort.isAborted()) cancelAbort.abort()
  }

  function reportFinishing(): void {
    if (finishing === undefined || finishing === lastReported) return
    lastReported = finishing
    report(`Finishing: ${finishing}.`)
  }
}

/** An abort signal that is created at first use: Node loads code for it, which a short command can do without. */
function newLazyAbort() {
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
