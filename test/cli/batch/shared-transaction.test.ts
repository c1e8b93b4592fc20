import { PassThrough, Readable } from 'node:stream'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { runLines } from '../../../src/cli/batch/run-line.ts'
import { type BatchLine, newRun, type Run } from '../../../src/cli/batch/state.ts'
import { sessionOf } from '../../../src/cli/session.ts'
import { commit } from '../../../src/db/transact.ts'
import { appendAudit } from '../../../src/rules/audit/append.ts'
import { contextIn, newWorld, type World } from '../../world.ts'

let world: World
beforeEach(async () => {
  world = newWorld()
  await world.centre('EG001')
})
afterEach(() => world.close())

async function newRunIn({ folder, db, now, store }: World): Promise<Run> {
  const streams = { stdin: Readable.from([]), stdout: new PassThrough(), stderr: new PassThrough() }
  const session = sessionOf(
    { words: 'batch', typed: {}, rehearses: true },
    {
      context: contextIn({ folder, db, now }, streams),
      argv: ['batch'],
      checkLine: () => Promise.reject(new Error('no line is looked at')),
    },
  )
  return Object.assign(newRun(session, { atomic: false, keepGoing: false }), { store: await store() })
}

/** A line whose change is made, and which then ends so. */
function lineOf(run: Run, number: number, result: Awaited<ReturnType<BatchLine['run']>>): BatchLine {
  return {
    number,
    words: ['centres', 'edit'],
    changes: true,
    run: async () => {
      const { actor, at } = world.ctx()
      const store = await run.batch.sharedStore('use', () => Promise.reject(new Error('it is open')))
      const done = await commit(store, (trx) => appendAudit(trx, { actor, at, action: `line.${number}` }))
      run.batch.recordCommit({ ...done, actor })
      return result
    },
  }
}

it('runs a line once whose change is made and whose answer then fails', async () => {
  const run = await newRunIn(world)
  const broken = { thrown: new TypeError('no answer'), text: '' }
  const lines = [
    lineOf(run, 1, { exit: 0 }),
    lineOf(run, 2, { exit: 1, error: broken }),
    lineOf(run, 3, { exit: 0 }),
  ]
  const results: [number, number][] = []
  for await (const { line, result } of runLines(lines, run)) results.push([line.number, result.exit])

  expect(results).toEqual([
    [1, 0],
    [2, 1],
    [3, 0],
  ])
  const events = await world.rows("select action from audit where action like 'line.%' order by id")
  expect(events).toEqual([{ action: 'line.1' }, { action: 'line.2' }, { action: 'line.3' }])
  expect(run.progress).toMatchObject({ done: 2, refused: 1, isChanged: true })
})
