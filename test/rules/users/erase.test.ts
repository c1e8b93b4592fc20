import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { newWorld, type World } from '../../world.ts'

const zaid = 'zaid.mansour@school.example'

describe('erasing an address that no account has', () => {
  let world: World
  beforeEach(async () => {
    world = newWorld()
    await world.centre('EG001', { coordinator: 'amira@school.example' })
  })
  afterEach(() => world.close())

  const erase = async (...more: string[]) => world.run(['users', 'erase', zaid, '--yes', '--json', ...more])
  const refusedAbout = (email: string) =>
    world.run(['users', 'suspend', email, '--as', 'amira@school.example', '--yes'])
  const values = async () =>
    JSON.stringify(await world.rows('select value from audit_personal where value is not null'))

  it('empties what names it, and nothing of a longer address, and finds nobody after that', async () => {
    for (const email of [zaid, `x${zaid}`, `${zaid}.au`]) expect((await refusedAbout(email)).exit).toBe(5)
    expect((await erase('--dry-run')).json()).toMatchObject({ changed: true, erased: { events: 1 } })
    expect((await erase()).json()).toMatchObject({ changed: true, erased: { accounts: 0, events: 1 } })
    expect(await values()).not.toContain(`"${zaid}"`)
    for (const email of [`x${zaid}`, `${zaid}.au`]) expect(await values()).toContain(`"${email}"`)
    expect((await world.run(['audit', 'verify'])).exit).toBe(0)
    expect((await erase()).exit).toBe(4)
  })

  it('is unchanged, and no event, where nothing names whoever was erased', async () => {
    await world.user(zaid, { centre: 'EG001', status: 'suspended' })
    expect((await world.run(['users', 'delete', zaid, '--yes'])).exit).toBe(0)
    expect((await erase()).json()).toMatchObject({ changed: true, erased: { accounts: 1 } })
    expect((await erase()).json()).toMatchObject({ changed: false, erased: { accounts: 0, events: 0 } })
    await refusedAbout(zaid)
    expect((await erase()).json()).toMatchObject({ changed: true, erased: { accounts: 0, events: 1 } })
    const { total } = (await world.run(['audit', 'list', '--action', 'users.erased', '--json'])).json()
    expect(total).toBe(2)
  })
})
