import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { commitSeveralChanges, commitAsOneChange } from '../../src/db/one-change.ts'
import { commit, rehearse } from '../../src/db/transact.ts'
import { newWorld, type World } from '../world.ts'

describe.each([
  ['changes that are saved together', commitSeveralChanges],
  ['several that are one change', commitAsOneChange],
])('%s', (_, saved) => {
  let world: World
  beforeEach(async () => {
    world = newWorld()
    await world.centre('EG001')
  })
  afterEach(() => world.close())

  const names = async () => (await world.rows('select name from centres')).map(({ name }) => name)

  it.each([
    ['the transaction has ended by itself, as that of SQLite on a full disk', sql`rollback`],
    ['it is to be looked for in vain', sql`release savepoint part`],
  ])('are not saved where a part cannot be taken back: %s', async (_, ending) => {
    const before = await names()
    const working = saved(await world.store(), async (within) => {
      await commit(within, (trx) => trx.updateTable('centres').set({ name: 'First' }).execute())
      await rehearse(within, async (trx) => {
        await trx.updateTable('centres').set({ name: 'Rehearsed' }).execute()
        await ending.execute(trx)
      })
      await commit(within, (trx) => trx.updateTable('centres').set({ town: 'Cairo' }).execute()).catch(
        () => undefined,
      )
    })
    await expect(working).rejects.toThrow(
      /no such savepoint|savepoint "part" does not exist|can only be used in transaction blocks/,
    )
    expect(await names()).toEqual(before)
    await world.centre('EG002')
  })
})
