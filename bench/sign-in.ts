import { join } from 'node:path'
import { openStore } from '../src/db/store/open.ts'
import { newPassword } from '../src/rules/account/password.ts'
import { inTurn, type Program, reason, run, sshAdmin } from './processes.ts'
import { type Row, type Settings, seconds } from './rows.ts'

/** Wrong tries for one address, so that none is refused for coming too soon. */
const triesEach = 8
const pairsPerRound = 8

/** Whether the time of an answer tells an address that is known from one that is not. */
export async function measure({ folder, rounds }: Settings): Promise<Row[]> {
  const db = join(folder, 'sign-in.db')
  const pairs = rounds * pairsPerRound
  try {
    const known = await seeded(db, Math.ceil((pairs + 1) / triesEach))
    const unknown = known.map((email) => `nobody-${email}`)
    return [
      await compared('a wrong sign-in', { pairs, known, unknown, command: 'sign-in', db, exit: 3 }),
      await compared('a request for a message', { pairs, known, unknown, command: 'request', db, exit: 0 }),
    ]
  } catch (error) {
    return [{ what: 'sign-in', unit: '×', goal: { atMost: 1.1 }, missing: reason(error) }]
  }
}

interface Comparing {
  pairs: number
  known: readonly string[]
  unknown: readonly string[]
  command: string
  db: string
  exit: number
}

/** The slower against the faster of the two: either way would tell. */
async function compared(what: string, { pairs, known, unknown, command, db, exit }: Comparing): Promise<Row> {
  const { a, b, ratio } = await inTurn(
    trying(known, { command, db, exit }),
    trying(unknown, { command, db, exit }),
    pairs,
  )
  return {
    what: `${what}: a known address against an unknown one`,
    measured: seconds(a),
    against: seconds(b),
    figure: Math.max(ratio, 1 / ratio),
    unit: '×',
    goal: { atMost: 1.1 },
  }
}

function trying(
  emails: readonly string[],
  { command, db, exit }: Pick<Comparing, 'command' | 'db' | 'exit'>,
): Program {
  let tries = 0
  return {
    get args() {
      const email = emails[Math.floor(tries++ / triesEach) % emails.length] ?? ''
      return sshAdmin('account', command, email, '--db', db)
    },
    input: 'not the password\n',
    exit,
  }
}

/** @returns as many addresses of active users with a password */
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
  try {
    const { hash } = await newPassword('nine camels cross the river')
    await store.db
      .updateTable('users')
      .set({ password_hash: hash, status: 'active' })
      .where('status', '=', 'invited')
      .execute()
    const users = await store.db.selectFrom('users').select('email').where('status', '=', 'active').execute()
    return users.slice(0, count).map(({ email }) => email)
  } finally {
    await store.close()
  }
}
