import { join } from 'node:path'
import { type Program, run, shortInTurn, sshAdmin, taken } from './processes.ts'
import { atMost, type GoalOfNode, type Row, type Settings, seconds } from './rows.ts'

const BARE: Program = { args: ['-e', '0'] }

const someone = 'helen.okafor@norwood-partners.example'

/** How long the program takes to start, against Node itself: in processor time, its answer written to a file. */
export async function measure({ folder, rounds }: Settings): Promise<Row[]> {
  const store = join(folder, 'start.db')
  const centres = new URL('../fixtures/centres.xlsx', import.meta.url).pathname
  const importing = ['centres', 'import', centres, '--pins-out', `${store}.pins.xlsx`, '--yes', '--json']
  await run({ args: sshAdmin(...importing, '--db', store) })
  const on = (...words: string[]) => sshAdmin(...words, '--db', store)
  const short = { node20: 1.45, later: 1.8 }
  const commands: [string[], GoalOfNode][] = [
    [sshAdmin('--version'), { node20: 1.15, later: 1.2 }],
    [sshAdmin('--help'), { node20: 1.2, later: 1.25 }],
    [on('users', 'show', someone), short],
    [on('users', 'list', '--centre', 'EG001'), short],
    [on('users', 'reset-password', someone, '--yes'), { node20: 1.9, later: 2.3 }],
  ]
  const rows: Row[] = []
  for (const [args, goal] of commands) rows.push(await started(args, { folder, rounds, goal }))
  return rows
}

async function started(
  args: string[],
  { folder, rounds, goal }: { folder: string; rounds: number; goal: GoalOfNode },
): Promise<Row> {
  const command = args
    .slice(1)
    .join(' ')
    .replace(/ --db .*/, '')
  const about: Row = { what: `start: ${command}, against node -e 0`, unit: '×', goal: atMost(goal) }
  return taken(about, async () => {
    const { a, b, ratio } = await shortInTurn({ args }, BARE, { out: join(folder, 'answer.txt'), rounds })
    return { measured: seconds(a), against: seconds(b), figure: ratio }
  })
}
