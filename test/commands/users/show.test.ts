import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { newWorld, type World } from '../../world.ts'

const rana = 'rana@school.example'
const omar = 'omar@school.example'

let world: World
beforeEach(async () => {
  world = newWorld()
  await world.centre('EG001', { coordinator: 'huda@school.example' })
  await world.user(omar, { centre: 'EG001' })
  await world.run(['users', 'add', `Rana Said <${rana}>`, '--centre', 'EG001'])
  await world.run(['users', 'pin', rana, '--yes'])
})
afterEach(() => world.close())

const credentialsOf = async (email: string) =>
  (await world.run(['users', 'show', email, '--json'])).json().credentials
const shown = async (email: string) =>
  (await world.run(['users', 'show', email], { terminal: true })).stdout.replace(/ {2,}/g, '  ')

describe('showing a user', () => {
  it('says until when their PIN and their link are good', async () => {
    expect(await credentialsOf(rana)).toEqual([
      { kind: 'pin', validUntil: '2026-04-01T09:00:00.000Z', expired: false },
      { kind: 'set-up-link', validUntil: '2026-03-04T09:00:00.000Z', expired: false },
    ])
    expect(await shown(rana)).toContain(
      'PIN  issued, until 2026-04-01 09:00 UTC\n  Set-up link  until 2026-03-04 09:00 UTC\n',
    )
    expect((await world.run(['users', 'show', rana])).stdout).toContain(
      'credential\tpin\t2026-04-01T09:00:00.000Z\topen\ncredential\tset-up-link\t2026-03-04T09:00:00.000Z\topen\n',
    )
  })

  it('says when they expired, and in a list until when a PIN is good', async () => {
    world.setClock('2026-04-02T09:00:00.000Z')
    expect(await credentialsOf(rana)).toMatchObject([{ expired: true }, { expired: true }])
    expect(await shown(rana)).toContain(
      'PIN  expired on 2026-04-01 09:00 UTC\n  Set-up link  expired on 2026-03-04 09:00 UTC\n',
    )
    const listed = await world.run(['users', 'list', '--fields', 'email,pin-valid-until', '--format', 'tsv'])
    expect(listed.stdout).toContain(`${rana}\t2026-04-01T09:00:00.000Z\n`)
    expect(listed.stdout).toContain(`${omar}\t\n`)
  })

  it('says nothing of what is void or used', async () => {
    await world.run(['users', 'reset-password', omar, '--yes'])
    expect(await credentialsOf(omar)).toEqual([
      { kind: 'reset-link', validUntil: '2026-03-03T09:00:00.000Z', expired: false },
    ])
    for (const email of [omar, rana]) {
      await world.run(['users', 'suspend', email, '--yes'])
      expect(await credentialsOf(email)).toEqual([])
    }
  })
})
