import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { newWorld, type World } from '../../world.ts'

const email = 'amira@school.example'
const good = 'nine camels cross the river'

describe('time in a store', () => {
  let world: World
  beforeEach(async () => {
    world = newWorld()
    await world.centre('EG001', { coordinator: 'huda@school.example' })
    await world.user(email, { centre: 'EG001', status: 'invited' })
  })
  afterEach(() => world.close())

  const run = (line: string, stdin = '') => world.run([...line.split(' '), '--json'], { stdin })
  const audit = async () => (await run('audit list')).json().events
  const changeAt = async (time: string) => {
    world.setClock(time)
    expect((await run('users edit huda@school.example --add-site test-maker --yes')).exit).toBe(0)
    expect((await run('users edit huda@school.example --remove-site test-maker --yes')).exit).toBe(0)
  }

  it('gives an expired PIN no second life where the clock goes back', async () => {
    const { pin } = (await run(`users pin ${email}`)).json()
    await changeAt('2026-04-01T09:30:00.000Z')
    world.setClock('2026-04-01T08:59:00.000Z')
    expect((await run(`users show ${email}`)).json()).toMatchObject({ pin: 'expired' })
    expect((await run(`account activate ${email}`, `${pin}\n${good}\n`)).error().code).toBe('wrong-pin')
  })

  it('goes on from the last event: no row is earlier than the one before', async () => {
    await changeAt('2026-03-02T10:00:00.000Z')
    world.setClock('2026-03-02T09:10:00.000Z')
    expect((await run(`users suspend ${email} --yes`)).exit).toBe(0)
    expect((await audit())[0]).toMatchObject({ action: 'users.suspended', at: '2026-03-02T10:00:00.000Z' })
  })

  it('stops changes where the clock is more than an hour behind, and looking goes on', async () => {
    await changeAt('2026-03-02T11:00:00.000Z')
    world.setClock('2026-03-02T10:00:00.000Z')
    expect((await run(`users suspend ${email} --dry-run`)).exit).toBe(0)
    world.setClock('2026-03-02T09:59:59.999Z')
    for (const dry of ['', ' --dry-run']) {
      const refused = await run(`users suspend ${email} --yes${dry}`)
      expect([refused.exit, refused.error()]).toEqual([
        7,
        expect.objectContaining({
          code: 'clock-behind',
          details: { clock: '2026-03-02T09:59:59.999Z', lastEvent: '2026-03-02T11:00:00.000Z' },
        }),
      ])
    }
    expect((await run(`users show ${email}`)).exit).toBe(0)
    expect((await run('store check')).json().findings).toMatchObject([{ code: 'future-events' }])
  })

  describe('that was far ahead', () => {
    beforeEach(async () => {
      await run(`users pin ${email}`)
      await changeAt('2027-01-01T00:00:00.000Z')
      await run('users reset-password huda@school.example --yes')
      await world.user('omar@school.example', { centre: 'EG001', status: 'invited' })
      await run('users pin omar@school.example')
      world.setClock('2026-03-05T09:00:00.000Z')
    })

    it('is put right by staff alone, who are asked, told of both times, and lose what was issued since', async () => {
      const forbidden = await run('store accept-clock --yes --as huda@school.example')
      expect(forbidden.exit).toBe(5)
      const unasked = await run('store accept-clock')
      expect([unasked.exit, unasked.error().code]).toEqual([2, 'answer-needed'])

      const accepted = await run('store accept-clock --yes')
      expect(accepted.json()).toMatchObject({
        acceptedAt: '2026-03-05T09:00:00.000Z',
        lastEventAt: '2027-01-01T00:00:00.000Z',
        voided: { pins: 1, links: 1 },
        changed: true,
      })
      expect((await run(`users show ${email}`)).json()).toMatchObject({ pin: 'issued' })
      expect((await run('users show omar@school.example')).json()).toMatchObject({ pin: 'void' })
    })

    it('counts anew then, and the log stays whole', async () => {
      await run('store accept-clock --yes')
      world.setClock('2026-03-05T10:00:00.000Z')
      expect((await run(`users suspend ${email} --yes`)).exit).toBe(0)
      expect((await audit())[0]).toMatchObject({ at: '2026-03-05T10:00:00.000Z' })
      expect((await run('audit verify')).json()).toMatchObject({ ok: true, notices: [] })
      expect((await run('store accept-clock')).json()).toMatchObject({ changed: false })
      const { findings } = (await run('store check')).json()
      expect(findings).toMatchObject([{ code: 'future-events', hint: null }])
      expect(findings[0].message).toMatch(/; time counts anew since, and nothing is to be done\.$/)
    })
  })
})
