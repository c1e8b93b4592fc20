import { failureOf } from '../../exit.ts'
import { cleanForTerminal, tsvLine } from '../../render/clean-text.ts'
import { count } from '../../render/text.ts'
import { clearBusy, wrapBehindPrefix } from '../terminal.ts'
import { commandLine } from '../typed-line.ts'
import { withoutSecrets } from '../secrets-typed.ts'
import type { LineOutcome } from './run-line.ts'
import { type TypedLine, type Run, wasInterrupted } from './state.ts'

/** @returns false once the reader has left */
export async function writeResult(
  run: Run,
  { line, result }: { line: TypedLine; result: LineOutcome },
): Promise<boolean> {
  const { session } = run
  const { terminal, common } = session
  const { stderr, env } = session.context
  if (common.json) return terminal.write(`${jsonOf(line, result)}\n`)
  // result.stderr was cleaned for the terminal when the line wrote it.
  clearBusy(stderr)
  for (const text of linesOf(result.error ? cleanForTerminal(result.error.text) : (result.stderr ?? '')))
    if (result.error || !common.quiet)
      stderr.write(`${wrapBehindPrefix(`line ${line.number}: `, { stream: stderr, text, env })}\n`)
  if (terminal.out.isTerminal) {
    return result.error
      ? true
      : terminal.writeCleaned(
          linesOf(result.stdout ?? '')
            .map((text) => `${text}\n`)
            .join(''),
        )
  }
  const answer = result.error
    ? withoutSecrets(line.words).redactText(messageOf(result.error.thrown))
    : // The exit code column says already what these symbols say.
      linesOf(result.stdout ?? '')
        .map((line) => line.replace(/^[✓·] /, ''))
        .join('; ')
  return terminal.write(`${tsvLine([line.number, result.exit, answer.replaceAll('\t', ' ')])}\n`)
}

function linesOf(text: string): string[] {
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  return lines
}

function messageOf(thrown: unknown): string {
  return failureOf(thrown)?.message ?? (thrown instanceof Error ? thrown.message : String(thrown))
}

/** Embeds the JSON answer and error of the line's command unchanged. */
function jsonOf({ number, words }: TypedLine, { exit, error, stdout = '' }: LineOutcome): string {
  const answer = error || stdout === '' ? 'null' : stdout.trimEnd()
  const failure = error?.text.trimEnd().replace(/^\{"error":(.*)\}$/s, '$1') ?? 'null'
  const command = JSON.stringify(withoutSecrets(words).redactText(commandLine(words)))
  return `{"line":${number},"command":${command},"exit":${exit},"answer":${answer},"error":${failure}}`
}

/** Delivers the queued messages and reports what became of the lines. @returns the exit code */
export async function reportAll(run: Run): Promise<number> {
  const { session, progress, store } = run
  const { atomic } = run.options
  const { dryRun, json } = session.common
  let undelivered = false
  // The changes are committed: a signal leaves messages whose delivery has not begun, and cancels none that has.
  const { settings, notify } = session
  const deliverySession = { settings, notify, context: run.context }
  if (store?.path !== undefined && progress.isChanged) {
    const { removeLeftovers } = await import('../leftovers.ts')
    await removeLeftovers(deliverySession, store)
  }
  if (store && !dryRun) {
    const { deliverQueued } = await import('../../mail/deliver.ts')
    const { phaseProgress } = await import('../progress.ts')
    for (const { actor, numbers } of run.toDeliver) {
      const counting = await phaseProgress(session, undefined).countMessages(numbers.length)
      const delivered = await deliverQueued({
        store,
        session: deliverySession,
        actor,
        messageIds: numbers,
        progress: counting,
      })
      undelivered ||= delivered.undelivered
    }
  }
  const { done, refused, left } = progress
  if (run.failure) session.notify({ code: run.failure.code, message: run.failure.message })
  if (wasInterrupted(run))
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
    session.say(summaryInWords(run))
  }
  return exitOf(run, undelivered)
}

function summaryInWords({ progress: { done, refused, left, endedAt } }: Run): string {
  const parts = [`${count(done, 'line')} done`]
  if (refused > 0) parts.push(`${count(refused, 'line')} refused`)
  if (left > 0) parts.push(`${count(left, 'line')} not run`)
  const endedAtLine = left > 0 && endedAt !== undefined && endedAt > 0 ? ` It ended at line ${endedAt}.` : ''
  return `${parts.join(', ')}.${endedAtLine}`
}

const exitsByPrecedence = [1, 2, 7, 6, 5, 4, 3]

/** Exit codes that mean 'nothing changed' are given only where nothing changed or, when rehearsing, would change. */
function exitOf(run: Run, undelivered: boolean): number {
  const { progress, failure } = run
  const { exits, left } = progress
  const isChanged = progress.isChanged || progress.wouldChange
  if (exits.has(10)) return 10
  if (!isChanged) {
    const first = exitsByPrecedence.find((exit) => exits.has(exit))
    if (first !== undefined) return first
    if (wasInterrupted(run)) return 130
  }
  if (exits.has(8) && progress.refused === 0 && left === 0) return 8
  const isUnfinished = undelivered || exits.has(9) || progress.refused > 0
  return isUnfinished || left > 0 || failure || wasInterrupted(run) ? 9 : 0
}
