import { chmodSync, chownSync, mkdirSync, readdirSync, statSync, symlinkSync } from 'node:fs'
import module from 'node:module'
import { execa } from 'execa'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isFetched, nodeBinary } from '../nodes.ts'
import { bin, type Desk, newDesk } from './program.ts'

// Node 20 keeps no compiled code.
const node = 'enableCompileCache' in module ? process.execPath : isFetched(24) ? nodeBinary(24) : undefined
const nobody = 65_534

describe.skipIf(node === undefined)('compiled code', () => {
  let desk: Desk
  beforeEach(() => {
    desk = newDesk()
    mkdirSync(desk.path('tmp'))
  })
  afterEach(() => desk.clear())

  const start = async (env: Record<string, string> = {}) => {
    const { exitCode, stderr } = await execa(node ?? '', [bin, '--version'], {
      cwd: desk.folder,
      env: { HOME: desk.folder, TMPDIR: desk.path('tmp'), ...env },
      extendEnv: false,
    })
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(readdirSync(desk.path('tmp'))).toEqual([])
  }
  const cache = () => desk.path('.cache/ssh-admin')

  it('is kept in a folder that only its owner can open', async () => {
    await start()
    expect(statSync(cache()).mode & 0o777).toBe(0o700)
    expect(readdirSync(cache())).not.toEqual([])
  })

  it('is kept where XDG_CACHE_HOME says', async () => {
    await start({ XDG_CACHE_HOME: desk.path('caches') })
    expect(readdirSync(desk.path('caches/ssh-admin'))).not.toEqual([])
  })

  it('is not kept in a folder that others can open', async () => {
    mkdirSync(cache(), { recursive: true })
    chmodSync(cache(), 0o755)
    await start()
    expect(readdirSync(cache())).toEqual([])
  })

  it('is not kept behind a symbolic link', async () => {
    mkdirSync(desk.path('elsewhere'), { mode: 0o700 })
    mkdirSync(desk.path('.cache'))
    symlinkSync(desk.path('elsewhere'), cache())
    await start()
    expect(readdirSync(desk.path('elsewhere'))).toEqual([])
  })

  it.skipIf(process.getuid?.() !== 0)('is not taken from a folder of somebody else', async () => {
    mkdirSync(cache(), { recursive: true, mode: 0o700 })
    chownSync(cache(), nobody, nobody)
    await start()
    expect(readdirSync(cache())).toEqual([])
  })

  it('is not kept where nothing can be written, without a word', async () => {
    await start({ XDG_CACHE_HOME: bin })
  })
})
