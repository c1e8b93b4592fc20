import { readdirSync, renameSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { heldStore } from '../../held-store.ts'
import { newWorld, type World } from '../../world.ts'

describe('what leaves the store', () => {
  let world: World
  beforeEach(async () => {
    world = newWorld()
    await world.centre('EG001')
    await world.user('amira@school.example', { centre: 'EG001' })
    await world.run(['users', 'reset-password', 'amira@school.example', '--yes'])
  })
  afterEach(() => world.close())

  const events = async () => {
    const ran = await world.run(['audit', 'list', '--kind', 'event', '--json'])
    return ran.json().events.map(({ action }: { action: string }) => action)
  }

  it.each([
    ['audit.exported', ['audit', 'export', 'audit.csv']],
    ['centres.exported', ['centres', 'export', 'centres.csv']],
    ['mail.shown', ['mail', 'show', '1']],
    ['store.backed-up', ['store', 'backup', 'backup.db']],
  ])('is recorded as %s', async (action, argv) => {
    expect(await events()).not.toContain(action)
    expect((await world.run(argv)).exit).toBe(0)
    expect((await events())[0]).toBe(action)
  })

  it('is recorded when a PIN is looked at', async () => {
    await world.user('new@school.example', { centre: 'EG001', status: 'invited' })
    await world.run(['users', 'pin', 'new@school.example', '--yes'])
    expect((await world.run(['users', 'pin', 'new@school.example', '--show'])).exit).toBe(0)
    const ran = await world.run(['audit', 'list', '--json'])
    expect(ran.json().events[0]).toMatchObject({ action: 'users.pin-shown', subject: 'new@school.example' })
  })

  it('is not recorded where it is only listed on the screen', async () => {
    const before = await events()
    for (const argv of [
      ['users', 'list'],
      ['centres', 'list'],
      ['audit', 'list'],
      ['mail', 'list'],
      ['centres', 'export', '-'],
      ['users', 'show', 'amira@school.example'],
    ]) {
      expect((await world.run(argv)).exit).toBe(0)
    }
    expect(await events()).toEqual(before)
  })

  it('is told as not recorded where there is no key, and done all the same', async () => {
    renameSync(world.keyFile, world.path('elsewhere.key'))
    const ran = await world.run(['centres', 'export', 'centres.csv', '--json'])
    expect(ran.exit).toBe(0)
    expect(ran.json().notices).toContainEqual(expect.objectContaining({ code: 'not-recorded' }))
    renameSync(world.path('elsewhere.key'), world.keyFile)
  })
  it.each([
    ['audit export log.csv'],
    ['centres imports show 1 --report report.html'],
    ['mail show 1 --html page.html'],
    ['mail show 1'],
    ['centres export roster.csv'],
    ['releases authorisations --out authorisations.csv'],
  ])('stays in it where the store is only busy, and the log could not name it: %s', async (line) => {
    const workbook = new URL('../../../fixtures/centres.xlsx', import.meta.url).pathname
    await world.run(['centres', 'import', workbook, '--pins-out', 'pins.csv', '--yes'])
    const files = () => readdirSync(world.folder).filter((name) => !/-(wal|shm)$/.test(name))
    const before = files()
    const release = await heldStore(world, async () => undefined)
    const ran = await world.run([...line.split(' '), '--wait', '0.1', '--json'])
    await release()
    expect([ran.exit, ran.stdout, ran.error().code]).toEqual([7, '', 'store-locked'])
    expect(files()).toEqual(before)
  })
})
