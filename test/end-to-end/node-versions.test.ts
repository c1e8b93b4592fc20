import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { csv, line } from '../import/workbook.ts'
import { isFetched, nodeBinary, nodeLines } from '../nodes.ts'
import { bin, type Desk, newDesk, root } from './program.ts'

const rows = 10_000
const thisMajor = majorOf(process.versions.node)
/** On a line of Node that `npm run nodes` goes through, that one alone: each of the others has its turn. */
const otherLines = nodeLines.some((line) => line === thisMajor) ? [] : nodeLines
const nodes = [
  { name: `this Node, ${process.version}`, node: process.execPath, major: thisMajor },
  ...otherLines.map((major) => ({ name: `Node ${major}`, node: nodeBinary(major), major })),
]

describe('an import of 10,000 rows', () => {
  let desk: Desk
  beforeEach(() => {
    desk = newDesk()
    const lines = Array.from({ length: rows }, (_, n) => line(`EG${n % 500}`, `user${n}@school.example`))
    writeFileSync(desk.path('centres.csv'), csv(lines))
  })
  afterEach(() => desk.clear())

  for (const { name, node, major } of nodes) {
    const fetched = node === process.execPath || nodeLines.some((one) => one === major && isFetched(one))
    it.skipIf(!fetched)(`comes through on ${name}, with the SQLite made for it`, async () => {
      const { exitCode, stdout, stderr } = await execa(
        node,
        ['--require', join(root, 'test/end-to-end/list-binaries.cjs'), bin, ...importing],
        {
          cwd: desk.folder,
          env: {
            HOME: desk.folder,
            SSH_ADMIN_DB: desk.path('hub.db'),
            LIST_BINARIES: desk.path('binaries'),
          },
          extendEnv: false,
          reject: false,
        },
      )

      expect({ exitCode, stderr: exitCode === 0 ? '' : stderr }).toEqual({ exitCode: 0, stderr: '' })
      expect(JSON.parse(stdout)).toMatchObject({ users: { created: rows } })
      expect(driverIn(readFileSync(desk.path('binaries'), 'utf8'))).toBe(
        major < 22 ? 'better-sqlite3-node20' : 'better-sqlite3',
      )
    })
  }
})

describe('SQLite that is not installed for this Node', () => {
  it('ends with exit 7 and says what to install', async () => {
    const desk = newDesk()
    try {
      // What runs, without the packages beside it.
      for (const part of ['bin', 'dist', 'package.json'])
        cpSync(join(root, part), desk.path(`installed/${part}`), { recursive: true })
      rmSync(desk.path('installed/dist/node_modules'), { recursive: true })
      const program = desk.path('installed/bin/ssh-admin.js')
      const { exitCode, stderr } = await execa(process.execPath, [program, 'store', 'init', '--json'], {
        cwd: desk.folder,
        env: { HOME: desk.folder, SSH_ADMIN_DB: desk.path('hub.db') },
        extendEnv: false,
        reject: false,
      })
      expect(exitCode).toBe(7)
      expect(JSON.parse(stderr)).toMatchObject({
        error: {
          code: 'driver-missing',
          message: expect.stringContaining(`is not installed for Node ${process.versions.node}`),
          hint: expect.stringMatching(/^Install ssh-admin again with this Node/),
        },
      })
      // The cache of compiled code is nobody's file.
      expect(readdirSync(desk.folder).filter((name) => name !== '.cache')).toEqual(['installed'])
    } finally {
      desk.clear()
    }
  })
})

describe.runIf(Number.parseInt(process.versions.node, 10) < 22)(
  'SQLite that was installed without its build',
  () => {
    it('says that no install scripts were run, and what builds it', async () => {
      const desk = newDesk()
      try {
        const folder = desk.path('my programs/ssh-admin')
        for (const part of ['bin', 'dist', 'package.json'])
          cpSync(join(root, part), join(folder, part), { recursive: true })
        const packageThere = 'node_modules/better-sqlite3-node20'
        cpSync(join(root, packageThere), join(folder, packageThere), {
          recursive: true,
          filter: (path) => !path.endsWith('/build'),
        })
        for (const beside of ['bindings', 'file-uri-to-path'])
          cpSync(join(root, 'node_modules', beside), join(folder, 'node_modules', beside), {
            recursive: true,
          })
        const { exitCode, stderr } = await execa(
          process.execPath,
          [`${folder}/bin/ssh-admin.js`, 'store', 'init'],
          {
            cwd: desk.folder,
            env: { HOME: desk.folder, SSH_ADMIN_DB: desk.path('hub.db') },
            extendEnv: false,
            reject: false,
          },
        )
        expect(exitCode).toBe(7)
        expect(stderr).toContain('the package better-sqlite3-node20 is not built for Node 20')
        expect(stderr).toContain(
          `Run: (cd '${folder}' && npm rebuild better-sqlite3-node20 --ignore-scripts=false)`,
        )
      } finally {
        desk.clear()
      }
    })
  },
)

describe('a checkout that was not built', () => {
  let desk: Desk
  beforeEach(() => {
    desk = newDesk()
    for (const part of ['bin', 'package.json']) cpSync(join(root, part), desk.path(part), { recursive: true })
  })
  afterEach(() => desk.clear())
  const run = (...argv: string[]) =>
    execa(process.execPath, [desk.path('bin/ssh-admin.js'), ...argv], { reject: false })

  it('says so, and what to run there', async () => {
    const { exitCode, stderr } = await run('status')
    expect([exitCode, stderr]).toEqual([
      7,
      expect.stringContaining(`hint:  Build it with: (cd ${desk.folder} && npm ci)`),
    ])
    expect(stderr.split('\n')).toHaveLength(2)
  })

  it('is built without installing again where what builds it is there', async () => {
    mkdirSync(desk.path('node_modules/esbuild'), { recursive: true })
    expect((await run('status')).stderr).toContain(`(cd ${desk.folder} && npm run build)`)
  })

  it('says it as an error document', async () => {
    const { exitCode, stderr } = await run('status', '--json')
    expect([exitCode, JSON.parse(stderr)]).toEqual([
      7,
      { error: { code: 'not-built', message: expect.any(String), hint: expect.any(String), details: {} } },
    ])
  })
})

describe('installing a checkout', () => {
  it('is built without the SQLite of another Node where npm could not build that one', async () => {
    const asked = `console.log(installed(['better-sqlite3', 'better-sqlite3-node18']).join())`
    const source = `import { installed } from '${join(root, 'build/installed.mjs')}'; ${asked}`
    const { stdout } = await execa(process.execPath, ['--input-type=module', '--eval', source])
    expect(stdout).toBe('better-sqlite3')
  })

  it('asks for no compiler on Node 22 and later: the lock says that SQLite there is ready-made', () => {
    const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages
    // npm leaves this out when it writes the lock, and would then build what needs no building: put it back by hand.
    expect(lock['node_modules/better-sqlite3']).toMatchObject({ gypfile: false })
    expect(lock['node_modules/better-sqlite3']).not.toHaveProperty('hasInstallScript')
  })
})

const importing = ['centres', 'import', 'centres.csv', '--yes', '--json']

function driverIn(binaries: string): string | undefined {
  return /node_modules\/(better-sqlite3[^/]*)\//.exec(binaries)?.[1]
}

function majorOf(version: string): number {
  return Number.parseInt(version, 10)
}
