import { join } from 'node:path'
import { inTurn, type Program, reason, run, sshAdmin } from './processes.ts'
import { type Row, type Settings, seconds } from './rows.ts'

const BARE: Program = { args: ['-e', '0'] }
/** A start is short: more pairs are needed, and cheap. */
const PAIRS_PER_ROUND = 4

/** The most times Node's own start, on Node 20 and on later ones, whose bare start takes half the time. */
interface Goal {
  node20: number
  later: number
}

const someone = 'helen.okafor@norwood-partners.example'

/** How long the program takes to start, against Node itself. */
export async function measure({ folder, rounds }: Settings): Promise<Row[]> {
  const store = join(folder, 'start.db')
  const centres = new URL('../fixtures/centres.xlsx', import.meta.url).pathname
  const importing = ['centres', 'import', centres, '--pins-out', `${store}.pins.xlsx`, '--yes', '--json']
  await run({ args: sshAdmin(...importing, '--db', store) })
  const on = (...words: string[]) => sshAdmin(...words, '--db', store)
  return [
    await started(sshAdmin('--version'), { rounds, goal: { node20: 1.15, later: 1.2 } }),
    await started(sshAdmin('--help'), { rounds, goal: { node20: 1.2, later: 1.25 } }),
    await started(on('users', 'show', someone), { rounds, goal: { node20: 1.45, later: 1.8 } }),
    await started(on('users', 'list', '--centre', 'EG001'), { rounds, goal: { node20: 1.45, later: 1.8 } }),
    await started(on('users', 'reset-password', someone, '--yes'), {
      rounds,
      goal: { node20: 1.9, later: 2.3 },
    }),
  ]
}

async function started(
  args: string[],
  { rounds, goal: { node20, later } }: { rounds: number; goal: Goal },
): Promise<Row> {
  const atMost = Number.parseInt(process.versions.node, 10) < 22 ? node20 : later
  const command = args
    .slice(1)
    .join(' ')
    .replace(/ --db .*/, '')
  const about: Row = { what: `start: ${command}, against node -e 0`, unit: '×', goal: { atMost } }
  try {
    const { a, b, ratio } = await inTurn({ args }, BARE, rounds * PAIRS_PER_ROUND)
    return { ...about, measured: seconds(a), against: seconds(b), figure: ratio }
  } catch (error) {
    return { ...about, missing: reason(error) }
  }
}
