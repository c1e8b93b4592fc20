import { sql } from 'kysely'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { connect, serverAddressOf } from '../../../src/db/postgres/connection.ts'
import { ReconnectingClient } from '../../../src/db/postgres/reconnecting-client.ts'
import type { Opening, OpenStore } from '../../../src/db/store/opening.ts'
import { openStore } from '../../../src/db/store/open.ts'
import { commit, commitUnlogged, type Trx } from '../../../src/db/transact.ts'
import { appendAudit } from '../../../src/rules/audit/append.ts'
import { parseServerAddress } from '../../../src/server-address.ts'
import { suspendingHere, testServer } from '../../shared-store.ts'
import { newWorld, type World } from '../../world.ts'
import { openingOf } from '../../opening.ts'
import { type CuttingProxy, proxyFor } from './cutting-proxy.ts'

let world: World
let proxy: CuttingProxy
let place: string
const opened: OpenStore[] = []

beforeEach(async () => {
  world = newWorld()
  await world.store()
  ;({ proxy, place } = await proxyFor(world))
})
afterEach(async () => {
  vi.useRealTimers()
  for (const store of opened.splice(0)) await store.close().catch(() => undefined)
  await proxy.close()
  await world.close()
})

async function desk(said: Partial<Opening> = {}) {
  const here = { path: place, keyFile: world.path('hub.db.key'), now: () => new Date() }
  const store = await openStore(openingOf({ ...here, operator: 'tom@desk-1', ...said }))
  opened.push(store)
  return store
}

function adding(store: OpenStore, before: (trx: Trx) => Promise<unknown> = async () => undefined) {
  return commit(
    store,
    async (trx) => {
      const at = new Date()
      await appendAudit(trx, { ...world.ctx(), at, action: 'centres.created', subject: 'EG001' })
      await before(trx)
    },
    'is-accepted',
  )
}

const events = async () => (await world.rows<{ n: number }>('select count(*) as n from audit'))[0]?.n

describe('a change that the server ends for its length', () => {
  const atMost = (trx: Trx, setting: string) => sql.raw(`set local ${setting} to '50ms'`).execute(trx)
  const asleep = () => new Promise((resolve) => setTimeout(resolve, 300))
  let tries = 0
  /** Keeps the server waiting, the first so many times that it is tried. */
  const slow = (setting: string, times: number) => async (trx: Trx) => {
    tries += 1
    if (tries > times) return
    await atMost(trx, setting)
    await asleep()
    await sql`select 1`.execute(trx)
  }
  const idle = 'idle_in_transaction_session_timeout'
  beforeEach(() => {
    tries = 0
  })

  it('because a machine slept meanwhile, is made anew once it is awake', async () => {
    await adding(await desk(), slow(idle, 1))
    expect([tries, await events()]).toEqual([2, 1])
  })

  it('because a desk is that slow, is given up the second time, and says which limit it was', async () => {
    const failed = adding(await desk(), slow(idle, 4))
    await expect(failed).rejects.toMatchObject({
      code: 'store-unavailable',
      hint: expect.stringContaining(idle),
    })
    expect([tries, await events()]).toEqual([2, 0])
  })

  it('as a whole, is not made anew: it would take as long again', async ({ skip }) => {
    const [setting] = await world.rows("select name from pg_settings where name = 'transaction_timeout'")
    if (!setting) skip('PostgreSQL has transaction_timeout since 17')
    const failed = adding(await desk(), slow('transaction_timeout', 4))
    await expect(failed).rejects.toMatchObject({
      code: 'store-unavailable',
      hint: expect.stringContaining('transaction_timeout'),
    })
    expect([tries, await events()]).toEqual([1, 0])
  })
})

describe('a connection that breaks while a change is being saved', () => {
  it('after the server heard it, is told from one that was not: the change is made, once', async () => {
    const store = await desk()
    proxy.cutNextCommit('after')
    await adding(store)
    expect(await events()).toBe(1)
  })

  it('before the server heard it, has the change made anew, once', async () => {
    const store = await desk()
    proxy.cutNextCommit('before')
    await adding(store)
    expect(await events()).toBe(1)
  })

  it.each(['after', 'before'] as const)(
    '%s the server heard it, is made once where the log does not tell of it',
    async (when) => {
      const store = await desk()
      proxy.cutNextCommit(when)
      await commitUnlogged(
        store,
        async (trx) => void (await sql`update store set program = program || '+'`.execute(trx)),
      )
      expect(await world.rows('select program from store')).toEqual([
        { program: expect.stringMatching(/^[^+]*[+]$/) },
      ])
    },
  )

  it('is said not to be known, with an exit code of its own, where nobody answers any more', async () => {
    const store = await desk({ maxWaitMs: 500 })
    proxy.cutNextCommit('after', 'let nobody through')
    await expect(adding(store)).rejects.toMatchObject({ code: 'store-unsure', exit: 10 })
  })

  it('is asked about less and less often, where whoever answers breaks off as well', async () => {
    const store = await desk({ maxWaitMs: 3_000 })
    proxy.cutNextCommit('after', 'let nobody ask')
    await expect(adding(store)).rejects.toMatchObject({ code: 'store-unsure', exit: 10 })
    expect(proxy.cutAtFirstQuestion()).toBeGreaterThan(1)
    expect(proxy.cutAtFirstQuestion()).toBeLessThan(8)
  })
})

it('goes on by itself where the server ends its connection before anything is saved', async () => {
  const store = await desk()
  let ended = false
  await adding(store, async (trx) => {
    if (ended) return
    ended = true
    await world.rows(`select pg_terminate_backend(pid) from pg_stat_activity where ${suspendingHere}`)
    await trx.selectFrom('store').select('id').execute()
  })
  expect(await events()).toBe(1)
})

describe('a connection that the server ended while nothing was asked', () => {
  const ended = async (store: OpenStore) => {
    await world.rows(`select pg_terminate_backend(pid) from pg_stat_activity where ${suspendingHere}`)
    // By then the desk has heard it, too.
    await new Promise((resolve) => setTimeout(resolve, 100))
    return store
  }

  it('is made anew for a statement outside a change', async () => {
    const store = await ended(await desk())
    await store.db.updateTable('centres').set({ town: 'Cairo' }).execute()
  })

  it('is made anew for a question, in a transaction of its own', async () => {
    const store = await desk()
    await store.db.selectFrom('store').select('id').execute()
    await ended(store)
    expect(await store.db.selectFrom('store').select('id').execute()).toEqual([{ id: 1 }])
  })
})

it('why the server hung up is told, also to whoever hears of the broken line alone', async () => {
  const server = serverAddressOf(world.db)
  const client = await connect(server, { writes: false })
  const keyFile = world.path('key')
  const opening = openingOf({ path: world.db, keyFile, maxWaitMs: 0, mode: 'read', now: () => world.now })
  const connection = new ReconnectingClient(client, { server, opening, acceptsStandby: true })
  const asked = client.query('select pg_terminate_backend(pg_backend_pid())')
  await expect(asked).rejects.toMatchObject({ code: '57P01' })
  const broken = Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })
  expect(connection.toFailure(broken)).toMatchObject({ cause: { code: '57P01' } })
})

describe('a change that the server ends because of others', () => {
  const ending = (code: string) =>
    sql.raw(`do $$ begin raise exception 'ended' using errcode = '${code}'; end $$`)

  it.each(['40001', '40P01'])('is made anew, once: %s', async (code) => {
    let tries = 0
    await adding(await desk(), async (trx) => {
      tries += 1
      if (tries === 1) await ending(code).execute(trx)
    })
    expect([tries, await events()]).toEqual([2, 1])
  })

  it('is given up after four tries, and told in words', async () => {
    let tries = 0
    const always = adding(await desk(), async (trx) => {
      tries += 1
      await ending('40001').execute(trx)
    })
    await expect(always).rejects.toMatchObject({ code: 'store-locked', exit: 7 })
    expect([tries, await events()]).toEqual([4, 0])
  })

  it('is made anew after a deadlock with another program', async () => {
    const other = new pg.Client({ connectionString: testServer ?? '' })
    await other.connect()
    const { schema } = parseServerAddress(world.db)
    // The server looks for deadlocks when a desk has waited a second; whoever looks is ended.
    await other.query(
      `set deadlock_timeout to '600s'; set search_path to ${schema}; begin; lock table templates`,
    )
    const store = await desk()
    let tries = 0
    let waits: Promise<unknown> | undefined
    try {
      await adding(store, async (trx) => {
        tries += 1
        if (tries === 1) waits = other.query('update store set program = program; commit')
        await trx.selectFrom('templates').selectAll().execute()
      })
      await waits
    } finally {
      await other.end()
    }
    // A busy machine may wake the other one late, and the desk meets it once more.
    expect(tries).toBeGreaterThan(1)
    expect(await events()).toBe(1)
  })
})

describe('the clock of a desk', () => {
  it('that is a minute off is told, once, and the server’s counts', async () => {
    const differences: number[] = []
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 60_000 })
    const store = await desk({
      onOtherClock: (difference) => differences.push(Math.round(difference / 10_000)),
    })
    await adding(store)
    await adding(store)
    expect(differences).toEqual([-6])
  })

  it('that is ten minutes off changes nothing', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 600_000 })
    await expect(adding(await desk())).rejects.toMatchObject({ code: 'clock-differs', exit: 7 })
    expect(await events()).toBe(0)
  })
})
