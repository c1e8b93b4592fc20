import type { OpenStore } from '../../db/store/opening.ts'
import { Cancelled, Failure, Unavailable } from '../../errors.ts'
import { isStoreMissing, missingHeadNotice, openModeOf, withStore } from '../session.ts'
import { FailureOfLine } from './lines-of-input.ts'
import type { LineResult } from './line.ts'
import { writeResult } from './report.ts'
import { isRefused, runLine, endsBatch } from './run-line.ts'
import { recordEnd, type BatchLine, snapshotProgress, type Run, type TypedLine } from './state.ts'

/** Runs all lines in one transaction, which is committed at the end or rolled back. */
export async function runAsOneChange(lines: readonly BatchLine[], run: Run): Promise<void> {
  const { dryRun } = run.session.common
  if (lines.length === 0) return
  // The lines are rehearsed first where there is no store yet, so that a refusal leaves no empty store behind.
  if (run.createsStore && !dryRun && isStoreMissing(run.session)) {
    await withStore(run.session, 'rehearse-creation', async (store) => {
      // Only after connecting is it known that a server has a store already, which needs no rehearsal.
      if (store.created) await runInTransaction({ lines, store, commits: false }, run)
    })
  }
  const store = await run.session.open(openModeOf({ dryRun, createsStore: run.createsStore }))
  run.store = store
  const results = await runInTransaction({ lines, store, commits: !dryRun }, run)
  for (const { result } of results) await recordRefusal(store, result.error?.thrown)
  for (const one of results) if (!(await writeResult(run, one))) return
}

interface OneChange {
  lines: readonly BatchLine[]
  store: OpenStore
  commits: boolean
}

/** @throws the failure of the line for which the transaction was rolled back */
async function runInTransaction(
  { lines, store, commits }: OneChange,
  run: Run,
): Promise<{ line: BatchLine; result: LineResult }[]> {
  const { session } = run
  const { commitAsOneChange, rehearseOneChange } = await import('../../db/one-change.ts')
  const results: { line: BatchLine; result: LineResult }[] = []
  const restoreProgress = snapshotProgress(run)
  const reset = () => {
    results.length = 0
    restoreProgress()
  }
  let current: BatchLine | undefined
  const work = async (within: OpenStore) => {
    // After a lost connection the work runs again, and the results of the first run are void.
    reset()
    run.transactionStore = within
    for (const [at, line] of lines.entries()) {
      current = line
      const result = await runLine(line, run)
      if (result.error?.thrown instanceof Cancelled) throw result.error.thrown
      // The throw ends the transaction; the catch below then records a refusal of rights outside it.
      if (isRefused(result) && run.options.atomic) {
        const thrown = result.error?.thrown
        throw store.engine.isRetryable(thrown) ? thrown : new BatchRollback(line, result)
      }
      results.push({ line, result })
      if (endsBatch(result, run)) return recordEnd(run, lines.length - at - 1, line)
    }
  }
  try {
    if (!commits) {
      const { isLogged } = await rehearseOneChange(store, work)
      if (session.common.dryRun) run.progress.wouldChange = isLogged
      else reset()
      return results
    }
    const { isLogged, missingHead } = await commitAsOneChange(store, work)
    run.progress.isChanged = isLogged
    if (missingHead !== undefined) session.notify(missingHeadNotice(missingHead, 'noted-again'))
    return results
  } catch (error) {
    // The connection was lost during this line and could not be restored: no line is done.
    if (error instanceof Unavailable && error.code === 'store-unavailable' && current)
      throw new FailureOfLine(current, error)
    if (!(error instanceof BatchRollback)) throw error
    const { thrown } = error
    if (!(thrown instanceof Failure)) throw thrown
    await recordRefusal(store, thrown)
    throw new FailureOfLine(error.line, thrown)
  } finally {
    run.transactionStore = undefined
  }
}

/** Records a refusal of rights in the audit log, whatever became of the other lines. */
async function recordRefusal(store: OpenStore, thrown: unknown): Promise<void> {
  if (!(thrown instanceof Failure)) return
  const { withRollbackWork } = await import('../../db/transact.ts')
  await withRollbackWork(store, () => Promise.reject(thrown)).catch((error: unknown) => {
    if (error !== thrown) throw error
  })
}

/** Thrown within the transaction to roll all lines back. */
class BatchRollback extends Error {
  readonly line: TypedLine
  readonly thrown: unknown

  constructor(line: TypedLine, { error, exit }: LineResult) {
    super(`line ${line.number} was refused`)
    this.line = line
    this.thrown = error ? error.thrown : new NegativeAnswer(exit)
  }
}

/** A negative answer without an error, such as that of `users exists` for an address that nobody has. */
class NegativeAnswer extends Failure {
  readonly exit: number

  constructor(exit: number) {
    super('line-answers-no', `It ended with ${exit}; nothing was changed.`)
    this.exit = exit
  }
}
