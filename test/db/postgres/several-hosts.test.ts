import { existsSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { firstUsableHost, type SignInAttempt } from '../../../src/db/postgres/several-hosts.ts'
import { installedServer, newServer, newStandby, type TortureServer } from '../../torture/servers.ts'
import { newWorld, type World } from '../../world.ts'
import { cuttingProxy } from './cutting-proxy.ts'

const bin = installedServer() ?? ''

describe.skipIf(bin === '')('a store whose address names a primary and a standby that lags', () => {
  let world: World
  let primary: TortureServer
  let standby: TortureServer | undefined
  let replay: pg.Client | undefined

  beforeAll(async () => {
    world = newWorld()
    primary = await newServer(bin)
    standby = await newStandby(bin, primary)
    await run(['store', 'init'], { hosts: [primary] })
    await run(['centres', 'create', 'EG001', '--name', 'Giza', '--country', 'Egypt', '--yes'])
    await run(['users', 'add', 'Omar Farid <omar@school.example>', '--centre', 'EG001', '--yes'])
    replay = await stoppedReplay({ primary, standby })
    await run(['users', 'edit', 'omar@school.example', '--last-name', 'Newer', '--yes'])
  })
  afterAll(async () => {
    await replay?.end().catch(() => undefined)
    await standby?.clear()
    await primary.clear()
    await world.close()
  })

  const port = (host: { port: number } | undefined) => `127.0.0.1:${host?.port}`
  async function run(
    words: readonly string[],
    {
      hosts = [standby, primary],
      wait = 30,
    }: { hosts?: readonly ({ port: number } | undefined)[]; wait?: number } = {},
  ) {
    const place = `postgres://hub@${hosts.map(port).join(',')}/postgres`
    const key = ['--key-file', world.path('hosts.key')]
    const ran = await world.run([...words, '--db', place, ...key, '--wait', String(wait), '--json'])
    expect([0, 9], ran.stderr).toContain(ran.exit)
    return ran.json()
  }
  const lastName = async (hosts?: readonly ({ port: number } | undefined)[]) =>
    JSON.stringify(await run(['users', 'show', 'omar@school.example'], { hosts })).includes('Newer')
      ? 'Newer'
      : 'Farid'

  it('is read where it takes changes, whichever host is named first', async () => {
    // The standby has the older name still.
    expect(await lastName([standby])).toBe('Farid')
    expect(await lastName([standby, primary])).toBe('Newer')
    expect(await lastName([primary, standby])).toBe('Newer')
  })

  it('is said to be a standby where it hangs up without a word while it is read; a backup is begun anew before', async () => {
    const proxy = await cuttingProxy({ host: '127.0.0.1', port: standby?.port ?? 0 })
    const place = `postgres://hub@127.0.0.1:${proxy.port}/postgres`
    const backup = (file: string) =>
      world.run([
        ...`store backup ${file} --wait 2 --json --db`.split(' '),
        place,
        '--key-file',
        world.path('hosts.key'),
      ])
    try {
      proxy.cutAfter(12, 'before')
      const begunAnew = await backup('anew.db')
      expect([begunAnew.exit, proxy.wasCut()], begunAnew.stderr).toEqual([0, true])
      const kept = await world.run(['users', 'show', 'omar@school.example', '--db', world.path('anew.db')])
      expect(kept.stdout).toContain('Farid')
      proxy.cutAfter(12, 'before', 'let nobody ask')
      const ran = await backup('cut.db')
      expect([ran.exit, ran.error().message]).toEqual([7, expect.stringMatching(/the standby .* broke/)])
      expect(existsSync(world.path('cut.db'))).toBe(false)
    } finally {
      await proxy.close()
    }
  })

  it('is verified, checked and backed up there', async () => {
    await run(['audit', 'verify'])
    await run(['store', 'check'])
    await run(['store', 'backup', 'kept.db'])
    const kept = await world.run(['users', 'show', 'omar@school.example', '--db', world.path('kept.db')])
    expect(kept.stdout).toContain('Newer')
  })

  it('is read at the standby, without a wait, while none takes changes', async () => {
    expect((await run(['users', 'list'])).notices).toEqual([])
    await primary.kill()
    const said = { code: 'standby', message: expect.stringContaining('a standby is read') }
    for (const words of [['users', 'list'], ['status'], ['audit', 'list']])
      expect((await run(words)).notices).toEqual([said])
    const started = performance.now()
    expect(await lastName([primary, standby])).toBe('Farid')
    expect(await lastName([standby, primary])).toBe('Farid')
    expect(performance.now() - started).toBeLessThan(25_000)
  })

  it('is changed by whoever waits, once somebody promotes the standby', async () => {
    const changing = run(['users', 'edit', 'omar@school.example', '--last-name', 'Promoted', '--yes'], {
      wait: 60,
    })
    await pause(1_500)
    await standby?.promote()
    await changing
    expect(JSON.stringify(await run(['users', 'show', 'omar@school.example']))).toContain('Promoted')
    await run(['audit', 'verify'])
  })
})

describe('a host that has not answered by the next try', () => {
  it.each([
    { isReached: true, what: 'is waited for where it takes what is sent' },
    { isReached: false, what: 'is called anew where nobody was there' },
  ])('$what', async ({ isReached }) => {
    const client = new pg.Client()
    Object.assign(client, { query: async () => ({ rows: [{ standby: false }] }) })
    const called: string[] = []
    const answers: ((client: pg.Client) => void)[] = []
    const slow = (): SignInAttempt => {
      called.push('slow')
      const signedIn = new Promise<pg.Client>((resolve) => answers.push(resolve))
      return { signedIn, isReached: () => isReached, abandon: () => called.push('hung up') }
    }
    const gone = (): SignInAttempt => {
      const signedIn = Promise.reject(Object.assign(new Error('gone'), { code: 'ECONNREFUSED' }))
      return { signedIn, isReached: () => false, abandon: () => undefined }
    }
    const hosts = [
      { host: 'db1', port: 5432, signIn: slow },
      { host: 'db2', port: 5432, signIn: gone },
    ]
    const again = { writes: true, refusingHosts: [], pending: new Map(), willRetry: true }
    await expect(firstUsableHost(hosts, again)).rejects.toThrow('none of the hosts serves')
    const second = firstUsableHost(hosts, again)
    answers.at(-1)?.(client)
    expect(await second).toBe(client)
    expect(called).toEqual(isReached ? ['slow'] : ['slow', 'hung up', 'slow'])
  })
})

/** The standby takes no more of what the primary does, once it has all of what was done so far. */
async function stoppedReplay(servers: {
  primary: TortureServer
  standby: TortureServer
}): Promise<pg.Client> {
  const signedIn = async ({ port }: TortureServer) => {
    const client = new pg.Client({ connectionString: `postgres://hub@127.0.0.1:${port}/postgres` })
    client.on('error', () => undefined)
    await client.connect()
    return client
  }
  const [primary, standby] = [await signedIn(servers.primary), await signedIn(servers.standby)]
  const { rows } = await primary.query<{ at: string }>('select cast(pg_current_wal_lsn() as text) as at')
  await primary.end()
  const caughtUp = 'select pg_last_wal_replay_lsn() >= cast($1 as pg_lsn) as done'
  while (!(await standby.query<{ done: boolean }>(caughtUp, [rows[0]?.at])).rows[0]?.done) await pause(50)
  await standby.query('select pg_wal_replay_pause()')
  return standby
}
