// npm run nodes [-- files or folders of tests]: the tests on the other lines of Node, from this checkout. Of folders those
// are left out that take minutes and are the same on each (vitest.config.ts).
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import { execa } from 'execa'
import type { JsonTestResults } from 'vitest/node'
import { isFetched, type NodeLine, nodeBinary, nodeLines, nodePackage, nodesFolder } from './nodes.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const paths = process.argv.slice(2)
const areFolders = paths.length > 0 && paths.every((path) => !path.endsWith('.ts'))
const leavingOut = areFolders ? { LEAVE_OUT_LONG_TESTS: '1' } : {}
const results: { version: string; passed: boolean; failures: string[] }[] = []
const folder = mkdtempSync(join(tmpdir(), 'ssh-admin-nodes-'))

// First all of them: what cannot be fetched is known before the first test.
for (const line of nodeLines) await fetchNode(line)
for (const line of nodeLines) {
  const node = nodeBinary(line)
  const { stdout: version } = await execa(node, ['--version'])
  console.log(`\n${version}`)
  const report = join(folder, `${line}.json`)
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const vitest = join(root, 'node_modules/vitest/vitest.mjs')
  const { exitCode } = await execa(node, [vitest, 'run', ...reporters, ...paths], {
    cwd: root,
    stdio: 'inherit',
    reject: false,
    // Programs that tests start by the name of node are this one too.
    env: { PATH: `${join(node, '..')}:${process.env.PATH}`, ...leavingOut },
  })
  const passed = exitCode === 0
  results.push({ version, passed, failures: passed ? [] : failuresIn(report) })
}
rmSync(folder, { recursive: true })
// Last of all, so that the end of a log says it where the log is cut.
for (const { version, passed, failures } of results) {
  console.log(`${version}\t${passed ? 'passed' : 'failed'}`)
  for (const failure of failures) console.log(`  ${failure}`)
}
process.exitCode = results.every(({ passed }) => passed) ? 0 : 1

/** A line for each test that failed, and for each file that could not be run: where, which, and how its error begins. */
function failuresIn(report: string): string[] {
  try {
    const { testResults }: JsonTestResults = JSON.parse(readFileSync(report, 'utf8'))
    const lines = testResults.flatMap(({ name, message, status, assertionResults }) => {
      const file = relative(root, name)
      const failed = assertionResults.filter((test) => test.status === 'failed')
      if (failed.length === 0 && status === 'failed') return [`${file}: ${firstLine(message)}`]
      return failed.map((test) => `${file} › ${test.fullName}: ${firstLine(test.failureMessages?.[0])}`)
    })
    return lines.length > 0
      ? lines
      : ['no test failed: an error that nobody caught, or an end before its time']
  } catch (error) {
    return [`vitest ended without a report (${firstLine(String(error))})`]
  }
}

function firstLine(text = ''): string {
  return stripVTControlCharacters(text.trim().split('\n')[0] ?? '')
}

async function fetchNode(line: NodeLine): Promise<void> {
  if (isFetched(line)) return
  const folder = join(nodesFolder, String(line))
  mkdirSync(folder, { recursive: true })
  const quietly = ['--no-save', '--no-audit', '--no-fund', '--ignore-scripts']
  await execa('npm', ['install', '--prefix', folder, ...quietly, `${nodePackage}@${line}`], {
    stdio: 'inherit',
  })
}
