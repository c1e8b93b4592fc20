import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import pg from 'pg'
import { builtProgram } from '../built-program.ts'
import { cuttingProxy } from '../db/postgres/cutting-proxy.ts'
import { workAtManyDesks, type Worked } from './desks.ts'
import { newServer, newStandby, type TortureServer } from './servers.ts'

interface Length {
  /** How long eight desks work, in milliseconds. */
  time: number
  seed: number
}

/** Eight desks at a server, of which some are killed and some cut off. */
export async function tortureSharedStore(bin: string, { time, seed }: Length): Promise<Worked> {
  const server = await newServer(bin)
  const folder = mkdtempSync(join(tmpdir(), 'ssh-admin-torture-'))
  await server.start()
  const proxy = await cuttingProxy({ host: '127.0.0.1', port: server.port })
  const client = await storeAt(server, folder)
  let until: number | undefined
  let commits = 0
  try {
    return await workAtManyDesks({
      folder,
      keyFile: join(folder, 'key'),
      place: (desk) => placeOf(desk % 3 === 1 ? proxy.port : server.port),
      isCut: (desk) => desk % 3 === 1,
      client: () => client,
      desks: 8,
      goesOn: () => {
        commits += 1
        if (commits % 5 === 0) proxy.cutNextCommit(commits % 2 === 0 ? 'before' : 'after')
        until ??= performance.now() + time
        return performance.now() < until
      },
      kills: (random) => random.below(6) === 0,
      seed,
    })
  } finally {
    await client.end().catch(() => undefined)
    await proxy.close()
    await server.clear()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The same while the primary is lost in the middle of it, and its standby takes over: what was committed is there. */
export async function tortureFailover(bin: string, { time, seed }: Length): Promise<Worked> {
  const primary = await newServer(bin)
  const folder = mkdtempSync(join(tmpdir(), 'ssh-admin-torture-'))
  const clients: pg.Client[] = []
  let standby: TortureServer | undefined
  try {
    const copy = await newStandby(bin, primary)
    standby = copy
    clients.push(await storeAt(primary, folder))
    await followClosely(clients[0])
    let until: number | undefined
    let lost: Promise<void> | undefined
    let lostAt: number | undefined
    let isOver = false
    const failOver = async () => {
      lostAt = Date.now()
      await primary.kill()
      await copy.promote()
      const now = new pg.Client({ connectionString: placeOf(copy.port) })
      now.on('error', () => undefined)
      await now.connect()
      await now.query('set search_path to ssh_admin')
      clients.unshift(now)
    }
    const failOverOnce = () => {
      lost ??= failOver().finally(() => {
        isOver = true
      })
      // Told once nobody works any more.
      lost.catch(() => undefined)
    }
    const worked = await workAtManyDesks({
      folder,
      keyFile: join(folder, 'key'),
      place: () => `postgres://hub@127.0.0.1:${primary.port},127.0.0.1:${copy.port}/postgres`,
      client: () => {
        const [first] = clients
        if (!first) throw new Error('nobody is connected')
        return first
      },
      desks: 8,
      goesOn: () => {
        until ??= performance.now() + time
        const left = until - performance.now()
        if (left < time / 2) failOverOnce()
        // However slow the machine: each desk works until the standby has taken over, and so goes on there.
        return left > 0 || !isOver
      },
      lostAt: () => lostAt,
      seed,
    }).catch(async (error: unknown) => {
      // Where the standby did not take over, that is why.
      await lost
      throw error
    })
    await lost
    if (clients.length < 2) worked.failures.push('the standby did not take over while desks worked')
    return worked
  } finally {
    for (const client of clients) await client.end().catch(() => undefined)
    await primary.clear()
    await standby?.clear()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** From here on a commit is confirmed once the standby has it. */
async function followClosely(client: pg.Client | undefined): Promise<void> {
  await client?.query("alter system set synchronous_standby_names to 'standby'")
  await client?.query('select pg_reload_conf()')
  for (;;) {
    const found = await client?.query("select 1 from pg_stat_replication where sync_state = 'sync'")
    if (found && found.rows.length > 0) return
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}

function placeOf(port: number): string {
  return `postgres://hub@127.0.0.1:${port}/postgres`
}

/** A store is begun there, with its key in the folder. */
async function storeAt({ port }: TortureServer, folder: string): Promise<pg.Client> {
  const argv = ['store', 'init', '--db', placeOf(port), '--key-file', join(folder, 'key')]
  await execa(process.execPath, [builtProgram(), ...argv], { env: { HOME: folder }, stdin: 'ignore' })
  const client = new pg.Client({ connectionString: placeOf(port) })
  client.on('error', () => undefined)
  await client.connect()
  await client.query('set search_path to ssh_admin')
  return client
}
