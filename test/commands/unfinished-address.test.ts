import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newWorld, type World } from '../world.ts'

let world: World
beforeAll(async () => {
  world = newWorld()
  await world.centre('EG001', { coordinator: 'head@nile.example' })
  await world.centre('EG002')
  await world.user('amira@nile.example', { centre: 'EG001' })
  await world.user('amira@delta.example', { centre: 'EG002' })
})
afterAll(() => world.close())

const refused = async (...line: string[]) => {
  const { exit, error } = await world.run([...line, '--json'])
  return { exit, ...error() }
}

describe('an address without its end', () => {
  it.each(['amira@', 'Amira@', ' amira@', 'amira@delta', 'amira@delta.'])(
    '%j names the accounts that begin with it',
    async (typed) => {
      const { exit, code, hint, details } = await refused('users', 'suspend', typed, '--yes')
      expect([exit, code]).toEqual([2, 'invalid-email'])
      expect(hint).toContain('amira@delta.example (EG002, active)')
      expect(hint?.includes('amira@nile.example')).toBe(!typed.includes('delta'))
      expect(details.candidates).toHaveLength(typed.includes('delta') ? 1 : 2)
    },
  )

  it('gives a command that only looks the lines with them', async () => {
    const { hint } = await refused('users', 'show', 'amira@')
    expect(hint).toContain('\n  ssh-admin users show amira@delta.example --json')
    expect(hint).toContain('\n  ssh-admin users show amira@nile.example --json')
  })

  it('names only whom the actor may see, and none to be deleted', async () => {
    const { hint } = await refused('users', 'show', 'amira@', '--as', 'head@nile.example')
    expect(hint).toContain('amira@nile.example (EG001, active)')
    expect(hint).not.toContain('delta')
    expect((await refused('users', 'delete', 'amira@', '--yes')).details.candidates).toBeUndefined()
    expect((await refused('users', 'show', 'amira@', '--as', 'nobody@nile.example')).exit).toBe(2)
  })

  it('stays what it is where nobody begins so, and without a store', async () => {
    expect(await refused('users', 'show', 'zaki@')).toMatchObject({ exit: 2, code: 'invalid-email' })
    const none = await refused('users', 'show', 'amira@', '--db', world.path('none.db'))
    expect(none).toMatchObject({ exit: 2, code: 'invalid-email' })
  })
})
