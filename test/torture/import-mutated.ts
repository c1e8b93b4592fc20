import { readFileSync, writeFileSync } from 'node:fs'
import { newWorld, type World } from '../world.ts'
import { csv, line, writeXlsx } from '../import/workbook.ts'
import { type Book, mutations } from './mutations.ts'
import { randomFrom } from './random.ts'

// A process of its own, so that one that hangs or dies takes nothing with it: imports a mutated workbook for each
// seed from the first up to the last, and prints a line of JSON for each.
const [first = 0, last = 0] = process.argv.slice(2).map(Number)

const rows = [
  line('EG001', 'amira@school.example', { firstName: 'Amira', lastName: 'Haddad' }),
  line('EG001', 'omar@school.example', { role: 'admin' }),
  line('EG002', 'zoe@school.example', { firstName: 'Zoë', town: 'القاهرة' }),
  line('CA001', '', { kind: 'associate' }),
  line('EG003', 'nour@school.example', { associate: 'CA001' }),
]

const world = newWorld()
await writeXlsx(world, rows, 'whole.xlsx')
const books: readonly [Book, Book] = [
  { bytes: readFileSync(world.path('whole.xlsx')), ending: 'xlsx' },
  { bytes: Buffer.from(csv(rows)), ending: 'csv' },
]
try {
  for (let seed = first; seed < last; seed += 1) print(await importMutated(seed))
  const { exit, stderr } = await world.run(['store', 'check', '--json'])
  const log = await world.run(['audit', 'verify', '--json'])
  print({ seed: 'store', exit, how: 'checked', words: stderr, log: log.exit })
} finally {
  await world.close()
}

async function importMutated(seed: number): Promise<object> {
  const random = randomFrom(seed)
  const [how, mutate] = mutations[seed % mutations.length] ?? ['', undefined]
  const book = random.oneOf(books)
  const file = `mutated-${seed}.${book.ending}`
  writeFileSync(world.path(file), (await mutate?.(book, random)) ?? book.bytes)
  console.log(JSON.stringify({ begins: seed, how }))
  const ran = await world.run(['centres', 'import', file, '--yes', '--json', ...pinsOf(world, seed)])
  return { seed, how, exit: ran.exit, words: wordsOf(ran), rss: process.memoryUsage.rss() }
}

function pinsOf({ path }: World, seed: number): string[] {
  return ['--pins-out', path(`pins-${seed}.csv`)]
}

/** What a person is told: the error, or the rows that were read. */
function wordsOf({ exit, stdout, error }: Awaited<ReturnType<World['run']>>): string {
  if (exit !== 0 && exit !== 8) return `${error().code}: ${error().message}`
  const { rows: counted } = JSON.parse(stdout)
  const adds = counted.read === counted.accepted + counted.heldBack
  return adds ? `read ${counted.read}, held back ${counted.heldBack}` : ''
}

function print(result: object): void {
  console.log(JSON.stringify(result))
}
