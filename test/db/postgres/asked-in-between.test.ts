import pg from 'pg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { serverAddressOf } from '../../../src/db/postgres/connection.ts'
import { connectionTo } from '../../../src/db/postgres/open.ts'
import { Pipeline } from '../../../src/db/postgres/pipeline.ts'
import { testServer } from '../../shared-store.ts'
import { newWorld, type World } from '../../world.ts'
import { openingOf } from '../../opening.ts'

/** A question that nobody sends is never answered. */
const maxWaiting = 5_000

/** So many steps of what waits for nothing but its turn. */
async function stepsLater(steps: number): Promise<void> {
  for (let step = 0; step < steps; step += 1) await undefined
}

async function answered<Answer>(question: Promise<Answer>, what: string): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined
  const never = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} is never answered`)), maxWaiting)
  })
  return Promise.race([question, never]).finally(() => clearTimeout(timer))
}

describe('what is asked of a server as the answer before it comes, at whichever moment', () => {
  let world: World
  let client: pg.Client
  const moments = Array.from({ length: 40 }, (_, steps) => steps)

  beforeEach(async () => {
    world = newWorld()
    await world.centre('EG001')
    client = new pg.Client({ connectionString: testServer ?? '' })
    await client.connect()
  })
  afterEach(async () => {
    await client.end()
    await world.close()
  })

  it('is answered', async () => {
    const pipeline = new Pipeline(() => client)
    for (const steps of moments) {
      const first = pipeline.query('select 1 as n')
      const second = first.then(async () => {
        await stepsLater(steps)
        return pipeline.query('select 2 as n')
      })
      const { rows } = await answered(second, `what is asked ${steps} steps later`)
      expect(rows).toEqual([{ n: 2 }])
    }
  })

  it('is answered also where the end of a transaction fails', async () => {
    const pipeline = new Pipeline(() => client)
    const ended = pipeline.finishWith(() => client.query('rollback to nowhere').then(() => undefined))
    const asked = pipeline.query('select 1 as n')
    await expect(ended).rejects.toThrow(/nowhere|transaction blocks/)
    expect((await answered(asked, 'what is asked meanwhile')).rows).toEqual([{ n: 1 }])
    await pipeline.flush()
  })

  it('is answered also where a change begins beside it', async () => {
    const opening = openingOf({ path: world.db, keyFile: world.path('key'), now: () => world.now })
    const connection = await connectionTo(serverAddressOf(world.db), opening)
    try {
      for (const steps of moments) {
        const asked = connection.query<{ number: string }>('select number from centres', [])
        await stepsLater(steps)
        await connection.begin()
        const { rows } = await answered(asked, `what is asked ${steps} steps before a change`)
        expect(rows).toEqual([{ number: 'EG001' }])
        await connection.query('update centres set town = town', [])
        await connection.rollback()
      }
    } finally {
      await connection.close()
    }
  })

  it('is asked in a transaction of its own, where the one before it is being ended', async () => {
    const opening = openingOf({ path: world.db, keyFile: world.path('key'), now: () => world.now })
    const connection = await connectionTo(serverAddressOf(world.db), opening)
    const ask = () => connection.query<{ number: string }>('select number from centres', [])
    try {
      for (const steps of moments) {
        const first = ask()
        const ended = connection.rollback()
        const asked = first.then(async () => {
          await stepsLater(steps)
          return ask()
        })
        const { rows } = await answered(asked, `what is asked ${steps} steps later`)
        expect(rows).toEqual([{ number: 'EG001' }])
        await ended
      }
    } finally {
      await connection.close()
    }
  })

  it('is answered beside what is asked in ways of its own', async () => {
    const pipeline = new Pipeline(() => client)
    for (const steps of moments) {
      const first = pipeline.query('select 1 as n')
      const flushed = pipeline.flush()
      const second = first.then(async () => {
        await stepsLater(steps)
        return pipeline.query('select 2 as n')
      })
      const { rows } = await answered(second, `what is asked ${steps} steps later`)
      expect(rows).toEqual([{ n: 2 }])
      await answered(flushed, 'what waits for it')
    }
  })
})
