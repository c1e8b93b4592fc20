import { type AddressInfo, connect, createServer, type Server } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ReconnectingClient } from '../../../src/db/postgres/reconnecting-client.ts'
import { connect as signIn, serverAddressOf } from '../../../src/db/postgres/connection.ts'
import { Cancelled } from '../../../src/errors.ts'
import { newInterruption } from '../../../src/interruption.ts'
import { parseServerAddress } from '../../../src/server-address.ts'
import { testServer } from '../../shared-store.ts'
import { newWorld, type World } from '../../world.ts'

/** Longer than a desk takes to its next question, and shorter than it waits for the server. */
const late = 100

/** What a desk asks to be broken off is so later: when its question was answered meanwhile, and the next one is asked. */
describe('a server that hears late that it is to break off', () => {
  let world: World
  let locker: pg.Client
  let other: pg.Client
  let proxy: Server
  let place: string
  let hasHeard = false

  beforeEach(async () => {
    world = newWorld()
    await world.centre('EG001', { coordinator: 'huda@school.example' })
    await world.user('omar@school.example', { centre: 'EG001' })
    hasHeard = false
    const [server] = parseServerAddress(world.db).hosts
    proxy = createServer((desk) => {
      const there = connect(server?.port ?? 0, server?.host)
      for (const socket of [desk, there]) socket.on('error', () => undefined)
      there.on('close', () => desk.destroy())
      desk.on('close', () => there.destroy())
      there.pipe(desk, { end: false })
      desk.once('data', (first) => {
        const isCancel = first.length === 16
        void pause(isCancel ? late : 0).then(() => {
          hasHeard ||= isCancel
          there.write(first)
          desk.pipe(there)
        })
      })
    })
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
    const { port } = proxy.address() as AddressInfo
    place = world.db.replace(/@[^/]+/, `@127.0.0.1:${port}`)
    locker = await begun()
    other = await begun()
  })
  afterEach(async () => {
    await Promise.all([locker.end(), other.end()])
    proxy.close()
    await world.close()
  })

  const begun = async () => {
    const client = new pg.Client({ connectionString: testServer ?? '' })
    await client.connect()
    await client.query(`set search_path to ${parseServerAddress(world.db).schema}; begin`)
    return client
  }
  const lock = (table: string) => locker.query(`lock table ${table} in access exclusive mode`)
  const lockedByAnother = (table: string) => other.query(`lock table ${table} in access exclusive mode`)
  const untilWaiting = async (table: string) => {
    for (;;) {
      const { rowCount } = await locker.query(
        `select from pg_locks where not granted and relation = '${table}'::regclass`,
      )
      if (rowCount) return
      await pause(20)
    }
  }

  it.each([
    ['users suspend omar@school.example --yes', 'credentials'],
    ['users suspend omar@school.example --yes', 'outbox'],
    ['users show omar@school.example', 'outbox'],
  ])('is waited for before anything else is asked of it: %s, and %s', async (line, next) => {
    await lock('users')
    const interruption = newInterruption(() => undefined)
    const running = world.run([...line.split(' '), '--db', place], { interruption })
    await untilWaiting('users')
    await lockedByAnother(next)
    await pause(300)
    interruption.handleSignal('SIGINT')
    await locker.query('rollback')
    const ran = await running
    expect([ran.exit, hasHeard, ran.stdout], ran.stderr).toEqual([130, true, ''])
    await other.query('rollback')
    expect(await world.account('omar@school.example')).toMatchObject({ status: 'active' })
  })

  it('is no server that fails, where it breaks off what was asked meanwhile', async () => {
    const server = serverAddressOf(place)
    const interruption = newInterruption(() => undefined)
    const asked = { path: place, keyFile: '', command: 'test', mode: 'read' } as const
    const waiting = { maxWaitMs: 30_000, onWait: () => undefined, now: () => new Date() }
    const opening = { ...asked, ...waiting, interruption, signal: interruption.signal }
    const desk = new ReconnectingClient(await signIn(server, { writes: true }), {
      server,
      opening,
      acceptsStandby: false,
    })
    const ask = (table: string) =>
      desk.interruptible(() => desk.client.query(`select from ${server.schema}.${table}`))
    await lock('users')
    await lockedByAnother('outbox')
    const first = ask('users').catch((error: unknown) => error)
    await pause(250)
    const second = ask('outbox').catch((error: unknown) => error)
    interruption.handleSignal('SIGINT')
    await locker.query('rollback')
    expect(await second).toBeInstanceOf(Cancelled)
    expect(await first).toBeInstanceOf(Cancelled)
    await desk.client.end()
  })
})
