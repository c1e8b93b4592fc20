// npm run mutants [-- --sample N --seed N --only PATH --learn]: changes the source in one small place after another, in a
// copy, and sees which changes no test notices. What was found is kept in test/mutants/out and not looked for again.
import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { execa } from 'execa'
import { builtProgram, builtWithFaultPoints, root } from '../built-program.ts'
import { workInMemory } from '../memory-folder.ts'
import startServer from '../server.ts'
import { randomFrom } from '../torture/random.ts'
import { type Mutant, mutantsOf } from './mutations.ts'
import type { Project, Task, Verdict } from './runner.ts'

type Outcome = 'killed' | 'timed out' | 'survived' | 'unreached'

interface Found {
  outcome: Outcome
  by: string | null
  /** The digest of the tests that did not notice it: others may. */
  tests?: string
}

/** A line of what reached.ts writes. */
interface Reached {
  project: Project
  test: string
  ms: number
  reached: Record<string, string[]>
}

const { values } = parseArgs({
  options: {
    sample: { type: 'string', default: '300' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
    learn: { type: 'boolean', default: false },
  },
})
const rooms = values.only === '' ? ['src/rules', 'src/import', 'src/db', 'src/cli'] : ['src']
/** What only a server runs, and the tests that have one; they start it. */
const roomOfServer = 'src/db/postgres/'
const testsOfServer = 'test/db/postgres'

workInMemory()
// Tests that start an old build fail, and would be taken for having noticed something.
builtProgram()
builtWithFaultPoints()
const out = join(root, 'test/mutants/out')
mkdirSync(out, { recursive: true })
const outcomesFile = join(out, 'outcomes.json')
const outcomes: Record<string, Found> = existsSync(outcomesFile)
  ? JSON.parse(readFileSync(outcomesFile, 'utf8'))
  : {}

/** Whether a test passes where nothing was changed: one that fails anyway has noticed nothing. */
const passesUnchanged = new Map<string, boolean>()
const copy = copyOfTree()
let runner: ChildProcess | undefined
let stopServer: (() => Promise<void>) | undefined
try {
  await judgeSample(sampleOf(allMutants(), { size: Number(values.sample), seed: Number(values.seed) }))
} finally {
  stopRunner()
  await stopServer?.()
  rmSync(copy, { recursive: true, force: true })
}

/** Nothing is ever changed in the tree that somebody works in. */
function copyOfTree(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ssh-admin-mutants-'))
  // Some tests start the program as a user who has no rights here.
  chmodSync(folder, 0o755)
  const left = new Set(['node_modules', '.git', '.nodes', 'out'])
  for (const name of readdirSync(root)) {
    if (!left.has(name)) {
      cpSync(join(root, name), join(folder, name), {
        recursive: true,
        preserveTimestamps: true,
        filter: (from) => from !== out,
      })
    }
  }
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  return folder
}

/** What the tests that these changes need reach: of a server, where only one runs what is changed. */
async function testsFor(sample: readonly Mutant[]): Promise<Reached[]> {
  const isOfServer = ({ file }: Mutant) => file.startsWith(roomOfServer)
  const tests: Reached[] = []
  if (!sample.every(isOfServer)) tests.push(...(await reachedBy('source')))
  if (sample.some(isOfServer)) {
    // One for all of them: it outlives a runner that is ended.
    stopServer = await startServer({
      provide: (_, address) => {
        process.env.SSH_ADMIN_TEST_SERVER = address
      },
    })
    tests.push(...(await reachedBy('server')))
  }
  return tests.sort((one, other) => one.ms - other.ms)
}

/** Runs every test once, but for those that start the built program: no change of the source reaches them. */
async function reachedBy(project: Project): Promise<Reached[]> {
  const file = join(out, `reached-${project}.jsonl`)
  if (values.learn || !existsSync(file)) {
    rmSync(file, { force: true })
    const vitest = join(root, 'node_modules/vitest/vitest.mjs')
    const named = project === 'server' ? [testsOfServer] : []
    await execa(process.execPath, [vitest, 'run', '--project', project, ...named], {
      cwd: copy,
      stdio: 'inherit',
      reject: false,
      env: { MUTANTS_REACHED: file },
    })
  }
  const lines = readFileSync(file, 'utf8').trim().split('\n')
  return lines.map((line): Reached => ({ project, ...JSON.parse(line) }))
}

async function judgeSample(sample: readonly Mutant[]): Promise<void> {
  const tests = await testsFor(sample)
  const survivors: string[] = []
  const counts: Record<Outcome, number> = { killed: 0, 'timed out': 0, survived: 0, unreached: 0 }
  for (const [position, mutant] of sample.entries()) {
    const id = idOf(mutant)
    const reaching = testsOf(mutant, tests)
    const digest = digestOf(reaching)
    const before = outcomes[id]
    const isKnown = before?.outcome === 'killed' || before?.outcome === 'timed out'
    const known = isKnown || before?.tests === digest ? before : undefined
    const found = known ?? { ...(await judge(mutant, reaching)), tests: digest }
    outcomes[id] = found
    if (!known) writeFileSync(outcomesFile, JSON.stringify(outcomes, undefined, 1))
    counts[found.outcome] += 1
    const line = `${mutant.file}:${mutant.line}  ${mutant.kind}: ${short(mutant.before)} → ${short(mutant.after)}`
    if (found.outcome === 'survived' || found.outcome === 'unreached') survivors.push(line)
    console.log(
      `${position + 1}/${sample.length}\t${found.outcome}\t${line}${found.by ? `\t${found.by}` : ''}`,
    )
  }
  console.log(`\n${survivors.length} that no test noticed:`)
  for (const line of survivors) console.log(line)
  const figures = Object.entries(counts).map(([what, number]) => `${number} ${what}`)
  console.log(`\nsample ${sample.length}, seed ${values.seed}: ${figures.join(', ')}`)
}

function allMutants(): Mutant[] {
  return rooms
    .flatMap((room) =>
      readdirSync(join(root, room), { recursive: true, encoding: 'utf8' }).map((file) => join(room, file)),
    )
    .filter((file) => file.endsWith('.ts') && file.startsWith(values.only))
    .sort()
    .flatMap((file) => mutantsOf(file, readFileSync(join(root, file), 'utf8')))
}

function sampleOf(mutants: readonly Mutant[], { size, seed }: { size: number; seed: number }): Mutant[] {
  const { below } = randomFrom(seed)
  const left = [...mutants]
  const chosen: Mutant[] = []
  while (chosen.length < size && left.length > 0) chosen.push(...left.splice(below(left.length), 1))
  return chosen
}

/** Another source of the same file is another mutant; another place in it too. */
function idOf({ file, start, end, after }: Mutant): string {
  const text = readFileSync(join(root, file))
  return `${file} ${createHash('sha256').update(text).digest('hex').slice(0, 12)} ${start}-${end} ${after.slice(0, 20)}`
}

function short(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ')
  return line.length > 70 ? `${line.slice(0, 69)}…` : line
}

/** @returns the tests that call the function around the change, or, where it has no name, anything of its file */
function testsOf({ file, within }: Mutant, known: readonly Reached[]): Reached[] {
  const all = known.filter(({ project }) => project === 'source' || file.startsWith(roomOfServer))
  const ofFile = all.filter(({ reached }) => reached[file] !== undefined)
  for (const name of within) {
    const calling = ofFile.filter(({ reached }) => reached[file]?.includes(name))
    if (calling.length > 0) return calling
  }
  if (ofFile.length > 0) return ofFile
  // A file of constants is reached through those that import it.
  const name = file.slice(file.lastIndexOf('/'))
  const importers = allFiles().filter((other) => readFileSync(join(root, other), 'utf8').includes(`${name}'`))
  return all.filter(({ reached }) => importers.some((importer) => reached[importer] !== undefined))
}

function allFiles(): string[] {
  return readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join('src', file))
}

function nameOf({ project, test }: Reached): string {
  return `${project} ${test}`
}

function digestOf(tests: readonly Reached[]): string {
  const digest = createHash('sha256')
  for (const { test } of tests)
    if (existsSync(join(root, test))) digest.update(readFileSync(join(root, test)))
  return digest.digest('hex').slice(0, 12)
}

async function judge(mutant: Mutant, reaching: readonly Reached[]): Promise<Found> {
  const tests = reaching.filter((test) => passesUnchanged.get(nameOf(test)) !== false)
  if (tests.length === 0) return { outcome: 'unreached', by: null }
  const original = readFileSync(join(root, mutant.file), 'utf8')
  const mutated = original.slice(0, mutant.start) + mutant.after + original.slice(mutant.end)
  const task: Task = { file: mutant.file, mutated, original, tests: tests.map(nameOf) }
  // Twenty times what they took when they were learnt: whatever takes longer has no end.
  const limit = 60_000 + 20 * tests.reduce((sum, { ms }) => sum + ms, 0)
  const verdict = await verdictOn(task, limit)
  if (verdict === undefined) return { outcome: 'timed out', by: null }
  const { killedBy } = verdict
  if (killedBy === null) return { outcome: 'survived', by: null }
  if (!passesUnchanged.has(killedBy)) {
    const unchanged = await verdictOn({ ...task, mutated: original, tests: [killedBy] }, limit)
    passesUnchanged.set(killedBy, unchanged?.killedBy === null)
  }
  return passesUnchanged.get(killedBy) ? { outcome: 'killed', by: killedBy } : judge(mutant, reaching)
}

/** @returns undefined where it did not come to an end in time */
async function verdictOn(task: Task, limit: number): Promise<Verdict | undefined> {
  const child = await readyRunner()
  const verdict = await new Promise<Verdict | undefined>((resolve, reject) => {
    const timer = setTimeout(() => resolve(undefined), limit)
    child.once('message', (message: Verdict) => {
      clearTimeout(timer)
      resolve(message)
    })
    child.once('exit', (code) => {
      clearTimeout(timer)
      reject(new Error(`the runner ended with ${code}`))
    })
    child.send(task)
  })
  child.removeAllListeners()
  if (verdict !== undefined) return verdict
  stopRunner()
  cpSync(join(root, task.file), join(copy, task.file), { preserveTimestamps: true })
  return undefined
}

async function readyRunner(): Promise<ChildProcess> {
  if (runner) return runner
  const child = spawn(process.execPath, ['--import', 'tsx', join(copy, 'test/mutants/runner.ts')], {
    cwd: copy,
    // A group of its own, so that what it started ends with it.
    detached: true,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: { ...process.env, CI: 'true' },
  })
  runner = child
  await new Promise((resolve, reject) => {
    child.once('message', resolve)
    child.once('exit', (code) => reject(new Error(`the runner ended with ${code}`)))
  })
  child.removeAllListeners()
  return child
}

function stopRunner(): void {
  const { pid } = runner ?? {}
  runner = undefined
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // It has ended already.
  }
}
