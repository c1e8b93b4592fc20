import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { issueCredential } from '../src/db/credentials.ts'
import { openStore } from '../src/db/store/open.ts'
import { commit } from '../src/db/transact.ts'
import { hours } from '../src/rules/credentials/derive.ts'
import { newPassword } from '../src/rules/account/password.ts'
import { inTurn, type Program, reason, run, sshAdmin } from './processes.ts'
import { type Row, type Settings, seconds } from './rows.ts'

/** Wrong tries for one address, so that none is refused for coming too soon, and what is tried stays open. */
const triesEach = 4
const pairsPerRound = 8
const aPassword = 'nine camels cross the river'

/** Whether the time of an answer tells an address that is known from one that is not. */
export async function measure({ folder, rounds }: Settings): Promise<Row[]> {
  const db = join(folder, 'sign-in.db')
  const pairs = rounds * pairsPerRound
  try {
    const known = await seeded(db, Math.ceil((pairs + 1) / triesEach))
    const unknown = known.map((email) => `nobody-${email}`)
    const asked = { pairs, known, unknown, db }
    return [
      await compared('a wrong sign-in', {
        ...asked,
        command: 'sign-in',
        input: 'not the password\n',
        exit: 3,
      }),
      await compared('a request for a message', { ...asked, command: 'request', input: '', exit: 0 }),
      await compared('a wrong PIN', {
        ...asked,
        command: 'activate',
        input: `00000000\n${aPassword}\n`,
        exit: 3,
      }),
      await compared('a wrong temporary password', {
        ...asked,
        ...{ command: 'set-up', input: `abcd-efgh-jkmn-pqrs\n${aPassword}\n`, exit: 3 },
      }),
      await compared('a wrong code', { ...asked, command: 'verify', input: '000000\n', exit: 3 }),
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
  /** What is typed. */
  input: string
  db: string
  exit: number
}

/** The slower against the faster of the two: either way would tell. */
async function compared(what: string, { pairs, known, unknown, ...trying }: Comparing): Promise<Row> {
  const { a, b, ratio } = await inTurn(tryingEach(known, trying), tryingEach(unknown, trying), pairs)
  return {
    what: `${what}: a known address against an unknown one`,
    measured: seconds(a),
    against: seconds(b),
    figure: Math.max(ratio, 1 / ratio),
    unit: '×',
    goal: { atMost: 1.1 },
  }
}

function tryingEach(
  emails: readonly string[],
  { command, input, db, exit }: Pick<Comparing, 'command' | 'input' | 'db' | 'exit'>,
): Program {
  let tries = 0
  return {
    get args() {
      const email = emails[Math.floor(tries++ / triesEach) % emails.length] ?? ''
      return sshAdmin('account', command, email, '--db', db)
    },
    input,
    exit,
  }
}

/** @returns as many addresses of active users with a password, and with a PIN, a temporary password and a code that are open */
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
    const { hash } = await newPassword(aPassword)
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
