import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { inProcess } from '../../terminal.ts'
import { newWorld, type World } from '../../world.ts'

const email = 'amira@school.example'

describe('issuing a PIN', () => {
  let world: World
  beforeEach(async () => {
    // The program at the terminal goes by the machine's clock.
    world = newWorld(new Date())
    await world.centre('EG001')
    await world.user(email, { centre: 'EG001', status: 'invited' })
  })
  afterEach(() => world.close())

  const pin = (...more: string[]) => world.run(['users', 'pin', email, '--json', ...more])
  const shown = async () => (await pin('--show')).json().pin

  it('asks nothing where none is open', async () => {
    expect((await pin()).json()).toMatchObject({ pin: expect.stringMatching(/^\d{4} \d{4}$/), changed: true })
  })

  it('voids an open one only when somebody says so', async () => {
    const first = (await pin()).json().pin
    const refused = await pin()
    expect([refused.exit, refused.error().code, refused.error().hint]).toEqual([
      2,
      'answer-needed',
      expect.stringMatching(/^ssh-admin users pin \S+.* --yes$/),
    ])
    expect(await shown()).toBe(first)
    const second = (await pin('--yes')).json().pin
    expect(second).not.toBe(first)
    expect(await shown()).toBe(second)
  })

  it('asks at a terminal, and No leaves the one that was handed out', async () => {
    const first = (await pin()).json().pin
    await (await world.store()).close()
    const typist = inProcess(world, ['users', 'pin', email])
    await typist.sees('still open')
    typist.types('n\r')
    expect((await typist.leaves()).exit).toBe(130)

    const again = inProcess(world, ['users', 'pin', email])
    await again.sees('still open')
    again.types('y\r')
    const ended = await again.leaves()
    expect([ended.exit, ended.text]).toEqual([0, expect.stringMatching(/is \d{4} \d{4}/)])
    expect(ended.text).not.toContain(first)
  })

  it('shows no digits in a rehearsal, of none: neither a new one nor the present one', async () => {
    await pin()
    for (const more of [[], ['--show']]) {
      const ran = await pin('--dry-run', ...more)
      expect(ran.json()).toMatchObject({ pin: null, dryRun: true })
      const text = await world.run(['users', 'pin', email, '--dry-run', ...more])
      expect(text.stdout).not.toMatch(/\d{4} \d{4}/)
    }
  })
})
