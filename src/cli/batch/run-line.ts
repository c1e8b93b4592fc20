import { Readable } from 'node:stream'
import type { Context } from '../../context.ts'
import { Cancelled, Unavailable } from '../../errors.ts'
import { yieldToSignals } from '../../interruption.ts'
import type { Output } from '../../output.ts'
import type { LineResult } from './line.ts'
import { type BatchLine, snapshotProgress, type Run } from './state.ts'
import { setTimeout as pause } from 'node:timers/promises'
import type { Committed, OpenStore } from '../../db/store/opening.ts'
import { missingHeadNotice } from '../session.ts'

/** How a line ended, and its output. */
export type LineOutcome = LineResult & { stdout?: string; stderr?: string }

export async function runLine(line: BatchLine, run: Run): Promise<LineOutcome> {
  const { interruption, progress } = run
  const { context, collected } = lineContext(run)
  const result = await line.run(context)
  await yieldToSignals()
  // The line is finished, so the next line can be cancelled again.
  if (interruption.isFinishing()) interruption.stopFinishing()
  if (!(result.error?.thrown instanceof Cancelled)) {
    if (isRefused(result)) progress.refused += 1
    else progress.done += 1
    progress.exits.add(result.exit)
  }
  return { ...result, ...collected() }
}

/** Exit codes after which no more lines are run, even with --keep-going: a bug, no usable store, a cancellation. */
const fatalExits: ReadonlySet<number> = new Set([1, 7, 10, 130])

export function endsBatch(result: LineResult, { options: { keepGoing } }: Run): boolean {
  return isRefused(result) && (!keepGoing || fatalExits.has(result.exit))
}

/** A negative answer ends a batch like a refusal; exits 8 and 9 (rows held back, messages waiting) do not. */
export function isRefused({ exit, error }: LineResult): boolean {
  return error !== undefined || ![0, 8, 9].includes(exit)
}

/** The context of a line: an empty stdin, so that nothing can be asked, and outputs that collect what is written. */
export function lineContext({ context, session }: Run): {
  context: Context
  collected: () => { stdout: string; stderr: string }
} {
  const isJson = session.common.json
  const { columns, isTTY } = context.stdout
  const stdout = collectingOutput({ columns, isTTY: isTTY && !isJson })
  const stderr = collectingOutput({ columns })
  return {
    context: {
      ...context,
      stdin: Readable.from([]),
      stdout: stdout.output,
      stderr: stderr.output,
    },
    collected: () => ({ stdout: stdout.text(), stderr: stderr.text() }),
  }
}

/** An output that collects text. A Node stream is not needed: the batch reads the text once the line is done. */
function collectingOutput(terminal: Pick<Output, 'columns' | 'isTTY'>): {
  output: Output
  text: () => string
} {
  let text = ''
  const output: Output = {
    ...terminal,
    writableEnded: false,
    destroyed: false,
    write: (piece, done) => {
      text += piece
      done?.()
      return true
    },
    on: () => undefined,
  }
  return { output, text: () => text }
}

/** Milliseconds for which changes stay uncommitted at most; other writers wait as long. */
const maxUncommittedMs = 20

/** Milliseconds between two transactions, in which other writers get the lock. */
const lockReleaseMs = 1

interface LineAndResult {
  line: BatchLine
  result: LineOutcome
}

/**
 * Runs the lines, one after the other. Consecutive changes share a transaction, so that the disk is synced once; a line
 * is reported only after its commit. A line that fails is rolled back alone: the lines before it are committed, and it
 * is run again by itself.
 * @returns how each line ended, with the number of lines that are left
 */
export async function* runLines(
  lines: readonly BatchLine[],
  run: Run,
): AsyncGenerator<LineAndResult & { left: number }> {
  for (let at = 0; at < lines.length; ) {
    const store = storeForSharedTransaction(lines, { at, run })
    const { results, nextCanShare, failure } = store
      ? await runInSharedTransaction(lines, { at, run, store })
      : noResults
    at += results.length
    if (results.length > 0) await pause(lockReleaseMs)
    for (const one of results) yield { ...one, left: lines.length - at }
    const line = lines[at]
    if (nextCanShare || !line) continue
    at += 1
    const result =
      store && failure ? await runWithLockTimeout(line, { run, store, failure }) : await runLine(line, run)
    yield { line, result, left: lines.length - at }
  }
}

/** The store, where this line and the next change it. On a server, sharing a transaction saves no round trips. */
function storeForSharedTransaction(
  lines: readonly BatchLine[],
  { at, run }: { at: number; run: Run },
): OpenStore | undefined {
  const areConsecutiveChanges = lines[at]?.changes === true && lines[at + 1]?.changes === true
  return areConsecutiveChanges && run.store && !run.store.engine.isShared ? run.store : undefined
}

interface SharedTransaction {
  results: LineAndResult[]
  /** Whether the next line can start another shared transaction; where not, it is run by itself. */
  nextCanShare: boolean
  /** The store stayed locked for the whole time that may be waited. */
  failure?: Unavailable
}

const noResults: SharedTransaction = { results: [], nextCanShare: false }

async function runInSharedTransaction(
  lines: readonly BatchLine[],
  { at, run, store }: { at: number; run: Run; store: OpenStore },
): Promise<SharedTransaction> {
  const { commitSeveralChanges } = await import('../../db/one-change.ts')
  const restoreProgress = snapshotProgress(run)
  let committed: Committed<SharedTransaction>
  try {
    committed = await commitSeveralChanges(store, async (within) => {
      run.transactionStore = within
      return runLinesWithin(lines, { at, run })
    })
  } catch (error) {
    // Nothing was saved: each line is run by itself and reports its own failure.
    restoreProgress()
    const isLocked = error instanceof Unavailable && error.code === 'store-locked'
    return isLocked ? { ...noResults, failure: error } : noResults
  } finally {
    run.transactionStore = undefined
    // The changes are finished, so the next lines can be cancelled again.
    if (run.interruption.isFinishing()) run.interruption.stopFinishing()
  }
  const { result, isLogged, missingHead } = committed
  run.progress.isChanged ||= isLogged
  if (missingHead !== undefined) run.session.notify(missingHeadNotice(missingHead, 'noted-again'))
  return result
}

async function runLinesWithin(
  lines: readonly BatchLine[],
  { at, run }: { at: number; run: Run },
): Promise<SharedTransaction> {
  const results: LineAndResult[] = []
  const startedAt = performance.now()
  for (let next = lines[at]; next?.changes; next = lines[at + results.length]) {
    const restoreProgress = snapshotProgress(run)
    const { changesInTransaction } = run
    const result = await runLine(next, run)
    // A line that fails after its change was made, as while it is reported, is not run again: its change is saved.
    if (result.error && run.changesInTransaction === changesInTransaction) {
      restoreProgress()
      return { results, nextCanShare: false }
    }
    results.push({ line: next, result })
    if (isRefused(result) || performance.now() - startedAt > maxUncommittedMs) break
  }
  return { results, nextCanShare: true }
}

/** Reports the lock timeout as the line itself would, without another wait; recording a refusal does wait. */
async function runWithLockTimeout(
  line: BatchLine,
  { run, store, failure }: { run: Run; store: OpenStore; failure: Unavailable },
): Promise<LineOutcome> {
  const restoreProgress = snapshotProgress(run)
  const fail = () => Promise.reject(failure)
  run.transactionStore = {
    ...store,
    transaction: { commit: fail, rehearse: fail },
    close: async () => undefined,
  }
  try {
    const result = await runLine(line, run)
    const { hasRollbackWork } = await import('../../db/transact.ts')
    if (!hasRollbackWork(result.error?.thrown)) return result
  } finally {
    run.transactionStore = undefined
  }
  restoreProgress()
  return runLine(line, run)
}
