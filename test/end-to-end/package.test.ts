import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, delimiter, join } from 'node:path'
import ExcelJS from 'exceljs'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { csv, line } from '../import/workbook.ts'
import { isFetched, nodeBinary, nodeLines } from '../nodes.ts'
import { type Desk, newDesk, root } from './program.ts'

/** The SQLite of Node 22 and later is in the package; that of Node 20 is built, which takes its time. */
const later =
  Number.parseInt(process.versions.node, 10) >= 22
    ? process.execPath
    : isFetched(24)
      ? nodeBinary(24)
      : undefined
const node = later ?? process.execPath
/** Whether `npm run nodes` has tried, or will try, with the first line what is the same on each. */
const isAnotherLine =
  Boolean(process.env.LEAVE_OUT_LONG_TESTS) && !process.version.startsWith(`v${nodeLines[0]}.`)
const minutes = 60_000
const noCompiler = { CC: 'false', CXX: 'false', npm_config_python: join(root, 'no-python') }

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
    let saidWhileInstalling: string
    beforeAll(async () => {
      desk = newDesk()
      // A copy, so that nothing is built under the feet of other tests.
      for (const part of [
        'bin',
        'docs',
        'src',
        'build',
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
      // npm itself runs on the Node that is installed for.
      mkdirSync(desk.path('bin'))
      symlinkSync(node, desk.path('bin/node'))
      const { stdout: globalconfig } = await execa('npm', ['config', 'get', 'globalconfig'])
      const installing = await execa(
        'npm',
        [
          'install',
          '--global',
          '--prefix',
          desk.path('prefix'),
          '--no-audit',
          '--no-fund',
          '--prefer-offline',
          '--fetch-retries=5',
          desk.path(tarball),
        ],
        {
          cwd: desk.folder,
          env: {
            PATH: `${desk.path('bin')}${delimiter}${process.env.PATH}`,
            // With another prefix npm would look for its settings there.
            npm_config_globalconfig: globalconfig,
            ...(later ? noCompiler : {}),
          },
        },
      )
      saidWhileInstalling = installing.stderr
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

    it('has nothing to run when it is installed, of which npm would warn, and is packed as it was before', () => {
      // Of what SQLite's package runs where no binary of it comes along, npm may.
      expect(saidWhileInstalling).not.toMatch(/\bssh-admin@/)
      expect(Object.keys(readPackage(installed).scripts)).not.toContain('prepare')
      expect(readPackage(desk.path('checkout'))).toEqual(readPackage(root))
    })

    it('brings the pictures and files that its documentation shows', () => {
      const docs = join(installed, 'docs')
      const shown = readdirSync(docs)
        .filter((name) => name.endsWith('.md'))
        .flatMap((page) => [...readFileSync(join(docs, page), 'utf8').matchAll(/\]\(([\w.-]+)\)/g)])
        .map(([, file = '']) => file)
      expect(shown).toContain('benchmarks.svg')
      const readme = readFileSync(join(installed, 'README.md'), 'utf8').matchAll(/\]\(docs\/([\w.-]+)\)/g)
      for (const file of [...shown, ...[...readme].map(([, name = '']) => name)])
        expect(readdirSync(docs)).toContain(file)
    })

    it('brings its manual, where man looks for it', async () => {
      const { man } = readPackage(installed)
      expect(man).toContain('man/ssh-admin.1')
      for (const page of man) {
        const inPlace = readFileSync(desk.path(join('prefix/share/man/man1', basename(page))), 'utf8')
        expect(inPlace).toBe(readFileSync(join(installed, page), 'utf8'))
        expect(inPlace).toMatch(/^\.TH /)
      }
    })

    it('brings what was tested and nothing else: the program in one piece, and what is compiled for a machine', () => {
      const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages
      const { dependencies, optionalDependencies } = readPackage(installed)
      for (const [name, version] of Object.entries(dependencies)) {
        expect({ name, version }).toEqual({ name, version: lock[`node_modules/${name}`].version })
        const there = readPackage(join(installed, 'node_modules', name))
        expect({ name, version: there.version }).toEqual({ name, version })
      }
      expect(Object.keys(dependencies)).toEqual(['@node-rs/argon2'])
      const older = lock['node_modules/better-sqlite3-node20'].version
      expect(optionalDependencies).toEqual({ 'better-sqlite3-node20': `npm:better-sqlite3@${older}` })
      expect(readdirSync(join(installed, 'node_modules'))).not.toContain('exceljs')
    })

    it('has the SQLite of Node 22 and later in itself, ready-made for each machine, with its licence', () => {
      const shipped = join(installed, 'dist/node_modules/better-sqlite3')
      const { version } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages[
        'node_modules/better-sqlite3'
      ]
      expect(readPackage(shipped)).toMatchObject({ version, license: 'MIT' })
      expect(readFileSync(join(shipped, 'LICENSE'), 'utf8')).toContain('The MIT License')
      const machines = ['linux', 'linuxmusl', 'darwin', 'win32'].flatMap((system) =>
        ['arm64', 'x64'].map((processor) => `${system}-${processor}.node`),
      )
      expect(readdirSync(join(shipped, 'prebuilds')).sort()).toEqual(machines.sort())
    })

    // npx installs it once more: where nothing has to be compiled for it, and on one line of Node.
    it.skipIf(later === undefined || isAnotherLine)(
      'leads whoever has nothing to PINs in three commands that it says itself, by npx',
      async () => {
        const home = desk.path('empty home')
        mkdirSync(home)
        const [tarball = ''] = readdirSync(desk.folder).filter((name) => name.endsWith('.tgz'))
        // The home is empty, and npm goes on as this machine has it set, with what it has fetched before.
        const [globalconfig, userconfig, cache = ''] = await Promise.all(
          ['globalconfig', 'userconfig', 'cache'].map(
            async (name) => (await execa('npm', ['config', 'get', name])).stdout,
          ),
        )
        const env = {
          PATH: `${desk.path('bin')}${delimiter}${process.env.PATH}`,
          HOME: home,
          npm_config_globalconfig: globalconfig,
          npm_config_userconfig: userconfig,
          npm_config_prefer_offline: 'true',
          ...noCompiler,
        }
        mkdirSync(join(home, '.npm'))
        symlinkSync(join(cache, '_cacache'), join(home, '.npm/_cacache'))
        const npx = async (line: string) => {
          const [, ...argv] = line.split(' ')
          const program = ['--yes', '--package', desk.path(tarball), 'ssh-admin']
          return execa('npx', [...program, ...argv], { cwd: home, env, extendEnv: false })
        }
        const suggested = (text: string, pattern: RegExp) => pattern.exec(text)?.[1] ?? 'nothing is suggested'

        const help = await npx('ssh-admin')
        const sample = await npx(suggested(help.stdout, /\$ (ssh-admin centres sample \S+)/))
        // What its owner does in between, in their spreadsheet program.
        const workbook = join(home, sample.stdout.trim())
        await fillIn(workbook, {
          'Centre number': 'EG001',
          'Centre name': 'Nile School',
          Country: 'Egypt',
          Email: 'amira@school.example',
        })
        const imported = await npx(`${suggested(sample.stderr, /(ssh-admin centres import \S+)/)} --yes`)
        const [, pins = ''] = /^pins\t(\S+)/m.exec(imported.stdout) ?? []
        expect(readFileSync(join(home, pins)).subarray(0, 2).toString()).toBe('PK')
      },
      5 * minutes,
    )

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

/** One centre with one person, in a workbook that is to be filled in. */
async function fillIn(file: string, values: Readonly<Record<string, string>>): Promise<void> {
  const workbook = new ExcelJS.Workbook()
  await workbook.xlsx.readFile(file)
  const [sheet] = workbook.worksheets
  sheet?.getRow(1).eachCell((cell, column) => {
    sheet.getCell(2, column).value = values[String(cell.value)] ?? null
  })
  await workbook.xlsx.writeFile(file)
}

function readPackage(folder: string) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
}
