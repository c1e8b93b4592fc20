import { copyFileSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import type pg from 'pg'
import { builtProgram } from '../built-program.ts'
import { centres, type Deed, deed, rosters, teachers } from './deeds.ts'
import { type Random, randomFrom } from './random.ts'

export interface ManyDesks {
  /** A folder for their homes. */
  folder: string
  keyFile: string
  /** The address of the store, for each desk. */
  place: (desk: number) => string
  /** Signed in where the store's tables are looked in first. */
  client: () => pg.Client
  desks: number
  /** Whether a desk begins one more command, of which it has begun so many. */
  goesOn: (done: number, desk: number) => boolean
  seed: number
  /** Whether a command is killed while it runs. */
  kills?: (random: Random) => boolean
  /** Whether the line of a desk is cut now and then: a command may give up then, and has changed nothing. */
  isCut?: (desk: number) => boolean
  /** When every desk lost the server, by the clock of this process. */
  lostAt?: () => number | undefined
  /** What its commands load before the program. */
  preloads?: (desk: number) => readonly string[]
}

export interface Worked {
  commands: number
  /** How many ended with each exit code; `killed` for those that a signal ended. */
  exits: Record<string, number>
  failures: string[]
}

/** Lets many desks work at one store at the same moment, and looks whether all that they said is so. */
export async function workAtManyDesks(work: ManyDesks): Promise<Worked> {
  const { client, desks } = work
  await prepare(work)
  const before = await sums(client())
  const ahead = await serverAhead(client())
  const done: Done[] = []
  await Promise.all(Array.from({ length: desks }, (_, desk) => workAt(work, { desk, done })))
  const exits: Record<string, number> = {}
  for (const { exit } of done) exits[exit ?? 'killed'] = (exits[exit ?? 'killed'] ?? 0) + 1
  const failures = [...done.flatMap(strangeEnd), ...(await whatIsWrong(work, { before, ahead, done }))]
  return { commands: done.length, exits, failures }
}

interface Done extends Deed {
  /** Whom the log names for what it did: each command is another's. */
  operator: string
  /** Whether its line may have been cut. */
  isCut: boolean
  /** By the clock of this process, in milliseconds. */
  began: number
  ended: number
  exit: number | undefined
  stdout: string
  stderr: string
}

/** Not known whether it was done: killed, or cut off while it was saved. */
const unsure = (exit: number | undefined) => exit === undefined || exit === 10

/** Cut off once more at each try, it says that nothing was changed; whether that is so the log says. */
function gaveUp({ exit, isCut, stderr }: Done): boolean {
  if (exit !== 7 || !isCut) return false
  const { message, hint } = JSON.parse(stderr).error
  return /broke before the change was saved\.$/.test(message) && /^Nothing was changed\./.test(hint)
}

function strangeEnd(done: Done): string[] {
  const { argv, exits, exit, stderr } = done
  if (unsure(exit) || exits.includes(exit ?? -1) || gaveUp(done)) return []
  return [`${argv.join(' ')} ended with ${exit}: ${stderr}`]
}

async function workAt(work: ManyDesks, { desk, done }: { desk: number; done: Done[] }): Promise<void> {
  const random = randomFrom(work.seed * 100 + desk)
  for (let count = 0; work.goesOn(count, desk); count += 1) {
    const next = deed(random, desk, count)
    const kills = work.kills?.(random) ?? false
    const after = random.below(900)
    const operator = `desk-${desk}-${count}`
    const began = Date.now()
    const ran = run(work, desk, [...next.argv, '--yes', '--json', '--wait', '300'], operator)
    if (kills) setTimeout(() => ran.kill('SIGKILL'), after)
    const { exitCode: exit, stdout, stderr } = await ran
    const isCut = work.isCut?.(desk) ?? false
    done.push({ ...next, operator, isCut, began, ended: Date.now(), exit, stdout, stderr })
  }
}

const namedOperator = fileURLToPath(new URL('named-operator.mjs', import.meta.url))
const movedClock = fileURLToPath(new URL('../end-to-end/moved-clock.mjs', import.meta.url))

/** No two desks have the same clock: they differ by seconds, as machines do. */
function clockOf(desk: number): { MOVED_CLOCK: string } {
  const seconds = 2 * (desk - 3)
  return { MOVED_CLOCK: String(seconds / 60) }
}

function run(
  { folder, keyFile, place, preloads }: ManyDesks,
  desk: number,
  argv: readonly string[],
  operator = `desk-${desk}`,
) {
  const home = join(folder, `desk-${desk}`)
  if (!existsSync(home)) {
    mkdirSync(home)
    copyFileSync(keyFile, join(home, 'key'))
    for (const roster of rosters) writeFileSync(join(home, `${roster}.csv`), rosterOf(roster))
  }
  const loaded = [namedOperator, movedClock, ...(preloads?.(desk) ?? [])].flatMap((file) => [
    '--import',
    file,
  ])
  return execa(process.execPath, [...loaded, builtProgram(), ...argv], {
    cwd: home,
    env: {
      PATH: process.env.PATH,
      HOME: home,
      PGPASSWORD: process.env.PGPASSWORD,
      SSH_ADMIN_DB: place(desk),
      SSH_ADMIN_KEY_FILE: join(home, 'key'),
      NAMED_OPERATOR: operator,
      ...clockOf(desk),
      TZ: 'UTC',
    },
    extendEnv: false,
    reject: false,
    stdin: 'ignore',
    timeout: 300_000,
  })
}

/** Two that have nobody in common, and one of all of them. */
function rosterOf(name: (typeof rosters)[number]): string {
  const people = (of: string) =>
    Array.from(
      { length: 6 },
      (_, at) => `${of.toUpperCase()}0${at % 2},${of} school,Egypt,user${at}@${of}.example`,
    )
  const rows = name === 'both' ? [...people('north'), ...people('south')] : people(name)
  return `${['Centre number,Centre name,Country,Email', ...rows].join('\n')}\n`
}

async function prepare(work: ManyDesks): Promise<void> {
  const must = async (...argv: string[]) => {
    const { exitCode, stderr } = await run(work, 0, [...argv, '--yes'])
    if (exitCode !== 0 && exitCode !== 9)
      throw new Error(`${argv.join(' ')} ended with ${exitCode}: ${stderr}`)
  }
  for (const number of centres) {
    const at = `${number.toLowerCase()}.example`
    await must('centres', 'create', number, '--name', `School ${number}`, '--country', 'Egypt')
    await must('coordinator', 'add', number, `First Coordinator <admin-a@${at}>`)
    await must('users', 'add', `Other Admin <admin-b@${at}>`, '--centre', number, '--admin')
    const people = teachers.filter((teacher) => teacher.number === number)
    const named = people.map(({ email }) => `Some Teacher <${email}>`)
    await must('users', 'add', ...named, '--centre', number, '--site', 'cambridge-primary')
  }
  const results = teachers.map(
    ({ email }) => `${email},cambridge-primary,${email[0]}B,4,English,Paper 1,2026-02-02,Ali,31`,
  )
  const heading = 'Teacher email,Site,Learner group,Stage,Subject,Test,Taken on,Learner,Mark'
  writeFileSync(join(work.folder, 'desk-0', 'results.csv'), `${[heading, ...results].join('\n')}\n`)
  await must('progression-tests', 'import', 'results.csv')
}

interface Sums {
  groups: number
  results: number
  marks: number
  people: number
}

async function sums(client: pg.Client): Promise<Sums> {
  const one = (query: string) => numberFrom(client, query)
  return {
    groups: await one('select count(*) from learner_groups'),
    results: await one('select count(*) from results'),
    marks: await one('select sum(mark) from results'),
    people: await one("select count(*) from users where status <> 'deleted' and created_by_import is null"),
  }
}

async function numberFrom(client: pg.Client, query: string): Promise<number> {
  const { rows } = await client.query<Record<string, unknown>>(query)
  return Number(Object.values(rows[0] ?? {})[0])
}

/** How far the server's clock is ahead of this process's, in milliseconds. */
async function serverAhead(client: pg.Client): Promise<number> {
  return (await numberFrom(client, 'select extract(epoch from clock_timestamp()) * 1000')) - Date.now()
}

/** A desk's clock that differs by less than a second is taken as it is. */
const maxOffTime = 2_000

/** Events whose time is not that of the server while their command ran. */
async function eventsAtOtherTimes(
  client: pg.Client,
  { ahead, done }: { ahead: number; done: readonly Done[] },
): Promise<string[]> {
  const { rows } = await client.query<{ name: string; first: string; last: string }>(
    `select split_part(operator, '@', 1) as name, min(at) as first, max(at) as last from audit group by operator`,
  )
  return done.flatMap(({ argv, operator, began, ended }) => {
    const events = rows.find(({ name }) => name === operator)
    if (!events) return []
    const [from, until] = [began + ahead - maxOffTime, ended + ahead + maxOffTime]
    if (Date.parse(events.first) >= from && Date.parse(events.last) <= until) return []
    const ran = `${new Date(from).toISOString()} to ${new Date(until).toISOString()}`
    return [`${argv.join(' ')} ran from ${ran}, and is in the log from ${events.first} to ${events.last}`]
  })
}

/** That an event of the log is about the import `i`. */
const ofImport = "cast(cast(audit.facts as json) ->> 'import' as bigint) = i.id"

async function whatIsWrong(
  work: ManyDesks,
  { before, ahead, done }: { before: Sums; ahead: number; done: readonly Done[] },
): Promise<string[]> {
  const client = work.client()
  const wrong: string[] = []
  const none = async (what: string, query: string) => {
    const { rows } = await client.query<Record<string, unknown>>(query)
    if (rows.length > 0) wrong.push(`${what}: ${JSON.stringify(rows)}`)
  }
  const after = await sums(client)
  if (JSON.stringify(after) !== JSON.stringify(before))
    wrong.push(`there were ${JSON.stringify(before)}, and there are ${JSON.stringify(after)}`)
  await none(
    'a centre has not one coordinator',
    `select number from centres where number like 'EG00%' and
      (select count(*) from users where centre_id = centres.id and hub_role = 'coordinator' and status <> 'deleted') <> 1`,
  )
  await none(
    'an address has two accounts',
    `select email_key from users where status <> 'deleted' group by email_key having count(*) > 1`,
  )
  await none(
    'what an import made is not what its event says',
    `select i.id from imports i where i.state = 'applied' and cast(cast(i.counts as json) -> 'users' ->> 'created' as bigint)
      <> (select count(*) from users where created_by_import = i.id)`,
  )
  await none(
    'an import that was undone left somebody',
    `select i.id from imports i join users u on u.created_by_import = i.id where i.state = 'undone' and u.status = 'invited' and u.edited_at is null`,
  )
  await none(
    'an import is not in the log as it is in the store',
    `select i.id, i.state from imports i where
      (select count(*) from audit where action = 'centres.imported' and ${ofImport}) <> 1 or
      (select count(*) from audit where action = 'centres.import-undone' and ${ofImport}) <>
        case when i.state = 'undone' then 1 else 0 end`,
  )
  await none(
    'an import is in the log, and not in the store',
    `select id from audit where action like 'centres.import%' and not exists (select 1 from imports i where ${ofImport})`,
  )
  await none(
    'somebody is not suspended, or is, as the last event says',
    `select u.email, u.status from users u where u.status <> 'deleted' and (u.status = 'suspended') <> coalesce(
      (select a.action = 'users.suspended' from audit a
        join audit_personal p on p.audit_id = a.id and p.field = 'subject' and p.user_id = u.id
        where a.action in ('users.suspended', 'users.restored') order by a.id desc limit 1), false)`,
  )
  wrong.push(...(await saidOtherwise(client, done)), ...(await messagesSaidOtherwise(client, done)))
  wrong.push(...(await eventsAtOtherTimes(client, { ahead, done })))
  const twice = messagesWrittenTwice(work, done)
  if (twice.length > 0) wrong.push(`messages ${twice.join(', ')} went out twice`)
  const verified = await run(work, 0, ['audit', 'verify', '--json'])
  if (verified.exitCode !== 0) wrong.push(`the audit log: ${verified.stdout}${verified.stderr}`)
  return wrong
}

/** Whether the answer on standard output says what became of the command; 8 and 9 say that it was done, in part. */
const answered = ({ exit }: Done) => exit === 0 || exit === 8 || exit === 9

/** Commands of which the log has not what they said: their one event, or none where they changed nothing or were refused. */
async function saidOtherwise(client: pg.Client, done: readonly Done[]): Promise<string[]> {
  const { rows } = await client.query<{ operator: string; action: string }>(
    "select split_part(operator, '@', 1) as operator, action from audit where kind = 'change' order by id",
  )
  return done.flatMap((one) => {
    const logged = rows.filter(({ operator }) => operator === one.operator).map(({ action }) => action)
    const saysDone = answered(one) && one.changed(JSON.parse(one.stdout))
    const wanted = saysDone ? one.action : undefined
    if (logged.join() === (wanted ?? '') || (unsure(one.exit) && logged.join() === one.action)) return []
    const said = saysDone
      ? `that ${wanted} was done, and is not in the log`
      : 'that nothing was changed, and is in the log'
    return [`${one.argv.join(' ')} ended with ${one.exit}, said ${said} (${logged.join()})`]
  })
}

/** Messages that a command said were written, and that are not; and whether the log has as many as were. */
async function messagesSaidOtherwise(client: pg.Client, done: readonly Done[]): Promise<string[]> {
  const said = done.filter(answered).flatMap(({ stdout }) => messagesIn(JSON.parse(stdout)))
  const written = said.filter(({ state }) => state === 'written').map(({ id }) => id)
  const { rows } = await client.query<{ id: string }>(
    `select id from unnest(cast($1 as bigint[])) as said (id)
      where not exists (select 1 from outbox where outbox.id = said.id and state = 'written')`,
    [written],
  )
  const wrong = rows.map(({ id }) => `message ${id} was said to be written, and is not`)
  const inStore = await numberFrom(client, "select count(*) from outbox where state = 'written'")
  const inLog = await numberFrom(
    client,
    `select coalesce(sum(coalesce(cast(cast(facts as json) ->> 'messages' as bigint), 1)), 0)
      from audit where action = 'mail.message-written'`,
  )
  return inStore === inLog ? wrong : [...wrong, `${inStore} messages are written, ${inLog} in the log`]
}

/** The messages in an answer: of `mail send`, or of a command that owed some. */
function messagesIn({ messages, mail }: Record<string, unknown>): { id: number; state: string }[] {
  return [messages, mail].find(Array.isArray) ?? []
}

/**
 * Numbers of messages of which there are more files than one. A file is left over where a command was killed or cut off
 * between writing it and saving that: another desk then writes the message too.
 */
function messagesWrittenTwice({ desks, folder, lostAt }: ManyDesks, done: readonly Done[]): number[] {
  const lost = lostAt?.()
  const mayLeave = (one: Done) =>
    unsure(one.exit) || one.isCut || (lost !== undefined && one.began <= lost && lost <= one.ended)
  const files = Array.from({ length: desks }, (_, desk) => {
    const home = join(folder, `desk-${desk}`, '.local/share/ssh-admin')
    const leaving = done.filter((one) => one.operator.startsWith(`desk-${desk}-`) && mayLeave(one))
    const names = existsSync(home) ? readdirSync(home, { recursive: true, encoding: 'utf8' }) : []
    return names
      .filter((name) => name.endsWith('.eml'))
      .map((name) => {
        const at = statSync(join(home, name)).mtimeMs
        const isLeft = leaving.some(({ began, ended }) => began - clockTick <= at && at <= ended + clockTick)
        return { desk, number: Number(basename(name).split('-')[0]), isLeft }
      })
  }).flat()
  const isTwice = (files: { desk: number; isLeft: boolean }[]) =>
    files.filter(({ isLeft }) => !isLeft).length > 1 ||
    new Set(files.map(({ desk }) => desk)).size < files.length
  return [...new Set(files.map(({ number }) => number))].filter((number) =>
    isTwice(files.filter((file) => file.number === number)),
  )
}

/** A file's time may be behind the clock by so many milliseconds. */
const clockTick = 20
