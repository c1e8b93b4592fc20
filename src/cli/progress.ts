import stringWidth from 'string-width'
import { formatNumber } from '../format-number.ts'
import type { ProgressCounter } from '../mail/deliver.ts'
import { oneLine } from '../render/clean-text.ts'
import { truncate } from '../render/wrap.ts'
import { sizeInWords } from '../render/text.ts'
import type { Session } from './session.ts'
import { clearBusy, asWritable, type Terminal } from './terminal.ts'

/** A progress line on stderr that is redrawn at a terminal; silent where progress is not shown. */
export interface Progress {
  say: (text: string) => void
  stop: () => void
}

/** The columns beside the spinner, at the terminal's present width. */
const columnsForProgress = (terminal: Terminal) => terminal.err.width - 3

export async function startProgress(terminal: Terminal, first: string): Promise<Progress> {
  clearBusy(terminal.stderr)
  if (!terminal.animated) return progressInLines(terminal)
  const { default: ora } = await import('ora')
  // A text of several lines could not be redrawn in place.
  const fitToLine = (text: string) => truncate(oneLine(text), columnsForProgress(terminal))
  const spinner = ora({
    text: fitToLine(first),
    stream: asWritable(terminal.stderr),
    discardStdin: false,
    // `animated` has decided already; ora itself would look at the stderr and the environment of the whole process.
    isEnabled: true,
  }).start()
  return {
    say: (text) => {
      spinner.text = fitToLine(text)
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

function progressInLines(terminal: Terminal): Progress {
  let saidAt = performance.now()
  const say = (text: string) => {
    const now = performance.now()
    if (!terminal.printsProgressLines || now - saidAt < lineEveryMs) return
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
  update: (done: number, share?: number) => void
  /** Removes the line, so that something else, such as a question, can be written. */
  hide: () => void
  /** Counts a command's messages while they are delivered. */
  countMessages: (total: number) => Promise<ProgressCounter>
}

const notCounting: ProgressCounter = { update: () => undefined, stop: () => undefined }

const noPhases: Phases = {
  begin: async () => undefined,
  update: () => undefined,
  hide: () => undefined,
  countMessages: async () => notCounting,
}

/** Fewer messages are written to files too quickly for a progress line; with a mail server each may take long. */
const minMessages = 5

/** The least milliseconds between two reports of a phase. */
const minReportIntervalMs = 200
/** Milliseconds after which a rate is shown. */
const rateAfterMs = 500
/** The share after which the remaining time is shown: earlier, opening the file distorts the estimate. */
const estimateAfterShare = 0.05

/** Progress as a redrawn line for a person; with `json`, as a JSON document on each line; otherwise none. */
export function phaseProgress(session: Session, format: 'json' | undefined): Phases {
  const { terminal } = session
  if (format !== 'json' && !terminal.animated && !terminal.printsProgressLines) return noPhases
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
    const { perSecond, secondsLeft } = pace({ done, share, elapsed: now - current.since })
    current.reportedAt = now
    if (format === 'json') {
      const percent = share === undefined ? null : Math.min(100, Math.round(share * 100))
      const { phase } = current
      const progress = { phase, done, percent, perSecond, secondsLeft }
      terminal.stderr.write(`${JSON.stringify({ progress })}\n`)
      return
    }
    line?.say(
      progressInWords(
        { done, share, perSecond, secondsLeft },
        { label: current.words, formatCount: formatNumber, columns: columnsForProgress(terminal) },
      ),
    )
  }
  const phases: Phases = {
    begin: async (phase, words, total = 0) => {
      const now = performance.now()
      current = { phase, words: oneLine(words), total, since: now, reportedAt: now }
      if (format === 'json') return report(0, total > 0 ? 0 : undefined)
      if (line) line.say(current.words)
      else line = await startProgress(terminal, current.words)
    },
    update: (done, share) => {
      if (performance.now() - current.reportedAt < minReportIntervalMs) return
      report(done, share ?? (current.total > 0 ? done / current.total : undefined))
    },
    hide: () => {
      line?.stop()
      line = undefined
    },
    countMessages: async (total) => {
      const isQuick = total < minMessages && session.settings.smtp.value === undefined
      if (total === 0 || (isQuick && format !== 'json')) return notCounting
      const messages = total === 1 ? 'one message' : `${formatNumber(total)} messages`
      await phases.begin('sending', `Sending ${messages} …`, total)
      return { update: phases.update, stop: phases.hide }
    },
  }
  return phases
}

/** Progress through the bytes of one file. @param total the size of the file */
export async function startByteProgress(
  terminal: Terminal,
  label: string,
  total: number,
): Promise<ProgressCounter> {
  const since = performance.now()
  const progress = await startProgress(terminal, label)
  return {
    update: (done) => {
      const share = done / Math.max(1, total)
      const { perSecond, secondsLeft } = pace({ done, share, elapsed: performance.now() - since })
      progress.say(
        progressInWords(
          { done, share, perSecond, secondsLeft },
          { label, formatCount: sizeInWords, columns: columnsForProgress(terminal) },
        ),
      )
    },
    stop: progress.stop,
  }
}

interface ProgressPoint {
  done: number
  share: number | undefined
}

interface Pace {
  perSecond: number | null
  /** Seconds that remain. */
  secondsLeft: number | null
}

/** Items per second and seconds left, null until the work has gone on long enough to estimate them. */
function pace({ done, share, elapsed }: ProgressPoint & { elapsed: number }): Pace {
  if (elapsed < rateAfterMs) return { perSecond: null, secondsLeft: null }
  return {
    perSecond: Math.round(done / (elapsed / 1000)),
    secondsLeft:
      share !== undefined && share >= estimateAfterShare
        ? Math.ceil((elapsed * (1 - share)) / share / 1000)
        : null,
  }
}

interface TextOptions {
  /** The name of the phase. */
  label: string
  formatCount: (count: number) => string
  /** Columns for the text. Where it is too long, the rate is left out first, then the count. */
  columns: number
}

export function progressInWords(
  { done, share, perSecond, secondsLeft }: ProgressPoint & Pace,
  { label, formatCount, columns }: TextOptions,
): string {
  const percent = share === undefined ? undefined : `${Math.min(100, Math.round(share * 100))} %`
  const number = done > 0 ? formatCount(done) : undefined
  const rate = perSecond === null || done === 0 ? undefined : `${formatCount(perSecond)} a second`
  const time =
    secondsLeft === null || secondsLeft < 60 ? `${secondsLeft} s` : `${Math.ceil(secondsLeft / 60)} min`
  const rest = secondsLeft === null || secondsLeft < 1 ? undefined : `${time} left`
  const lines = [
    [percent, number, rate, rest],
    [percent, number, rest],
    [percent, rest],
  ].map((parts) => `${label} ${parts.filter((part) => part !== undefined).join(', ')}`.trimEnd())
  return lines.find((line) => stringWidth(line) <= columns) ?? lines.at(-1) ?? label
}
