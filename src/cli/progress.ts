import stringWidth from 'string-width'
import { grouped } from '../grouped.ts'
import type { Counting } from '../mail/deliver.ts'
import { oneLine } from '../render/clean-text.ts'
import { shortened } from '../render/wrap.ts'
import { sizeInWords } from '../render/text.ts'
import type { Session } from './session.ts'
import { clearBusy, drawable, type Terminal } from './terminal.ts'

/** A line on stderr that goes on changing, for whoever watches; silent where nobody does. */
export interface Progress {
  say: (text: string) => void
  stop: () => void
}

/** Beside the sign that turns, whatever the width of the window is by now. */
const roomOn = (terminal: Terminal) => terminal.err.width - 3

export async function progressOn(terminal: Terminal, first: string): Promise<Progress> {
  clearBusy(terminal.stderr)
  if (!terminal.animated) return linesOn(terminal)
  const { default: ora } = await import('ora')
  // Beside the sign that turns; drawn on one line, it is drawn anew on one.
  const fitting = (text: string) => shortened(oneLine(text), roomOn(terminal))
  const spinner = ora({
    text: fitting(first),
    stream: drawable(terminal.stderr),
    discardStdin: false,
    // That is known already; the library would look at this process's own surroundings.
    isEnabled: true,
  }).start()
  return {
    say: (text) => {
      spinner.text = fitting(text)
      // What follows may hold the process up until it is done: it is drawn now.
      spinner.render()
    },
    stop: () => {
      spinner.stop()
    },
  }
}

/** Between two lines where none can be drawn anew: what is done sooner says nothing. */
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

/** How far a long piece of work is, from its beginning to its end. */
export interface Phases {
  /** @param words what a person reads; @param total how many there are, where that is known */
  begin: (phase: Phase, words: string, total?: number) => Promise<void>
  /** @param share of all, from 0 to 1; absent: of the total that was said */
  at: (done: number, share?: number) => void
  /** Leaves the line to whatever comes next, such as a question. */
  pause: () => void
  /** The messages that a command owes, while they go out. */
  countMessages: (total: number) => Promise<Counting>
}

const notCounting: Counting = { say: () => undefined, stop: () => undefined }

const noPhases: Phases = {
  begin: async () => undefined,
  at: () => undefined,
  pause: () => undefined,
  countMessages: async () => notCounting,
}

/** Fewer are written to files before anybody could read of it; a server may take its time with one. */
const fewMessages = 5

/** Between two lines of one phase, so that nobody reads hundreds of them. */
const pauseMs = 200
/** A rate is known once this has passed. */
const settledMs = 500
/** How long the rest takes is known once this much is done: the first rows wait for the file to be opened. */
const settledShare = 0.05

/** For whoever watches, a line that goes on changing; with `json`, a document a line for a program; else nothing. */
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

/** How far the bytes of one file are. @param total how many it has */
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
  /** In seconds. */
  left: number | null
}

/** What is known of it once it has gone on for a while: how many a second, and how many seconds are left. */
function pace({ done, share, passed }: Reached & { passed: number }): Pace {
  if (passed < settledMs) return { perSecond: null, left: null }
  return {
    perSecond: Math.round(done / (passed / 1000)),
    left:
      share !== undefined && share >= settledShare ? Math.ceil((passed * (1 - share)) / share / 1000) : null,
  }
}

interface InWords {
  /** What is being done. */
  words: string
  inWords: (count: number) => string
  /** In columns. Where it is narrow, how fast and how many are left out before how long it will take. */
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
