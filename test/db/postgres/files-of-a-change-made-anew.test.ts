import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { inProcess } from '../../terminal.ts'
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

const through = (line: string) => world.run([...line.split(' '), '--db', place])

describe('a change whose connection is lost before the server hears that it is to be saved', () => {
  it('has its PIN sheet made anew', async () => {
    const rows = 'Centre number,Centre name,Country,Email\nEG001,Centre EG001,Egypt,new@school.example\n'
    writeFileSync(world.path('roster.csv'), rows)
    expect((await through('centres import roster.csv --pins-out pins.csv --yes')).exit).toBe(0)
    proxy.cutNextCommit('before')
    expect(await through('centres pins 1 --out again.csv --renew --yes')).toMatchObject({ exit: 0 })
    expect(proxy.wasCut()).toBe(true)
    expect(existsSync(world.path('again.csv'))).toBe(true)
    expect(readdirSync(world.folder).filter((name) => name.endsWith('.part.csv'))).toEqual([])
  })

  it('has the copy of the store made anew, which both logs name', async () => {
    // From here on it is noted where the log ends at this address.
    expect((await through('centres edit EG001 --town Aswan')).exit).toBe(0)
    proxy.cutNextCommit('before')
    const ran = await through('store copy --to copy.db --yes --json')
    expect([ran.exit, ran.json().notices]).toEqual([0, []])
    const verified = await world.run(['audit', 'verify', '--db', world.path('copy.db'), '--json'])
    expect(verified.json().head).toBe(ran.json().head.head)
  })

  it('erases what was agreed to, and the messages in the mail directory once', async () => {
    await world.user('omar@school.example', { centre: 'EG001' })
    expect((await world.run(['users', 'delete', 'omar@school.example', '--suspend', '--yes'])).exit).toBe(0)
    mkdirSync(world.path('mail'))
    for (const name of ['one.eml', 'two.eml'])
      writeFileSync(world.path(`mail/${name}`), 'To: omar@school.example\r\n\r\nHello\r\n')
    const erasing = 'users erase omar@school.example --mail-dir'.split(' ')
    const typist = inProcess(world, [...erasing, world.path('mail'), '--db', place])
    await typist.sees('cannot be undone')
    proxy.cutNextCommit('before')
    typist.types('y\r')
    const { exit, text } = await typist.leaves()
    expect([exit, text]).toEqual([0, expect.stringContaining('Erased: 1 account')])
    expect(readdirSync(world.path('mail'))).toEqual([])
  })
})

it('nothing is removed from the mail directory where it is not known whether they are erased', async () => {
  await world.user('omar@school.example', { centre: 'EG001' })
  expect((await world.run(['users', 'delete', 'omar@school.example', '--suspend', '--yes'])).exit).toBe(0)
  mkdirSync(world.path('mail'))
  writeFileSync(world.path('mail/one.eml'), 'To: omar@school.example\r\n\r\nHello\r\n')
  const erasing = ['users', 'erase', 'omar@school.example', '--mail-dir', world.path('mail'), '--yes']
  proxy.cutNextCommit('after', 'let nobody through')
  expect((await world.run([...erasing, '--db', place, '--wait', '0.5'])).exit).toBe(10)
  expect(readdirSync(world.path('mail'))).toEqual(['one.eml'])
  expect(await world.run(erasing)).toMatchObject({ exit: 0 })
  expect(readdirSync(world.path('mail'))).toEqual([])
})
