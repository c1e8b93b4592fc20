import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { newInterruption } from '../../../src/interruption.ts'
import { parseServerAddress } from '../../../src/server-address.ts'
import { freePort } from '../../free-port.ts'
import { testServer } from '../../shared-store.ts'
import { newWorld, type World } from '../../world.ts'

let world: World
/** A host that takes what it is sent, and answers nothing. */
let dark: Server
let darkHost: string

beforeEach(async () => {
  world = newWorld()
  await world.centre('EG001')
  dark = createServer((socket) => socket.on('error', () => undefined))
  await new Promise<void>((resolve) => dark.listen(0, '127.0.0.1', resolve))
  const address = dark.address()
  darkHost = `127.0.0.1:${portOf(address)}`
})
afterEach(async () => {
  dark.close()
  await world.close()
})

function portOf(address: AddressInfo | string | null): number {
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** The store's address with hosts that take nobody's call before its own. */
const behind = (...hosts: readonly string[]) =>
  world.db.replace(/@([^/]+)/, (_, own: string) => `@${[...hosts, own].join(',')}`)

const config = async (db: string, ...more: readonly string[]) => {
  const started = performance.now()
  const ran = await world.run(['config', '--json', '--db', db, ...more])
  expect(ran.exit, ran.stderr).toBe(0)
  return { store: ran.json().store, ms: performance.now() - started, stdout: ran.stdout }
}

describe('config', () => {
  it('says so of a server that asks for a sign-in such as Kerberos', async () => {
    const asksOtherwise = Buffer.from([82, 0, 0, 0, 8, 0, 0, 0, 7])
    const server = createServer((socket) => {
      socket.on('error', () => undefined)
      socket.on('data', () => socket.write(asksOtherwise))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    try {
      const db = `postgres://hub@127.0.0.1:${portOf(server.address())}/hub`
      const { problem } = (await config(db)).store
      expect(problem).toMatchObject({
        code: 'store-refused',
        message: `The server of ${db} asks for another sign-in than a password.`,
      })
    } finally {
      server.close()
    }
  })

  it('says which server answers, how far away it is, and who is changing the store', async () => {
    const client = new pg.Client({ connectionString: testServer ?? '', application_name: 'psql' })
    await client.connect()
    try {
      const { store, stdout } = await config(world.db)
      expect(store).toEqual({
        state: 'there',
        heldBy: null,
        server: {
          host: '127.0.0.1',
          port: expect.any(Number),
          user: expect.any(String),
          version: expect.stringMatching(/^\d+/),
          roundTripMs: expect.any(Number),
        },
        problem: null,
      })
      if (process.env.PGPASSWORD !== parseServerAddress(world.db).user)
        expect(stdout).not.toContain(`"${process.env.PGPASSWORD}"`)
      const { schema } = parseServerAddress(world.db)
      const { rows } = await client.query('select pg_backend_pid() as pid, current_user as name')
      const [{ pid, name }] = rows
      await client.query(`begin; select 1 from ${schema}.store where id = 1 for update`)
      const holder = `psql (signed in as ${name}, process ${pid} of the server)`
      expect((await config(world.db)).store.heldBy).toBe(holder)
      const info = await world.run(['store', 'info', '--json'])
      expect(info.json()).toMatchObject({ heldBy: holder, server: { heldBy: holder } })
      expect((await world.run(['status', '--json'])).json().heldBy).toBe(holder)
      const asked = ['centres', 'edit', 'EG001', '--town', 'Giza', '--yes', '--wait', '1', '--json']
      expect((await world.run(asked)).error().message).toContain(holder)
      expect((await world.run(['config'])).stdout).toContain(`In use by ${holder}.`)
    } finally {
      await client.end()
    }
  })

  it('answers at once where there is no store yet', async () => {
    const { store } = await config(`${testServer}?schema=nothing_here`)
    expect(store).toMatchObject({ state: 'missing', server: null, problem: { code: 'store-missing' } })
    const table = await world.run(['config', '--db', `${testServer}?schema=nothing_here`])
    expect(table.stdout).toMatch(/^store\tmissing\tThere is no store at .*store init$/m)
  })

  it('answers within a short limit where the server does not', async () => {
    const { store, ms } = await config(`postgres://hub@${darkHost}/hub`)
    expect(store).toMatchObject({ state: 'unavailable', problem: { code: 'store-unavailable' } })
    expect(ms).toBeLessThan(9_000)
    const nobody = await config(`postgres://hub@127.0.0.1:${await freePort()}/hub`, '--wait', '30')
    expect(nobody.store).toMatchObject({ state: 'unavailable', problem: { code: 'store-unavailable' } })
    expect(nobody.ms).toBeLessThan(9_000)
  })

  it('says in words that it is not let in', async () => {
    const { store } = await config(world.db.replace(/\/\/[^@]+@/, '//nobody_known@'))
    expect(store).toMatchObject({ state: 'unavailable', problem: { code: 'store-refused' } })
  })
})

it('who only reads waits no longer than --wait for whoever has locked its tables', async () => {
  const client = new pg.Client({ connectionString: testServer ?? '' })
  await client.connect()
  try {
    const { schema } = parseServerAddress(world.db)
    await client.query(`begin; lock table ${schema}.store in access exclusive mode`)
    const started = performance.now()
    const ran = await world.run(['users', 'list', '--wait', '1', '--json'])
    expect([ran.exit, ran.error().code]).toEqual([7, 'store-locked'])
    expect(performance.now() - started).toBeLessThan(10_000)
    expect((await config(world.db)).store).toMatchObject({ state: 'there', heldBy: expect.any(String) })
  } finally {
    await client.end()
  }
})

describe('a store whose tables somebody has locked', () => {
  let locker: pg.Client
  let schema: string
  const lock = (table: string) =>
    locker.query(`begin; lock table ${schema}.${table} in access exclusive mode`)
  const waiting = async () => {
    const { rows } = await locker.query<{ pid: number }>(
      `select distinct pid from pg_locks where not granted and relation in (select oid from pg_class where relnamespace = '${schema}'::regnamespace)`,
    )
    return rows.length
  }

  beforeEach(async () => {
    await world.user('omar@school.example', { centre: 'EG001' })
    ;({ schema } = parseServerAddress(world.db))
    locker = new pg.Client({ connectionString: testServer ?? '' })
    await locker.connect()
  })
  afterEach(() => locker.end())

  it.each([
    ['store', 'users suspend omar@school.example --yes'],
    ['users', 'users suspend omar@school.example --yes'],
    ['audit_personal', 'users suspend omar@school.example --yes'],
    ['users', 'users show omar@school.example'],
  ])('by the lock on %s %s is held up no longer than --wait', async (table, line) => {
    await lock(table)
    const started = performance.now()
    const ran = await world.run([...line.split(' '), '--wait', '1', '--json'])
    expect([ran.exit, ran.error().code]).toEqual([7, 'store-locked'])
    expect(performance.now() - started).toBeLessThan(15_000)
  })

  it.each([
    ['store', 'users list'],
    ['store', 'status'],
    ['users', 'find omar'],
    ['users', 'users suspend omar@school.example --yes'],
    ['users', 'centres export roster.csv'],
    ['users', 'users delete omar@school.example --suspend --dry-run'],
  ])('by the lock on %s %s ends with Ctrl-C, and waits for nothing at the server', async (table, line) => {
    await lock(table)
    const interruption = newInterruption(() => undefined)
    const running = world.run([...line.split(' ')], { interruption })
    while ((await waiting()) === 0) await pause(20)
    await pause(300)
    const pressed = performance.now()
    interruption.handleSignal('SIGINT')
    const ran = await running
    expect([ran.exit, ran.stdout], ran.stderr).toEqual([130, ''])
    expect(performance.now() - pressed).toBeLessThan(5_000)
    expect(await waiting()).toBe(0)
    await locker.query('rollback')
    expect(await world.account('omar@school.example')).toMatchObject({ status: 'active' })
  })

  it('ends with Ctrl-C also where the server does not hear that it is to break off', async () => {
    const [server] = parseServerAddress(world.db).hosts
    const between = createServer((desk) => {
      desk
        .on('error', () => undefined)
        .once('data', (first) => {
          if (first.length === 16) return
          const there = connect(server?.port ?? 0, server?.host).on('error', () => undefined)
          there.write(first)
          desk.pipe(there).pipe(desk)
        })
    })
    await new Promise<void>((resolve) => between.listen(0, '127.0.0.1', resolve))
    const { port } = between.address() as AddressInfo
    const db = world.db.replace(/@[^/]+/, `@127.0.0.1:${port}`)
    await lock('audit')
    const interruption = newInterruption(() => undefined)
    const running = world.run(['users', 'list', '--wait', '20', '--db', db], { interruption })
    while ((await waiting()) === 0) await pause(20)
    await pause(300)
    const pressed = performance.now()
    interruption.handleSignal('SIGINT')
    expect((await running).exit).toBe(130)
    expect(performance.now() - pressed).toBeLessThan(5_000)
    between.close()
  })
})

describe('a host that swallows what it is sent', () => {
  const took = async (...argv: readonly string[]) => {
    const started = performance.now()
    const ran = await world.run([...argv])
    expect(ran.exit, ran.stderr).toBe(0)
    return performance.now() - started
  }

  it('holds up nobody where others are named', async () => {
    const db = behind(darkHost, `127.0.0.1:${await freePort()}`)
    expect(await took('users', 'list', '--db', db)).toBeLessThan(5_000)
    expect(await took('centres', 'edit', 'EG001', '--town', 'Giza', '--yes', '--db', db)).toBeLessThan(5_000)
  })

  it.each([
    ['?connect_timeout=2', {}],
    ['', { PGCONNECT_TIMEOUT: '2' }],
  ])('is given up as soon as connect_timeout says, where it is the only one: %s', async (options, env) => {
    const before = process.env.PGCONNECT_TIMEOUT
    Object.assign(process.env, env)
    try {
      const started = performance.now()
      const ran = await world.run([
        'users',
        'list',
        '--json',
        '--db',
        `postgres://hub@${darkHost}/hub${options}`,
      ])
      expect([ran.exit, ran.error().code]).toEqual([7, 'store-unavailable'])
      expect(performance.now() - started).toBeLessThan(9_000)
    } finally {
      if (before === undefined) delete process.env.PGCONNECT_TIMEOUT
      else process.env.PGCONNECT_TIMEOUT = before
    }
  })

  it('is waited for no longer than --wait where all do', async () => {
    const started = performance.now()
    const ran = await world.run([
      'users',
      'list',
      '--json',
      '--wait',
      '1',
      '--db',
      `postgres://hub@${darkHost},${darkHost}/hub`,
    ])
    expect([ran.exit, ran.error().code]).toEqual([7, 'store-unavailable'])
    expect(performance.now() - started).toBeLessThan(9_000)
  })
})

describe('several hosts of which none answers as it should', () => {
  const open: Server[] = []
  const calls = { refusing: 0, hangingUp: 0, slow: 0, comingUp: 0 }
  const listening = async (name: keyof typeof calls, answer: (socket: Socket) => void) => {
    const server = createServer((socket) => {
      calls[name] += 1
      socket.on('error', () => undefined)
      answer(socket)
    })
    open.push(server)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return `127.0.0.1:${portOf(server.address())}`
  }
  /** As a server says that the password is another one. */
  const refusal = (code: string) => {
    const said = Buffer.from(`E\0\0\0\x21SFATAL\0VFATAL\0C${code}\0Mno\0\0`, 'latin1')
    said.writeInt32BE(said.length - 1, 1)
    return said
  }
  const letThrough = (desk: Socket) => {
    const [target] = parseServerAddress(world.db).hosts
    const there = connect(target?.port ?? 0, target?.host).on('error', () => desk.destroy())
    desk
      .on('error', () => undefined)
      .pipe(there)
      .pipe(desk)
  }

  afterEach(() => {
    for (const server of open.splice(0)) server.close()
  })

  it('are asked less and less often while they are waited for, and one that refuses the user only once', async () => {
    Object.assign(calls, { refusing: 0, hangingUp: 0 })
    const refusing = await listening('refusing', (socket) =>
      socket.once('data', () => socket.end(refusal('28P01'))),
    )
    const hangingUp = await listening('hangingUp', (socket) => socket.destroy())
    const db = `postgres://hub@${hangingUp},${refusing}/hub`
    const ran = await world.run(['users', 'suspend', 'omar@school.example', '--wait', '5', '--db', db])
    expect(ran.exit).toBe(7)
    expect(ran.stderr).toContain('refuses this user; ')
    expect(ran.stderr.match(/Waiting for/g)).toHaveLength(1)
    expect(calls.refusing).toBe(1)
    expect(calls.hangingUp).toBeGreaterThan(3)
    expect(calls.hangingUp).toBeLessThan(9)
  })

  it('are not waited for where each of them refuses the user', async () => {
    Object.assign(calls, { refusing: 0 })
    const refuse = (socket: Socket) => socket.once('data', () => socket.end(refusal('28P01')))
    const db = `postgres://hub@${await listening('refusing', refuse)},${await listening('refusing', refuse)}/hub`
    const ran = await world.run(['users', 'suspend', 'omar@school.example', '--wait', '20', '--db', db])
    expect([ran.exit, calls.refusing], ran.stderr).toEqual([7, 2])
    expect(ran.stderr).not.toContain('Waiting for')
  })

  it('are used once one has signed somebody in that takes its time, while the other is in trouble', async () => {
    await world.user('omar@school.example', { centre: 'EG001' })
    Object.assign(calls, { slow: 0, hangingUp: 0 })
    const hangingUp = await listening('hangingUp', (socket) => socket.destroy())
    const slow = await listening('slow', (socket) => setTimeout(() => letThrough(socket), 4_000))
    const db = world.db.replace(/@[^/]+/, `@${hangingUp},${slow}`)
    const started = performance.now()
    const ran = await world.run([
      'users',
      'suspend',
      'omar@school.example',
      '--yes',
      '--wait',
      '20',
      '--db',
      db,
    ])
    expect(ran.exit, ran.stderr).toBe(0)
    expect(calls.slow).toBe(1)
    expect(calls.hangingUp).toBeGreaterThan(1)
    expect(performance.now() - started).toBeLessThan(14_000)
  })

  it.each(['53100', '53200', '53300', '57P03', '55006'])(
    'are asked again where one that comes up says %s for the moment',
    async (code) => {
      Object.assign(calls, { comingUp: 0 })
      const comingUp = await listening('comingUp', (socket) => {
        if (calls.comingUp > 1) letThrough(socket)
        else socket.once('data', () => socket.end(refusal(code)))
      })
      const db = world.db.replace(/@[^/]+/, `@127.0.0.1:${await freePort()},${comingUp}`)
      const ran = await world.run(['users', 'list', '--db', db])
      expect(ran.exit, ran.stderr).toBe(0)
    },
  )

  it('are used as soon as one does, while another swallows what it is sent', async () => {
    await world.user('omar@school.example', { centre: 'EG001' })
    const port = await freePort()
    const later = createServer(letThrough)
    open.push(later)
    const db = world.db.replace(/@[^/]+/, `@${darkHost},127.0.0.1:${port}`)
    const started = performance.now()
    const running = world.run(['users', 'suspend', 'omar@school.example', '--yes', '--db', db])
    await pause(1_500)
    later.listen(port, '127.0.0.1')
    const ran = await running
    expect(ran.exit, ran.stderr).toBe(0)
    expect(performance.now() - started).toBeLessThan(8_000)
  })
})
