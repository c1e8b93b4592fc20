import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newInterruption } from '../../../src/interruption.ts'
import { parseServerAddress } from '../../../src/server-address.ts'
import { freePort } from '../../free-port.ts'
import { testServer } from '../../shared-store.ts'
import { newWorld, type World } from '../../world.ts'

const pgbouncer = process.env.PGBOUNCER ?? 'pgbouncer'
const isInstalled = spawnSync(pgbouncer, ['--version']).status === 0

/** It keeps no session: each transaction may be on another connection to the server, of which there are two. */
describe.skipIf(!isInstalled)('a store behind pgbouncer in transaction mode, where that is installed', () => {
  let world: World
  let place: string
  let stop: () => void

  beforeAll(async () => {
    world = newWorld()
    await world.centre('EG001', { coordinator: 'huda@school.example' })
    const [server] = parseServerAddress(world.db).hosts
    if (!server) throw new Error('the server has a host')
    const port = await freePort()
    const folder = mkdtempSync(join(tmpdir(), 'ssh-admin-pooler-'))
    const { user } = parseServerAddress(world.db)
    const password = process.env.PGPASSWORD ?? ''
    const quoted = (text: string, sign: string) => `${sign}${text.replaceAll(sign, sign + sign)}${sign}`
    writeFileSync(join(folder, 'users.txt'), `${quoted(user ?? '', '"')} ${quoted(password, '"')}\n`)
    writeFileSync(
      join(folder, 'pgbouncer.ini'),
      `[databases]
* = host=${server.host} port=${server.port} user=${quoted(user ?? '', "'")} password=${quoted(password, "'")}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = trust
auth_file = ${join(folder, 'users.txt')}
pool_mode = transaction
default_pool_size = 2
max_client_conn = 100
`,
    )
    for (const file of ['', 'users.txt', 'pgbouncer.ini']) chmodSync(join(folder, file), 0o755)
    // It refuses to run as root.
    const asNobody = process.getuid?.() === 0 ? ['-u', 'nobody'] : []
    const pooler = spawn(pgbouncer, ['-q', ...asNobody, join(folder, 'pgbouncer.ini')], { stdio: 'ignore' })
    stop = () => {
      pooler.kill()
      rmSync(folder, { recursive: true, force: true })
    }
    await untilAnswering(port)
    place = world.db.replace(/@[^/]+/, `@127.0.0.1:${port}`)
  })
  afterAll(async () => {
    stop()
    await world.close()
  })

  const run = (...words: string[]) => world.run([...words, '--db', place, '--json'])

  it('takes imports, lists, changes of many desks at once, a backup, and keeps one log', async () => {
    const rows = Array.from({ length: 2000 }, (_, at) => `EG001,,,teacher${at}@school.example,T,${at}`)
    const roster = [
      'Centre number,Centre name,Country,Email,First name,Last name',
      'EG001,,,huda@school.example,,',
    ]
    writeFileSync(world.path('roster.csv'), `${[...roster, ...rows].join('\n')}\n`)
    const imported = await run('centres', 'import', 'roster.csv', '--pins-out', 'pins.xlsx', '--yes')
    expect(imported.exit, imported.stderr).toBe(0)
    const listed = await world.run(['users', 'list', '--db', place, '--format', 'csv'])
    expect(listed.stdout.trimEnd().split('\n').length).toBeGreaterThan(2000)
    const people = Array.from({ length: 8 }, (_, at) => `teacher${at}@school.example`)
    const changes = await Promise.all(people.map((email) => run('users', 'suspend', email, '--yes')))
    expect(changes.map(({ exit }) => exit)).toEqual(people.map(() => 0))
    const info = await run('store', 'info')
    expect(info.exit, info.stderr).toBe(0)
    const kept = await run('store', 'backup', 'kept.db')
    expect(kept.exit, kept.stderr).toBe(0)
    expect((await run('audit', 'verify')).json().ok).toBe(true)
  })

  it('ends with Ctrl-C while a locked table is waited for, and leaves the pooler to everybody else', async () => {
    const locker = new pg.Client({ connectionString: testServer ?? '' })
    await locker.connect()
    const { schema } = parseServerAddress(world.db)
    await locker.query(`begin; lock table ${schema}.audit in access exclusive mode`)
    try {
      for (const words of [
        ['list'],
        ['list', '--status', 'active'],
        ['suspend', 'huda@school.example', '--yes'],
      ]) {
        const interruption = newInterruption(() => undefined)
        const running = world.run(['users', ...words, '--db', place, '--wait', '20'], { interruption })
        await untilWaiting(locker, schema)
        await pause(300)
        const pressed = performance.now()
        interruption.handleSignal('SIGINT')
        expect((await running).exit).toBe(130)
        expect(performance.now() - pressed).toBeLessThan(5_000)
      }
    } finally {
      await locker.end()
    }
    const info = await run('store', 'info')
    expect(info.exit, info.stderr).toBe(0)
  })
})

async function untilWaiting(locker: pg.Client, schema: string): Promise<void> {
  for (;;) {
    const { rowCount } = await locker.query(
      `select from pg_locks where not granted and relation = '${schema}.audit'::regclass`,
    )
    if (rowCount) return
    await pause(20)
  }
}

async function untilAnswering(port: number): Promise<void> {
  for (;;) {
    const answers = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1')
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
      socket.once('connect', () => socket.destroy())
    })
    if (answers) return
    await pause(50)
  }
}
