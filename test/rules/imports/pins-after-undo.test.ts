import { writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { pinOf } from '../../../src/rules/credentials/derive.ts'
import { newWorld, type World } from '../../world.ts'

const amira = 'amira@school.example'

let world: World
beforeEach(async () => {
  world = newWorld()
})
afterEach(() => world.close())

const run = async (...argv: string[]) => {
  const ran = await world.run([...argv, '--yes', '--json'])
  expect({ argv, exit: ran.exit, stderr: ran.stderr }).toEqual({ argv, exit: 0, stderr: '' })
  return ran.json()
}
const importing = (name: string, people: readonly string[], ...more: string[]) => {
  const rows = people.map((email) => `EG001,Nile Academy,Egypt,${email}`)
  writeFileSync(world.path(name), `Centre number,Centre name,Country,Email\n${rows.join('\n')}\n`)
  return run('centres', 'import', name, '--pins-out', `pins-${name}`, ...more)
}
const nonceOfAmira = async () => {
  const store = await world.store()
  const user = await store.db
    .selectFrom('users')
    .selectAll()
    .where('email_key', '=', amira)
    .executeTakeFirst()
  return user?.pin_nonce ?? Buffer.alloc(16)
}

describe('undoing an import that deleted somebody', () => {
  const everyPinVoid: Readonly<Record<string, () => Promise<unknown>>> = {
    'a new key': () => run('store', 'rekey'),
    'a restored backup': async () => {
      await run('store', 'backup', 'copy.db')
      await (await world.store()).close()
      await run('store', 'restore', 'copy.db')
    },
  }

  it('gives them the PIN back that they had', async () => {
    await importing('one.csv', [amira, 'omar@school.example'])
    const before = pinOf((await world.store()).keys().pin, await nonceOfAmira())
    await importing('two.csv', ['omar@school.example'], '--delete-extra')
    await run('centres', 'imports', 'undo', '2')
    expect((await run('users', 'pin', amira, '--show')).pin.replace(' ', '')).toBe(before)
  })

  it.each(Object.entries(everyPinVoid))('gives no PIN back that is void since: %s', async (_, voidAll) => {
    await importing('one.csv', [amira, 'omar@school.example'])
    await importing('two.csv', ['omar@school.example'], '--delete-extra')
    await voidAll()
    await run('centres', 'imports', 'undo', '2')
    const [user] = (await world.run(['users', 'list', '--search', amira, '--json'])).json().users
    expect([user.status, user.pin]).toEqual(['invited', 'void'])
  })
})
