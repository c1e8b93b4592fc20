import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { shapes } from '../../src/render/json.ts'
import { worldFor } from '../example-worlds.ts'
import type { World } from '../world.ts'

describe('the published shapes', () => {
  let world: World
  beforeAll(async () => {
    world = await worldFor({ words: 'users list', example: 'users list' })
  })
  afterAll(() => world.close())

  const json = async (line: string) => (await world.run([...line.split(' '), '--json'])).json()

  it('are those of users', async () => {
    const { users } = await json('users list')
    for (const user of users) shapes.user.parse(user)
    shapes.user.parse(await json('users show amira@school.example'))
    expect(users.length).toBeGreaterThan(2)
  })

  it('are those of centres', async () => {
    shapes.centre.parse((await json('coordinator show EG001')).centre)
  })

  it('are those of messages and events', async () => {
    const { mail } = await json('users reset-password amira@school.example --yes')
    for (const message of mail) shapes.message.parse(message)
    const { events } = await json('audit list')
    for (const event of events) shapes.event.parse(event)
    expect([mail.length, events.length > 0]).toEqual([1, true])
  })

  it('are those of an import with every kind of finding', async () => {
    for (const name of ['centres', 'one-of-each', 'duplicated-user', 'unknown-associate']) {
      const answer = await json(`centres import fixtures/${name}.xlsx --dry-run`)
      shapes.import.parse(answer)
    }
  })

  it('are those of failures', async () => {
    const ran = await world.run(['users', 'show', 'nobody@school.example', '--json'])
    shapes.error.parse(JSON.parse(ran.stderr))
  })
})
