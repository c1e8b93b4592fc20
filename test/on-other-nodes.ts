// npm run nodes [-- files or folders of tests]: the tests on the other lines of Node, from this checkout. Of folders those
// are left out that take minutes and are the same on each (vitest.config.ts).
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { isFetched, type NodeLine, nodeBinary, nodeLines, nodePackage, nodesFolder } from './nodes.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const paths = process.argv.slice(2)
const areFolders = paths.length > 0 && paths.every((path) => !path.endsWith('.ts'))
const leavingOut = areFolders ? { LEAVE_OUT_LONG_TESTS: '1' } : {}
const results: { line: NodeLine; version: string; passed: boolean }[] = []

// First all of them, so that the test that compares them skips none.
for (const line of nodeLines) await fetchNode(line)
for (const line of nodeLines) {
  const node = nodeBinary(line)
  const { stdout: version } = await execa(node, ['--version'])
  console.log(`\n${version}`)
  const { exitCode } = await execa(node, [join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...paths], {
    cwd: root,
    stdio: 'inherit',
    reject: false,
    // Programs that tests start by the name of node are this one too.
    env: { PATH: `${join(node, '..')}:${process.env.PATH}`, ...leavingOut },
  })
  results.push({ line, version, passed: exitCode === 0 })
}
for (const { version, passed } of results) console.log(`${version}\t${passed ? 'passed' : 'failed'}`)
process.exitCode = results.every(({ passed }) => passed) ? 0 : 1

async function fetchNode(line: NodeLine): Promise<void> {
  if (isFetched(line)) return
  const folder = join(nodesFolder, String(line))
  mkdirSync(folder, { recursive: true })
  const quietly = ['--no-save', '--no-audit', '--no-fund', '--ignore-scripts']
  await execa('npm', ['install', '--prefix', folder, ...quietly, `${nodePackage}@${line}`], {
    stdio: 'inherit',
  })
}
