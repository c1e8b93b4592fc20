import { expect, it } from 'vitest'
import { newWorld } from '../../world.ts'

it('an action that the log does not tell of is answered with those of its noun, and one that was only not done then is not', async () => {
  const world = newWorld()
  await world.centre('EG001')
  await world.user('amira@school.example', { centre: 'EG001' })
  await world.run(['users', 'suspend', 'amira@school.example', '--yes'])
  await world.run(['users', 'restore', 'amira@school.example'])
  const told = async (...argv: string[]) => {
    const { exit, stdout, stderr } = await world.run(['audit', 'list', ...argv], {
      terminal: true,
      env: { CI: '1' },
    })
    return [exit, stdout + stderr]
  }
  const others = 'The log tells of no users.suspend, but of users.restored, users.suspended.\n'
  expect(await told('--action', 'users.suspend')).toEqual([0, others])
  const never = 'Nothing of that kind has happened.\n'
  expect(await told('--action', 'users.suspended', '--until', '2020-01-01')).toEqual([0, never])
  expect(await told('--action', 'nouns.verbed')).toEqual([0, never])
  await world.close()
})
