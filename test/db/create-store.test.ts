import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { execFileSync, spawnSync } from 'node:child_process'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { bin, type Desk, newDesk } from '../end-to-end/program.ts'
import { newDesk as newTortureDesk } from '../torture/desk.ts'
import { newWorld, type World } from '../world.ts'

const works = (command: string, argv: string[]) => spawnSync(command, argv).status === 0
const isRoot = process.getuid?.() === 0
const canTrace = process.platform === 'linux' && works('strace', ['-o', '/dev/null', 'true'])

describe('beginning a store', () => {
  let desk: Desk
  let world: World
  beforeEach(() => {
    desk = newDesk()
    world = newWorld()
  })
  afterEach(async () => {
    desk.clear()
    await world.close()
  })

  it('goes on where a process was killed between its key and its store', async () => {
    await world.run(['store', 'init'])
    renameSync(world.db, `${world.db}.0a1b2c.new`)
    const again = await world.run(['store', 'init'])
    expect(again).toMatchObject({ exit: 0, stdout: expect.stringContaining('Began the store') })
    expect(await world.run(['store', 'check'])).toMatchObject({ exit: 0 })
    expect(await actions()).toEqual(['store.begun'])
  })

  it('leaves what store check names, where a process was killed before there was a store', async () => {
    const left = `${world.db}.elsewhere-1-1-0123456789ab.new`
    writeFileSync(left, '')
    const { exit, error } = await world.run(['store', 'check', '--json'])
    expect(exit).toBe(7)
    expect(error()).toMatchObject({
      code: 'store-missing',
      details: { problems: [{ code: 'leftover', target: left }] },
    })
  })

  it('has its first event from the first moment, whatever command begins it', async () => {
    await world.run(['centres', 'create', 'EG001', '--name', 'Nile Academy', '--country', 'Egypt'])
    expect(await actions()).toEqual(['centres.created', 'store.begun'])
    expect(existsSync(world.headFile)).toBe(true)
  })

  it('keeps the key where another process finished it, which took this one for dead', async () => {
    const torture = newTortureDesk()
    const log = torture.path('home/slow')
    const env = { SSH_ADMIN_FAULT: 'pause rename hub.db', SSH_ADMIN_FAULT_LOG: log }
    const slow = torture.run(['store', 'init'], { env })
    const paused = () => existsSync(log) && readFileSync(log, 'utf8').endsWith(' rename hub.db\n')
    while (!paused()) await new Promise(setImmediate)
    expect(await torture.run(['store', 'init'])).toMatchObject({ exit: 0 })
    writeFileSync(`${log}.go`, '')
    expect(await slow).toMatchObject({ exit: 0 })
    expect(await torture.run(['store', 'check'])).toMatchObject({ exit: 0 })
    torture.clear()
  })

  it('finishes the store of another process that was first with its key, and was killed before its store', async () => {
    const torture = newTortureDesk()
    const log = torture.path('home/slow')
    const env = { SSH_ADMIN_FAULT: 'pause link hub.db.key', SSH_ADMIN_FAULT_LOG: log }
    const slow = torture.run(['store', 'init'], { env })
    const paused = () => existsSync(log) && readFileSync(log, 'utf8').endsWith(' link hub.db.key\n')
    while (!paused()) await new Promise(setImmediate)
    const killed = await torture.run(['store', 'init'], { fault: 'kill rename hub.db' })
    expect([killed.signal, torture.files().includes('hub.db')]).toEqual(['SIGKILL', false])
    writeFileSync(`${log}.go`, '')
    expect(await slow).toMatchObject({ exit: 0 })
    expect(await torture.run(['store', 'check'])).toMatchObject({ exit: 0 })
    torture.clear()
  })

  async function actions(): Promise<string[]> {
    const { events } = (await world.run(['audit', 'list', '--json'])).json()
    return events.map(({ action }: { action: string }) => action)
  }

  it('on a disk that fails after the key has its name leaves neither, and can be repeated', async () => {
    const whole = newTortureDesk()
    const failing = newTortureDesk()
    try {
      const { points } = await whole.run(['store', 'init'], { fault: 'none 0' })
      const sync = points.indexOf('link hub.db.key') + 2
      expect(points[sync - 1]).toBe('fsync')
      const failed = await failing.run(['store', 'init'], { fault: `EIO ${sync}` })
      expect(failed).toMatchObject({ exit: 7, stderr: expect.stringContaining('The disk does not answer') })
      expect(failing.files()).toEqual(['home'])
      expect(await failing.run(['store', 'init'])).toMatchObject({ exit: 0 })
    } finally {
      whole.clear()
      failing.clear()
    }
  })

  it('says what to do where a key lies half written and without a store', async () => {
    writeFileSync(world.keyFile, 'ssh-admin key 1\nhalf', { mode: 0o600 })
    const { exit, error } = await world.run(['store', 'init', '--json'])
    expect(exit).toBe(7)
    expect(error()).toMatchObject({
      code: 'key-without-store',
      hint: expect.stringContaining('move the key'),
    })
  })

  it.skipIf(!canTrace)('works on a disk where a file has one name only', async () => {
    const trace = [
      '-f',
      '-qq',
      '-o',
      '/dev/null',
      '-e',
      'trace=link,linkat',
      '-e',
      'inject=link,linkat:error=EPERM',
    ]
    const env = { PATH: process.env.PATH, HOME: desk.folder, SSH_ADMIN_DB: desk.path('hub.db') }
    const program = (...argv: string[]) =>
      spawnSync('strace', [...trace, process.execPath, bin, ...argv], { env, cwd: desk.folder }).status
    expect(program('store', 'init')).toBe(0)
    expect(program('store', 'backup', 'copy.db')).toBe(0)
    expect(program('store', 'restore', 'copy.db', '--yes')).toBe(0)
    expect(program('store', 'check')).toBe(0)
    expect(readdirSync(desk.folder).filter((name) => /restoring|new$|part$/.test(name))).toEqual([])
  })

  it.skipIf(!isRoot || process.platform !== 'linux')(
    'on a disk that is nearly full makes a whole store or none, and can be repeated',
    async () => {
      const disk = desk.path('disk')
      execFileSync('mkdir', [disk])
      for (const size of ['96k', '280k', '356k', '372k', '440k']) {
        execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', disk])
        try {
          const files = ['--db', `${disk}/hub.db`, '--key-file', desk.path(`${size}.key`)]
          const { exitCode, stderr } = await desk.program(['store', 'init', ...files])
          expect([0, 7], stderr).toContain(exitCode)
          if (exitCode === 7) expect(readdirSync(disk)).toEqual([])
          else expect(await desk.program(['store', 'check', ...files])).toMatchObject({ exitCode: 0 })
          if (exitCode === 0) continue
          expect(stderr).toMatch(/disk/)
          expect(existsSync(desk.path(`${size}.key`))).toBe(false)
          execFileSync('mount', ['-o', 'remount,size=4m', disk])
          expect(await desk.program(['store', 'init', ...files])).toMatchObject({ exitCode: 0 })
        } finally {
          execFileSync('umount', [disk])
        }
      }
    },
    120_000,
  )

  it('by three imports at once ends with all three done', async () => {
    const rows = (n: number) => `EG00${n},School ${n},Cairo,Egypt,user${n}@school.example`
    for (const n of [1, 2, 3])
      writeFileSync(desk.path(`${n}.csv`), `Centre number,Centre name,Town,Country,Email\n${rows(n)}\n`)
    const runs = [1, 2, 3].map((n) =>
      desk.program(['centres', 'import', `${n}.csv`, '--yes', '--pins-out', `pins-${n}.csv`]),
    )
    const ended = await Promise.all(runs)
    // One of them began it. Whoever came later may have had to wait, or may have seen the sheet of one before it on its way.
    const ofOthers =
      /^(Began a new store: .*|Waiting for .*|The PIN sheet of import \d is being put in its place by another ssh-admin[.])\n/gm
    const said = ended.map(({ exitCode, stderr }) => [exitCode, stderr.replaceAll(ofOthers, '')])
    expect(said).toEqual([0, 1, 2].map(() => [0, '']))
    expect(ended.filter(({ stderr }) => stderr.includes('Began a new store: '))).toHaveLength(1)
    const { stdout } = await desk.program(['centres', 'list', '--json'])
    expect(JSON.parse(stdout).total).toBe(3)
  })
})
