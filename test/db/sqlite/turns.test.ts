import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { connectSqlite } from '../../../src/db/sqlite/driver.ts'
import { commitUnlogged } from '../../../src/db/transact.ts'
import { heldStore } from '../../held-store.ts'
import { newWorld, type World } from '../../world.ts'

/** Whoever waits for the store looks at least so often, in milliseconds. */
const look = 25

describe('a program that changes the store again and again', () => {
  let world: World
  beforeEach(async () => {
    world = newWorld()
    await world.centre('EG001')
  })
  afterEach(() => world.close())

  it('leaves it alone for longer than between two looks of whoever waits, every half second', async () => {
    const store = await world.store()
    let ended = performance.now()
    const gaps: number[] = []
    for (const until = ended + 1200; ended < until; ended = performance.now()) {
      await commitUnlogged(store, async (trx) => {
        gaps.push(performance.now() - ended)
        await trx
          .updateTable('centres')
          .set({ town: `Cairo ${gaps.length}` })
          .execute()
      })
    }
    expect(gaps.length).toBeGreaterThan(2)
    expect(Math.max(...gaps)).toBeGreaterThan(look)
  })
})

it('whoever waits for the store says once for whom', async () => {
  const world = newWorld()
  await world.centre('EG001')
  const release = await heldStore(world, async () => undefined)
  const waiting = world.run(['centres', 'create', 'EG002', '--name', 'Nile', '--country', 'EG'])
  await new Promise((resolve) => setTimeout(resolve, 2500))
  await release()
  const { exit, stderr } = await waiting
  expect([exit, stderr.split('to finish with the store').length]).toEqual([0, 2])
  await world.close()
})

it('whoever reads a store keeps nobody waiting who changes it', async () => {
  const world = newWorld()
  await world.run(['store', 'init'])
  const reader = connectSqlite(world.db, { readonly: true })
  try {
    reader.exec('begin; select * from centres')
    const ran = await world.run(['centres', 'create', 'EG002', '--name', 'Nile', '--country', 'EG'])
    expect(ran).toMatchObject({ exit: 0, stderr: '' })
    expect(reader.prepare('select count(*) from centres').pluck().get()).toBe(0)
  } finally {
    reader.close()
    await world.close()
  }
})
