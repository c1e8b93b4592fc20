import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { newWorld, type World } from '../../world.ts'

describe('a name that is kept otherwise than it was typed', () => {
  let world: World
  beforeEach(async () => {
    world = newWorld()
    await world.centre('EG001')
    await world.user('amira@school.example', { centre: 'EG001' })
  })
  afterEach(() => world.close())

  const dash = 'The first name is -, which is read as missing.'
  const mark = 'The last name held invisible marks, which were left out: Said\\u200e.'

  it.each([
    ['users add', ['users', 'add', '--centre', 'EG001', '--', '- Said <nour@school.example>'], dash],
    ['users add', ['users', 'add', 'Nour Said\u200e <nour@school.example>', '--centre', 'EG001'], mark],
    ['users edit', ['users', 'edit', 'amira@school.example', '--first-name', '-'], dash],
    ['users edit', ['users', 'edit', 'amira@school.example', '--last-name', 'Said\u200e'], mark],
    ['coordinator add', ['coordinator', 'add', '--', 'EG001', '- Said <nour@school.example>'], dash],
  ])('is told of: %s %j', async (_, argv, message) => {
    const ran = await world.run(['--json', ...argv.slice(0, 2), '--yes', ...argv.slice(2)])
    expect(ran.json().notices).toContainEqual({ code: 'name-tidied', message })
  })

  it('is told of by its cell, of a file', async () => {
    const rows = ['Nour,Said', '-,Said', 'Omar,Said\u200e'].map(
      (names, at) => `${names},n${at}@school.example`,
    )
    const stdin = ['First name,Last name,Email', ...rows].join('\n')
    const ran = await world.run(['users', 'add', '--from', '-', '--centre', 'EG001', '--json'], { stdin })
    expect(ran.json().notices).toContainEqual({
      code: 'name-tidied',
      message:
        'Invisible marks, or a dash for a missing name, were left out of the name in stdin!A3 and 1 more.',
    })
  })

  it('is told of whoever becomes coordinator in the place of another', async () => {
    await world.user('huda@school.example', { centre: 'EG001', hubRole: 'coordinator' })
    const change = ['coordinator', 'change', 'EG001', '--new', '. Said <nour@school.example>', '--yes']
    expect((await world.run([...change, '--json'])).json().notices).toContainEqual({
      code: 'name-tidied',
      message: 'The first name is ., which is read as missing.',
    })
  })
})
