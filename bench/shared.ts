import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { verifyAudit } from '../src/db/audit/verify.ts'
import { openStore } from '../src/db/store/open.ts'
import type { OpenStore } from '../src/db/store/opening.ts'
import { commit } from '../src/db/transact.ts'
import { restoreUser } from '../src/rules/users/restore.ts'
import { suspendUser } from '../src/rules/users/suspend.ts'
import { parseServerAddress } from '../src/server-address.ts'
import { countingProxy } from '../test/db/postgres/counting-proxy.ts'
import startServer from '../test/server.ts'
import { inTurn, median, type Program, peakMemory, ratioOfPairs, reason, run, sshAdmin } from './processes.ts'
import { type Row, type Settings, seconds } from './rows.ts'
import { makeWorkbook } from './workbook.ts'

const usual = 100_000
const large = 1_000_000
const desks = 50
const changesOfADesk = 8
/** So many desks change one user whom they share, with half of their changes. */
const desksToAUser = 5
/** The simulated network delay in each direction, in milliseconds. */
const delay = 10
const bare = new URL('bare-import.mjs', import.meta.url).pathname
/** The password of the server that the bench starts. */
const env = { PGPASSWORD: process.env.PGPASSWORD ?? 'hub' }

/** Measures a store on a server: an import against a bare COPY, one-off commands, and many desks at once. */
export function measure(settings: Settings): Promise<Row[]> {
  return besideServer(settings, measureAt)
}

/** Measures an import of a million rows into a store on a server. */
export function measureLarge(settings: Settings): Promise<Row[]> {
  return besideServer(settings, largeImport)
}

async function besideServer(
  settings: Settings,
  taking: (measuring: Measuring) => Promise<Row[]>,
): Promise<Row[]> {
  let address = ''
  const stop = await startServer({
    provide: (_, found) => {
      address = found
    },
  })
  process.env.PGPASSWORD ??= env.PGPASSWORD
  try {
    if (address === '') return [missing('a store on a server', 'no server of PostgreSQL is to be had')]
    const server = new pg.Client({ connectionString: address })
    await server.connect()
    try {
      return await taking({ address, server, settings })
    } finally {
      await server.end()
    }
  } finally {
    await stop?.()
  }
}

interface Measuring {
  address: string
  server: pg.Client
  settings: Settings
}

async function measureAt(measuring: Measuring): Promise<Row[]> {
  const { folder } = measuring.settings
  const rows: Row[] = []
  const workbook = join(folder, `shared-${usual}.xlsx`)
  await makeWorkbook(workbook, { rows: usual, seed: 1 })
  rows.push(await importAgainstBare(measuring, { workbook, rows: usual }))
  rows.push(...(await oneOffs(measuring)))
  rows.push(await manyDesks(measuring))
  return rows
}

const placeOf = (address: string) => `${address}${address.includes('?') ? '&' : '?'}schema=bench`

function importing({ address, server, settings }: Measuring, workbook: string): Program {
  const pins = join(settings.folder, 'pins-of-shared.xlsx')
  const place = [
    '--db',
    placeOf(address),
    '--key-file',
    join(settings.folder, `${randomBytes(4).toString('hex')}.key`),
  ]
  const clear = async () => {
    for (const file of [pins, place[3] ?? '', `${place[3]}.head`]) rmSync(file, { force: true })
    await server.query('drop schema if exists bench cascade')
  }
  return {
    args: sshAdmin('centres', 'import', workbook, ...place, '--pins-out', pins, '--yes'),
    env,
    prepare: clear,
  }
}

/** Fills tables that `store init` made before, with all their indexes, foreign keys and checks. */
function bareImport({ address, server, settings }: Measuring, workbook: string): Program {
  const key = join(settings.folder, 'bare.key')
  const prepare = async () => {
    for (const file of [key, `${key}.head`]) rmSync(file, { force: true })
    await server.query('drop schema if exists bare cascade')
    await run({ args: sshAdmin('store', 'init', '--db', `${address}?schema=bare`, '--key-file', key), env })
  }
  return { args: [bare, workbook, address, join(settings.folder, 'bare-pins-of-shared.xlsx')], env, prepare }
}

async function importAgainstBare(
  measuring: Measuring,
  { workbook, rows }: { workbook: string; rows: number },
): Promise<Row> {
  const what = `shared: import of ${rows} rows, against COPY and a merge without rules`
  const { a, b, ratio } = await inTurn(
    importing(measuring, workbook),
    bareImport(measuring, workbook),
    measuring.settings.rounds,
  )
  return { what, measured: seconds(a), against: seconds(b), figure: ratio, unit: '×', goal: { atMost: 1.3 } }
}

async function largeImport(measuring: Measuring): Promise<Row[]> {
  const [million, workbook] = [large, usual].map((rows) =>
    join(measuring.settings.folder, `shared-${rows}.xlsx`),
  ) as [string, string]
  await makeWorkbook(million, { rows: large, seed: 1 })
  await makeWorkbook(workbook, { rows: usual, seed: 1 })
  const one = await run(importing(measuring, million))
  const tenth = await run(importing(measuring, workbook))
  const memory = await peakMemory(importing(measuring, million))
  return [
    {
      what: `shared: import of ${large} rows, against ${usual}`,
      measured: seconds(one),
      against: seconds(tenth),
      figure: one / tenth,
      unit: '×',
      goal: { atMost: 11 },
    },
    {
      what: `shared: most memory, import of ${large} rows`,
      measured: `${memory.toFixed(0)} MB`,
      figure: memory,
      unit: 'MB',
      goal: { below: 500 },
    },
  ]
}

const emailOf = (desk: number) => `teacher-${desk}@school.example`
const sharedEmailOf = (desk: number) => `shared-${Math.floor(desk / desksToAUser)}@school.example`

/** Makes a store with a centre, a teacher for each desk, and those whom desks share. @returns the options that name the store */
async function newStore(place: string, keyFile: string): Promise<string[]> {
  const at = ['--db', place, '--key-file', keyFile, '--mail-dir', `${keyFile}.mail`, '--yes']
  const emails = Array.from({ length: desks }, (_, desk) => [emailOf(desk), sharedEmailOf(desk)]).flat()
  const people = [...new Set(emails)].map((email) => `Some Teacher <${email}>`)
  await run({
    args: sshAdmin('centres', 'create', 'EG001', '--name', 'School', '--country', 'Egypt', ...at),
    env,
  })
  await run({ args: sshAdmin('users', 'add', ...people, '--centre', 'EG001', ...at), env })
  return at
}

async function oneOffs({ address, server, settings }: Measuring): Promise<Row[]> {
  const { folder, rounds } = settings
  await server.query('drop schema if exists bench cascade')
  const key = join(folder, 'one-off.key')
  const shared = await newStore(placeOf(address), key)
  const file = await newStore(join(folder, 'one-off.db'), join(folder, 'one-off.db.key'))
  const showing = (at: readonly string[]): Program => ({
    args: sshAdmin('users', 'show', emailOf(0), ...at.slice(0, 4)),
    env,
  })
  const overSocket = ['--db', placeOf(await socketOf(server, address)), ...shared.slice(2)]
  const near = await inTurn(showing(overSocket), showing(file), rounds * 7)
  const [host] = parseServerAddress(address).hosts
  if (!host) throw new Error('the server has a host')
  const proxy = await countingProxy(host, { delay })
  try {
    const far = placeOf(address.replace(/@[^/]+/, `@127.0.0.1:${proxy.port}`))
    const there = ['--db', far, ...shared.slice(2)]
    const verbs = ['suspend', 'restore']
    const show = await times(rounds * 3, () => run(showing(there)))
    const change = await times(rounds * 4, (at) =>
      run({ args: sshAdmin('users', verbs[at % 2] ?? '', emailOf(0), ...there), env }),
    )
    const against = `${delay * 2} ms a round trip`
    return [
      {
        what: 'shared: users show over the socket, against a file',
        measured: seconds(near.a),
        against: seconds(near.b),
        figure: near.ratio,
        unit: '×',
        goal: { atMost: 1.5 },
      },
      {
        what: 'shared: users show from afar',
        measured: seconds(show),
        against,
        figure: show / 1000,
        unit: 's',
        goal: { below: 0.5 },
      },
      {
        what: 'shared: users suspend from afar',
        measured: seconds(change),
        against,
        figure: change / 1000,
        unit: 's',
        goal: { below: 0.7 },
      },
    ]
  } finally {
    await proxy.close()
  }
}

/**
 * The address of the server's socket, with sign-in without a password as Debian's packages set it up for desks on the
 * same machine. The given address, if the bench did not start the server.
 */
async function socketOf(server: pg.Client, address: string): Promise<string> {
  if (process.env.SSH_ADMIN_TEST_DB || process.env.SSH_ADMIN_TEST_SERVER) return address
  const { rows } = await server.query<{ name: string; setting: string }>(
    "select name, setting from pg_settings where name in ('unix_socket_directories', 'port', 'hba_file')",
  )
  const setting = (wanted: string) => rows.find(({ name }) => name === wanted)?.setting ?? ''
  const [port, folder] = [setting('port'), setting('unix_socket_directories').split(',')[0] ?? '']
  if (!existsSync(join(folder, `.s.PGSQL.${port}`))) return address
  const rules = setting('hba_file')
  writeFileSync(rules, `local all all trust\n${readFileSync(rules, 'utf8')}`)
  await server.query('select pg_reload_conf()')
  return address.replace(/@[^/]+/, `@:${port}`).concat(`?host=${folder}`)
}

async function times(count: number, measuring: (at: number) => Promise<number>): Promise<number> {
  const found: number[] = []
  for (let at = 0; at < count; at += 1) found.push(await measuring(at))
  const sorted = found.sort((one, other) => one - other)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}

/** Each desk has a connection of its own and changes a user of its own, and one whom five share; all run in one process. */
async function manyDesks({ address, settings }: Measuring): Promise<Row> {
  const what = `shared: changes a second of ${desks} desks at once, against one desk`
  const keyFile = join(settings.folder, 'one-off.key')
  const open = () =>
    openStore({
      path: placeOf(address),
      keyFile,
      maxWaitMs: 120_000,
      mode: 'use',
      now: () => new Date(),
      command: 'bench',
      onWait: () => undefined,
    })
  const stores: OpenStore[] = []
  try {
    for (let desk = 0; desk < desks; desk += 1) stores.push(await open())
    const [first] = stores
    if (!first) throw new Error('there is a desk')
    const before = await eventsOf(first)
    const alone: number[] = []
    const together: number[] = []
    for (let round = 0; round < settings.rounds; round += 1) {
      alone.push(await changesASecond([first], desks))
      together.push(await changesASecond(stores, changesOfADesk))
    }
    const made = (await eventsOf(first)) - before
    const expected = settings.rounds * (desks + desks * changesOfADesk)
    if (made !== expected) throw new Error(`${made} changes are in the log, not ${expected}`)
    await refuseLostChanges(first)
    return {
      what,
      measured: `${median(together).toFixed(0)} a second`,
      against: `${median(alone).toFixed(0)} a second`,
      figure: ratioOfPairs(together, alone),
      unit: '×',
      goal: { atLeast: 0.8 },
    }
  } catch (error) {
    return { what, unit: '×', goal: { atLeast: 0.8 }, missing: reason(error) }
  } finally {
    for (const store of stores) await store.close()
  }
}

async function changesASecond(stores: readonly OpenStore[], each: number): Promise<number> {
  const began = performance.now()
  await Promise.all(
    stores.map(async (store, desk) => {
      for (let at = 0; at < each; at += 1) {
        const own = at % 2 === 0 ? 'suspend' : 'restore'
        await (at % 4 < 2
          ? change(store, { email: emailOf(desk), verbs: [own] })
          : change(store, { email: sharedEmailOf(desk), verbs: ['restore', 'suspend'] }))
      }
    }),
  )
  return (stores.length * each * 1000) / (performance.now() - began)
}

/**
 * Does the first that changes something: whom desks share another may have suspended or restored meanwhile. Half of them
 * take both tries, of one desk as of many.
 */
async function change(
  store: OpenStore,
  { email, verbs }: { email: string; verbs: readonly ('suspend' | 'restore')[] },
): Promise<void> {
  const actor = { kind: 'staff', operator: 'bench@desk', command: 'bench', dryRun: false } as const
  await commit(store, async (trx) => {
    const ctx = { actor, at: new Date(), random: randomBytes, sender: 'noreply@cambridgeinternational.org' }
    for (const verb of verbs) {
      const { outcome } = await (verb === 'suspend'
        ? suspendUser(trx, { email, ctx })
        : restoreUser(trx, { email, send: false, ctx }))
      if (outcome !== 'unchanged') return
    }
  })
}

/** Each change saw the one before it: nobody was suspended twice running, and each is as their last event says. */
async function refuseLostChanges(store: OpenStore): Promise<void> {
  const events = await store.db
    .selectFrom('audit')
    .innerJoin('audit_personal', 'audit_personal.audit_id', 'audit.id')
    .innerJoin('users', 'users.id', 'audit_personal.user_id')
    .where('audit_personal.field', '=', 'subject')
    .where('audit.action', 'in', actions)
    .orderBy('audit.id')
    .select(['audit.action', 'users.email', 'users.status'])
    .execute()
  const before = new Map<string, (typeof events)[number]>()
  for (const event of events) {
    const { email, action } = event
    if ((before.get(email)?.action ?? 'users.restored') === action)
      throw new Error(`${email} is in the log twice running as ${action}`)
    before.set(email, event)
  }
  for (const { email, action, status } of before.values())
    if ((action === 'users.suspended') !== (status === 'suspended'))
      throw new Error(`${email} is ${status}, and the last event is ${action}`)
  const { ok, problems } = await verifyAudit(store)
  if (!ok) throw new Error(`the log does not verify: ${JSON.stringify(problems)}`)
}

const actions = ['users.suspended', 'users.restored'] as const

async function eventsOf({ db }: OpenStore): Promise<number> {
  const { n } = await db
    .selectFrom('audit')
    .select(({ fn }) => fn.countAll<number>().as('n'))
    .where('action', 'in', actions)
    .executeTakeFirstOrThrow()
  return n
}

function missing(what: string, reason: string): Row {
  return { what, unit: '×', goal: { atMost: 1 }, missing: reason }
}
