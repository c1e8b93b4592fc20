import { setImmediate as later } from 'node:timers/promises'
import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { askYesNo } from '../../src/cli/prompt.ts'
import { terminalOf } from '../../src/cli/terminal.ts'
import { Cancelled } from '../../src/errors.ts'
import { contextIn, newScreen, newWorld, type World } from '../world.ts'

let world: World
beforeEach(() => {
  world = newWorld()
})
afterEach(() => world.close())

function newTerminal(more: { setRawMode?: (mode: boolean) => unknown } = {}) {
  const stdin = Object.assign(new PassThrough(), { isTTY: true }, more)
  const screen = newScreen(80)
  const drawn = new Promise<void>((resolve) => {
    screen.on('data', (piece: Buffer) => {
      if (piece.toString('utf8').includes('Suspend Amira?')) resolve()
    })
  })
  const context = contextIn(world, { stdin, stdout: screen, stderr: screen })
  return { stdin, drawn, terminal: terminalOf(context, { color: false, quiet: false }) }
}

it('Ctrl-D at a question is a cancellation', async () => {
  const { stdin, drawn, terminal } = newTerminal()
  const answer = askYesNo(terminal, 'Suspend Amira?')
  await drawn
  stdin.write('\x04')
  await expect(answer).rejects.toThrow(Cancelled)
})

it('a question goes on where its keys were not read for a while, as after Ctrl-Z, and leaves them alone once it is answered', async () => {
  const { stdin, drawn, terminal } = newTerminal()
  const answer = askYesNo(terminal, 'Suspend Amira?')
  await drawn
  stdin.pause()
  await later()
  await later()
  expect(stdin.isPaused()).toBe(false)
  stdin.write('y\r')
  expect(await answer).toBe(true)
  stdin.resume().pause()
  await later()
  await later()
  expect([stdin.isPaused(), stdin.listenerCount('pause')]).toEqual([true, 0])
})

it('a question is no error of ours where the window is closed, and hears of errors again once it is over', async () => {
  const closed = new Error('setRawMode EIO')
  const setRawMode = () => stdin.emit('error', closed)
  const { stdin, drawn, terminal } = newTerminal({ setRawMode })
  const { emit } = stdin
  const answer = askYesNo(terminal, 'Suspend Amira?')
  await drawn
  stdin.write('y\r')
  expect(await answer).toBe(true)
  expect([Reflect.get(stdin, 'setRawMode'), stdin.emit]).toEqual([setRawMode, emit])
  expect(() => stdin.emit('error', closed)).toThrow(closed)
})
