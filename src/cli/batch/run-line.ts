import { Readable } from 'node:stream'
import type { Context } from '../../context.ts'
import { Cancelled } from '../../errors.ts'
import { yieldToSignals } from '../../interruption.ts'
import type { Output } from '../../output.ts'
import type { LineResult } from './line.ts'
import type { Line, Run, BatchOptions } from './state.ts'

/** How a line ended, and what it said. */
export type LineOutcome = LineResult & { stdout?: string; stderr?: string }

export interface Running {
  options: BatchOptions
  run: Run
}

export async function runOne(line: Line, run: Run): Promise<LineOutcome> {
  const { interruption, progress } = run
  const { context, said } = lineContext(run)
  const result = await line.run(context)
  await yieldToSignals()
  // What is done is done: the next one can be cancelled again.
  if (interruption.isFinishing()) interruption.unfinish()
  if (!(result.error?.thrown instanceof Cancelled)) {
    if (isRefused(result)) progress.refused += 1
    else progress.done += 1
    progress.exits.add(result.exit)
  }
  return { ...result, ...said() }
}

/** After a mistake of ours, or without a store, nothing more is tried. */
const endsAll: ReadonlySet<number> = new Set([1, 7, 10, 130])

export function stops(result: LineResult, { options: { keepGoing } }: Running): boolean {
  return isRefused(result) && (!keepGoing || endsAll.has(result.exit))
}

/** An answer that is no ends a batch as a refusal does; rows held back, and messages that wait, are of what was done. */
export function isRefused({ exit, error }: LineResult): boolean {
  return error !== undefined || ![0, 8, 9].includes(exit)
}

/** The surroundings of a line: nobody to ask, and what it says is collected. */
export function lineContext({ context, session }: Run): {
  context: Context
  said: () => { stdout: string; stderr: string }
} {
  const isJson = session.common.json
  const { columns, isTTY } = context.stdout
  const stdout = collected({ columns, isTTY: isTTY && !isJson })
  const stderr = collected({ columns })
  return {
    context: {
      ...context,
      get stdin() {
        return Readable.from([])
      },
      stdout: stdout.output,
      stderr: stderr.output,
    },
    said: () => ({ stdout: stdout.text(), stderr: stderr.text() }),
  }
}

/** Not a stream of Node's: nobody reads it but the batch, once the line is done. */
function collected(like: Pick<Output, 'columns' | 'isTTY'>): { output: Output; text: () => string } {
  let text = ''
  const output: Output = {
    ...like,
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
