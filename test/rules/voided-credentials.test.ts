import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openCredentials } from '../holding.ts'
import { newWorld, type World } from '../world.ts'

const omar = 'omar@school.example'
const nour = 'nour@school.example'

describe('links and PINs that are not used yet', () => {
  let world: World
  beforeEach(async () => {
    world = newWorld()
    await world.centre('EG001', { coordinator: 'huda@school.example' })
    await world.centre('EG002')
    await world.user(omar, { centre: 'EG001', hubRole: 'admin', status: 'invited' })
    await world.user(nour, { centre: 'EG001', hubRole: 'admin' })
  })
  afterEach(() => world.close())

  const ran = async (...argv: string[]) => {
    const { exit, stderr } = await world.run([...argv, '--yes'])
    expect({ argv, exit, stderr: exit === 0 ? '' : stderr }).toEqual({ argv, exit: 0, stderr: '' })
  }
  /** A link and a PIN, both handed out. */
  const holdBoth = async (email: string) => {
    await ran('users', 'reset-password', email)
    const { db } = await world.store()
    await db
      .updateTable('users')
      .set({ pin_state: 'issued', pin_nonce: Buffer.alloc(16), pin_issued_at: world.now.toISOString() })
      .where('email', '=', email)
      .execute()
    expect(await openCredentials(world, email)).toHaveLength(1)
  }
  const pinOf = async (email: string) => {
    const { db } = await world.store()
    const row = await db
      .selectFrom('users')
      .select('pin_state')
      .where('email_key', '=', email)
      .executeTakeFirst()
    return row?.pin_state
  }

  it.each([
    ['suspended', ['users', 'suspend', omar]],
    ['deleted', ['users', 'delete', omar, '--suspend']],
    ['removed from the organisation', ['users', 'remove', omar]],
  ] as const)('of somebody %s are void', async (_, argv) => {
    await holdBoth(omar)
    await ran(...argv)
    expect([await openCredentials(world, omar), await pinOf(omar)]).toEqual([[], 'void'])
  })

  it('that a suspended account still holds are void once it is deleted', async () => {
    await holdBoth(omar)
    const { db } = await world.store()
    await db
      .updateTable('users')
      .set({
        status: 'suspended',
        status_before_suspension: 'invited',
        suspended_at: world.now.toISOString(),
      })
      .where('email', '=', omar)
      .execute()
    await ran('users', 'delete', omar)
    expect([await openCredentials(world, omar), await pinOf(omar)]).toEqual([[], 'void'])
  })

  it('of a former coordinator who is suspended are void', async () => {
    await holdBoth('huda@school.example')
    await ran('coordinator', 'change', 'EG001', '--to', nour, '--suspend-former')
    expect([await openCredentials(world, 'huda@school.example'), await pinOf('huda@school.example')]).toEqual(
      [[], 'void'],
    )
  })

  it('of a coordinator who is suspended are void', async () => {
    await holdBoth('huda@school.example')
    await ran('coordinator', 'suspend', 'EG001')
    expect([await openCredentials(world, 'huda@school.example'), await pinOf('huda@school.example')]).toEqual(
      [[], 'void'],
    )
  })

  it('go with a changed address, as far as they are links', async () => {
    await holdBoth(omar)
    await ran('users', 'edit', omar, '--email', 'said@school.example')
    expect(await openCredentials(world, 'said@school.example')).toEqual([])
  })
})

describe('a transfer', () => {
  it('asks for a right over the receiver too', async () => {
    const world = newWorld()
    try {
      await world.centre('EG001', { coordinator: 'huda@school.example' })
      await world.user(nour, { centre: 'EG001', hubRole: 'admin' })
      await world.user(omar, { centre: 'EG001' })
      const argv = ['users', 'transfer', omar, '--to', 'huda@school.example', '--as', nour, '--yes', '--json']
      const ran = await world.run(argv)
      expect([ran.exit, ran.error().code]).toEqual([5, 'not-permitted'])
    } finally {
      await world.close()
    }
  })
})
