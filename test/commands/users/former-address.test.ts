import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { newWorld, type World } from '../../world.ts'

describe('an address that was changed', () => {
  const former = 'omar@nile.example'
  const present = 'o.said@delta.example'
  let world: World
  beforeEach(async () => {
    world = newWorld()
    await world.centre('EG001', { coordinator: 'head@nile.example' })
    await world.user(former, { centre: 'EG001' })
    await world.run(['users', 'edit', former, '--email', present, '--yes'])
  })
  afterEach(() => world.close())

  const show = (...more: string[]) => world.run(['users', 'show', former, '--json', ...more])

  it('leads to the present one', async () => {
    const ran = await show()
    expect(ran.exit).toBe(4)
    expect(ran.error()).toMatchObject({
      code: 'user-not-found',
      message: `Nobody has the address ${former} any more: it was changed to ${present}.`,
      hint: expect.stringContaining(`\n  ssh-admin users show ${present} --json`),
    })
  })

  it('leads to nobody whom the line would change, and to nobody in a refusal to the people of a centre', async () => {
    const suspended = await world.run(['users', 'suspend', former, '--yes', '--json'])
    expect(suspended.error().hint).not.toContain('ssh-admin users suspend')
    expect(JSON.stringify((await show('--as', 'head@nile.example')).error())).not.toContain(present)
    expect((await world.run(['users', 'delete', former, '--yes', '--json'])).error().message).toBe(
      `Nobody has the address ${former}.`,
    )
  })

  it('leads to nobody who was erased since', async () => {
    await world.run(['users', 'delete', present, '--suspend', '--yes'])
    expect(await world.run(['users', 'erase', present, '--yes'])).toMatchObject({ exit: 0 })
    expect((await show()).error().message).toBe(`Nobody has the address ${former}.`)
  })
})
