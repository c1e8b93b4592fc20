import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import {
  median,
  type Program,
  ratioOfPairs,
  run,
  sshAdmin,
  taken,
  type Usage,
  usage,
  usageInTurn,
} from './processes.ts'
import { atMost, type Row, type Settings, seconds } from './rows.ts'
import { makeWorkbook } from './workbook.ts'

const SMALL = 10_000
const USUAL = 100_000
const HALF_A_MILLION = 500_000
const MILLION = 1_000_000
const BARE = new URL('bare-import.mjs', import.meta.url).pathname

/** Measures importing a centres workbook in processor time: against the bare program, a second time, and by size. */
export async function measure(settings: Settings): Promise<Row[]> {
  const { folder, rounds } = settings
  const usual = await workbookOf(USUAL, folder)
  const small = await workbookOf(SMALL, folder)
  const programs = [firstImport(usual), bareImport(usual), secondImport(usual), firstImport(small)]
  let runs: Usage[][] = []
  return [
    await taken(
      {
        what: `import of ${USUAL} rows, against the bare program`,
        unit: '×',
        goal: atMost({ node20: 1.8, later: 2.2 }),
      },
      async () => {
        runs = await usageInTurn(programs, (taken) => taken >= rounds)
        return ratio(runs[0], runs[1])
      },
    ),
    ...(await Promise.all([
      taken({ what: `most memory of both`, unit: '×', goal: atMost({ node20: 1.2, later: 1.5 }) }, async () =>
        memory(runs[0], runs[1]),
      ),
      taken(
        { what: `the same file again, against the first time`, unit: '×', goal: { atMost: 0.6 } },
        async () => ratio(runs[2], runs[0]),
      ),
      taken({ what: `most memory of both times`, unit: '×', goal: { atMost: 1 } }, async () =>
        memory(runs[2], runs[0]),
      ),
      taken(
        { what: `import of ${USUAL} rows, against ${SMALL}`, unit: '×', goal: { atMost: 11 } },
        async () => ratio(runs[0], runs[3]),
      ),
    ])),
  ]
}

/** Each run takes minutes, and is done only once. */
export async function measureLarge({ folder }: Settings): Promise<Row[]> {
  const [others, usual] = [await workbookOf(SMALL, folder, MILLION), await workbookOf(USUAL, folder)]
  const half = firstImport(await workbookOf(HALF_A_MILLION, folder))
  const million = await workbookOf(MILLION, folder)
  let run: Usage | undefined
  return [
    await taken(
      { what: `import of ${HALF_A_MILLION} rows, against ${USUAL}`, unit: '×', goal: { atMost: 5.2 } },
      async () => {
        run = await usage(half)
        return ratio([run], [await usage(firstImport(usual))])
      },
    ),
    await taken(
      { what: `most memory, import of ${HALF_A_MILLION} rows`, unit: 'MB', goal: { below: 400 } },
      async () => {
        const { peakMb } = run ?? (await usage(half))
        return { measured: `${peakMb.toFixed(0)} MB`, figure: peakMb }
      },
    ),
    await taken(
      {
        what: `${SMALL} other rows into a store of ${MILLION} centres and users, against an empty one`,
        unit: '×',
        goal: { atMost: 1.3 },
      },
      async () => {
        const store = million.replace('.xlsx', '.db')
        await usage(firstImport(million))
        const into = importing(others, store, '--partial')
        return ratio([await usage({ args: into })], [await usage(firstImport(others))])
      },
    ),
  ]
}

async function workbookOf(rows: number, folder: string, from = 0): Promise<string> {
  const path = join(folder, `centres-${rows}-${from}.xlsx`)
  await makeWorkbook(path, { rows, seed: 1, from })
  return path
}

function firstImport(workbook: string): Program {
  const store = workbook.replace('.xlsx', '.db')
  return { args: importing(workbook, store), prepare: () => removeStore(store) }
}

/** Imports into a store of its own that already has the rows of the workbook. */
function secondImport(workbook: string): Program {
  const store = workbook.replace('.xlsx', '-again.db')
  const args = importing(workbook, store)
  return { args, prepare: async () => (existsSync(store) ? undefined : run({ args })) }
}

function importing(workbook: string, store: string, ...more: string[]): string[] {
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
    ...more,
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
  for (const ending of ['', '-wal', '-shm', '.key', '.key.head', '.mail', '.pins.xlsx']) {
    await rm(store + ending, { recursive: true, force: true })
  }
}

function ratio(a: readonly Usage[] = [], b: readonly Usage[] = []): Partial<Row> {
  const [one, other] = [a, b].map((runs) => runs.map(({ cpuMs }) => cpuMs))
  return {
    measured: seconds(median(one ?? [])),
    against: seconds(median(other ?? [])),
    figure: ratioOfPairs(one ?? [], other ?? []),
  }
}

function memory(a: readonly Usage[] = [], b: readonly Usage[] = []): Partial<Row> {
  const [one, other] = [a, b].map((runs) => median(runs.map(({ peakMb }) => peakMb)))
  return {
    measured: `${one?.toFixed(0)} MB`,
    against: `${other?.toFixed(0)} MB`,
    figure: (one ?? Number.NaN) / (other ?? Number.NaN),
  }
}
