import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bin, type Desk, newDesk, root } from './program.ts'

/** Typed all day: what they load is looked at here, because each file and module is waited for each time. */
const hot: Record<string, readonly string[]> = {
  help: ['--help'],
  'users-show': ['users', 'show', 'user-1@eg0001.school.example'],
  'users-list': ['users', 'list', '--centre', 'EG0001'],
  'users-reset-password': ['users', 'reset-password', 'user-1@eg0001.school.example', '--yes'],
  'releases-authorisations': ['releases', 'authorisations', '--centre', 'EG0001'],
}

/** What runs the bundle, and how much memory there is. */
const always = ['process', 'vm']
/** Where more is needed, why. */
const ofNode: Record<string, readonly string[]> = {
  help: [],
  // Links are drawn by chance and kept as digests, for which Node itself loads its streams; a signal stops what is sent,
  // and the log names who typed it.
  'users-reset-password': [
    ...always,
    'crypto',
    'internal/abort_controller',
    'os',
    'stream',
    'stream/promises',
    'string_decoder',
  ],
}

/** How a shell, a timer and a program written for Node start a command: of the latter the shell has a socket. */
const outputs = {
  'a pipe': '"$0" "$@" 2>&1 | cat',
  'the null device': '"$0" "$@" >/dev/null 2>&1',
  'a socket': '"$0" "$@" 2>&1',
}

describe('what a command loads that is typed all day', () => {
  let desk: Desk
  beforeAll(async () => {
    desk = newDesk()
    const { exitCode } = await desk.program(['centres', 'create', 'EG0001', '--name', 'A', '--country', 'EG'])
    expect(exitCode).toBe(0)
    await desk.program(['users', 'add', 'A <user-1@eg0001.school.example>', '--centre', 'EG0001'])
  })
  afterAll(() => desk.clear())

  const env = () => ({ PATH: process.env.PATH, HOME: desk.folder, SSH_ADMIN_DB: desk.path('hub.db') })

  for (const [name, argv] of Object.entries(hot)) {
    it(`${name}: no file of src and no package that is not in its list`, async () => {
      const log = desk.path(`${name}.log`)
      await execa(process.execPath, ['--import', 'tsx', join(root, 'docs/loaded-files.mjs'), ...argv], {
        cwd: root,
        env: { ...env(), LOADED_FILES: log },
        extendEnv: false,
      })
      const loaded = [...new Set(linesOf(log))].sort()
      // To be added to with a thought for everybody who waits: what is needed later is imported there.
      const known = new Set(linesOf(join(root, `test/end-to-end/loaded/${name}.txt`)))
      expect(loaded.filter((file) => !known.has(file))).toEqual([])
      expect(loaded.length).toBeGreaterThan(10)
    })

    for (const [where, shell] of Object.entries(outputs))
      it(`${name}, with ${where}: no module of Node that it can do without, and SQLite once`, async () => {
        const log = desk.path(`${name}.modules`)
        const words = ['--require', join(root, 'test/end-to-end/list-loaded.cjs'), bin, ...argv]
        await execa('sh', ['-c', shell, process.execPath, ...words], {
          cwd: desk.folder,
          env: { ...env(), LIST_LOADED: log },
          extendEnv: false,
        })
        const needed = new Set(ofNode[name] ?? always)
        const loaded = linesOf(log)
        const isBinary = (module: string) => module.endsWith('.node')
        expect(loaded.filter((module) => !needed.has(module) && !isBinary(module))).toEqual([])
        expect(loaded.filter(isBinary)).toHaveLength(name === 'help' ? 0 : 1)
      })
  }
})

function linesOf(file: string): string[] {
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : []
}
