// npm run bench -- [import|start …] [--large] [--rounds N]: saves the figures of each part, then writes docs/benchmarks.md
import { mkdtemp, rm } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import Table from 'cli-table3'
import { keepFigures, writeDocument } from './document.ts'
import { build } from './processes.ts'
import { type Row, type Settings, verdict, wanted } from './rows.ts'

interface Bench {
  measure(settings: Settings): Promise<Row[]>
  /** Measures with up to a million rows, which takes minutes; runs only with `--large`, as a part of its own. */
  measureLarge?(settings: Settings): Promise<Row[]>
}

/** A new bench is a file that exports `measure`, and one line here. */
const benches: Record<string, () => Promise<Bench>> = {
  start: () => import('./start.ts'),
  import: () => import('./import.ts'),
  lookups: () => import('./lookups.ts'),
  lists: () => import('./lists.ts'),
  batch: () => import('./batch.ts'),
  peers: () => import('./peers.ts'),
  transfer: () => import('./transfer.ts'),
  audit: () => import('./audit.ts'),
  shared: () => import('./shared.ts'),
  'sign-in': () => import('./sign-in.ts'),
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { large: { type: 'boolean', default: false }, rounds: { type: 'string', default: '3' } },
})
const rounds = Number(values.rounds)
const unknown = positionals.filter((name) => !(name in benches))
if (unknown.length > 0 || !(rounds >= 1)) {
  console.error(`usage: npm run bench -- [${Object.keys(benches).join('|')} …] [--large] [--rounds N]`)
  process.exit(2)
}

const folder = await mkdtemp(join(tmpdir(), 'ssh-admin-bench-'))
try {
  const cannotRun = await build()
  if (cannotRun) console.error(`The program cannot be run: ${cannotRun}`)
  const rows: Row[] = []
  for (const [name, load] of Object.entries(benches)) {
    if (positionals.length > 0 && !positionals.includes(name)) continue
    console.error(`measuring ${name} …`)
    const bench = await load()
    const take = async (part: string, measure: Bench['measure'] | undefined) => {
      const taken = (await measure?.({ folder, rounds })) ?? []
      if (taken.length > 0) await keepFigures({ part, rows: taken, rounds })
      rows.push(...taken)
    }
    await take(name, bench.measure)
    if (values.large) await take(`${name} (large)`, bench.measureLarge)
  }
  print(rows)
  await writeDocument()
} finally {
  await rm(folder, { recursive: true, force: true })
}

function print(rows: readonly Row[]): void {
  const table = new Table({
    head: ['what', 'measured', 'against', 'figure', 'goal', 'verdict'],
    style: { head: [], border: [] },
  })
  for (const row of rows) {
    const figure =
      row.figure === undefined ? '' : `${row.figure.toFixed(row.unit === 'MB' ? 0 : 2)} ${row.unit}`
    table.push([row.what, row.measured ?? '', row.against ?? '', figure, wanted(row), verdict(row)])
  }
  console.log(table.toString())
  console.log(
    `Medians of ${rounds} pairs (starts: more), whole processes in turn, on ${cpus().length} processors with Node ${process.version}.`,
  )
}
