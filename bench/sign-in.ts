import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { issueCredential } from '../src/db/credentials.ts'
import { openStore } from '../src/db/store/open.ts'
import { commit } from '../src/db/transact.ts'
import { hours } from '../src/rules/credentials/lifetimes.ts'
import { hashNewPassword } from '../src/rules/account/password.ts'
import {
  median,
  type Program,
  ratioOfPairs,
  reason,
  run,
  sshAdmin,
  type Usage,
  usageInTurn,
} from './processes.ts'
import { type Row, type Settings, seconds } from './rows.ts'

/** How many pairs of each kind are measured: at least, and at most where time is left. */
const pairs = { least: 8, most: 12 }
/** No further pair of a kind begins after this time, once the minimum is reached. */
const enoughMs = 8_000
const aPassword = 'nine camels cross the river'

const kinds: readonly Omit<Trying, 'db'>[] = [
  { what: 'a wrong sign-in', command: 'sign-in', input: 'not the password\n', exit: 3 },
  { what: 'a request for a message', command: 'request', input: '', exit: 0 },
  { what: 'a wrong PIN', command: 'activate', input: `00000000\n${aPassword}\n`, exit: 3 },
  {
    what: 'a wrong temporary password',
    command: 'set-up',
    input: `abcd-efgh-jkmn-pqrs\n${aPassword}\n`,
    exit: 3,
  },
  { what: 'a wrong code', command: 'verify', input: '000000\n', exit: 3 },
]

/** Measures whether processor time or response time reveals that an account has an address. */
export async function measure({ folder }: Settings): Promise<Row[]> {
  const db = join(folder, 'sign-in.db')
  try {
    const known = await seeded(db, pairs.most + 1)
    const rows: Row[] = []
    for (const kind of kinds) rows.push(await compared({ ...kind, db }, known))
    return rows
  } catch (error) {
    return [{ what: 'sign-in', unit: '×', goal: { atMost: 1.1 }, missing: reason(error) }]
  }
}

interface Trying {
  what: string
  command: string
  /** The text on stdin. */
  input: string
  exit: number
  db: string
}

/** The slower against the faster of the two, in processor time, because a difference in either direction reveals it. */
async function compared(trying: Trying, known: readonly string[]): Promise<Row> {
  const begun = Date.now()
  const unknown = known.map((email) => `nobody-${email}`)
  const enough = (rounds: number) =>
    rounds >= pairs.most || (rounds >= pairs.least && Date.now() - begun > enoughMs)
  const [a = [], b = []] = await usageInTurn([tryingEach(known, trying), tryingEach(unknown, trying)], enough)
  const ratio = ratioOfPairs(
    a.map(({ cpuMs }) => cpuMs),
    b.map(({ cpuMs }) => cpuMs),
  )
  return {
    what: `${trying.what}: a known address against an unknown one, processor time`,
    measured: ofPairs(a),
    against: ofPairs(b),
    figure: Math.max(ratio, 1 / ratio),
    unit: '×',
    goal: { atMost: 1.1 },
  }
}

/** Processor time, with wall-clock time in brackets, which a busy machine lengthens. */
function ofPairs(runs: readonly Usage[]): string {
  const cpu = seconds(median(runs.map(({ cpuMs }) => cpuMs)))
  return `${cpu} (answered in ${seconds(median(runs.map(({ wallMs }) => wallMs)))})`
}

/** Uses another address for each run: the first try reveals most, because a request sends its message then. */
function tryingEach(emails: readonly string[], { command, input, db, exit }: Trying): Program {
  let tries = 0
  return {
    get args() {
      return sshAdmin('account', command, emails[tries++ % emails.length] ?? '', '--db', db)
    },
    input,
    exit,
  }
}

/** @returns addresses of active users, each with a password and an open PIN, temporary password and code */
async function seeded(db: string, count: number): Promise<string[]> {
  await run({ args: sshAdmin('seed', '--centres', '1', '--users', String(count + 5), '--yes', '--db', db) })
  const store = await openStore({
    path: db,
    keyFile: `${db}.key`,
    maxWaitMs: 30_000,
    mode: 'use',
    now: () => new Date(),
    command: 'bench',
    onWait: () => undefined,
  })
  const at = new Date()
  try {
    const { hash } = await hashNewPassword(aPassword)
    await store.db
      .updateTable('users')
      .set({
        ...{ password_hash: hash, status: 'active', pin_state: 'issued', pin_nonce: randomBytes(16) },
        ...{
          pin_issued_at: at.toISOString(),
        },
      })
      .where('status', '=', 'invited')
      .execute()
    const users = await store.db
      .selectFrom('users')
      .select(['id', 'email'])
      .where('status', '=', 'active')
      .execute()
    const known = users.slice(0, count)
    await commit(store, async (trx) => {
      for (const { id: userId } of known) {
        const issued = { userId, at, random: randomBytes, lifetime: hours(24) }
        await issueCredential(trx, { ...issued, purpose: 'temporary-password' })
        await issueCredential(trx, { ...issued, purpose: 'code' })
      }
    })
    return known.map(({ email }) => email)
  } finally {
    await store.close()
  }
}
