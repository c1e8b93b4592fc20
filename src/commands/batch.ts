import { Usage, AnswerNotWritten, Cancelled, Failure } from '../errors.ts'
import { streamingCommand } from '../cli/define.ts'
import { flag } from '../cli/parameters.ts'
import { formatNumber } from '../format-number.ts'
import type { Session } from '../cli/session.ts'
import { checkLines, isCommand, reportInvalidLines, windowsOf } from '../cli/batch/lines-of-input.ts'
import { runAsOneChange } from '../cli/batch/one-change.ts'
import { reportAll, writeResult } from '../cli/batch/report.ts'
import { runLines, endsBatch } from '../cli/batch/run-line.ts'
import {
  type BatchOptions,
  hasEnded,
  recordEnd,
  type BatchLine,
  newRun,
  type Run,
} from '../cli/batch/state.ts'

export const batch = () =>
  streamingCommand({
    name: 'batch',
    summary: 'run many commands, one a line, in one go',
    description:
      'Run the commands that stand on stdin, one a line, each as it would run by itself, in one process. A line holds words as a shell would read them (quotes and backslashes; no variables, no pipes), or JSON: a list of words, or {"command", "args", "options"}. Empty lines and those that begin with # are left out. All lines are looked at before the first is run. --dry-run, --yes, --as and --json hold for every line.',
    options: {
      atomic: flag('all lines or none: one change, saved at the end'),
      keepGoing: flag('go on after a line that is refused'),
    },
    notes: `
Each line has one result. A pipe gets its number, its exit code and what it says, separated by TABs; with --json
{"line", "command", "exit", "answer", "error"}, and at the end one document that counts. The first line that is
refused ends the batch, and those after it are not run. Where nothing was changed the exit code is that of this
line; where earlier lines were done it is 9. Messages go out once, when the lines are done.
`,
    examples: [
      'ssh-admin batch --yes < changes.txt',
      'ssh-admin batch --atomic --yes < changes.txt',
      'ssh-admin batch --dry-run --json < changes.txt',
    ],
    stream: async ({ atomic, keepGoing }, session) => {
      if (atomic && keepGoing) {
        throw new Usage('--atomic saves all lines or none, and --keep-going some of them.', {
          code: 'invalid-option',
          hint: 'Leave one of them out.',
        })
      }
      return runBatch({ atomic, keepGoing }, session)
    },
  })

/** Up to this many lines are all checked before the first one runs. */
const manyLines = 200

/** Runs the lines of stdin. @returns the exit code */
async function runBatch(options: BatchOptions, session: Session): Promise<number> {
  const singleWindow = options.atomic || session.common.dryRun
  const run = newRun(session, options)
  if (session.context.stdin.isTTY) session.say('One command a line; Ctrl-D ends.')
  try {
    for await (const window of windowsOf(session.context.stdin, {
      signal: session.context.interruption.received,
      singleWindow,
    })) {
      if (hasEnded(run.progress)) {
        recordEnd(run, window.filter(isCommand).length)
        continue
      }
      if (window.length > manyLines)
        session.terminal.busy(`Looking at ${formatNumber(window.length)} lines …`)
      const { lines, invalid } = await checkLines(window, run)
      if (invalid.length > 0) await reportInvalidLines(invalid, { run, validLines: lines.length })
      else if (singleWindow) await runAsOneChange(lines, run)
      else await runEach(lines, run)
      // Typed input ends here; piped input is read on, to count the lines left.
      if (hasEnded(run.progress) && session.context.stdin.isTTY) break
    }
    return await reportAll(run)
  } catch (error) {
    // Completed lines are reported, and their messages delivered.
    if (!run.progress.isChanged && error instanceof AnswerNotWritten) throw error.beforeAnyChange()
    if (!run.progress.isChanged || !(error instanceof Failure)) throw error
    if (!(error instanceof Cancelled)) run.failure = error
    recordEnd(run, 0)
    return await reportAll(run)
  } finally {
    await run.store?.close()
    run.dispose()
  }
}

async function runEach(lines: readonly BatchLine[], run: Run): Promise<void> {
  for await (const { line, result, left } of runLines(lines, run)) {
    if (result.error?.thrown instanceof Cancelled) return recordEnd(run, left + 1)
    if (!(await writeResult(run, { line, result }))) return recordEnd(run, left)
    if (endsBatch(result, run)) return recordEnd(run, left, line)
  }
}
