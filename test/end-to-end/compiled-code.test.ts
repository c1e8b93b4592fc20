import {
  chmodSync,
  chownSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { basename, join } from 'node:path'
import { Script } from 'node:vm'
import { execa } from 'execa'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { bin, type Desk, newDesk } from './program.ts'

const nobody = 65_534

describe('compiled code', () => {
  let desk: Desk
  beforeEach(() => {
    desk = newDesk()
    mkdirSync(desk.path('tmp'))
  })
  afterEach(() => desk.clear())

  const start = async (env: Record<string, string> = {}, argv = ['config', '--json']) => {
    const { exitCode, stderr } = await execa(process.execPath, [bin, ...argv], {
      cwd: desk.folder,
      env: { HOME: desk.folder, TMPDIR: desk.path('tmp'), ...env },
      extendEnv: false,
    })
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(readdirSync(desk.path('tmp'))).toEqual([])
  }
  const cache = () => desk.path('.cache/ssh-admin/code')

  const only = () => {
    const [file = ''] = readdirSync(cache())
    return join(cache(), file)
  }

  it('is kept in a folder that only its owner can open', async () => {
    await start()
    expect(statSync(cache()).mode & 0o777).toBe(0o700)
    expect(basename(only())).toMatch(/^config-json[.][0-9a-f]{32}[.]v/)
    expect(statSync(only()).mode & 0o777).toBe(0o600)
  })

  it('begins with the modules that a command needs; what is compiled of them is kept the next time', async () => {
    await start()
    const list = statSync(only()).size
    expect(list).toBeLessThan(20_000)
    await start()
    expect(statSync(only()).size).toBeGreaterThan(10 * list)
  })

  it('is used from then on, and made anew where it is not whole', async () => {
    const warm = async () => {
      await start()
      await start()
    }
    await warm()
    const made = statSync(only())
    await start()
    expect(statSync(only()).ino).toBe(made.ino)
    const whole = readFileSync(only())
    for (const at of [whole.length >> 1, whole.length - 1]) {
      const damaged = Buffer.from(whole)
      damaged.writeUInt8(damaged.readUInt8(at) ^ 255, at)
      writeFileSync(only(), damaged)
      await warm()
      expect(readFileSync(only()).equals(damaged)).toBe(false)
      expect(statSync(only()).size).toBeGreaterThan(made.size - 1000)
    }
    for (const size of [7, made.size - 100]) {
      truncateSync(only(), size)
      await warm()
      expect(statSync(only()).size).toBeGreaterThan(made.size - 1000)
    }
  })

  it('stands beside the text of its modules, so that none of them is looked for in the bundle', async () => {
    await start()
    expect(keptIn(readFileSync(only()))).toMatchObject({ text: '', hasCode: false })
    await start()
    const { modules, text, hasCode } = keptIn(readFileSync(only()))
    expect(hasCode).toBe(true)
    expect(new Script(text).runInThisContext()).toHaveLength(modules)
  })

  it('knows of a module that is needed another time', async () => {
    const help = async (topic: string) => {
      await start({}, ['help', topic])
      return keptIn(readFileSync(only()))
    }
    await help('settings')
    const one = await help('settings')
    expect(one.hasCode).toBe(true)
    const both = await help('roles')
    expect(both.hasCode).toBe(false)
    expect(both.modules).toBeGreaterThan(one.modules)
    for (const topic of ['roles', 'settings']) {
      const { modules, hasCode } = await help(topic)
      expect({ modules, hasCode }).toEqual({ modules: both.modules, hasCode: true })
    }
  })

  it('bears no word of what a command was asked about', async () => {
    await start({}, ['--json', 'config'])
    await start({}, ['help', 'settings', 'amira', '--help'])
    expect(readdirSync(cache()).join(' ')).toMatch(/^help-help/m)
    expect(readdirSync(cache()).join(' ')).not.toContain('amira')
  })

  it('is kept for no more than so many commands', async () => {
    mkdirSync(cache(), { recursive: true, mode: 0o700 })
    const old = (n: number) => `old.${'0'.repeat(30)}${n + 10}.v20.1.0-x64`
    for (let n = 0; n < 70; n += 1) writeFileSync(join(cache(), old(n)), '')
    for (const other of ['hub.db', 'hub.db.key']) writeFileSync(join(cache(), other), 'the store')
    mkdirSync(join(cache(), 'hub.db.mail'))
    await start()
    const files = readdirSync(cache())
    expect(files).toEqual(expect.arrayContaining(['hub.db', 'hub.db.key', 'hub.db.mail']))
    expect(files).toHaveLength(64 + 3)
    expect(files.some((file) => file.startsWith('config-json'))).toBe(true)
  })

  it('is kept where XDG_CACHE_HOME says', async () => {
    mkdirSync(desk.path('caches'))
    await start({ XDG_CACHE_HOME: desk.path('caches') })
    expect(readdirSync(desk.path('caches/ssh-admin/code'))).not.toEqual([])
  })

  it('is not kept in a folder that others can open', async () => {
    mkdirSync(cache(), { recursive: true })
    chmodSync(cache(), 0o755)
    await start()
    expect(readdirSync(cache())).toEqual([])
  })

  it('is not kept behind a symbolic link', async () => {
    mkdirSync(desk.path('elsewhere'), { mode: 0o700 })
    mkdirSync(desk.path('.cache/ssh-admin'), { recursive: true })
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

  it('is not kept below the current folder, nor where there is no home', async () => {
    mkdirSync(desk.path('relative'))
    await start({ XDG_CACHE_HOME: 'relative', HOME: desk.path('nowhere') })
    expect(readdirSync(desk.path('relative'))).toEqual([])
    expect(readdirSync(desk.folder)).not.toContain('nowhere')
  })
})

/** How many modules a kept file lists, their text, and whether their code stands before it; all of it stands there twice. */
function keptIn(file: Buffer): { modules: number; text: string; hasCode: boolean } {
  const bytes = file.subarray(0, file.length >> 1)
  const end = bytes.length - 8
  const [textAt, listAt] = [bytes.readUInt32LE(end), bytes.readUInt32LE(end + 4)]
  const names: string[] = JSON.parse(bytes.toString('latin1', listAt, end))
  return { modules: names.length, text: bytes.toString('latin1', textAt, listAt), hasCode: textAt > 0 }
}
