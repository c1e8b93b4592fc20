import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))

/** The program as tests start it: they run what was built. @throws where the source was changed since */
export function builtProgram(): string {
  return builtSince(join(root, 'bin/ssh-admin.js'), 'dist/program.js')
}

/** The same with points where it fails when it is told to. */
export function builtWithFaultPoints(): string {
  return builtSince(join(root, 'test/torture/ssh-admin.js'), 'dist-with-fault-points/program.js')
}

const looked = new Set<string>()

function builtSince(program: string, built: string): string {
  if (looked.has(built)) return program
  const at = timeOf(join(root, built))
  const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  const newer = sources.find((file) => file.endsWith('.ts') && timeOf(join(root, 'src', file)) > at)
  if (newer === undefined) {
    looked.add(built)
    return program
  }
  const what = at === 0 ? `There is no ${built}` : `${built} is older than src/${newer}`
  throw new Error(`${what}, and this test runs the built program: npm run build comes first.`)
}

function timeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0
}
