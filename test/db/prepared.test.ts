import { type Kysely, sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { commit } from '../../src/db/transact.ts'
import { anyOf } from '../../src/db/portable.ts'
import { type Placeholders, prepared } from '../../src/db/prepared.ts'
import type { Store } from '../../src/db/schema.ts'
import type { OpenStore } from '../../src/db/store/opening.ts'
import { newWorld, type World } from '../world.ts'

describe('a query that is prepared', () => {
  let world: World
  let store: OpenStore
  let built = 0
  beforeEach(async () => {
    built = 0
    world = newWorld()
    await world.centre('EG001', { coordinator: 'lina@school.example' })
    await world.centre('EG002', { coordinator: 'omar@school.example' })
    store = await world.store()
  })
  afterEach(async () => {
    await store.close()
    await world.close()
  })

  const centreNamed = (db: Kysely<Store>, { number }: Placeholders<{ number: string }>) => {
    built += 1
    return db
      .selectFrom('centres')
      .select('number')
      .where('number', '=', number)
      .where('deleted_at', 'is', null)
  }

  it('is built once for a connection and its transactions, and answers for the values of each time', async () => {
    const numbers: string[] = []
    for (const number of ['EG001', 'EG002', 'EG003']) {
      const within = await commit(store, (trx) => prepared(trx, centreNamed, { number }).execute())
      const outside = await prepared(store.db, centreNamed, { number }).execute()
      expect(outside).toEqual(within.result)
      numbers.push(...outside.map((row) => row.number))
    }
    expect(numbers).toEqual(['EG001', 'EG002'])
    expect(built).toBe(1)
  })

  it('takes a list of any length as one value', async () => {
    const withIds = (db: Kysely<Store>, { ids }: Placeholders<{ ids: readonly number[] }>) =>
      db
        .selectFrom('centres')
        .select('id')
        .where(anyOf(sql.ref('id'), ids))
        .orderBy('id')
    for (const ids of [[], [2], [1, 2]])
      expect(await prepared(store.db, withIds, { ids }).execute()).toEqual(ids.map((id) => ({ id })))
  })

  it('says what it is compiled to, with its values', () => {
    expect(prepared(store.db, centreNamed, { number: "EG001'" }).compile().parameters).toEqual(["EG001'"])
  })
})
