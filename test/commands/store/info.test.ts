import { rmSync, statSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { itInAFile } from '../../in-a-file.ts'
import { newWorld, type World } from '../../world.ts'

describe('describing a store', () => {
  let world: World
  beforeEach(async () => {
    world = newWorld()
    await world.centre('EG001', { coordinator: 'amira@school.example' })
  })
  afterEach(() => world.close())

  it('says where it is and what is in it', async () => {
    const ran = await world.run(['store', 'info', '--json'])
    expect(ran.json()).toMatchObject({
      store: world.db,
      key: 'there',
      centres: { live: 1, deleted: 0 },
      users: { active: 1, invited: 0, suspended: 0, deleted: 0 },
      lastImport: null,
    })
  })

  it('needs no key, and says that there is none', async () => {
    rmSync(world.keyFile)
    const ran = await world.run(['store', 'info'])
    expect(ran.exit).toBe(0)
    expect(ran.stdout).toContain(`key\t${world.keyFile} (missing)`)
  })

  itInAFile('names the copies that were kept, with date and size, as store check does', async () => {
    await world.close()
    world = newWorld()
    await world.run(['store', 'init'])
    await world.run(['store', 'backup', 'copy.db'])
    const { kept } = (await world.run(['store', 'restore', 'copy.db', '--yes', '--json'])).json()
    const { size, mtime } = statSync(kept)
    const copy = { file: kept, at: mtime.toISOString(), bytes: size }
    expect((await world.run(['store', 'info', '--json'])).json().kept).toEqual([copy])
    const { stdout } = await world.run(['store', 'info'])
    expect(stdout).toContain(`kept copy\t${kept}, ${copy.at}, ${size}`)
    const { findings } = (await world.run(['store', 'check', '--json'])).json()
    expect(findings).toContainEqual(expect.objectContaining({ target: kept, code: 'kept-copy' }))
  })

  it('is refused to anyone but Cambridge staff', async () => {
    const ran = await world.run(['store', 'info', '--as', 'amira@school.example'])
    expect(ran.exit).toBe(5)
  })
})
