import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { itInAFile } from '../../in-a-file.ts'
import { testServer } from '../../shared-store.ts'
import { newWorld, type World } from '../../world.ts'

describe('beginning a store', () => {
  let world: World
  beforeEach(async () => {
    world = newWorld()
    await world.withoutStore()
  })
  afterEach(() => world.close())

  it('makes a store and its key, and says so', async () => {
    const ran = await world.run(['store', 'init'])
    expect(ran).toMatchObject({ exit: 0, stderr: '' })
    expect(ran.stdout).toContain(`Began the store ${world.db}`)
    expect(statSync(world.keyFile).mode & 0o777).toBe(0o600)
  })

  it('is the first row of its audit log', async () => {
    await world.run(['store', 'init'])
    const { events } = (await world.run(['audit', 'list', '--json'])).json()
    expect(events).toMatchObject([{ id: 1, action: 'store.begun', actor: null }])
  })

  it('is refused where there is one, and leaves it as it is', async () => {
    await world.run(['store', 'init'])
    const again = await world.run(['store', 'init', '--json'])
    expect(again.exit).toBe(3)
    expect(again.error()).toMatchObject({ code: 'store-exists' })
    expect(await world.run(['store', 'init', '--if-missing'])).toMatchObject({ exit: 0 })
  })

  itInAFile.each([
    ['an empty file', ''],
    ['a text', 'Centre number,Centre name'],
  ])('calls %s no store, and leaves it as it is', async (_, text) => {
    writeFileSync(world.db, text)
    const ran = await world.run(['store', 'init', '--json'])
    expect([ran.exit, ran.error().code]).toEqual([7, 'store-foreign'])
    expect(readFileSync(world.db, 'utf8')).toBe(text)
  })

  it.skipIf(process.platform !== 'linux' || testServer !== undefined)(
    'names the store as it was named where it cannot be made',
    async () => {
      const { exit, error } = await world.run(['store', 'init', '--db', '/proc/hub.db', '--json'])
      expect(exit).toBe(7)
      expect(error().message).toBe('The store /proc/hub.db cannot be opened.')
    },
  )
})
