// Loaded before each test file while `npm run mutants` learns which tests reach which function of src.
import { appendFileSync, readFileSync } from 'node:fs'
import { type Profiler, Session } from 'node:inspector'
import { relative } from 'node:path'
import { afterAll, beforeAll, expect } from 'vitest'

const { MUTANTS_REACHED = '' } = process.env
const session = new Session()
let began = 0
let cpuBefore = 0

beforeAll(() => {
  session.connect()
  session.post('Profiler.enable')
  session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false })
  began = performance.now()
  cpuBefore = cpuSeconds()
})

afterAll(() => {
  session.post('Profiler.takePreciseCoverage', (_, { result }) => {
    const ms = Math.round(performance.now() - began)
    const test = relative(process.cwd(), expect.getState().testPath ?? '')
    const cpu = cpuSeconds() - cpuBefore
    appendFileSync(MUTANTS_REACHED, `${JSON.stringify({ test, ms, cpu, reached: functionsOf(result) })}\n`)
  })
  session.disconnect()
})

/** By file of src, the names of the functions that were called. */
function functionsOf(scripts: readonly Profiler.ScriptCoverage[]): Record<string, string[]> {
  const reached: Record<string, string[]> = {}
  for (const { url, functions } of scripts) {
    const file = /[/](src[/][^?]+[.]ts)/.exec(url)?.[1]
    if (file === undefined) continue
    const called = functions.filter(({ ranges: [whole] }) => whole !== undefined && whole.count > 0)
    const names = called.map(({ functionName }) => functionName)
    // The first is the module itself, which is run wherever it is imported.
    if (names.length > 1) reached[file] = [...new Set(names.slice(1))].filter((name) => name !== '')
  }
  return reached
}

/** Of this process and of those that it started and that have ended, as Linux counts them; 0 elsewhere. */
function cpuSeconds(): number {
  try {
    const [, fields = ''] = readFileSync('/proc/self/stat', 'utf8').split(') ')
    const ticks = fields.split(' ').slice(11, 15).map(Number)
    return ticks.reduce((sum, each) => sum + each, 0) / 100
  } catch {
    return 0
  }
}
