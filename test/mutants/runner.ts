// Started by run.ts as a process of its own: runs tests over one mutant after another, with vitest kept at hand.
import { statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createVitest, type TestModule, type TestSpecification } from 'vitest/node'

/** What the parent sends: the file with the change in it, how it was before, and the tests that reach it. */
export interface Task {
  file: string
  mutated: string
  original: string
  /** Each behind its project, in the order in which they are to be run. */
  tests: readonly string[]
}

/** Of vitest: what runs in this process, and what has its stores on a server. */
export type Project = 'source' | 'server'

/** What it gets back: the test that failed, if any did. */
export interface Verdict {
  killedBy: string | null
}

const root = process.cwd()

/** Fastest first, as they come. */
class AsTheyCome {
  async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return files
  }
  async shard(files: TestSpecification[]): Promise<TestSpecification[]> {
    return files
  }
}

/** Of this run alone: vitest's own state keeps what failed for an earlier mutant. */
let failed: string | undefined
const noticing = {
  onTestModuleEnd: (ended: TestModule) => {
    if (ended.state() === 'failed')
      failed ??= `${ended.project.name} ${ended.moduleId.slice(root.length + 1)}`
  },
}

const vitest = await createVitest('test', {
  root,
  watch: false,
  bail: 1,
  isolate: false,
  maxWorkers: 1,
  project: ['source', 'server'] satisfies Project[],
  reporters: [noticing],
  coverage: { enabled: false },
  sequence: { sequencer: AsTheyCome },
})
const specifications = new Map<string, TestSpecification>()
for (const specification of await vitest.globTestSpecifications()) {
  specifications.set(
    `${specification.project.name} ${specification.moduleId.slice(root.length + 1)}`,
    specification,
  )
}

process.on('message', (task: Task) => {
  void judge(task).then((verdict) => process.send?.(verdict))
})
process.send?.('ready')

async function judge({ file, mutated, original, tests }: Task): Promise<Verdict> {
  const path = join(root, file)
  // Tests that start the built program refuse one that is older than the source.
  const { atime, mtime } = statSync(path)
  writeFileSync(path, mutated)
  utimesSync(path, atime, mtime)
  vitest.invalidateFile(path)
  try {
    const chosen = tests.flatMap((test) => specifications.get(test) ?? [])
    failed = undefined
    const before = vitest.state.getUnhandledErrors().length
    const { unhandledErrors } = await vitest.runTestSpecifications(chosen)
    const uncaught = unhandledErrors.length > before ? 'an error that nobody caught' : null
    return { killedBy: failed ?? uncaught }
  } finally {
    writeFileSync(path, original)
    utimesSync(path, atime, mtime)
    vitest.invalidateFile(path)
  }
}
