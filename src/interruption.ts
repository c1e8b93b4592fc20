/** What Ctrl-C, SIGTERM and SIGHUP do to a command: cancel it while nothing is changed, and let it finish afterwards. */
export interface Interruption {
  /** Aborted by the first signal: what can still be left undone is left. */
  signal: AbortSignal
  /** From here on the change counts: a signal says what is being finished, and no number of them stops it. */
  finish: (what: string) => void
  /** The change did not come about after all. */
  unfinish: () => void
  /** Whether a change counts already. */
  isFinishing: () => boolean
  /** Says a line of the conversation; silent until a command has said how. */
  tell: (say: (line: string) => void) => void
  /** Does this at a second signal before the process ends. @returns what takes it back */
  beforeEnding: (cleanUp: () => void) => () => void
  /** A signal came. */
  interrupt: () => void
}

/** Lets a signal be heard that came while something was being worked out: two turns of the loop, so that it looks. */
export async function hearSignals(): Promise<void> {
  await new Promise(setImmediate)
  await new Promise(setImmediate)
}

/** @param end ends the process at once, when nothing was changed */
export function newInterruption(end: () => void): Interruption {
  const controller = new AbortController()
  const cleanUps = new Set<() => void>()
  let finishing: string | undefined
  let said: string | undefined
  let say: (line: string) => void = () => undefined
  return {
    signal: controller.signal,
    finish: (what) => {
      finishing = what
      if (controller.signal.aborted) sayOnce()
    },
    unfinish: () => {
      finishing = undefined
    },
    isFinishing: () => finishing !== undefined,
    tell: (how) => {
      say = how
    },
    beforeEnding: (cleanUp) => {
      cleanUps.add(cleanUp)
      return () => cleanUps.delete(cleanUp)
    },
    interrupt: () => {
      const again = controller.signal.aborted
      controller.abort()
      if (finishing !== undefined) return sayOnce()
      if (!again) return
      for (const cleanUp of cleanUps) cleanUp()
      say('Cancelled. Nothing was changed.')
      end()
    },
  }

  function sayOnce(): void {
    if (finishing === undefined || finishing === said) return
    said = finishing
    say(`Finishing: ${finishing}.`)
  }
}
