import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { type Program, run, sshAdmin, taken } from './processes.ts'
import { type Row, type Settings, seconds } from './rows.ts'
import { makeWorkbook } from './workbook.ts'

const rowsOfImport = 100_000

/** How many times as long the same import takes in programs that use common libraries. */
export async function measure({ folder }: Settings): Promise<Row[]> {
  const workbook = join(folder, 'peers.xlsx')
  await makeWorkbook(workbook, { rows: rowsOfImport, seed: 1 })
  const into = (store: string) => [workbook, store, `${store}.pins.xlsx`]
  const own = join(folder, 'own.db')
  const ours = {
    args: sshAdmin('centres', 'import', workbook, '--db', own, '--pins-out', `${own}.pins.xlsx`, '--yes'),
    prepare: () => removeStore(own),
  }
  const against = async (what: string, atLeast: number, peer: Program) =>
    taken(
      { what: `${what} at ${rowsOfImport} rows, against ours`, unit: '×', goal: { atLeast } },
      async () => {
        // One run is enough, because it takes several seconds.
        const [a, b] = [await run(peer), await run(ours)]
        return { measured: seconds(a), against: seconds(b), figure: a / b }
      },
    )
  const peer = (file: string, program?: string): Program => {
    const store = join(folder, `${file}.db`)
    const path = new URL(`peers/${file}`, import.meta.url).pathname
    return { args: [path, ...into(store)], program, prepare: () => removeStore(store) }
  }
  const withPython = 'openpyxl and sqlite3'
  return [
    await against('exceljs and kysely, row by row,', 4, peer('exceljs-kysely.mjs')),
    await against('SheetJS and better-sqlite3', 2, peer('sheetjs-better-sqlite3.mjs')),
    (await hasOpenpyxl())
      ? await against(withPython, 3, peer('openpyxl-sqlite3.py', 'python3'))
      : {
          what: `${withPython} at ${rowsOfImport} rows, against ours`,
          unit: '×',
          goal: { atLeast: 3 },
          missing: 'Python has no openpyxl here',
        },
  ]
}

async function removeStore(store: string): Promise<void> {
  for (const ending of ['', '-wal', '-shm', '.key', '.key.head', '.mail', '.pins.xlsx'])
    await rm(store + ending, { recursive: true, force: true })
}

async function hasOpenpyxl(): Promise<boolean> {
  const { failed } = await execa('python3', ['-c', 'import openpyxl'], { reject: false })
  return !failed
}
