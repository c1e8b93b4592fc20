import { cpSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { csv, line } from '../import/workbook.ts'
import { isFetched, nodeBinary } from '../nodes.ts'
import { type Desk, newDesk, root } from './program.ts'

/** In the package without a script to run: SQLite for Node 22 and later. */
const readyMade =
  Number.parseInt(process.versions.node, 10) >= 22
    ? process.execPath
    : isFetched(24)
      ? nodeBinary(24)
      : undefined
const node = readyMade ?? process.execPath
const minutes = 60_000

const registry = await execa(
  'npm',
  ['view', 'commander', 'version', '--fetch-retries=0', '--prefer-online'],
  {
    reject: false,
    timeout: 30_000,
  },
)

describe.skipIf(registry.exitCode !== 0)(
  'the package, installed where nothing is (needs the npm registry)',
  () => {
    let desk: Desk
    let installed: string
    beforeAll(async () => {
      desk = newDesk()
      // A copy, so that nothing is built under the feet of other tests.
      for (const part of [
        'bin',
        'docs',
        'src',
        'build.mjs',
        'package.json',
        'package-lock.json',
        'README.md',
        'CHANGELOG.md',
        'tsconfig.json',
      ])
        cpSync(join(root, part), desk.path(`checkout/${part}`), { recursive: true })
      symlinkSync(join(root, 'node_modules'), desk.path('checkout/node_modules'))
      await execa('npm', ['pack', '--pack-destination', desk.folder], { cwd: desk.path('checkout') })
      const [tarball = ''] = readdirSync(desk.folder).filter((name) => name.endsWith('.tgz'))
      const scripts = readyMade ? ['--ignore-scripts'] : []
      await execa(
        'npm',
        [
          'install',
          '--global',
          '--prefix',
          desk.path('prefix'),
          '--no-audit',
          '--no-fund',
          ...scripts,
          desk.path(tarball),
        ],
        { cwd: desk.folder },
      )
      installed = desk.path('prefix/lib/node_modules/ssh-admin')
    }, 15 * minutes)
    afterAll(() => desk.clear())

    it('holds neither source maps nor what made it, and claims no licence, author or address', () => {
      const files = readdirSync(installed, { recursive: true, encoding: 'utf8' }).filter(
        (name) => !name.startsWith('node_modules'),
      )
      expect(files).toContain(join('bin', 'ssh-admin.js'))
      expect(files.filter((name) => /\.(map|ts|mjs)$/.test(name))).toEqual([])
      const { license, author, repository, bugs } = JSON.parse(
        readFileSync(join(installed, 'package.json'), 'utf8'),
      )
      expect({ license, author, repository, bugs }).toEqual({ license: 'UNLICENSED' })
    })

    it('imports', async () => {
      writeFileSync(desk.path('centres.csv'), csv([line('EG001', 'amira@school.example')]))
      const { exitCode, stdout, stderr } = await execa(
        node,
        [join(installed, 'bin/ssh-admin.js'), 'centres', 'import', 'centres.csv', '--yes', '--json'],
        {
          cwd: desk.folder,
          env: { HOME: desk.folder, SSH_ADMIN_DB: desk.path('hub.db') },
          extendEnv: false,
          reject: false,
        },
      )
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
      expect(JSON.parse(stdout)).toMatchObject({ users: { created: 1 } })
    })
  },
)
