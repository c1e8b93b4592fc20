import { PassThrough, Readable } from 'node:stream'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { writeResult } from '../../../src/cli/batch/report.ts'
import { newRun } from '../../../src/cli/batch/state.ts'
import { sessionOf } from '../../../src/cli/session.ts'
import { newInterruption } from '../../../src/interruption.ts'
import { contextIn, newWorld, type World } from '../../world.ts'

let world: World
beforeEach(() => {
  world = newWorld()
})
afterEach(() => world.close())

function newBatch() {
  const stdout = new PassThrough()
  const interruption = newInterruption(() => undefined)
  const streams = { stdin: Readable.from([]), stdout, stderr: new PassThrough() }
  const session = sessionOf(
    { words: 'batch', typed: { json: true }, rehearses: true },
    {
      context: contextIn(world, { ...streams, interruption }),
      argv: ['batch', '--json'],
      checkLine: () => Promise.reject(new Error('no line is looked at')),
    },
  )
  return {
    run: newRun(session, { atomic: false, keepGoing: false }),
    interruption,
    said: () => String(stdout.read()),
  }
}

it.each([
  ['that said nothing', { exit: 0, stdout: '' }],
  [
    'that was refused after it had said something',
    { exit: 3, stdout: '{"id":1}\n', error: { thrown: new Error('no'), text: '{"error":{"code":"no"}}\n' } },
  ],
])('a line %s has no answer, as a document', async (_, result) => {
  const { run, said } = newBatch()
  const line = { number: 1, words: ['centres', 'edit'] }
  await writeResult(run, { line, result })
  const { answer, exit } = JSON.parse(said())
  expect({ answer, exit }).toEqual({ answer: null, exit: result.exit })
})

it('a line can be cancelled again though one before it was brought to its end', () => {
  const { run, interruption } = newBatch()
  run.interruption.startFinishing('the change')
  run.progress.isChanged = true
  run.interruption.stopFinishing()
  interruption.handleSignal()
  expect([run.interruption.isFinishing(), run.interruption.isCancelled()]).toEqual([false, true])
  run.dispose()
})
