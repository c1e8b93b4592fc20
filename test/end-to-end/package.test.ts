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

    it('brings what was tested and nothing else: the program in one piece, and what is compiled for a machine', () => {
      const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages
      const { dependencies } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'))
      for (const [name, version] of Object.entries(dependencies)) {
        expect({ name, version }).toEqual({ name, version: lock[`node_modules/${name}`].version })
        const there = JSON.parse(readFileSync(join(installed, 'node_modules', name, 'package.json'), 'utf8'))
        expect({ name, version: there.version }).toEqual({ name, version })
      }
      expect(Object.keys(dependencies).sort()).toEqual(['@node-rs/argon2', 'better-sqlite3'])
      expect(readdirSync(join(installed, 'node_modules'))).not.toContain('exceljs')
    })

    it('writes a letter, and a workbook to fill in', async () => {
      const run = (...argv: string[]) =>
        execa(node, [join(installed, 'bin/ssh-admin.js'), ...argv], {
          cwd: desk.folder,
          env: { HOME: desk.folder, SSH_ADMIN_DB: desk.path('letters.db') },
          extendEnv: false,
          reject: false,
        })
      await run('centres', 'create', 'EG001', '--name', 'Cairo School', '--country', 'Egypt', '--yes')
      const added = await run(
        'users',
        'add',
        'Amira Haddad <amira@school.example>',
        '--centre',
        'EG001',
        '--yes',
      )
      expect(added.stderr).toContain('No mail server is set')
      expect(await run('centres', 'sample', 'sample.xlsx')).toMatchObject({ exitCode: 0 })
      expect(readFileSync(desk.path('sample.xlsx')).subarray(0, 2).toString()).toBe('PK')
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
