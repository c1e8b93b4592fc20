// How vitest runs the tests for run.ts: it learns which tests reach which mutants, or tries each test with one mutant after
// another, in the process that has imported everything already.
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { relative } from 'node:path'
import { type RunnerTestCase, type RunnerTestFile, type RunnerTestSuite, TestRunner } from 'vitest'
import { getFn } from 'vitest/suite'
import { digestOf, type Line, type Now } from './log.ts'
import { roundOf } from './switches.ts'

const { MUTANTS_LOG = '', MUTANTS_NOW = '' } = process.env
const round = roundOf()
const now = performance.now.bind(performance)

/** Of this process, whose files share one source. */
const state = {
  active: round.always ?? -1,
  reached: new Set<number>(),
  hits: 0,
  deadline: Number.POSITIVE_INFINITY,
}
Reflect.set(globalThis, 'mutated', (number: number): boolean => {
  state.reached.add(number)
  if (state.active !== number) return false
  state.hits += 1
  // What runs in a circle is brought out of it, so that its process may go on.
  if (state.hits % 1024 === 0 && now() > state.deadline) throw new Error('a mutant without end')
  return true
})

const say = (trying?: Now) =>
  writeFileSync(`${MUTANTS_NOW}.${process.pid}`, trying ? JSON.stringify(trying) : '')
const write = (line: Line) => appendFileSync(MUTANTS_LOG, `${JSON.stringify(line)}\n`)

/** What one test is doing: first it is run as it is, then with each of its mutants, and as it is again after each that it fails with. */
interface Trying {
  left: number[]
  tried?: number
  failedWith?: number
  ms?: number
}

export default class MutantRunner extends TestRunner {
  readonly #trying = new Map<string, Trying>()
  #killed = new Set<number>()
  #spoilt = false
  #began = 0

  onCollected(files: RunnerTestFile[]): void {
    const { tries } = round
    for (const file of files) if (tries) leaveOnly(file, tries[keyOf(file)] ?? {})
  }

  override async onBeforeRunSuite(suite: RunnerTestSuite): Promise<void> {
    if ('filepath' in suite) {
      this.#spoilt = false
      this.#killed = killedSoFar()
    }
    await super.onBeforeRunSuite(suite)
  }

  override async onBeforeRunTask(test: RunnerTestCase): Promise<void> {
    await super.onBeforeRunTask(test)
    if (test.mode !== 'run' && test.mode !== 'queued') return
    this.#began = now()
    if (round.tries && round.always === undefined) {
      if (this.#spoilt) test.mode = 'skip'
      const left = round.tries[keyOf(test.file)]?.[nameOf(test)] ?? []
      this.#trying.set(test.id, { left: [...left] })
      test.repeats = 3 * left.length
      return
    }
    if (round.always === undefined) this.#outside(test.file)
  }

  override onBeforeTryTask(test: RunnerTestCase): void {
    super.onBeforeTryTask(test)
    const trying = this.#trying.get(test.id)
    if (trying === undefined) return
    test.result = { ...test.result, state: 'run', errors: undefined }
    const isFirst = trying.ms === undefined
    trying.tried = isFirst || trying.failedWith !== undefined ? undefined : trying.left.shift()
    state.active = trying.tried ?? -1
    state.hits = 0
    this.#began = now()
    state.deadline = this.#began + limitOf(trying)
    if (trying.tried !== undefined) say({ tried: trying.tried, key: keyOf(test.file), test: nameOf(test) })
  }

  async runTask(test: RunnerTestCase): Promise<void> {
    const trying = this.#trying.get(test.id)
    const run = getFn(test)
    if (trying?.tried === undefined) return await run()
    let timer: NodeJS.Timeout | undefined
    const tooLate = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('a mutant without end')), limitOf(trying))
    })
    await Promise.race([run(), tooLate]).finally(() => clearTimeout(timer))
  }

  onAfterRetryTask(test: RunnerTestCase): void {
    const trying = this.#trying.get(test.id)
    if (trying === undefined) return
    state.active = -1
    say()
    const passed = test.result?.state === 'pass'
    const names = { with: keyOf(test.file), test: nameOf(test) }
    if (trying.tried === undefined) {
      trying.ms ??= now() - this.#began
      if (!passed) {
        write({ unfit: names.with, test: names.test, after: trying.failedWith })
        this.#spoilt = trying.failedWith !== undefined
        trying.left = []
      } else if (trying.failedWith !== undefined) {
        write({ tried: trying.failedWith, ...names, outcome: 'killed' })
        this.#killed.add(trying.failedWith)
      }
      trying.failedWith = undefined
    } else if (passed) write({ tried: trying.tried, ...names, outcome: 'survived' })
    else trying.failedWith = trying.tried
    trying.left = trying.left.filter((number) => !this.#killed.has(number))
    // No more repeats: vitest ends with a test that is skipped.
    if (trying.left.length === 0 && trying.failedWith === undefined) test.result = { state: 'skip' }
  }

  override onAfterRunTask(test: RunnerTestCase): void {
    super.onAfterRunTask(test)
    if (round.tries || round.always !== undefined) return
    const passed = test.result?.state === 'pass'
    const reached = [...state.reached]
    const ms = Math.round(now() - this.#began)
    write({ ...learning(test.file), test: nameOf(test), ms, passed, reached })
    state.reached.clear()
  }

  override async onAfterRunSuite(suite: RunnerTestSuite): Promise<void> {
    await super.onAfterRunSuite(suite)
    if (round.tries || round.always !== undefined || !('filepath' in suite)) return
    this.#outside(suite.file)
    // Says that this file is learnt to its end.
    write({ ...learning(suite.file), outside: [] })
  }

  #outside(file: RunnerTestFile): void {
    if (state.reached.size > 0) write({ ...learning(file), outside: [...state.reached] })
    state.reached.clear()
  }
}

/** Ten times what it took, and some seconds where the machine has much to do. */
function limitOf({ ms = 0 }: Trying): number {
  return 10_000 + 10 * ms
}

function keyOf({ filepath, projectName }: RunnerTestFile): string {
  return `${projectName} ${relative(process.cwd(), filepath)}`
}

function learning(file: RunnerTestFile): { learnt: string; digest: string } {
  return { learnt: keyOf(file), digest: digestOf(file.filepath) }
}

function nameOf(test: RunnerTestCase): string {
  const names = [test.name]
  for (let { suite } = test; suite; { suite } = suite) names.unshift(suite.name)
  return names.join(' › ')
}

/** @returns whether any test is left */
function leaveOnly(suite: RunnerTestSuite, wanted: Record<string, number[]>): boolean {
  let isAny = false
  for (const task of suite.tasks) {
    const stays = task.type === 'suite' ? leaveOnly(task, wanted) : wanted[nameOf(task)] !== undefined
    if (!stays) task.mode = 'skip'
    else isAny = true
  }
  return isAny
}

/** By another process, too. */
function killedSoFar(): Set<number> {
  const lines = readFileSync(MUTANTS_LOG, 'utf8').split('\n')
  return new Set(lines.flatMap((text) => (text.includes('"killed"') ? [JSON.parse(text).tried] : [])))
}
