import { mkdirSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { newWorld, type World } from '../world.ts'

describe('showing the settings', () => {
  let world: World
  beforeEach(() => {
    world = newWorld()
  })
  afterEach(() => world.close())

  it('says of each where it came from', async () => {
    mkdirSync(world.path('.config/ssh-admin'), { recursive: true })
    writeFileSync(world.path('.config/ssh-admin/config.json'), '{"mailFrom": "hub@school.example"}')
    const ran = await world.run(['config', '--mail-dir', 'letters', '--json'])
    expect(ran.json().settings).toMatchObject({
      db: { value: world.db, from: 'environment' },
      mailDir: { value: world.path('letters'), from: 'flag' },
      mailFrom: { value: 'hub@school.example', from: 'file' },
      as: { value: null, from: 'default' },
    })
  })

  it.each([
    ['smtps://hub:s3cret@mail.school.example', 'smtps://hub:***@mail.school.example'],
    ['smtp://hub:p%40:ss@127.0.0.1:1025?ignoreTLS=true', 'smtp://hub:***@127.0.0.1:1025?ignoreTLS=true'],
    ['smtp://hub:p@ss/word@mail.school.example', 'smtp://hub:***@mail.school.example'],
  ])('shows no password: %s', async (url, shown) => {
    const ran = await world.run(['config', '--smtp', url])
    expect(ran.stdout).toContain(`smtp\t${shown}\tflag`)
  })
})
