import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { inTurn, type Program, peakMemory, run, sshAdmin, taken } from './processes.ts'
import { type Row, type Settings, seconds } from './rows.ts'
import { makeWorkbook } from './workbook.ts'

const SMALL = 10_000
const USUAL = 100_000
const LARGE = 1_000_000
const BARE = new URL('bare-import.mjs', import.meta.url).pathname

/** Importing a centres workbook: against the bare program, in size, and for a second time. */
export async function measure(settings: Settings): Promise<Row[]> {
  const { folder, rounds } = settings
  const rows: Row[] = []
  const small = await workbookOf(SMALL, folder)
  const usual = await workbookOf(USUAL, folder)

  rows.push(
    await taken(
      { what: `import of ${USUAL} rows, against the bare program`, unit: '×', goal: { atMost: 2.5 } },
      async () => ratio(await inTurn(firstImport(usual), bareImport(usual), rounds)),
    ),
    await taken(
      { what: `most memory, import of ${USUAL} rows`, unit: 'MB', goal: { below: 250 } },
      async () => memory(firstImport(usual)),
    ),
    await taken(
      { what: `import of ${USUAL} rows, against ${SMALL}`, unit: '×', goal: { atMost: 11 } },
      async () => ratio(await inTurn(firstImport(usual), firstImport(small), rounds)),
    ),
    await taken(
      { what: `second import of ${USUAL} rows, against the first`, unit: '×', goal: { below: 1 } },
      async () => ratio(await inTurn(secondImport(usual), firstImport(usual), rounds)),
    ),
  )
  if (settings.large) {
    const large = await workbookOf(LARGE, folder)
    rows.push(
      await taken(
        { what: `import of ${LARGE} rows, against the bare program`, unit: '×', goal: { atMost: 2.5 } },
        async () => ratio(await once(firstImport(large), bareImport(large))),
      ),
      await taken(
        { what: `most memory, import of ${LARGE} rows`, unit: 'MB', goal: { below: 250 } },
        async () => memory(firstImport(large)),
      ),
    )
  }
  return rows
}

async function workbookOf(rows: number, folder: string): Promise<string> {
  const path = join(folder, `centres-${rows}.xlsx`)
  await makeWorkbook(path, { rows, seed: 1 })
  return path
}

function firstImport(workbook: string): Program {
  const store = workbook.replace('.xlsx', '.db')
  return { args: importing(workbook, store), prepare: () => removeStore(store) }
}

/** On a store of its own that already holds the workbook. */
function secondImport(workbook: string): Program {
  const store = workbook.replace('.xlsx', '-again.db')
  const args = importing(workbook, store)
  return { args, prepare: async () => (existsSync(store) ? undefined : run({ args })) }
}

function importing(workbook: string, store: string): string[] {
  return sshAdmin(
    'centres',
    'import',
    workbook,
    '--db',
    store,
    '--pins-out',
    `${store}.pins.xlsx`,
    '--yes',
    '--json',
  )
}

function bareImport(workbook: string): Program {
  const store = workbook.replace('.xlsx', '-bare.db')
  return {
    args: [BARE, workbook, store, `${store}.pins.xlsx`],
    prepare: () => removeStore(store),
  }
}

async function removeStore(store: string): Promise<void> {
  for (const ending of ['', '-wal', '-shm', '.key', '.mail', '.pins.xlsx']) {
    await rm(store + ending, { recursive: true, force: true })
  }
}

/** A million rows take long enough to be measured a single time. */
async function once(a: Program, b: Program): Promise<{ a: number; b: number; ratio: number }> {
  const times = { a: await run(a), b: await run(b) }
  return { ...times, ratio: times.a / times.b }
}

function ratio(times: { a: number; b: number; ratio: number }): Partial<Row> {
  return { measured: seconds(times.a), against: seconds(times.b), figure: times.ratio }
}

async function memory(program: Program): Promise<Partial<Row>> {
  const figure = await peakMemory(program)
  return { measured: `${figure.toFixed(0)} MB`, figure }
}
