import { join } from 'node:path'
import { inTurn, type Program, reason, run, sshAdmin } from './processes.ts'
import { type Row, type Settings, seconds } from './rows.ts'

const BARE: Program = { args: ['-e', '0'] }
/** A start is short: more pairs are needed, and cheap. */
const PAIRS_PER_ROUND = 4

/** How long the program takes to start, against Node itself. */
export async function measure({ folder, rounds }: Settings): Promise<Row[]> {
  const store = join(folder, 'start.db')
  const centres = new URL('../fixtures/centres.xlsx', import.meta.url).pathname
  const prepare = async () => {
    await run({
      args: sshAdmin(
        'centres',
        'import',
        centres,
        '--db',
        store,
        '--pins-out',
        `${store}.pins.xlsx`,
        '--yes',
        '--json',
      ),
    })
  }
  return [
    await started('start: --version, against node -e 0', sshAdmin('--version'), rounds),
    await started(
      'start: users show, against node -e 0',
      sshAdmin('users', 'show', 'helen.okafor@norwood-partners.example', '--db', store),
      rounds,
      prepare,
    ),
  ]
}

async function started(
  what: string,
  args: string[],
  rounds: number,
  prepare: () => Promise<void> = async () => {},
): Promise<Row> {
  const about: Row = { what, unit: '×', goal: { atMost: 1.6 } }
  try {
    await prepare()
    const { a, b, ratio } = await inTurn({ args }, BARE, rounds * PAIRS_PER_ROUND)
    return { ...about, measured: seconds(a), against: seconds(b), figure: ratio }
  } catch (error) {
    return { ...about, missing: reason(error) }
  }
}
