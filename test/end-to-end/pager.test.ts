import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { spawn } from '@lydell/node-pty'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { builtProgram } from '../built-program.ts'
import { typistAt } from '../terminal.ts'
import { newWorld, type World } from '../world.ts'

describe('a list at a terminal', () => {
  let world: World
  beforeAll(async () => {
    world = newWorld()
    await world.run(['seed', '--centres', '30', '--users', '0', '--yes'])
    // A pager that keeps what it is given.
    writeFileSync(
      world.path('pager'),
      `#!/bin/sh\necho "LESS=$LESS LV=$LV" > "${world.path('seen')}"\ncat >> "${world.path('seen')}"\n`,
    )
    chmodSync(world.path('pager'), 0o755)
  })
  afterAll(() => world.close())

  const list = (
    env: Record<string, string>,
    { rows = 12, argv = ['centres', 'list'] }: { rows?: number; argv?: readonly string[] } = {},
  ) => {
    if (existsSync(world.path('seen'))) writeFileSync(world.path('seen'), '')
    const { PATH = '' } = process.env
    const variables = { PATH, HOME: world.folder, SSH_ADMIN_DB: world.db, TERM: 'xterm-256color', ...env }
    const options = { cols: 100, rows, cwd: world.folder, env: variables }
    return typistAt(spawn(process.execPath, [builtProgram(), ...argv], options)).leaves()
  }
  const seen = () => (existsSync(world.path('seen')) ? readFileSync(world.path('seen'), 'utf8') : '')

  it('goes through the pager where it is longer than the screen, whole', async () => {
    const { exit, text } = await list({ PAGER: world.path('pager') })
    expect([exit, text]).toEqual([0, ''])
    expect(seen()).toMatch(/^LESS=FRX LV=-c\n/)
    expect(seen()).toContain('30 centres.')
    await list({ PAGER: `"${world.path('pager')}" -x`, LESS: 'S', LV: '-q' })
    expect(seen()).toMatch(/^LESS=S LV=-q\n.*30 centres\./s)
  })

  it.each([
    ['roles list --matrix', 'Associate'],
    ['help json', 'notices'],
    ['centres show 0', 'Status'],
    ['config', 'mail-from'],
    ['--help', 'First steps'],
    ['help', 'Topics'],
    ['centres import --help', 'needed:'],
  ])('and so does what is no list: %s', async (line, words) => {
    const { stdout } = await world.run(['centres', 'list', '--format', 'ids', '--limit', '1'])
    const argv = line.replace(/0$/, stdout.trim()).split(' ')
    const { exit, text } = await list({ PAGER: world.path('pager') }, { rows: 4, argv })
    expect([exit, text]).toEqual([0, ''])
    expect(seen()).toContain(words)
  })

  it('does not take help that fits, or where --no-pager says so', async () => {
    const pager = { PAGER: world.path('pager') }
    for (const more of [{ argv: ['--help'], rows: 100 }, { argv: ['--help', '--no-pager'] }]) {
      const { text } = await list(pager, more)
      expect([text.includes('First steps'), seen()]).toEqual([true, ''])
    }
  })

  it.each([40, 80, 81, 100])('breaks no line of its help within a word at %i columns', async (columns) => {
    const { PATH = '' } = process.env
    const env = { PATH, HOME: world.folder, TERM: 'xterm-256color', PAGER: 'cat' }
    const pty = spawn(process.execPath, [builtProgram(), '--help'], { cols: columns, rows: 24, env })
    const { text } = await typistAt(pty).leaves()
    const tooWide = text.split(/\r?\n/).filter((line) => line.length > columns)
    // A command is never broken: it is there to be pasted.
    expect(tooWide.filter((line) => !line.startsWith('  $ ssh-admin '))).toEqual([])
  })

  it('does not take what a change says', async () => {
    const argv = ['centres', 'create', 'EG999', '--name', 'Nile', '--country', 'EG', '--dry-run']
    const { text } = await list({ PAGER: world.path('pager') }, { rows: 1, argv })
    expect([text.includes('EG999'), seen()]).toEqual([true, ''])
  })

  it.each([
    ['fits the screen', {}, { rows: 100 }],
    ['--no-pager says so', {}, { argv: ['centres', 'list', '--no-pager'] }],
    ['PAGER is empty', { PAGER: '' }, {}],
    ['PAGER is cat', { PAGER: 'cat' }, {}],
    ['the pager is not there', { PAGER: 'no-such-pager -x' }, {}],
  ])(
    'is written to the terminal where it %s',
    async (_, env: Record<string, string>, more: { rows?: number; argv?: string[] }) => {
      const { exit, text } = await list({ PAGER: world.path('pager'), ...env }, more)
      expect([exit, seen()]).toEqual([0, ''])
      expect(text).toContain('30 centres.')
      expect(text).not.toContain('not found')
    },
  )

  it('ends quietly with a pager that ends early', async () => {
    expect(await list({ PAGER: 'true' })).toMatchObject({ exit: 0, text: '' })
    expect(await list({ PAGER: 'sh -c "kill -INT $$"' })).toMatchObject({ exit: 0, text: '' })
  })

  it('is read to its end, whatever ends the program meanwhile: one terminal is never read by two', async () => {
    const seenThen = `cat > "${world.path('seen')}"`
    const { exit } = await list({
      PAGER: `sleep 1; kill -TERM $PPID; sleep 1; kill -TERM $PPID; sleep 1; ${seenThen}`,
    })
    expect([exit, seen().includes('30 centres.')]).toEqual([0, true])
  })

  it.each([
    ['false', {}],
    ['sh -c "exit 127"', {}],
    ['FOO=1 no-such-pager', {}],
    ['false', { argv: ['centres', 'list', '--help'] }],
  ])('is not lost with a pager that fails: %s', async (pager, more: { argv?: string[] }) => {
    const { exit, text } = await list({ PAGER: pager }, more)
    expect([exit, text.split('Options of every command').length + text.split('30 centres.').length]).toEqual([
      0, 3,
    ])
    expect(text).toContain(`The pager ${pager} failed (exit code`)
  })
})

describe('a list in a pipe', () => {
  it('goes through no pager', async () => {
    const world = newWorld()
    await world.centre('EG001')
    const { stdout } = await world.run(['centres', 'list', '--json'], { env: { PAGER: 'no-such-pager' } })
    expect(JSON.parse(stdout)).toMatchObject({ total: 1 })
    await world.close()
  })
})
