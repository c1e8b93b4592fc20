import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { latestVersion } from '../../src/db/migrations/index.ts'
import { parseServerAddress } from '../../src/server-address.ts'
import { builtProgram } from '../built-program.ts'
import { type CuttingProxy, cuttingProxy } from '../db/postgres/cutting-proxy.ts'
import { testServer } from '../shared-store.ts'
import { type ManyDesks, workAtManyDesks } from '../torture/desks.ts'
import { newWorld, type World } from '../world.ts'

let world: World
let client: pg.Client
let proxy: CuttingProxy | undefined

beforeEach(async () => {
  world = newWorld()
  await world.store()
  client = new pg.Client({ connectionString: testServer ?? '' })
  await client.connect()
  await client.query(`set search_path to ${parseServerAddress(world.db).schema}`)
})
afterEach(async () => {
  await proxy?.close()
  proxy = undefined
  await client.end()
  await world.close()
})

/** How long desks work where nothing disturbs them; CI gives them a minute. */
const workingSeconds = Number(process.env.DESKS_SECONDS ?? 20)
/** How long they work where commands are killed; `npm run torture` gives them a minute. */
const disturbedSeconds = 20

/** Until the time is over, and at least so many commands. */
function forSeconds(seconds: number, { atLeast }: { atLeast: number }): (begun: number) => boolean {
  let until: number | undefined
  return (begun) => {
    until ??= performance.now() + seconds * 1000
    return begun < atLeast || performance.now() < until
  }
}

const desks = (more: Partial<ManyDesks> = {}): ManyDesks => ({
  folder: world.folder,
  keyFile: world.path('hub.db.key'),
  place: () => world.db,
  client: () => client,
  desks: 8,
  goesOn: (begun) => begun < 3,
  seed: 1,
  ...more,
})

describe('eight desks at one store', () => {
  it('lose nothing and do nothing twice, and what each says is so', async () => {
    const { commands, exits, failures } = await workAtManyDesks(
      desks({ goesOn: forSeconds(workingSeconds, { atLeast: 3 }) }),
    )
    expect(failures, JSON.stringify(exits)).toEqual([])
    expect(commands).toBeGreaterThanOrEqual(24)
  })

  const throughProxy = async () => {
    const [server] = parseServerAddress(world.db).hosts
    if (!server) throw new Error('the server has a host')
    const between = await cuttingProxy(server)
    proxy = between
    return { between, cut: world.db.replace(/@[^/]+/, `@127.0.0.1:${between.port}`) }
  }

  it('nor when commands are killed, and connections are cut while a change is being saved', async () => {
    const { between, cut } = await throughProxy()
    let cuts = 0
    const goesOn = forSeconds(disturbedSeconds, { atLeast: 2 })
    const { exits, failures } = await workAtManyDesks(
      desks({
        seed: 2,
        goesOn: (begun) => {
          cuts += 1
          between.cutNextCommit(cuts % 2 === 0 ? 'before' : 'after')
          return goesOn(begun)
        },
        // Desk 0 makes the store ready, and is let alone.
        place: (desk) => (desk % 2 === 1 ? cut : world.db),
        isCut: (desk) => desk % 2 === 1,
        kills: (random) => random.below(3) === 0,
      }),
    )
    expect(failures, JSON.stringify(exits)).toEqual([])
  })

  it('change nothing where each commit is cut off and they say so', async () => {
    const { between, cut } = await throughProxy()
    between.cutEachCommit()
    const { exits, failures } = await workAtManyDesks(
      desks({ desks: 2, place: (desk) => (desk === 1 ? cut : world.db), isCut: (desk) => desk === 1 }),
    )
    expect(failures).toEqual([])
    expect(exits[7]).toBeGreaterThan(0)
  })

  it('are found out where one says that nothing was changed, and it was', async () => {
    const lies = fileURLToPath(new URL('says-nothing-was-changed.mjs', import.meta.url))
    const { failures } = await workAtManyDesks(
      desks({
        desks: 2,
        // Of a few commands each may find done already what it is asked to do.
        goesOn: (begun) => begun < 8,
        isCut: (desk) => desk === 1,
        preloads: (desk) => (desk === 1 ? [lies] : []),
      }),
    )
    expect(failures.join('\n')).toContain('said that nothing was changed, and is in the log')
  })

  it('are found out where one says that it did what it only rehearsed', async () => {
    const rehearses = fileURLToPath(new URL('only-rehearses.mjs', import.meta.url))
    const { failures } = await workAtManyDesks(
      desks({
        desks: 2,
        // Desk 0 makes the store ready, and does no more: there is nothing to take back or to restore.
        goesOn: (begun, desk) => desk === 1 && begun < 16,
        preloads: (desk) => (desk === 1 ? [rehearses] : []),
      }),
    )
    const found = failures.flatMap(
      (words) => /said that (.+) was done, and is not in the log/.exec(words)?.[1] ?? [],
    )
    expect([...new Set(found)].sort()).toEqual([
      'centres.imported',
      'coordinator.changed',
      'users.password-reset',
      'users.suspended',
      'users.transferred',
    ])
  })

  const program = (node: readonly string[], env: Record<string, string> = {}) =>
    execa(
      process.execPath,
      [
        ...node,
        builtProgram(),
        'centres',
        'create',
        'EG009',
        '--name',
        'Nine',
        '--country',
        'Egypt',
        '--json',
      ],
      {
        cwd: world.folder,
        env: {
          PATH: process.env.PATH,
          HOME: world.folder,
          PGPASSWORD: process.env.PGPASSWORD,
          SSH_ADMIN_DB: world.db,
          SSH_ADMIN_KEY_FILE: world.path('hub.db.key'),
          ...env,
        },
        extendEnv: false,
        reject: false,
      },
    )
  const codeOf = (stderr: string) => JSON.parse(stderr).error.code

  it('refuse one whose clock is ten minutes ahead, and change nothing', async () => {
    const clock = fileURLToPath(new URL('moved-clock.mjs', import.meta.url))
    const { exitCode, stderr } = await program(['--import', clock], { MOVED_CLOCK: '10' })
    expect([exitCode, codeOf(stderr)]).toEqual([7, 'clock-differs'])
    expect(await world.rows('select 1 from centres')).toEqual([])
  })

  it('refuse an older program, and change nothing', async () => {
    await client.query(`insert into store_versions values (${latestVersion + 1}, '9.0.0')`)
    try {
      const { exitCode, stderr } = await program([])
      expect([exitCode, codeOf(stderr)]).toEqual([7, 'store-newer'])
      expect((await client.query('select 1 from centres')).rows).toEqual([])
    } finally {
      await client.query(`delete from store_versions where version > ${latestVersion}`)
    }
  })
})
