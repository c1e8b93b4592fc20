import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { csv, line } from '../import/workbook.ts'
import { isFetched, nodeBinary, nodeLines } from '../nodes.ts'
import { bin, type Desk, newDesk, root } from './program.ts'

const rows = 10_000
const nodes = [
  { name: `this Node, ${process.version}`, node: process.execPath, major: majorOf(process.versions.node) },
  ...nodeLines.map((major) => ({ name: `Node ${major}`, node: nodeBinary(major), major })),
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

describe('a checkout that was not built', () => {
  it('says so, and what to run there', async () => {
    const desk = newDesk()
    try {
      for (const part of ['bin', 'package.json'])
        cpSync(join(root, part), desk.path(part), { recursive: true })
      const { exitCode, stderr } = await execa(process.execPath, [desk.path('bin/ssh-admin.js'), 'status'], {
        reject: false,
      })
      expect([exitCode, stderr]).toEqual([1, expect.stringContaining(`hint:  Run npm ci in ${desk.folder}`)])
      expect(stderr.split('\n')).toHaveLength(2)
    } finally {
      desk.clear()
    }
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
