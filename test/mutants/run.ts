// npm run mutants [-- --sample N --seed N --only PATHS --tests PATHS]: changes the source in one small place after another, in
// memory, and sees which changes no test notices. What was found is kept in test/mutants/out, from which it goes on where it was ended.
import { createHash } from 'node:crypto'
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join, parse } from 'node:path'
import { parseArgs } from 'node:util'
import { execa } from 'execa'
import { builtProgram, builtWithFaultPoints, root } from '../built-program.ts'
import { workInMemory } from '../memory-folder.ts'
import startServer from '../server.ts'
import { randomFrom } from '../torture/random.ts'
import { type Mutant, mutantsOf } from './mutations.ts'
import { digestOf, type Line, type Now, type Outcome } from './log.ts'
import type { Numbered, Round } from './switches.ts'

type Reached = Extract<Line, { reached: number[] }>

const { values } = parseArgs({
  options: {
    sample: { type: 'string', default: '300' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
    tests: { type: 'string', default: 'test/' },
  },
})
const rooms = values.only === '' ? ['src/rules', 'src/import', 'src/db', 'src/cli'] : ['src']
/** What only a server runs, and the tests that have one. */
const roomOfServer = 'src/db/postgres/'
const testsOfServer = 'test/db/postgres'
/** How many tests each mutant is tried with, the nearest first; then with all that reach it. */
const tryFirst = [6, 40, 250]
/** Where it is reached on import, so that nobody knows by which tests, with all of so many files. */
const nearestFiles = 40
/** No test takes longer, as it is or with a mutant in it; what does runs in a circle that nothing brings it out of. */
const limitMs = 240_000

workInMemory()
// Tests that start an old build fail.
builtProgram()
builtWithFaultPoints()
const sample = sampleOf(allMutants(), { size: Number(values.sample), seed: Number(values.seed) })
const out = join(root, 'test/mutants/out', digestOfSample())
mkdirSync(out, { recursive: true })
const files = { round: join(out, 'round.json'), log: join(out, 'log.jsonl'), now: join(out, 'now') }
if (!existsSync(files.log)) writeFileSync(files.log, '')
const isOfServer = ({ file }: Mutant) => file.startsWith(roomOfServer)
const stopServer = sample.some(isOfServer) ? await serverForAll() : undefined
try {
  await learn()
  await tryNearestFirst()
  await tryFromTheStart()
  report()
} finally {
  await stopServer?.()
}

/** Which test reaches which mutant: of the files that are new, or changed since. */
async function learn(): Promise<void> {
  // The last line of a file says that it was learnt to its end.
  const ends = lines().filter((line) => 'outside' in line && line.outside.length === 0)
  const learnt = new Set(ends.map((line) => ('learnt' in line ? `${line.learnt} ${line.digest}` : '')))
  for (const project of stopServer ? ['source', 'server'] : ['source']) {
    const isNew = (file: string) => !learnt.has(`${project} ${file} ${digestOf(join(root, file))}`)
    const isOfProject = (file: string) => file.startsWith(testsOfServer) === (project === 'server')
    await vitest({ mutants: sample }, { project, tests: testFiles().filter(isOfProject).filter(isNew) })
  }
}

async function tryNearestFirst(): Promise<void> {
  for (const most of [...tryFirst, Number.POSITIVE_INFINITY]) {
    let before = Number.NaN
    // Again, where a process was ended, or a test could not go on.
    for (let tries = triesOf(most); tries.size > 0 && tries.size !== before; tries = triesOf(most)) {
      before = tries.size
      for (const project of ['source', 'server']) {
        const keys = Object.keys(tries.byFile).filter((key) => key.startsWith(`${project} `))
        const tests = keys.map((key) => key.slice(project.length + 1))
        await vitest({ mutants: sample, tries: tries.byFile }, { project, tests })
      }
    }
  }
}

/** The nearest tests of each mutant that is left, of those that reach it and that it was not tried with. */
function triesOf(most: number): { size: number; byFile: NonNullable<Round['tries']> } {
  const { reaching, isTried, found } = known()
  const byFile: NonNullable<Round['tries']> = {}
  let size = 0
  for (const mutant of sample) {
    if (found(mutant.number)) continue
    const all = nearestFirst(mutant, reaching(mutant.number)).slice(0, most)
    for (const { learnt, test } of all.filter((reached) => !isTried(mutant.number, reached))) {
      entryOf(entryOf(byFile, learnt, {}), test, []).push(mutant.number)
      size += 1
    }
  }
  return { size, byFile }
}

/**
 * Those that are reached on import, and those with which a test failed that fails ever after: with all tests of the
 * nearest files, in a process of their own.
 */
async function tryFromTheStart(): Promise<void> {
  const { found, outside, passing, isTriedFromTheStart } = known()
  const all = Object.keys(passing).filter((key) => key.startsWith('source '))
  for (const mutant of sample) {
    const { number } = mutant
    if (found(number) || isTriedFromTheStart(number) || outside(number).length === 0) continue
    const nearest = all.toSorted((one, other) => nearness(mutant, other) - nearness(mutant, one))
    const keys = [...new Set([...outside(number), ...nearest])].slice(0, nearestFiles)
    const tries = Object.fromEntries(keys.map((key) => [key, passing[key] ?? {}]))
    const tests = keys.map((key) => key.slice('source '.length))
    const { failed, isTimedOut } = await vitest(
      { mutants: sample, tries, always: number },
      { project: 'source', tests },
    )
    write({ always: number, outcome: isTimedOut ? 'timed out' : failed ? 'killed' : 'survived' })
  }
}

/** What the log says so far. */
function known() {
  const outcomes = new Map<number, Outcome>()
  const fromTheStart = new Set<number>()
  const outside: Record<number, string[]> = {}
  const reached = new Map<string, Map<string, Reached>>()
  const tried = new Map<string, Set<string>>()
  const isNow = digestsNow()
  for (const line of lines()) {
    if ('learnt' in line) {
      if (!isNow(line)) continue
      if ('outside' in line) {
        for (const number of line.outside) entryOf(outside, number, []).push(line.learnt)
      } else {
        const ofFile = reached.get(line.learnt) ?? new Map<string, Reached>()
        reached.set(line.learnt, ofFile.set(line.test, line))
        // Learnt anew since its file was changed: it may notice more.
        tried.delete(`${line.learnt} ${line.test}`)
      }
    } else if ('unfit' in line) {
      reached.get(line.unfit)?.delete(line.test)
      if (line.after !== undefined) entryOf(outside, line.after, []).push(line.unfit)
    } else if ('always' in line) {
      fromTheStart.add(line.always)
      if (line.outcome !== 'survived') outcomes.set(line.always, line.outcome)
    } else if (line.outcome === 'survived') {
      const key = `${line.with} ${line.test}`
      tried.set(key, (tried.get(key) ?? new Set()).add(String(line.tried)))
    } else outcomes.set(line.tried, line.outcome)
  }
  const all = [...reached.values()].flatMap((ofFile) => [...ofFile.values()]).filter(({ passed }) => passed)
  const passing: NonNullable<Round['tries']> = {}
  for (const { learnt, test } of all) entryOf(entryOf(passing, learnt, {}), test, [])
  return {
    passing,
    found: (number: number) => outcomes.get(number),
    outside: (number: number) => outside[number] ?? [],
    isTriedFromTheStart: (number: number) => fromTheStart.has(number),
    reaching: (number: number) => all.filter((test) => test.reached.includes(number)),
    isTried: (number: number, { learnt, test }: Reached) =>
      tried.get(`${learnt} ${test}`)?.has(String(number)) ?? false,
  }
}

/** What stands there, or what begins there. */
function entryOf<Value>(all: Record<string, Value>, key: string | number, empty: Value): Value {
  const entry = all[key] ?? empty
  all[key] = entry
  return entry
}

function digestsNow(): (line: { learnt: string; digest: string }) => boolean {
  const digests = new Map<string, string>()
  return ({ learnt, digest }) => {
    const file = join(root, learnt.slice(learnt.indexOf(' ') + 1))
    if (!digests.has(file)) digests.set(file, existsSync(file) ? digestOf(file) : '')
    return digests.get(file) === digest
  }
}

function lines(): Line[] {
  return readFileSync(files.log, 'utf8')
    .split('\n')
    .filter((text) => text !== '')
    .map((text): Line => JSON.parse(text))
}

function write(line: Line): void {
  appendFileSync(files.log, `${JSON.stringify(line)}\n`)
}

/** Words that the two paths share: src/rules/users/suspend.ts is nearest to test/rules/users/suspend.test.ts. */
function nearness({ file }: Mutant, test: string): number {
  const words = new Set(file.split(/\W+/))
  return new Set(test.split(/\W+/).filter((word) => word !== 'ts' && words.has(word))).size
}

/** Of those that are as near, the fastest. */
function nearestFirst(mutant: Mutant, tests: readonly Reached[]): Reached[] {
  return tests
    .map((test) => ({ test, near: nearness(mutant, test.learnt) }))
    .sort((one, other) => other.near - one.near || one.test.ms - other.test.ms)
    .map(({ test }) => test)
}

/** Runs the tests, and ends a process in which one has no end. */
async function vitest(
  round: Round,
  { project, tests }: { project: string; tests: readonly string[] },
): Promise<{ failed: boolean; isTimedOut: boolean }> {
  if (tests.length === 0) return { failed: false, isTimedOut: false }
  writeFileSync(files.round, JSON.stringify(round))
  const program = join(root, 'node_modules/vitest/vitest.mjs')
  const always = round.always === undefined ? [] : ['--bail=1', '--maxWorkers=1']
  const config = ['--config', 'test/mutants/vitest.config.ts', '--reporter=dot', '--project', project]
  const watching = setInterval(endCircles, 5000)
  const { exitCode, timedOut } = await execa(
    process.execPath,
    [program, 'run', ...config, ...always, ...tests],
    {
      cwd: root,
      stdin: 'ignore',
      stdout: { file: join(out, 'vitest.txt') },
      stderr: 'ignore',
      reject: false,
      ...(round.always === undefined ? {} : { timeout: 10 * limitMs }),
      env: { CI: 'true', MUTANTS_ROUND: files.round, MUTANTS_LOG: files.log, MUTANTS_NOW: files.now },
    },
  )
  clearInterval(watching)
  for (const { file } of nowTrying()) rmSync(file)
  progress()
  return { failed: exitCode !== 0, isTimedOut: timedOut }
}

function nowTrying(): { pid: number; file: string }[] {
  const { dir, base } = parse(files.now)
  return readdirSync(dir)
    .filter((name) => name.startsWith(`${base}.`))
    .map((name) => ({ pid: Number(name.slice(base.length + 1)), file: join(dir, name) }))
}

function endCircles(): void {
  for (const { pid, file } of nowTrying()) {
    const { mtimeMs } = statSync(file)
    const text = readFileSync(file, 'utf8')
    if (text === '' || Date.now() - mtimeMs < limitMs) continue
    const { tried, key, test }: Now = JSON.parse(text)
    write({ tried, with: key, test, outcome: 'timed out' })
    rmSync(file)
    process.kill(pid, 'SIGKILL')
  }
}

function progress(): void {
  const { found } = known()
  const left = sample.filter(({ number }) => found(number) === undefined)
  console.log(
    `${new Date().toLocaleTimeString()}\t${sample.length - left.length} of ${sample.length} noticed so far`,
  )
}

function report(): void {
  const { found, reaching, outside } = known()
  const counts = { killed: 0, 'timed out': 0, survived: 0, unreached: 0 }
  for (const mutant of sample) {
    const { number, file, line, kind, before, after } = mutant
    const isReached = reaching(number).length + outside(number).length > 0
    const outcome = found(number) ?? (isReached ? 'survived' : 'unreached')
    counts[outcome] += 1
    if (outcome === 'survived' || outcome === 'unreached')
      console.log(`${outcome}\t${file}:${line}  ${kind}: ${short(before)} → ${short(after)}`)
  }
  const figures = Object.entries(counts).map(([what, number]) => `${number} ${what}`)
  console.log(`\nsample ${sample.length}, seed ${values.seed}: ${figures.join(', ')}`)
}

function allMutants(): Mutant[] {
  const places = values.only.split(',').map((place) => {
    const [path = '', at] = place.split(':')
    return { path, isAt: (line: number) => at === undefined || line === Number(at) }
  })
  return rooms
    .flatMap((room) => filesOf(room))
    .filter((file) => places.some(({ path }) => file.startsWith(path)))
    .flatMap((file) => mutantsOf(file, readFileSync(join(root, file), 'utf8')))
    .filter(({ file, line }) => places.some(({ path, isAt }) => file.startsWith(path) && isAt(line)))
}

function testFiles(): string[] {
  return filesOf('test').filter(
    (file) =>
      file.endsWith('.test.ts') &&
      values.tests.split(',').some((path) => file.startsWith(path)) &&
      !file.startsWith('test/end-to-end/'),
  )
}

function filesOf(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join(folder, file))
    .sort()
}

function sampleOf(mutants: readonly Mutant[], { size, seed }: { size: number; seed: number }): Numbered[] {
  const { below } = randomFrom(seed)
  const left = [...mutants]
  const chosen: Mutant[] = []
  while (chosen.length < size && left.length > 0) chosen.push(...left.splice(below(left.length), 1))
  return chosen.map((mutant, number) => ({ ...mutant, number }))
}

/** Another source is another sample. */
function digestOfSample(): string {
  return createHash('sha256').update(JSON.stringify(sample)).digest('hex').slice(0, 12)
}

function short(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ')
  return line.length > 90 ? `${line.slice(0, 89)}…` : line
}

/** One for all that is run: it outlives a process that is ended. */
async function serverForAll(): Promise<(() => Promise<void>) | undefined> {
  return await startServer({
    provide: (_, address) => {
      process.env.SSH_ADMIN_TEST_SERVER = address
    },
  })
}
