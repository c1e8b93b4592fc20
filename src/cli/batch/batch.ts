import { AnswerNotWritten, Cancelled, Failure } from '../../errors.ts'
import type { Session } from '../session.ts'
import { checkLines, isCommand, refuseWrong } from './check-lines.ts'
import { windowsOf } from './lines-of-input.ts'
import { runAsOneChange } from './one-change.ts'
import { reportAll, writeEnd } from './report.ts'
import { type Running, stops } from './run-line.ts'
import { endsOf } from './saved-together.ts'
import { hasStopped, leave, type Line, newRun, type BatchOptions } from './state.ts'

/** Runs the lines of stdin. @returns the exit code */
export async function runBatch(options: BatchOptions, session: Session): Promise<number> {
  const whole = options.atomic || session.common.dryRun
  const run = newRun(session)
  if (session.context.stdin.isTTY) session.say('One command a line; Ctrl-D ends.')
  try {
    for await (const window of windowsOf(session.context.stdin, {
      signal: session.context.interruption.heard,
      whole,
    })) {
      if (hasStopped(run.progress)) {
        leave(run, window.filter(isCommand).length)
        continue
      }
      const { lines, wrong } = await checkLines(window, run)
      if (wrong.length > 0) await refuseWrong(wrong, { run, others: lines.length })
      else if (whole) await runAsOneChange(lines, { options, run })
      else await runEach(lines, { options, run })
      // Whoever types is not asked for more; of what is piped it is said how much was left.
      if (hasStopped(run.progress) && session.context.stdin.isTTY) break
    }
    return await reportAll(options, run)
  } catch (error) {
    // What is done is told, and its messages go out.
    if (!run.progress.isChanged && error instanceof AnswerNotWritten) throw error.beforeAnyChange()
    if (!run.progress.isChanged || !(error instanceof Failure)) throw error
    if (!(error instanceof Cancelled)) run.failure = error
    leave(run, 0)
    return await reportAll(options, run)
  } finally {
    await run.store?.close()
    run.forget()
  }
}

async function runEach(lines: readonly Line[], running: Running): Promise<void> {
  const { run } = running
  for await (const { line, end, left } of endsOf(lines, run)) {
    if (end.error?.thrown instanceof Cancelled) return leave(run, left + 1)
    if (!(await writeEnd(run, { line, end }))) return leave(run, left)
    if (stops(end, running)) return leave(run, left, line)
  }
}
