import { writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { inProcess } from '../terminal.ts'
import { newWorld, type World } from '../world.ts'

describe('whoever may not do something', () => {
  let world: World
  beforeEach(async () => {
    world = newWorld()
    await world.centre('EG001', { coordinator: 'huda@school.example' })
    await world.user('officer@school.example', { centre: 'EG001', hubRole: null, roles: ['exams-officer'] })
    await world.user('omar@school.example', { centre: 'EG001' })
    const heading = 'Teacher email,Site,Learner group,Stage,Subject,Test,Taken on,Learner,Mark'
    const row = 'omar@school.example,cambridge-primary,4 Blue,4,Mathematics,Autumn,2025-11-20,Learner 1,18'
    writeFileSync(world.path('tests.csv'), `${heading}\n${row}\n`)
    await world.run(['users', 'edit', 'omar@school.example', '--add-site', 'cambridge-primary', '--yes'])
    expect(await world.run(['progression-tests', 'import', 'tests.csv', '--yes'])).toMatchObject({ exit: 0 })
  })
  afterEach(() => world.close())

  it.each([
    ['users delete omar@school.example'],
    ['users delete huda@school.example'],
    ['users transfer omar@school.example'],
    ['users edit omar@school.example'],
    ['coordinator change EG001'],
    ['centres edit EG001'],
  ])('is told so, is asked nothing before, and is recorded: %s', async (line) => {
    const typist = inProcess(world, [...line.split(' '), '--as', 'officer@school.example'])
    const { exit, text } = await typist.leaves()
    expect([exit, text.includes('?')]).toEqual([5, false])
    expect(text).toContain('officer@school.example may not ')
    expect(await world.rows("select kind from audit where kind = 'refusal'")).toHaveLength(1)
  })
})

describe('a rehearsal', () => {
  it('says beneath its answer what would be asked, as the question stands beneath the plan', async () => {
    const world = newWorld()
    await world.centre('EG001')
    await world.user('omar@school.example', { centre: 'EG001' })
    const { text } = await inProcess(world, ['users', 'suspend', 'omar@school.example', '--dry-run']).leaves()
    expect(text).toMatch(/^. Amira Haddad \(EG001\) is suspended\..*\nYou would be asked: /s)
    await world.close()
  })
})
