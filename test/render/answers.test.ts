import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { shapes } from '../../src/render/json.ts'
import { newWorld, type World } from '../world.ts'

let world: World
beforeAll(async () => {
  world = newWorld()
  await world.centre('EG001', { name: 'Nile School', coordinator: 'amira@school.example' })
  await world.user('omar@school.example', { centre: 'EG001', hubRole: 'admin' })
  await world.user('omar2@school.example', { centre: 'EG001', status: 'suspended' })
  await world.centre('CA001', { kind: 'associate', coordinator: 'rana@associate.example' })
  await world.centre('CA101', { associate: 'CA001' })
})
afterAll(() => world.close())

const answers: readonly (readonly [keyof typeof shapes, string])[] = [
  ['coordination', 'coordinator show EG001'],
  ['coordination', 'coordinator suspend EG001 --yes'],
  ['coordination', 'coordinator restore EG001'],
  ['coordination', 'coordinator change EG001 --to omar@school.example --yes'],
  ['associateList', 'associates list'],
  ['associate', 'associates show CA001'],
  ['assigned', 'associates assign rana@associate.example CA101'],
  ['roleList', 'roles list'],
  ['matrix', 'roles list --matrix'],
  ['users', 'roles grant omar@school.example exams-officer'],
  ['users', 'roles revoke omar@school.example exams-officer'],
  ['permission', 'roles check omar@school.example users.suspend amira@school.example'],
  ['auditList', 'audit list'],
  ['auditVerdict', 'audit verify'],
  ['duplicates', 'users duplicates'],
]

describe('with --json', () => {
  it.each(answers)('the shape %s is what `%s` answers', async (shape, line) => {
    const ran = await world.run([...line.split(' '), '--json'])
    expect(ran).toMatchObject({ exit: 0 })
    expect(shapes[shape].safeParse(ran.json()).error).toBeUndefined()
  })
})
