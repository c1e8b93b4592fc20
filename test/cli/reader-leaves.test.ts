import { Readable, Writable } from 'node:stream'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { run } from '../../src/cli/run.ts'
import { contextIn, newWorld, type World } from '../world.ts'

let world: World
beforeEach(async () => {
  world = newWorld()
  await world.centre('EG001')
})
afterEach(() => world.close())

/** Lists the centres into a pipe that fails. */
async function listInto(code: string): Promise<{ exit: number; said: string }> {
  const said: string[] = []
  const stdout = new Writable({
    write: (_piece, _encoding, done) => done(Object.assign(new Error(code), { code })),
  })
  const stderr = new Writable({
    write: (piece, _encoding, done) => {
      said.push(String(piece))
      done()
    },
  })
  const context = contextIn(world, { stdin: Readable.from([]), stdout, stderr })
  const exit = await run(['centres', 'list'], context)
  // Nobody else hears of it: without a listener this would throw.
  stdout.emit('error', new Error(code))
  return { exit, said: said.join('') }
}

it('a reader who has left is no error', async () => {
  expect(await listInto('EPIPE')).toEqual({ exit: 0, said: '' })
})

it('an answer that could not be written is one', async () => {
  const { exit, said } = await listInto('ENOSPC')
  expect([exit === 0, said === '']).toEqual([false, false])
})
