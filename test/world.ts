import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { clearLine, cursorTo, moveCursor } from 'node:readline'
import { PassThrough, Readable } from 'node:stream'
import { sql } from 'kysely'
import { run } from '../src/cli/run.ts'
import { type Context, runProgram, startPager } from '../src/context.ts'
import type { Output } from '../src/output.ts'
import { type Interruption, newInterruption } from '../src/interruption.ts'
import { headFileOnServer } from '../src/db/audit/head-file.ts'
import { serverAddressOf } from '../src/db/postgres/connection.ts'
import { openStore } from '../src/db/store/open.ts'
import type { OpenStore } from '../src/db/store/opening.ts'
import type { HubRole, UserStatus } from '../src/db/schema.ts'
import { commit, rehearse, type Work } from '../src/db/transact.ts'
import { findLiveUser } from '../src/db/users/users.ts'
import { accountOf } from '../src/rules/users/account.ts'
import type { RuleContext } from '../src/rules/permissions/actor.ts'
import { readAddress } from '../src/rules/users/email.ts'
import { searchKey } from '../src/search-key.ts'
import {
  dropSharedStore,
  dropStoresBeside,
  emptySharedStore,
  placeBeside,
  sharedTestPlace,
  tamperWithShared,
  testServer,
} from './shared-store.ts'
import { newUser } from '../src/rules/users/new-user.ts'
import { layEmptyStore } from './empty-store.ts'
import { openingOf } from './opening.ts'
import { asksForJson, checkJson } from './json-answers.ts'

export interface Ran {
  exit: number
  stdout: string
  stderr: string
  /** stdout as JSON; throws where it is none. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  json: () => any
  /** stderr as JSON: the error document. */
  error: () => { code: string; message: string; hint: string | null; details: Record<string, unknown> }
}

export interface Typing {
  /** Several come one by one. */
  stdin?: string | Buffer | readonly Buffer[]
  /** Undefined: a variable that is not set. */
  env?: Record<string, string | undefined>
  at?: Date
  /** As a terminal shows it, where nobody can be asked. */
  terminal?: boolean | { columns: number }
  /** Ctrl-C at the moment that the test chooses. */
  interruption?: Interruption
}

export interface World {
  folder: string
  db: string
  keyFile: string
  /** With the head of the log, at this desk. */
  headFile: string
  /** Where letters are written. */
  mailFolder: string
  now: Date
  /** Moves the clock of everything that runs afterwards. */
  setClock: (at: Date | string) => void
  path: (name: string) => string
  /** Where its store is on a server: it is there, and empty, before anything is run past `run`. */
  ready: () => Promise<void>
  /** Runs a command as a pipe would see it. */
  run: (argv: readonly string[], typing?: Typing) => Promise<Ran>
  /** Where there is no store, before anything else is done: of a file there is none anyway. */
  withoutStore: () => Promise<void>
  /** Where another store can be, on the same engine. @param name of letters and digits */
  elsewhere: (name: string) => string
  store: () => Promise<OpenStore>
  /** Whoever asks for it next opens it again. */
  closeStore: () => Promise<void>
  /** What a query finds in the store, or a statement changes, past every rule. */
  rows: <Row = Record<string, unknown>>(statement: string) => Promise<Row[]>
  /** Somebody at the store itself, who removes what stands in the way. */
  tamper: (...statements: string[]) => Promise<void>
  /** The same, with the checks of the log's columns out of the way too. */
  tamperPastChecks: (...statements: string[]) => Promise<void>
  ctx: () => RuleContext
  commit: <Result>(work: (ctx: RuleContext) => Work<Result>) => Promise<Result>
  rehearse: <Result>(work: (ctx: RuleContext) => Work<Result>) => Promise<Result>
  centre: (number: string, facts?: CentreFacts) => Promise<number>
  user: (email: string, facts: UserFacts) => Promise<number>
  account: (email: string) => Promise<ReturnType<typeof accountOf> | undefined>
  close: () => Promise<void>
}

interface CentreFacts {
  name?: string
  kind?: 'school' | 'associate' | 'associate-centre'
  associate?: string
  status?: 'approved' | 'active'
  country?: string
  /** The address of a coordinator to be made with it. */
  coordinator?: string
}

interface UserFacts {
  centre: string
  hubRole?: HubRole | null
  status?: Exclude<UserStatus, 'deleted'>
  firstName?: string
  lastName?: string
  roles?: readonly string[]
  sites?: readonly string[]
}

/** A folder, a store, a key and a clock of its own for one test. @param under where the folder is */
export function newWorld(at = new Date('2026-03-02T09:00:00.000Z'), under = tmpdir()): World {
  const folder = mkdtempSync(join(under, 'ssh-admin-'))
  const file = join(folder, 'hub.db')
  const keyFile = `${file}.key`
  const db = testServer === undefined ? file : sharedTestPlace(testServer)
  let now = at
  const ready = once(async () => {
    if (testServer !== undefined) await emptySharedStore(testServer, { keyFile, at })
  })
  let opened: Promise<OpenStore> | undefined
  const ctx = (): RuleContext => ({
    actor: { kind: 'staff', operator: 'tester@desk', command: 'test' },
    at: now,
    random: randomBytes,
    sender: 'noreply@cambridgeinternational.org',
  })

  const open = async () => {
    const isFirst = testServer === undefined && !existsSync(db) && !existsSync(keyFile)
    if (isFirst) await layEmptyStore({ path: db, keyFile, at: now })
    const mode = testServer !== undefined || existsSync(db) ? 'use' : 'create'
    return openStore(openingOf({ path: db, keyFile, mode, now: () => now }))
  }

  const store = async () => {
    await ready()
    // Once, however many queries ask for it at the same time; again, where it could not be opened.
    opened ??= open().catch((error: unknown) => {
      opened = undefined
      throw error
    })
    return opened
  }

  const closeStore = async () => {
    const closing = opened
    opened = undefined
    await (await closing)?.close()
  }

  const world: World = {
    folder,
    db,
    keyFile,
    headFile: testServer === undefined ? `${keyFile}.head` : headFileOnServer(keyFile, serverAddressOf(db)),
    mailFolder: `${file}.mail`,
    get now() {
      return now
    },
    setClock: (to) => {
      now = new Date(to)
    },
    path: (name) => join(folder, name),
    ready,
    run: async (argv, typing = {}) => {
      await ready()
      return runIn({ folder, db, now, argv, typing })
    },
    withoutStore: async () => {
      if (testServer === undefined) return
      await ready()
      await dropSharedStore(testServer)
      for (const file of [keyFile, world.headFile]) rmSync(file)
    },
    elsewhere: (name) =>
      testServer === undefined ? join(folder, `${name}.db`) : placeBeside(testServer, name),
    store,
    closeStore,
    rows: async <Row>(statement: string) => (await sql.raw<Row>(statement).execute((await store()).db)).rows,
    tamper: async (...statements) =>
      testServer === undefined
        ? tamperWith(await store(), statements)
        : tamperWithShared(testServer, statements),
    tamperPastChecks: async (...statements) =>
      testServer === undefined
        ? tamperWith(await store(), ['pragma ignore_check_constraints = on', ...statements])
        : tamperWithShared(testServer, statements, { pastChecks: true }),
    ctx,
    commit: async (work) => (await commit(await store(), work(ctx()))).result,
    rehearse: async (work) => rehearse(await store(), work(ctx())),
    centre: async (number, facts = {}) => insertCentre(world, number, facts),
    user: async (email, facts) => insertUser(world, email, facts),
    account: async (email) => {
      const row = await findLiveUser((await store()).db, email.toLowerCase())
      return row && accountOf(row, now)
    },
    close: async () => {
      await closeStore()
      if (testServer !== undefined) await dropStoresBeside(testServer)
      rmSync(folder, { recursive: true, force: true })
    },
  }
  return world
}

function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined
  return () => {
    done ??= work()
    return done
  }
}

async function tamperWith({ db }: OpenStore, statements: readonly string[]): Promise<void> {
  const run = async (statement: string) => sql.raw<Record<string, string>>(statement).execute(db)
  const { rows: triggers } = await run(
    "select name, sql from sqlite_schema where type = 'trigger' and tbl_name like 'audit%'",
  )
  for (const { name } of triggers) await run(`drop trigger ${name}`)
  await run('pragma foreign_keys = off')
  for (const statement of statements) await run(statement)
  await run('pragma foreign_keys = on')
  for (const { sql: trigger = '' } of triggers) await run(trigger)
}

async function insertCentre(world: World, number: string, facts: CentreFacts): Promise<number> {
  const { db } = await world.store()
  const { name = `Centre ${number}`, kind = 'school', associate, status = 'active', country = 'EG' } = facts
  const owner = associate
    ? await db.selectFrom('centres').select('id').where('number', '=', associate).executeTakeFirstOrThrow()
    : undefined
  const { id } = await db
    .insertInto('centres')
    .values({
      number,
      name,
      folded: searchKey(`${number} ${name}`),
      kind: associate ? 'associate-centre' : kind,
      associate_id: owner?.id ?? null,
      status,
      address: '',
      town: 'Cairo',
      postcode: '',
      country,
      british_council: 0,
      global_listening: 0,
      created_at: world.now.toISOString(),
      edited_at: null,
      deleted_at: null,
      created_by_import: null,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  if (facts.coordinator) {
    await insertUser(world, facts.coordinator, { centre: number, hubRole: 'coordinator', status: 'active' })
  }
  return id
}

async function insertUser(world: World, email: string, facts: UserFacts): Promise<number> {
  const { db } = await world.store()
  const address = readAddress(email)
  if (!('key' in address)) throw new Error(`${email} ${address.problem}`)
  const { firstName = 'Amira', lastName = 'Haddad', hubRole = 'teacher', status = 'active' } = facts
  const centre = await db
    .selectFrom('centres')
    .select('id')
    .where('number', '=', facts.centre)
    .executeTakeFirstOrThrow()
  const at = world.now.toISOString()
  const row = newUser({ address, firstName, lastName, centreId: centre.id, hubRole }, { at })
  const { id } = await db
    .insertInto('users')
    .values({
      ...row,
      status,
      status_before_suspension: status === 'suspended' ? 'active' : null,
      suspended_at: status === 'suspended' ? at : null,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  for (const role of facts.roles ?? [])
    await db.insertInto('user_roles').values({ user_id: id, role }).execute()
  for (const site of facts.sites ?? [])
    await db.insertInto('user_sites').values({ user_id: id, site }).execute()
  return id
}

async function runIn({
  folder,
  db,
  now,
  argv,
  typing,
}: {
  folder: string
  db: string
  now: Date
  argv: readonly string[]
  typing: Typing
}): Promise<Ran> {
  const stdout = collecting(typing.terminal)
  const stderr = collecting(typing.terminal)
  const stdin = Readable.from(chunksOf(typing.stdin))
  const context = contextIn(
    { folder, db, now },
    { ...typing, stdin, stdout: stdout.stream, stderr: stderr.stream },
  )
  const exit = await run(argv, context)
  const ran = { exit, stdout: stdout.text(), stderr: stderr.text() }
  if (asksForJson(argv)) checkJson(argv, ran)
  return {
    ...ran,
    json: () => JSON.parse(stdout.text()),
    error: () => JSON.parse(stderr.text()).error,
  }
}

/** The settings with which the program finds a world's store, and what lies beside it where it is a file. */
export function settingsOf({ folder, db }: Pick<World, 'folder' | 'db'>): Record<string, string> {
  const settings = { HOME: folder, SSH_ADMIN_DB: db }
  if (testServer === undefined) return settings
  const file = join(folder, 'hub.db')
  return { ...settings, SSH_ADMIN_KEY_FILE: `${file}.key`, SSH_ADMIN_MAIL_DIR: `${file}.mail` }
}

/** Everything that is not argv, for a command that is run in a world. */
export function contextIn(
  { folder, db, now }: Pick<World, 'folder' | 'db' | 'now'>,
  {
    env,
    at,
    interruption = newInterruption(() => undefined),
    ...streams
  }: Omit<Typing, 'stdin'> & Pick<Context, 'stdin' | 'stdout' | 'stderr'>,
): Context {
  return {
    env: { ...settingsOf({ folder, db }), ...env },
    cwd: folder,
    stdin: streams.stdin,
    stdout: streams.stdout,
    stderr: streams.stderr,
    now: () => at ?? now,
    random: randomBytes,
    operator: 'tester@desk',
    runProgram,
    startPager,
    disableColours: () => undefined,
    enableColours: () => undefined,
    interruption,
    signal: interruption.signal,
  }
}

/** Says that it is a terminal; it goes on when a prompt has ended what it writes to. */
export function newScreen(columns: number): PassThrough & Output {
  const screen = new PassThrough()
  return Object.assign(screen, {
    isTTY: true,
    columns,
    rows: 40,
    end: () => screen,
    cursorTo: (x: number) => cursorTo(screen, x),
    moveCursor: (x: number, y: number) => moveCursor(screen, x, y),
    clearLine: (direction: -1 | 0 | 1) => clearLine(screen, direction),
  })
}

function collecting(terminal: Typing['terminal'] = false): { stream: Output; text: () => string } {
  const chunks: Buffer[] = []
  const { columns } = typeof terminal === 'object' ? terminal : { columns: 100 }
  const stream = terminal === false ? new PassThrough() : newScreen(columns)
  stream.on('data', (chunk: Buffer) => chunks.push(chunk))
  return { stream, text: () => Buffer.concat(chunks).toString('utf8') }
}

function chunksOf(stdin: Typing['stdin']): readonly Buffer[] {
  if (stdin === undefined) return []
  return typeof stdin === 'string' || Buffer.isBuffer(stdin) ? [Buffer.from(stdin)] : stdin
}
