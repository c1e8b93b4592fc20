import { Cancelled, cancelledInWords } from './errors.ts'

/** What Ctrl-C, SIGTERM and SIGHUP do to a command: cancel it while nothing is changed, and let it finish afterwards. */
export interface Interruption {
  /** Aborted by a signal while nothing is changed: the command ends, and leaves nothing. */
  readonly signal: AbortSignal
  /** Whether it is; who only asks needs no signal made. */
  isCancelled: () => boolean
  /** Aborted by the first signal whenever it comes: what can wait for another time is left. */
  readonly heard: AbortSignal
  /** From here on the change counts: a signal says what is being finished, and no number of them stops it. */
  finish: (what: string) => void
  /** The change did not come about after all. */
  unfinish: () => void
  /** Whether a change counts already. */
  isFinishing: () => boolean
  /** A store was begun for a change that does not count yet: a signal cancels that one. */
  begun: () => void
  /** Whether one was. */
  hasBegun: () => boolean
  /** Says a line of the conversation; silent until a command has said how. */
  sayWith: (say: (line: string) => void) => void
  /** Does this at a second signal before the process ends. @returns what takes it back */
  beforeEnding: (cleanUp: () => void) => () => void
  /** While somebody reads the answer in a pager, Ctrl-C is the pager's, and nothing ends at once. @returns what ends that */
  whileShown: () => () => void
  /** A signal came. */
  interrupt: (signal?: NodeJS.Signals) => void
}

/**
 * The last moment at which a signal cancels: `finish` counts from its beginning, and is told as `what`;
 * where it fails, nothing was changed. @throws Cancelled
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

/** Lets a signal be heard that came while something was being worked out: two turns of the loop, so that it looks. */
export async function yieldToSignals(): Promise<void> {
  await new Promise(setImmediate)
  await new Promise(setImmediate)
}

/** @param end ends the process at once, when nothing was changed */
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
      // Two programs would read the keys of one terminal: it ends once its reader has left, as git does.
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

/** An abort signal that is made for the first who listens: Node loads code for it that a short command does without. */
function newAbort() {
  let controller: AbortController | undefined
  let isAborted = false
  return {
    isAborted: () => isAborted,
    signal: () => {
      controller ??= new AbortController()
      if (isAborted) controller.abort()
      return controller.signal
    },
    abort: () => {
      isAborted = true
      controller?.abort()
    },
  }
}
