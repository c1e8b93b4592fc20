import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { newWorld, type World } from '../../world.ts'
import { type CuttingProxy, proxyFor } from './cutting-proxy.ts'

let world: World
let proxy: CuttingProxy
let place: string

beforeEach(async () => {
  world = newWorld()
  await world.centre('EG001', { coordinator: 'huda@school.example' })
  ;({ proxy, place } = await proxyFor(world))
})
afterEach(async () => {
  await proxy.close()
  await world.close()
})

const losingTheAnswerOfTheCommit = (line: string, when: 'before' | 'after' = 'after') => {
  proxy.cutNextCommit(when, 'let nobody through')
  return world.run([...line.split(' '), '--db', place, '--wait', '0.5', '--json'])
}

it('nothing leaves the store where it is not known whether the log names it', async () => {
  const ran = await losingTheAnswerOfTheCommit('audit export log.csv')
  expect([ran.exit, ran.stdout, ran.error().code]).toEqual([10, '', 'store-unsure'])
  expect(existsSync(world.path('log.csv'))).toBe(false)
})

it.each([
  ['after', 1],
  ['before', 0],
] as const)(
  'no message is written for a change of which it is not known whether it is saved (the line broke %s the server heard it)',
  async (when, owed) => {
    const ran = await losingTheAnswerOfTheCommit('users reset-password huda@school.example --yes', when)
    expect([ran.exit, ran.stdout, ran.error().code]).toEqual([10, '', 'store-unsure'])
    const written = () => (existsSync(world.mailFolder) ? readdirSync(world.mailFolder) : [])
    expect(written()).toEqual([])
    // What was saved owes it still.
    const sent = await world.run(['mail', 'send', '--yes', '--json'])
    expect([sent.exit, sent.stderr]).toEqual([0, ''])
    expect(written()).toHaveLength(owed)
  },
)

it('of a backup that is there it is not said then that the log does not name it', async () => {
  const ran = await losingTheAnswerOfTheCommit('store backup backup.db')
  expect(ran.exit).toBe(0)
  const [{ message }] = ran.json().notices
  expect(message).toMatch(/^Whether the audit log names this backup is not known[.]/)
})

it('nor of a copy', async () => {
  const ran = await losingTheAnswerOfTheCommit('store copy --to copy.db --yes')
  expect(ran.exit).toBe(0)
  const [{ message }] = ran.json().notices
  expect(message).toMatch(/^The copy is in its place; whether the audit log here names it is not known[.]/)
})

it('nothing is unsure where there was nothing to save', async () => {
  const ran = await losingTheAnswerOfTheCommit('mail send')
  expect([ran.exit, ran.stdout, ran.error().code]).toEqual([7, '', 'store-unavailable'])
})

it('an import changes nothing where all that may have been saved is the note of its sheet, and waits for the server once', async () => {
  writeFileSync(
    world.path('new.csv'),
    'Centre number,Centre name,Country,Email\nEG009,Nine,Egypt,n@nine.example\n',
  )
  proxy.cutNextCommit('after', 'let nobody through')
  const started = performance.now()
  const line = ['centres', 'import', 'new.csv', '--pins-out', 'pins.csv', '--yes', '--json']
  const ran = await world.run([...line, '--db', place, '--wait', '6'])
  expect(performance.now() - started).toBeLessThan(11_500)
  expect([ran.exit, ran.error()]).toMatchObject([
    7,
    { code: 'store-unavailable', hint: expect.stringMatching(/^Nothing was changed/) },
  ])
  expect(existsSync(world.path('pins.csv'))).toBe(false)
  const again = await world.run(line)
  expect(again.exit, again.stderr).toBe(0)
})
