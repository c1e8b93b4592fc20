// npm run code-map: prints the size of the source, and how much of it a command loads.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'

const root = fileURLToPath(new URL('..', import.meta.url))
const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => join('src', file))

const folder = mkdtempSync(join(tmpdir(), 'code-map-'))
try {
  const fixture = join(root, 'fixtures/centres.xlsx')
  const pins = ['--pins-out', join(folder, 'pins.xlsx')]
  const rows: [what: string, files: readonly string[]][] = [['all of src', files]]
  rows.push(['centres import', await loadedBy(['centres', 'import', fixture, '--yes', ...pins])])
  const [email = ''] = await firstUser()
  rows.push(['users suspend', await loadedBy(['users', 'suspend', email, '--yes'])])
  for (const [what, of] of rows) console.log([what, `${of.length} files`, `${linesOf(of)} lines`].join('\t'))
  console.log(`of 30 lines or less\t${files.filter((file) => linesOf([file]) <= 30).length} files`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

async function loadedBy(argv: readonly string[]): Promise<string[]> {
  const log = join(folder, 'loaded')
  rmSync(log, { force: true })
  await fromSource(argv, log)
  return [...new Set(readFileSync(log, 'utf8').trim().split('\n'))].filter((file) => file.startsWith('src/'))
}

async function firstUser(): Promise<string[]> {
  const { stdout } = await fromSource(['users', 'list', '--limit', '1'], join(folder, 'aside'))
  return stdout.split('\t')
}

function fromSource(argv: readonly string[], log: string) {
  const program = join(root, 'docs/loaded-files.mjs')
  const db = join(folder, 'hub.db')
  return execa(process.execPath, ['--import', 'tsx', program, ...argv], {
    cwd: root,
    env: { SSH_ADMIN_DB: db, HOME: folder, LOADED_FILES: log },
  })
}

function linesOf(of: readonly string[]): number {
  return of.reduce((sum, file) => sum + readFileSync(join(root, file), 'utf8').split('\n').length - 1, 0)
}
