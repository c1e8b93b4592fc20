import { Cancelled, Failure, type Problem, Usage } from '../../errors.ts'
import { yieldToSignals } from '../../interruption.ts'
import { count } from '../../render/text.ts'
import type { LineResult } from './line.ts'
import type { NumberedLine } from './lines-of-input.ts'
import { writeResult } from './report.ts'
import { lineContext } from './run-line.ts'
import { leave, type Line, type Run, type TypedLine } from './state.ts'

interface WrongLine {
  line: TypedLine
  result: LineResult
  failure: Failure
}

/** All that is wrong with the lines is found before any of them is run. */
export async function checkLines(
  window: readonly NumberedLine[],
  run: Run,
): Promise<{ lines: Line[]; wrong: WrongLine[] }> {
  const lines: Line[] = []
  const wrong: WrongLine[] = []
  const { session, batch } = run
  const { context } = lineContext(run)
  for (const { number, text } of window) {
    if (number % 1000 === 0) await yieldToSignals()
    if (run.interruption.signal.aborted) throw new Cancelled()
    const before = run.createsStore
    const checked = await session.checkLine(text, { context, batch })
    if (!checked) continue
    if (lines.length > 0) run.createsStore = before
    const line = { number, words: checked.words }
    if ('ready' in checked) lines.push({ ...line, ...checked.ready })
    else wrong.push({ line, result: checked.result, failure: failureIn(checked.result.error?.thrown) })
  }
  return { lines, wrong }
}

/** @throws what is a mistake of ours */
function failureIn(thrown: unknown): Failure {
  if (thrown instanceof Failure) return thrown
  throw thrown
}

/** Of what follows the line that ended it, only how much it is is wanted. */
export function isCommand({ text }: NumberedLine): boolean {
  return !/^\s*(#|$)/.test(text)
}

/** None of these lines is run, nor any of those beside them. @throws a usage error where nothing was done before */
export async function refuseWrong(
  wrong: readonly WrongLine[],
  { run, others }: { run: Run; others: number },
): Promise<void> {
  const { progress } = run
  const [first] = wrong
  if (!first) return
  if (progress.done + progress.refused === 0) throw failureOfLines(wrong)
  for (const { line, result } of wrong) {
    progress.refused += 1
    progress.exits.add(result.exit)
    if (!(await writeResult(run, { line, result }))) break
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

/** What a line failed of, and which it was, where no other is saved either. */
export class FailureOfLine extends Failure {
  readonly exit: number

  constructor(line: number, { exit, code, message, hint, details }: Failure) {
    super(code, `Line ${line}: ${withNothingChanged(message)}`, { details: { ...details, line }, hint })
    this.exit = exit
  }
}

function withNothingChanged(message: string): string {
  if (/nothing was changed/i.test(message)) return message
  return message.endsWith('?')
    ? `${message} Nothing was changed.`
    : `${message.replace(/\.$/, '')}; nothing was changed.`
}
