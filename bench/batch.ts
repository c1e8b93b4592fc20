import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { connectSqlite } from '../src/db/sqlite/driver.ts'
import { inTurn, type Program, run, sshAdmin, taken } from './processes.ts'
import { type Row, type Settings, seconds } from './rows.ts'
import { makeWorkbook } from './workbook.ts'

const changes = 10_000
const bare = new URL('bare-changes.mjs', import.meta.url).pathname

/** Compares one-off changes through `batch` with a loop that writes the same rows, one transaction for each change. */
export async function measure({ folder, rounds }: Settings): Promise<Row[]> {
  const store = join(folder, 'batch.db')
  const workbook = join(folder, 'batch.xlsx')
  await makeWorkbook(workbook, { rows: changes, seed: 1 })
  const importing = ['centres', 'import', workbook, '--pins-out', `${store}.xlsx`, '--yes']
  await run({ args: sshAdmin(...importing, '--db', store) })
  const addresses = addressesOf(store)
  const into = (name: string) => join(folder, `${name}.db`)
  const prepare = (name: string) => async () => {
    for (const ending of ['', '.key', '.key.head']) await copyFile(store + ending, into(name) + ending)
  }
  const lines = addresses.map((address) => `users suspend ${address}`).join('\n')
  const ours: Program = {
    args: sshAdmin('batch', '--yes', '--db', into('batched')),
    input: lines,
    prepare: prepare('batched'),
  }
  const theirs: Program = {
    args: [bare, into('bare')],
    input: addresses.join('\n'),
    prepare: prepare('bare'),
  }
  const what = `${changes} changes by batch, against a loop of transactions`
  return [
    await taken({ what, unit: '×', goal: { below: 3 } }, async () => {
      const { a, b, ratio } = await inTurn(ours, theirs, rounds)
      return { measured: seconds(a), against: seconds(b), figure: ratio }
    }),
  ]
}

function addressesOf(path: string): string[] {
  const store = connectSqlite(path, { readonly: true })
  const found = store.prepare<[], string>('select email_key from users order by email_key').pluck().all()
  store.close()
  return found
}
