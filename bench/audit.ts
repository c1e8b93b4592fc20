import { join } from 'node:path'
import { insertAuditRow } from '../src/db/audit/append.ts'
import { changeListDigest } from '../src/db/imports/write.ts'
import { openStore } from '../src/db/store/open.ts'
import type { OpenStore } from '../src/db/store/opening.ts'
import { commit, rehearse } from '../src/db/transact.ts'
import { run, sshAdmin } from './processes.ts'
import { type Row, type Settings, seconds } from './rows.ts'
import { makeWorkbook } from './workbook.ts'

const rowsOfImport = 100_000

/** Measures the share of the audit log in a one-off command and in an import. */
export async function measure({ folder, rounds }: Settings): Promise<Row[]> {
  const path = join(folder, 'audited.db')
  const workbook = join(folder, 'audited.xlsx')
  await makeWorkbook(workbook, { rows: rowsOfImport, seed: 1 })
  const args = sshAdmin('centres', 'import', workbook, '--db', path, '--pins-out', `${path}.xlsx`, '--yes')
  const importing = await run({ args })
  const store = await openStore({
    path,
    keyFile: `${path}.key`,
    maxWaitMs: 30_000,
    mode: 'use',
    now: () => new Date(),
    command: 'bench',
    onWait: () => undefined,
  })
  try {
    const { number, email } = await facts(store)
    const creating = sshAdmin('centres', 'edit', number, '--name', 'Another name', '--db', path, '--yes')
    const command = median(await times(rounds, () => run({ args: creating })))
    const append = median(await times(rounds * 20, () => timed(() => appendOne(store, email))))
    const digest = median(await times(rounds, () => timed(() => digestImport(store))))
    return [
      row('the audit log in a one-off command', { part: append, of: command, below: 0.1 }),
      row(`the audit log in an import of ${rowsOfImport} rows`, {
        part: digest + append,
        of: importing,
        below: 0.05,
      }),
    ]
  } finally {
    await store.close()
  }
}

function row(what: string, { part, of, below }: { part: number; of: number; below: number }): Row {
  const figure = part / of
  return { what, measured: `${part.toFixed(1)} ms`, against: seconds(of), figure, unit: '×', goal: { below } }
}

async function facts({ db }: OpenStore): Promise<{ number: string; email: string }> {
  return db
    .selectFrom('users')
    .innerJoin('centres', 'centres.id', 'users.centre_id')
    .select(['centres.number', 'users.email'])
    .limit(1)
    .executeTakeFirstOrThrow()
}

/** Appends one event and rolls back: the commit belongs to the change itself. */
function appendOne(store: OpenStore, email: string): Promise<unknown> {
  return rehearse(store, (trx) =>
    insertAuditRow(trx, {
      at: new Date().toISOString(),
      operator: 'bench@desk',
      kind: 'change',
      action: 'users.suspended',
      command: 'users suspend',
      facts: { before: 'active', after: 'suspended' },
      personal: [{ field: 'subject', value: email, userId: 1 }],
    }),
  )
}

async function digestImport(store: OpenStore): Promise<void> {
  await commit(store, (trx) => changeListDigest(trx, 1))
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await work()
  return performance.now() - began
}

async function times(count: number, measuring: () => Promise<number>): Promise<number[]> {
  const found: number[] = []
  for (let at = 0; at < count; at += 1) found.push(await measuring())
  return found
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}
