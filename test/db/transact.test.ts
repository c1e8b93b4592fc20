import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { newWorld, type World } from '../world.ts'

describe('a transaction', () => {
  let world: World
  beforeEach(() => {
    world = newWorld()
  })
  afterEach(() => world.close())

  it('that SQLite has taken back by itself, as on a full disk, ends in what was wrong', async () => {
    await world.centre('EG001')
    const filling = world.commit(() => async (trx) => {
      await trx.deleteFrom('centres').execute()
      await sql`rollback`.execute(trx)
      throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' })
    })
    await expect(filling).rejects.toMatchObject({ code: 'SQLITE_FULL' })
    const { db } = await world.store()
    expect(await db.selectFrom('centres').select('number').execute()).toEqual([{ number: 'EG001' }])
    await world.centre('EG002')
  })
})
