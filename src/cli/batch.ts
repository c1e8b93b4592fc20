import { Writable, Readable } from 'node:stream'
import type { Context } from '../context.ts'
import type { Output } from '../output.ts'
import type { OpenStore } from '../db/store/open.ts'
import { Cancelled, Failure, type Problem, Unavailable, Usage } from '../errors.ts'
import { type Interruption, newInterruption, yieldToSignals } from '../interruption.ts'
import { cleanForTerminal, tsvLine } from '../render/clean-text.ts'
import { count } from '../render/text.ts'
import type { Actor } from '../rules/permissions/actor.ts'
import type { Batch, LineEnd } from './batch-line.ts'
import { type NumberedLine, windowsOf } from './lines-of-input.ts'
import { isMissing, missingHeadNotice, type Session } from './session.ts'
import { commandLine } from './typed-line.ts'
import { version } from '../version.ts'
import { wordsOfLine } from './words-of-line.ts'

interface Wanted {
  atomic: boolean
  keepGoing: boolean
}

/** A line that is a command. */
interface Line {
  number: number
  words: readonly string[]
}

/** What has become of the lines so far. */
interface Progress {
  /** Done, or nothing to do. */
  done: number
  refused: number
  /** Not run: what came before ended the batch. */
  left: number
  /** The number of the line that ended it. */
  stoppedAt?: number
  exits: Set<number>
  /** Whether a line changed anything that is saved. */
  isChanged: boolean
}

/** Runs the lines of stdin. @returns the exit code */
export async function runBatch(wanted: Wanted, session: Session): Promise<number> {
  const whole = wanted.atomic || session.common.dryRun
  const run = newRun(session)
  if (session.context.stdin.isTTY) session.say('One command a line; Ctrl-D ends.')
  try {
    for await (const window of windowsOf(session.context.stdin, {
      signal: session.context.interruption.heard,
      whole,
    })) {
      if (isOver(run.progress)) {
        leave(run, window.filter(isCommand).length)
        continue
      }
      const { lines, wrong } = await checkLines(window, run)
      if (wrong.length > 0) await refuseWrong(wrong, { run, others: lines.length })
      else if (whole) await runAsOneChange(lines, { wanted, run })
      else await runEach(lines, { wanted, run })
      // Whoever types is not asked for more; of what is piped it is said how much was left.
      if (isOver(run.progress) && session.context.stdin.isTTY) break
    }
    return await ended(wanted, run)
  } catch (error) {
    // What is done is told, and its messages go out.
    if (!run.progress.isChanged || !(error instanceof Failure)) throw error
    if (!(error instanceof Cancelled)) run.failure = error
    leave(run, 0)
    return await ended(wanted, run)
  } finally {
    await run.store?.close()
    run.forget()
  }
}

function isOver({ stoppedAt }: Progress): boolean {
  return stoppedAt !== undefined
}

interface Run {
  session: Session
  batch: Batch
  context: Context
  interruption: Interruption
  store: OpenStore | undefined
  /** Where all lines are one change, the store within it. */
  within: OpenStore | undefined
  /** What the first line may do where there is no store. */
  createsStore: boolean
  progress: Progress
  toDeliver: { by: Actor; numbers: number[] }[]
  /** What ended the batch that no line is to blame for. */
  failure: Failure | undefined
  forget: () => void
}

function newRun(session: Session): Run {
  const { interruption, forget } = interruptionOfLines(
    session.context.interruption,
    () => run.progress.isChanged,
  )
  const context = { ...session.context, interruption, signal: interruption.signal }
  const run: Run = {
    session,
    context,
    interruption,
    batch: {
      checks: false,
      common: session.common,
      settings: session.settings,
      programs: new Map(),
      storeFor: async (mode, open) => {
        if (run.within) return run.within
        // Where there is none yet, it is tried in memory first.
        if (mode === 'rehearse-creation' && !session.common.dryRun && !run.store) return open(mode)
        if (mode === 'read-if-any' && !run.store) return open(mode)
        const createsStore = mode === 'create' || mode === 'rehearse-creation'
        if (!run.store) {
          run.store = await open(createsStore ? mode : session.common.dryRun ? 'rehearse' : 'use')
        }
        return { ...run.store, close: async () => undefined }
      },
      noteCreation: () => {
        run.createsStore = true
      },
      committed: ({ queued, by, isLogged }) => {
        if (!run.within) run.progress.isChanged ||= isLogged
        if (queued.length > 0) deliverLater(run, { by, numbers: queued })
      },
    },
    store: undefined,
    within: undefined,
    createsStore: false,
    progress: { done: 0, refused: 0, left: 0, exits: new Set(), isChanged: false },
    toDeliver: [],
    failure: undefined,
    forget,
  }
  return run
}

function deliverLater({ toDeliver }: Run, { by, numbers }: { by: Actor; numbers: readonly number[] }): void {
  const last = toDeliver.at(-1)
  if (last && emailOf(last.by) === emailOf(by)) last.numbers.push(...numbers)
  else toDeliver.push({ by, numbers: [...numbers] })
}

function emailOf(by: Actor): string | undefined {
  return by.kind === 'user' ? by.email : undefined
}

/**
 * Each line is cancelled or brought to its end as it would be by itself. Once one of them has changed something,
 * no signal ends the process with words that say that nothing was.
 */
function interruptionOfLines(
  whole: Interruption,
  isChanged: () => boolean,
): { interruption: Interruption; forget: () => void } {
  const ofLine = newInterruption(() => undefined)
  const interrupt = () => ofLine.interrupt()
  whole.heard.addEventListener('abort', interrupt)
  if (whole.heard.aborted) interrupt()
  const interruption: Interruption = {
    ...ofLine,
    finish: (what) => {
      ofLine.finish(what)
      whole.finish(what)
    },
    unfinish: () => {
      ofLine.unfinish()
      if (!isChanged()) whole.unfinish()
    },
    beforeEnding: whole.beforeEnding,
    announceWith: () => undefined,
  }
  return { interruption, forget: () => whole.heard.removeEventListener('abort', interrupt) }
}

interface WrongLine {
  line: Line
  end: LineEnd
  failure: Failure
}

/** @throws what is a mistake of ours */
function failureIn(thrown: unknown): Failure {
  if (thrown instanceof Failure) return thrown
  throw thrown
}

/** Of a line that is no words. */
async function endOf(failure: Failure, { session }: Run): Promise<LineEnd> {
  const { report } = await import('../exit.ts')
  const rendered = (json: boolean) =>
    report(failure, { view: session.terminal.err, json, debug: session.common.debug, version })
  const [text, json] = [[...rendered(false).pieces].join(''), [...rendered(true).pieces].join('')]
  return { exit: failure.exit, error: { thrown: failure, text, json } }
}

/** All that is wrong with the lines is found before any of them is run. */
async function checkLines(
  window: readonly NumberedLine[],
  run: Run,
): Promise<{ lines: Line[]; wrong: WrongLine[] }> {
  const lines: Line[] = []
  const wrong: WrongLine[] = []
  const batch = { ...run.batch, checks: true }
  for (const { number, text } of window) {
    if (number % 1000 === 0) await yieldToSignals()
    if (run.interruption.signal.aborted) throw new Cancelled()
    const words: string[] = []
    try {
      words.push(...wordsOfLine(text))
      if (words.length === 0) continue
      const before = run.createsStore
      const end = await run.session.runLine(words, { context: lineContext(run).context, batch })
      if (lines.length > 0) run.createsStore = before
      const line = { number, words }
      if (!end.error) lines.push(line)
      else wrong.push({ line, end, failure: failureIn(end.error.thrown) })
    } catch (error) {
      const failure = failureIn(error)
      wrong.push({ line: { number, words }, end: await endOf(failure, run), failure })
    }
  }
  return { lines, wrong }
}

/** Of what follows the line that ended it, only how much it is is wanted. */
function isCommand({ text }: NumberedLine): boolean {
  return !/^\s*(#|$)/.test(text)
}

/** None of these lines is run, nor any of those beside them. @throws a usage error where nothing was done before */
async function refuseWrong(
  wrong: readonly WrongLine[],
  { run, others }: { run: Run; others: number },
): Promise<void> {
  const { progress } = run
  const [first] = wrong
  if (!first) return
  if (progress.done + progress.refused === 0) throw failureOfLines(wrong)
  for (const { line, end } of wrong) {
    progress.refused += 1
    progress.exits.add(end.exit)
    if (!(await write(run, { line, end }))) break
  }
  leave(run, others, first.line)
}

function failureOfLines(wrong: readonly WrongLine[]): Failure {
  const [first] = wrong
  if (first && wrong.length === 1) return new FailureOfLine(first.line.number, first.failure)
  return new Usage(`${count(wrong.length, 'line')} cannot be run; nothing was changed.`, {
    code: 'several-problems',
    details: { problems: wrong.map(problemOf) },
  })
}

function problemOf({ line: { number }, failure }: WrongLine): Problem {
  const { code, message, hint } = failure
  return { target: `line ${number}`, code, message, ...(hint === undefined ? {} : { hint }) }
}

/** What a line failed of, and which it was. */
class FailureOfLine extends Failure {
  readonly exit: number

  constructor(line: number, { exit, code, message, hint, details }: Failure) {
    super(code, `Line ${line}: ${message}`, {
      details: { ...details, line },
      ...(hint === undefined ? {} : { hint }),
    })
    this.exit = exit
  }
}

interface Running {
  wanted: Wanted
  run: Run
}

/** One after the other, each saved before the next begins. */
async function runEach(lines: readonly Line[], running: Running): Promise<void> {
  const { run } = running
  for (const [at, line] of lines.entries()) {
    const end = await runOne(line, run)
    if (end.error?.thrown instanceof Cancelled) return leave(run, lines.length - at)
    if (!(await write(run, { line, end }))) return leave(run, lines.length - at - 1)
    if (stops(end, running)) return leave(run, lines.length - at - 1, line)
  }
}

/** All of them within one transaction: saved at the end, or taken back. */
async function runAsOneChange(lines: readonly Line[], running: Running): Promise<void> {
  const { run } = running
  const { dryRun } = run.session.common
  if (lines.length === 0) return
  // Where there is no store yet, a refusal leaves none.
  if (run.createsStore && !dryRun && isMissing(run.session)) {
    const store = await run.session.open('rehearse-creation')
    try {
      // A server has one after all, which only asking tells.
      if (store.created) await asOne({ lines, store, saves: false }, running)
    } finally {
      await store.close()
    }
  }
  const store = await openForAll(run)
  const ends = await asOne({ lines, store, saves: !dryRun }, running)
  for (const { end } of ends) await recordRefusal(store, end.error?.thrown)
  for (const one of ends) if (!(await write(run, one))) return
}

interface AsOne {
  lines: readonly Line[]
  store: OpenStore
  saves: boolean
}

/** @throws what a line failed of, where all are taken back */
async function asOne(
  { lines, store, saves }: AsOne,
  running: Running,
): Promise<{ line: Line; end: LineEnd }[]> {
  const { run } = running
  const { session } = run
  const { asOneChange, rehearseOneChange } = await import('../db/one-change.ts')
  const ends: { line: Line; end: LineEnd }[] = []
  const [before, toDeliverBefore] = [{ ...run.progress, exits: new Set(run.progress.exits) }, run.toDeliver]
  const afresh = () => {
    ends.length = 0
    Object.assign(run.progress, before, { exits: new Set(before.exits) })
    run.toDeliver = [...toDeliverBefore]
  }
  let current: Line | undefined
  const work = async (within: OpenStore) => {
    // Where a connection broke it is all done anew, and what came of it the first time is not so.
    afresh()
    run.within = within
    for (const [at, line] of lines.entries()) {
      current = line
      const end = await runOne(line, run)
      if (end.error?.thrown instanceof Cancelled) throw end.error.thrown
      // Whoever ends it keeps what a refusal leaves behind.
      if (isRefused(end) && running.wanted.atomic) {
        const thrown = end.error?.thrown
        throw store.engine.mayRunAgain(thrown) ? thrown : new LineEnded(line.number, end)
      }
      ends.push({ line, end })
      if (stops(end, running)) return leave(run, lines.length - at - 1, line)
    }
  }
  try {
    if (!saves) {
      await rehearseOneChange(store, work)
      if (!session.common.dryRun) afresh()
      return ends
    }
    const { isLogged, missingHead } = await asOneChange(store, work)
    run.progress.isChanged = isLogged
    if (missingHead !== undefined) session.notify(missingHeadNotice(missingHead, 'noted-again'))
    return ends
  } catch (error) {
    // Lost within a line, and not found again: none of them is done.
    if (error instanceof Unavailable && error.code === 'store-unavailable' && current)
      throw new FailureOfLine(current.number, error)
    if (!(error instanceof LineEnded)) throw error
    const { thrown } = error
    if (!(thrown instanceof Failure)) throw thrown
    await recordRefusal(store, thrown)
    throw new FailureOfLine(error.line, thrown)
  } finally {
    run.within = undefined
  }
}

/** A refusal of rights is in the log, whatever became of the others. */
async function recordRefusal(store: OpenStore, thrown: unknown): Promise<void> {
  if (!(thrown instanceof Failure)) return
  const { withRollbackWork } = await import('../db/transact.ts')
  await withRollbackWork(store, () => Promise.reject(thrown)).catch((error: unknown) => {
    if (error !== thrown) throw error
  })
}

/** Takes all lines back. */
class LineEnded extends Error {
  readonly line: number
  readonly thrown: unknown

  constructor(line: number, { error, exit }: LineEnd) {
    super(`line ${line} was refused`)
    this.line = line
    this.thrown = error ? error.thrown : new AnsweredNo(exit)
  }
}

/** Nothing went wrong, and the answer is no: `users exists` of an address that nobody has. */
class AnsweredNo extends Failure {
  readonly exit: number

  constructor(exit: number) {
    super('line-answers-no', `It ended with ${exit}; nothing was changed.`)
    this.exit = exit
  }
}

async function openForAll(run: Run): Promise<OpenStore> {
  const { dryRun } = run.session.common
  const mode = run.createsStore ? (dryRun ? 'rehearse-creation' : 'create') : dryRun ? 'rehearse' : 'use'
  run.store = await run.session.open(mode)
  return run.store
}

async function runOne(line: Line, run: Run): Promise<Ended> {
  const { session, batch, interruption, progress } = run
  const { context, said } = lineContext(run)
  const end = await session.runLine(line.words, { context, batch })
  await yieldToSignals()
  // What is done is done: the next one can be cancelled again.
  if (interruption.isFinishing()) interruption.unfinish()
  if (!(end.error?.thrown instanceof Cancelled)) {
    if (isRefused(end)) progress.refused += 1
    else progress.done += 1
    progress.exits.add(end.exit)
  }
  return { ...end, ...said() }
}

/** How a line ended, and what it said. */
type Ended = LineEnd & { stdout?: string; stderr?: string }

/** After a mistake of ours, or without a store, nothing more is tried. */
const endsAll: ReadonlySet<number> = new Set([1, 7, 10, 130])

function stops(end: LineEnd, { wanted: { keepGoing } }: Running): boolean {
  return isRefused(end) && (!keepGoing || endsAll.has(end.exit))
}

/** An answer that is no ends a batch as a refusal does; rows held back, and messages that wait, are of what was done. */
function isRefused({ exit, error }: LineEnd): boolean {
  return error !== undefined || ![0, 8, 9].includes(exit)
}

function leave({ progress }: Run, left: number, at?: Line): void {
  progress.left += left
  progress.stoppedAt = at?.number ?? progress.stoppedAt ?? -1
}

/** The surroundings of a line: nobody to ask, and what it says is collected. */
function lineContext({ context, session }: Run): {
  context: Context
  said: () => { stdout: string; stderr: string }
} {
  const isJson = session.common.json
  const { columns, isTTY } = context.stdout
  const stdout = collecting({ columns, isTTY: isTTY && !isJson })
  const stderr = collecting({ columns })
  return {
    context: { ...context, stdin: Readable.from([]), stdout: stdout.stream, stderr: stderr.stream },
    said: () => ({ stdout: stdout.text(), stderr: stderr.text() }),
  }
}

function collecting(like: Pick<Output, 'columns' | 'isTTY'>): { stream: Output; text: () => string } {
  const chunks: Buffer[] = []
  const stream = new Writable({
    write: (chunk: Buffer, _, done) => {
      chunks.push(chunk)
      done()
    },
  })
  return { stream: Object.assign(stream, like), text: () => Buffer.concat(chunks).toString('utf8') }
}

/** @returns false once the reader has left */
async function write(run: Run, { line, end }: { line: Line; end: Ended }): Promise<boolean> {
  const { session } = run
  const { terminal, common } = session
  if (common.json) return terminal.write(`${jsonOf(line, end)}\n`)
  // What the line said itself was cleaned when it said it.
  for (const text of linesOf(end.error ? cleanForTerminal(end.error.text) : (end.stderr ?? '')))
    if (end.error || !common.quiet) session.context.stderr.write(`line ${line.number}: ${text}\n`)
  if (terminal.out.isTerminal) {
    return end.error
      ? true
      : terminal.writeCleaned(
          linesOf(end.stdout ?? '')
            .map((text) => `${text}\n`)
            .join(''),
        )
  }
  const said = end.error
    ? messageOf(end.error.thrown)
    : linesOf(end.stdout ?? '')
        .map(withoutMark)
        .join('; ')
  return terminal.write(`${tsvLine([line.number, end.exit, said.replaceAll('\t', ' ')])}\n`)
}

/** Whether it was done is in the column before. */
function withoutMark(line: string): string {
  return line.replace(/^[✓·] /, '')
}

function linesOf(text: string): string[] {
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  return lines
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}

/** The documents of the line's own command, as they are. */
function jsonOf({ number, words }: Line, { exit, error, stdout = '' }: Ended): string {
  const answer = error || stdout === '' ? 'null' : stdout.trimEnd()
  const failure = error
    ? error.json
        .trimEnd()
        .replace(/^\{"error":/, '')
        .replace(/\}$/, '')
    : 'null'
  const command = JSON.stringify(commandLine(words))
  return `{"line":${number},"command":${command},"exit":${exit},"answer":${answer},"error":${failure}}`
}

/** Sends what is owed, says what has become of the lines. @returns the exit code */
async function ended({ atomic }: Wanted, run: Run): Promise<number> {
  const { session, progress, store } = run
  const { dryRun, json } = session.common
  let undelivered = false
  // What the lines did is done: a signal leaves what is not begun, and cancels no message that is.
  const { settings, notify } = session
  const delivering = { settings, notify, context: run.context }
  if (store?.path !== undefined && progress.isChanged) {
    const { removeLeftovers } = await import('./leftovers.ts')
    await removeLeftovers(delivering, store)
  }
  if (store && !dryRun) {
    const { deliverQueued } = await import('../mail/deliver.ts')
    const { phasesOn } = await import('./progress.ts')
    for (const { by, numbers } of run.toDeliver) {
      const counting = await phasesOn(session, undefined).countMessages(numbers.length)
      const delivered = await deliverQueued({ store, session: delivering, by, numbers, counting })
      undelivered ||= delivered.undelivered
    }
  }
  const { done, refused, left } = progress
  if (run.failure) session.notify({ code: run.failure.code, message: run.failure.message })
  if (wasStopped(run))
    session.notify({
      code: 'cancelled',
      message: progress.isChanged
        ? 'Cancelled: what was done before stays done.'
        : 'Cancelled. Nothing was changed.',
    })
  if (json) {
    const summary = { done, refused, left, atomic, dryRun, notices: session.notices }
    await session.terminal.write(`${JSON.stringify(summary)}\n`)
  } else {
    session.say(inWords(run))
  }
  return exitOf(run, undelivered)
}

function inWords({ progress: { done, refused, left, stoppedAt } }: Run): string {
  const parts = [`${count(done, 'line')} done`]
  if (refused > 0) parts.push(`${count(refused, 'line')} refused`)
  if (left > 0) parts.push(`${count(left, 'line')} not run`)
  const where = left > 0 && stoppedAt !== undefined && stoppedAt > 0 ? ` It ended at line ${stoppedAt}.` : ''
  return `${parts.join(', ')}.${where}`
}

/** A signal came before all lines were done. */
function wasStopped({ progress: { stoppedAt }, session }: Run): boolean {
  return stoppedAt !== undefined && session.context.interruption.heard.aborted
}

const gravestFirst = [1, 2, 7, 6, 5, 4, 3]

/** Codes that say that nothing was changed are given where nothing was. */
function exitOf(run: Run, undelivered: boolean): number {
  const { progress, failure } = run
  const { exits, isChanged, left } = progress
  if (exits.has(10)) return 10
  if (!isChanged) {
    const gravest = gravestFirst.find((exit) => exits.has(exit))
    if (gravest !== undefined) return gravest
    if (wasStopped(run)) return 130
  }
  if (exits.has(8) && progress.refused === 0 && left === 0) return 8
  const isUnfinished = undelivered || exits.has(9) || progress.refused > 0
  return isUnfinished || left > 0 || failure || wasStopped(run) ? 9 : 0
}
