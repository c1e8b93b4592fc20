import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { pagedOutput } from '../../src/cli/pager.ts'
import { terminalOf } from '../../src/cli/terminal.ts'
import { newInterruption } from '../../src/interruption.ts'
import { contextIn, newScreen, newWorld, type World } from '../world.ts'

let world: World
beforeEach(() => {
  world = newWorld()
})
afterEach(() => world.close())

/** At a terminal of 20 columns and 5 rows. */
function newPaged(env: Record<string, string | undefined>, { pager = true, rows = 5 } = {}) {
  const screen = Object.assign(newScreen(20), { rows })
  const shown: string[] = []
  screen.on('data', (piece: Buffer) => shown.push(piece.toString('utf8')))
  const interruption = newInterruption(() => undefined)
  const context = contextIn(world, {
    stdin: new PassThrough(),
    stdout: screen,
    stderr: screen,
    env: { PATH: process.env.PATH, ...env },
    interruption,
  })
  const terminal = terminalOf(context, { color: false, quiet: false })
  const out = pagedOutput({ terminal, context, common: { pager } })
  return { out, interruption, text: () => shown.join('') }
}

const seen = () => (existsSync(world.path('seen')) ? readFileSync(world.path('seen'), 'utf8') : '')
const keeping = () => `cat > '${world.path('seen')}'`
const lines = (count: number) => 'line\n'.repeat(count)

describe('what is written at a terminal', () => {
  it.each([
    ['fits', lines(4)],
    ['fits with a line that goes on in the next', `${'x'.repeat(40)}\n${lines(2)}`],
  ])('stays there where it %s', async (_, text) => {
    const { out, text: shown } = newPaged({ PAGER: keeping() })
    expect(await out.write(text)).toBe(true)
    expect(shown()).toBe('')
    await out.end()
    expect([shown(), seen()]).toEqual([text, ''])
  })

  it.each([
    ['is a line longer', [lines(5)]],
    ['has a line that goes on in one more', [`${'x'.repeat(41)}\n${lines(2)}`]],
    ['comes in pieces', [lines(4), 'a\n', 'b\n']],
  ])('goes through the pager, each piece once, where it %s', async (_, pieces) => {
    const { out, text } = newPaged({ PAGER: keeping() })
    for (const piece of pieces) expect(await out.write(piece)).toBe(true)
    await out.end()
    expect([text(), seen()]).toEqual(['', pieces.join('')])
  })

  it.each([
    ['--no-pager says so', {}, { pager: false }],
    ['the terminal says no rows', {}, { rows: 0 }],
    ['PAGER is empty', { PAGER: ' ' }, {}],
    ['PAGER is cat', { PAGER: 'cat' }, {}],
    ['the terminal can do nothing', { TERM: 'dumb' }, {}],
    ['the pager is not there', { PAGER: 'no-such-pager' }, {}],
    ['the pager is a folder', { PAGER: 'folder' }, {}],
    ['the pager may not be run', { PAGER: 'plain' }, {}],
    ['there is no less', { PAGER: undefined }, {}],
  ])('is written as it comes where %s', async (_, env: Record<string, string | undefined>, more) => {
    mkdirSync(world.path('bin/folder'), { recursive: true })
    for (const name of ['keeps', 'plain'])
      writeFileSync(world.path(`bin/${name}`), `#!/bin/sh\n${keeping()}\n`)
    chmodSync(world.path('bin/keeps'), 0o755)
    chmodSync(world.path('bin/plain'), 0o644)
    const { out, text } = newPaged({ PAGER: 'keeps', PATH: world.path('bin'), ...env }, more)
    expect(await out.write(lines(9))).toBe(true)
    expect(text()).toBe(lines(9))
    await out.end()
    expect([text(), seen()]).toEqual([lines(9), ''])
  })

  it('goes through a pager that PATH or its own path names, which is told how to show it', async () => {
    mkdirSync(world.path('bin'))
    writeFileSync(
      world.path('bin/mine'),
      `#!/bin/sh\necho "$LESS $LV" > '${world.path('seen')}'\ncat > /dev/null\n`,
    )
    chmodSync(world.path('bin/mine'), 0o755)
    const path = world.path('bin/mine')
    for (const [env, told] of [
      [{ PAGER: path }, 'FRX -c\n'],
      [{ PAGER: `${path} -x`, LESS: 'S', LV: '-q' }, ' \n'],
    ] as const) {
      const { out, text } = newPaged(env)
      await out.write(lines(9))
      await out.end()
      expect([text(), seen()]).toEqual(['', told])
    }
  })

  it('is not asked for more once the reader has left', async () => {
    const { out, text } = newPaged({ PAGER: 'true' })
    let wants = await out.write(lines(9))
    for (let more = 0; wants && more < 1000; more += 1) {
      await new Promise((resolve) => setTimeout(resolve, 5))
      wants = await out.write(lines(9))
    }
    expect(wants).toBe(false)
    await out.end()
    expect(text()).toBe('')
  })

  it.each(["sh -c 'exit 3'", 'cat > /dev/null; exit 3'])(
    'is shown without a pager that fails, from its beginning, and what follows too: %s',
    async (pager) => {
      const { out, text, interruption } = newPaged({ PAGER: pager })
      let written = lines(9)
      expect(await out.write(written)).toBe(true)
      if (pager.startsWith('sh')) {
        while (text() === '') {
          await new Promise((resolve) => setTimeout(resolve, 5))
          expect(await out.write('more\n')).toBe(true)
          written += 'more\n'
        }
        expect(await out.write('last\n')).toBe(true)
        written += 'last\n'
      }
      await out.end()
      const [said, ...left] = text().split('without it.\n')
      expect(said?.replace(/\s+/g, ' ')).toBe(`The pager ${pager} failed (exit code 3): this is shown `)
      expect(left.join('')).toBe(written)
      // The terminal is this program's own again: Ctrl-C is heard.
      interruption.handleSignal('SIGINT')
      expect(interruption.isCancelled()).toBe(true)
    },
  )

  it('leaves Ctrl-C to the pager while it shows', async () => {
    const { out, interruption } = newPaged({ PAGER: keeping() })
    await out.write(lines(9))
    interruption.handleSignal('SIGINT')
    expect(interruption.isCancelled()).toBe(false)
    await out.end()
    interruption.handleSignal('SIGINT')
    expect(interruption.isCancelled()).toBe(true)
  })

  it('is not begun again for a pager that failed after it had shown much', async () => {
    const { out, text } = newPaged({ PAGER: `head -c 4000000 > '${world.path('seen')}'; exit 3` })
    const much = 'x'.repeat(99_999)
    for (let piece = 0; piece < 45; piece += 1) {
      await out.write(`${much}\n`)
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
    await out.end()
    expect([text(), seen().length]).toEqual(['', 4_000_000])
  })
})
