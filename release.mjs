// npm run release: checks all of it, packs it, and tries the package where nothing is. It publishes nothing.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('.', import.meta.url))
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const tag = `v${version}`

refuseWhere(git('status', '--porcelain') !== '', 'Something is not committed: git status')
refuseWhere(git('tag', '--list', tag) !== '', `${tag} is a tag already: raise the version in package.json.`)
const changes = readFileSync(join(root, 'CHANGELOG.md'), 'utf8')
refuseWhere(!changes.includes(`\n## ${version}\n`), `CHANGELOG.md has no section '## ${version}'.`)

run('npm', ['run', 'check'])
const folder = mkdtempSync(join(tmpdir(), 'ssh-admin-release-'))
try {
  const [{ filename }] = JSON.parse(output('npm', ['pack', '--json']))
  run('npm', ['install', '--global', '--prefix', folder, '--no-audit', '--no-fund', join(root, filename)])
  const program = join(folder, process.platform === 'win32' ? 'ssh-admin.cmd' : 'bin/ssh-admin')
  const answered = output(program, ['--version']).trim()
  refuseWhere(answered !== version, `The package says that it is ${answered}.`)
  run(program, ['store', 'init', '--db', join(folder, 'hub.db')])
  console.log(`\n${filename} is whole. To mark the release:\n\n  git tag ${tag} && git push origin ${tag}`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

function git(...words) {
  return output('git', words).trim()
}

function output(program, words) {
  return execFileSync(program, words, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
}

function run(program, words) {
  execFileSync(program, words, { cwd: root, stdio: 'inherit' })
}

function refuseWhere(wrong, why) {
  if (!wrong) return
  console.error(why)
  process.exit(1)
}
