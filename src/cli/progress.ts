import stringWidth from 'string-width'
import { grouped } from '../grouped.ts'
import type { Counting } from '../mail/deliver.ts'
import { oneLine } from '../render/clean-text.ts'
import { shortened } from '../render/wrap.ts'
import { sizeInWords } from '../render/text.ts'
import type { Session } from './session.ts'
import { clearBusy, drawable, type Terminal } from './terminal.ts'

/** A progress line on stderr that is redrawn at a terminal; silent where progress is not shown. */
export interface Progress {
  say: (text: string) => void
  stop: () => void
}

/** The columns beside the spinner, at the terminal's present width. */
const roomOn = (terminal: Terminal) => terminal.err.width - 3

export async function progressOn(terminal: Terminal, first: string): Promise<Progress> {
  clearBusy(terminal.stderr)
  if (!terminal.animated) return linesOn(terminal)
  const { default: ora } = await import('ora')
  // A text of several lines could not be redrawn in place.
  const fitting = (text: string) => shortened(oneLine(text), roomOn(terminal))
  const spinner = ora({
    text: fitting(first),
    stream: drawable(terminal.stderr),
    discardStdin: false,
    // `animated` has decided already; ora itself would look at the stderr and the environment of the whole process.
    isEnabled: true,
  }).start()
  return {
    say: (text) => {
      spinner.text = fitting(text)
      // The work that follows may block the event loop, so the line is drawn now.
      spinner.render()
    },
    stop: () => {
      spinner.stop()
    },
  }
}

/** Milliseconds between two progress lines at a terminal that cannot redraw; shorter work prints none. */
const lineEveryMs = 5000

function linesOn(terminal: Terminal): Progress {
  let saidAt = performance.now()
  const say = (text: string) => {
    const now = performance.now()
    if (!terminal.saysNowAndThen || now - saidAt < lineEveryMs) return
    saidAt = now
    terminal.say(text)
  }
  return { say, stop: () => undefined }
}

type Phase = 'reading' | 'comparing' | 'making-pins' | 'saving' | 'sending'

/** The progress of long work in several phases. */
export interface Phases {
  /** @param words shown to a person @param total how many items there are, where known */
  begin: (phase: Phase, words: string, total?: number) => Promise<void>
  /** @param share of the whole phase, from 0 to 1; absent: `done` of the total given to `begin` */
  at: (done: number, share?: number) => void
  /** Removes the line, so that something else, such as a question, can be written. */
  pause: () => void
  /** Counts a command's messages while they are delivered. */
  countMessages: (total: number) => Promise<Counting>
}

const notCounting: Counting = { say: () => undefined, stop: () => undefined }

const noPhases: Phases = {
  begin: async () => undefined,
  at: () => undefined,
  pause: () => undefined,
  countMessages: async () => notCounting,
}

/** Fewer messages are written to files too quickly for a progress line; with a mail server each may take long. */
const fewMessages = 5

/** The least milliseconds between two reports of a phase. */
const pauseMs = 200
/** Milliseconds after which a rate is shown. */
const settledMs = 500
/** The share after which the remaining time is shown: earlier, opening the file distorts the estimate. */
const settledShare = 0.05

/** Progress as a redrawn line for a person; with `json`, as a JSON document on each line; otherwise none. */
export function phasesOn(session: Session, form: 'json' | undefined): Phases {
  const { terminal } = session
  if (form !== 'json' && !terminal.animated && !terminal.saysNowAndThen) return noPhases
  let current: { phase: Phase; words: string; total: number; since: number; reportedAt: number } = {
    phase: 'reading',
    words: '',
    total: 0,
    since: 0,
    reportedAt: 0,
  }
  let line: Progress | undefined
  const report = (done: number, share: number | undefined) => {
    const now = performance.now()
    const { perSecond, left } = pace({ done, share, passed: now - current.since })
    current.reportedAt = now
    if (form === 'json') {
      const percent = share === undefined ? null : Math.min(100, Math.round(share * 100))
      const { phase } = current
      const progress = { phase, done, percent, perSecond, secondsLeft: left }
      terminal.stderr.write(`${JSON.stringify({ progress })}\n`)
      return
    }
    line?.say(
      progressInWords(
        { done, share, perSecond, left },
        { words: current.words, inWords: grouped, room: roomOn(terminal) },
      ),
    )
  }
  const phases: Phases = {
    begin: async (phase, words, total = 0) => {
      const now = performance.now()
      current = { phase, words: oneLine(words), total, since: now, reportedAt: now }
      if (form === 'json') return report(0, total > 0 ? 0 : undefined)
      if (line) line.say(current.words)
      else line = await progressOn(terminal, current.words)
    },
    at: (done, share) => {
      if (performance.now() - current.reportedAt < pauseMs) return
      report(done, share ?? (current.total > 0 ? done / current.total : undefined))
    },
    pause: () => {
      line?.stop()
      line = undefined
    },
    countMessages: async (total) => {
      const isQuick = total < fewMessages && session.settings.smtp.value === undefined
      if (total === 0 || (isQuick && form !== 'json')) return notCounting
      const messages = total === 1 ? 'one message' : `${grouped(total)} messages`
      await phases.begin('sending', `Sending ${messages} …`, total)
      return { say: phases.at, stop: phases.pause }
    },
  }
  return phases
}

/** Progress through the bytes of one file. @param total the size of the file */
export async function progressOfBytes(terminal: Terminal, words: string, total: number): Promise<Counting> {
  const since = performance.now()
  const progress = await progressOn(terminal, words)
  return {
    say: (done) => {
      const share = done / Math.max(1, total)
      const { perSecond, left } = pace({ done, share, passed: performance.now() - since })
      progress.say(
        progressInWords(
          { done, share, perSecond, left },
          { words, inWords: sizeInWords, room: roomOn(terminal) },
        ),
      )
    },
    stop: progress.stop,
  }
}

interface Reached {
  done: number
  share: number | undefined
}

interface Pace {
  perSecond: number | null
  /** Seconds that remain. */
  left: number | null
}

/** Items per second and seconds left, null until the work has gone on long enough to estimate them. */
function pace({ done, share, passed }: Reached & { passed: number }): Pace {
  if (passed < settledMs) return { perSecond: null, left: null }
  return {
    perSecond: Math.round(done / (passed / 1000)),
    left:
      share !== undefined && share >= settledShare ? Math.ceil((passed * (1 - share)) / share / 1000) : null,
  }
}

interface InWords {
  /** The name of the phase. */
  words: string
  inWords: (count: number) => string
  /** Columns for the text. Where it is too long, the rate is left out first, then the count. */
  room: number
}

export function progressInWords(
  { done, share, perSecond, left }: Reached & Pace,
  { words, inWords, room }: InWords,
): string {
  const percent = share === undefined ? undefined : `${Math.min(100, Math.round(share * 100))} %`
  const number = done > 0 ? inWords(done) : undefined
  const rate = perSecond === null || done === 0 ? undefined : `${inWords(perSecond)} a second`
  const time = left === null || left < 60 ? `${left} s` : `${Math.ceil(left / 60)} min`
  const rest = left === null || left < 1 ? undefined : `${time} left`
  const lines = [
    [percent, number, rate, rest],
    [percent, number, rest],
    [percent, rest],
  ].map((parts) => `${words} ${parts.filter((part) => part !== undefined).join(', ')}`.trimEnd())
  return lines.find((line) => stringWidth(line) <= room) ?? lines.at(-1) ?? words
}
