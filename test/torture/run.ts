import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runAtOnce } from './at-once.ts'
import { newDesk } from './desk.ts'
import { tryHostileFiles } from './hostile-files.ts'
import { importMutatedWorkbooks } from './mutated-workbooks.ts'
import { workInMemory } from '../memory-folder.ts'
import { operations } from './operations.ts'
import type { Worked } from './desks.ts'
import { fetchServers, installedServer } from './servers.ts'
import { tortureFailover, tortureSharedStore } from './shared-store.ts'
import { type Kind, walk } from './walk.ts'

// npm run torture [-- --short] [-- --only import,undo] [-- --every 3]: prints operation × points × kinds of fault, tried and failed.
workInMemory()
const argv = process.argv.slice(2)
const short = argv.includes('--short')
const only = argv.includes('--only') ? argv[argv.indexOf('--only') + 1] : undefined
const kinds: readonly Kind[] = ['kill', 'ENOSPC', 'EIO', 'SIGINT', 'SIGINT+SIGINT', 'SIGTERM', 'SIGHUP']
const every = argv.includes('--every') ? Number(argv[argv.indexOf('--every') + 1]) : short ? 4 : 1
const wanted = (name: string) => only === undefined || only.split(',').includes(name)

const rows: string[] = []
const failures: string[] = []
let printed = 0

function note(name: string, cells: readonly (string | number)[], wrong: readonly string[], more = ''): void {
  rows.push(`| ${[name, ...cells, wrong.length].join(' | ')} |`)
  console.log(`${name}: ${cells.join(', ')}, ${wrong.length} failed${more}`)
  for (const words of wrong) console.log(`    ${words}`)
  failures.push(...wrong)
}

for (const operation of operations.filter(({ name, isLong }) => wanted(name) && !(short && isLong))) {
  const desk = newDesk()
  try {
    // The short form tries every fourth point with one kind of fault, the long one each with all.
    const walked = await walk(operation, { desk, kinds: short ? ['kill'] : kinds, every })
    const { points, tried, killedAfterCommit } = walked
    const after = killedAfterCommit?.length ?? 'changes nothing'
    const where = killedAfterCommit ? ` (killed after the commit: ${killedAfterCommit.join(', ')})` : ''
    const signals = tried.SIGINT + tried['SIGINT+SIGINT'] + tried.SIGTERM + tried.SIGHUP
    const cells = [points, tried.kill, after, ...(short ? [] : [tried.ENOSPC, tried.EIO, signals])]
    note(operation.name, cells, walked.failures, where)
  } finally {
    desk.clear()
  }
}
const heading = ['operation', 'points', 'killed at', 'of them after the commit']
print([...heading, ...(short ? [] : ['ENOSPC at', 'EIO at', 'signals']), 'failed'])

if (wanted('at once')) {
  const { processes, failures: wrong } = await runAtOnce(short ? 1 : 10)
  note('commands at once over one store, 16 at a time', [processes], wrong)
}
if (wanted('workbooks')) {
  const { asked, exits, failures: wrong } = await importMutatedWorkbooks(short ? 50 : 2000)
  const ended = Object.entries(exits).map(([exit, count]) => `${count} with exit ${exit}`)
  note(`mutated workbooks (${ended.join(', ')})`, [asked], wrong)
}
if (wanted('hostile files')) {
  const { tried, failures: wrong } = await tryHostileFiles(
    short ? { every: 8, flips: 6 } : { every: 1, flips: 300 },
  )
  note('hostile stores, keys and backups', [tried], wrong)
}
const length = { time: short ? 15_000 : 60_000, seed: 7 }
// The long form tries it on each server below.
if (only?.split(',').includes('failover') || (short && wanted('failover'))) {
  const bin = installedServer()
  if (bin === undefined) console.log('eight desks at a server that is lost: skipped, there is none here')
  else {
    const lost = await tortureFailover(bin, length)
    note(`eight desks at a server that is lost (${endedOf(lost)})`, [lost.commands], lost.failures)
  }
}
// Servers are fetched for it, for minutes: the short form leaves it to the tests, unless it is named.
if (only?.split(',').includes('desks') || (!short && wanted('desks'))) {
  const folder = mkdtempSync(join(tmpdir(), 'ssh-admin-servers-'))
  try {
    for (const { name, bin } of await fetchServers(folder)) {
      if (bin === undefined) {
        console.log(`${name}: skipped, it is not here and cannot be fetched`)
        continue
      }
      const worked = await tortureSharedStore(bin, length)
      note(`eight desks at ${name} (${endedOf(worked)})`, [worked.commands], worked.failures)
      const lost = await tortureFailover(bin, length)
      note(`eight desks at ${name} that is lost (${endedOf(lost)})`, [lost.commands], lost.failures)
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
print(['what', 'tried', 'failed'])

if (printed === 0) throw new Error(`there is nothing called ${only}`)
console.log(failures.length === 0 ? 'Nothing lost.' : `${failures.length} failures.`)
process.exitCode = failures.length === 0 ? 0 : 1

function endedOf({ exits }: Worked): string {
  const ended = Object.entries(exits).map(
    ([exit, many]) => `${many} with ${exit === 'killed' ? exit : `exit ${exit}`}`,
  )
  return ended.join(', ')
}

function print(headings: readonly string[]): void {
  if (rows.length === 0) return
  printed += rows.length
  console.log(`\n| ${headings.join(' | ')} |\n|${' --- |'.repeat(headings.length)}`)
  for (const row of rows.splice(0)) console.log(row)
  console.log('')
}
