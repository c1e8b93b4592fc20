import { expect, it } from 'vitest'
import { withProgress } from '../../src/import/progress.ts'

it('says how many items have passed, once for five hundred, and passes each on', () => {
  const items = Array.from({ length: 1200 }, (_, at) => at)
  const said: number[] = []
  expect([...withProgress(items, (done) => said.push(done))]).toEqual(items)
  expect(said).toEqual([500, 1000])
})
