import { expect, it } from 'vitest'
import { snapshotProgress } from '../../../src/cli/batch/state.ts'

const actor = { kind: 'staff' as const, operator: 'tester@desk', command: 'batch' }
const progress = {
  done: 0,
  refused: 0,
  left: 0,
  exits: new Set<number>(),
  isChanged: false,
  wouldChange: false,
}

it('puts back what has become of the lines and what they owe, as often as it is wanted', () => {
  const run = { progress: { ...progress, exits: new Set([0]) }, toDeliver: [{ actor, numbers: [1, 2] }] }
  const restoreProgress = snapshotProgress(run)
  for (let times = 0; times < 2; times += 1) {
    run.progress.done += 1
    run.progress.exits.add(4)
    run.toDeliver[0]?.numbers.push(3)
    run.toDeliver.push({ actor, numbers: [4] })
    restoreProgress()
    expect(run).toEqual({
      progress: { ...progress, exits: new Set([0]) },
      toDeliver: [{ actor, numbers: [1, 2] }],
    })
  }
})

it('takes no longer where a batch owes many messages', () => {
  const numbers = Array.from({ length: 1_000_000 }, (_, at) => at)
  const begun = performance.now()
  for (let line = 0; line < 2_000; line += 1) snapshotProgress({ progress, toDeliver: [{ actor, numbers }] })
  expect(performance.now() - begun).toBeLessThan(500)
})
