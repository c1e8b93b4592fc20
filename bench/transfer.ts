import { join } from 'node:path'
import { openStore } from '../src/db/store/open.ts'
import { commit } from '../src/db/transact.ts'
import { transferProgressionTests } from '../src/rules/users/transfer.ts'
import { reason, run, sshAdmin } from './processes.ts'
import { type Row, type Settings, seconds } from './rows.ts'
import { sql } from 'kysely'
import { connectSqlite } from '../src/db/sqlite/driver.ts'

const GROUPS = 1_000
const TESTS_PER_GROUP = 5
const LEARNERS_PER_TEST = 20

/** Measures the transaction that transfers 100,000 results, its counts before and after included. */
export async function measure({ folder }: Settings): Promise<Row[]> {
  const what = 'transfer of 100,000 results, against a bare UPDATE of as many rows'
  try {
    const path = join(folder, 'transfer.db')
    await fill(path)
    return [{ ...(await inTurnWithin(path)), what }]
  } catch (error) {
    return [{ what, unit: '×', goal: { below: 2 }, missing: reason(error) }]
  }
}

const giver = 'amira@school.example'
const receiver = 'omar@school.example'

/** Measures within one process, because the program's start has a bench of its own. */
async function inTurnWithin(full: string): Promise<Omit<Row, 'what'>> {
  const store = await openStore({
    path: full,
    keyFile: `${full}.key`,
    maxWaitMs: 1000,
    mode: 'use',
    now: () => new Date(),
    command: 'bench',
    onWait: () => undefined,
  })
  const ctx = {
    actor: { kind: 'staff' as const, operator: 'bench', command: 'bench' },
    at: new Date(),
    random: () => Buffer.alloc(16),
    sender: '',
  }
  const time = async (work: () => unknown) => {
    const begun = performance.now()
    await work()
    return performance.now() - begun
  }
  // Rewrites every result, which a transfer would have to do if each result stored its owner.
  const rewriting = sql`update results set mark = mark + 1`
  const ours: number[] = []
  const theirs: number[] = []
  for (const [from, to] of turns()) {
    ours.push(await time(() => commit(store, (trx) => transferProgressionTests(trx, { from, to, ctx }))))
    theirs.push(await time(() => rewriting.execute(store.db)))
  }
  await store.close()
  const [a, b] = [Math.min(...ours), Math.min(...theirs)]
  return {
    measured: seconds(a),
    against: seconds(b),
    figure: a / b,
    unit: '×',
    goal: { below: 2 },
  }
}

function turns(): [string, string][] {
  return Array.from({ length: 12 }, (_, at) => (at % 2 === 0 ? [giver, receiver] : [receiver, giver]))
}

async function fill(path: string): Promise<void> {
  await run({
    args: sshAdmin('centres', 'create', 'EG001', '--name', 'Bench', '--country', 'Egypt', '--db', path),
  })
  for (const person of [`Amira Haddad <${giver}>`, `Omar Said <${receiver}>`]) {
    const options = ['--centre', 'EG001', '--site', 'cambridge-primary', '--db', path]
    await run({ args: sshAdmin('users', 'add', person, ...options) })
  }
  const db = connectSqlite(path)
  const group = db.prepare(
    `insert into learner_groups (owner_id, site, name, stage) values (1, 'cambridge-primary', ?, '4')`,
  )
  const test = db.prepare(
    `insert into tests (learner_group_id, subject, title, taken_on) values (?, 'English', ?, '2026-02-02')`,
  )
  const result = db.prepare('insert into results (test_id, learner, mark) values (?, ?, 30)')
  db.transaction(() => {
    for (let at = 0; at < GROUPS; at++) {
      const groupId = group.run(`Group ${at}`).lastInsertRowid
      for (let paper = 0; paper < TESTS_PER_GROUP; paper++) {
        const testId = test.run(groupId, `Paper ${paper}`).lastInsertRowid
        for (let learner = 0; learner < LEARNERS_PER_TEST; learner++) result.run(testId, `Learner ${learner}`)
      }
    }
  })()
  db.pragma('wal_checkpoint(truncate)')
  db.close()
}
