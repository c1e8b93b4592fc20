import { newDesk } from './desk.ts'
import { operations } from './operations.ts'
import { type Kind, walk, type Walked } from './walk.ts'

// npm run torture [-- --short] [-- --only import]: prints operation × points × kinds of fault, tried and failed.
const argv = process.argv.slice(2)
const short = argv.includes('--short')
const only = argv.includes('--only') ? argv[argv.indexOf('--only') + 1] : undefined
const kinds: readonly Kind[] = ['kill', 'ENOSPC', 'EIO']

const results: Walked[] = []
for (const operation of operations) {
  if (only !== undefined && operation.name !== only) continue
  const desk = newDesk()
  try {
    // The short form tries each point with one kind of fault, the long one each with all.
    const walked = await walk(operation, { desk, kinds: short ? ['kill'] : kinds, every: short ? 3 : 1 })
    results.push(walked)
    print(walked)
  } finally {
    desk.clear()
  }
}
if (results.length === 0) throw new Error('no operation was walked')
const failed = results.reduce((sum, { failures }) => sum + failures.length, 0)
console.log(failed === 0 ? 'Nothing lost.' : `${failed} failures.`)
process.exitCode = failed === 0 ? 0 : 1

function print({ operation, points, tried, killedAfterCommit, failures }: Walked): void {
  const each = kinds.map((kind) => `${kind} ${tried[kind]}`).join(', ')
  const after = `${killedAfterCommit} killed after the commit`
  console.log(
    `${operation.padEnd(24)} ${String(points).padStart(3)} points  ${each}  (${after})  ${failures.length} failed`,
  )
  for (const failure of failures) console.log(`    ${failure}`)
}
