import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { writeKeyFile } from '../../src/db/store/keys.ts'
import { newWorld, type World } from '../world.ts'

describe('the key file', () => {
  let world: World
  beforeEach(async () => {
    world = newWorld()
    await world.centre('EG001')
    await world.user('amira@school.example', { centre: 'EG001' })
  })
  afterEach(() => world.close())

  const reset = () => world.run(['users', 'reset-password', 'amira@school.example', '--yes', '--json'])

  it('can be made anew where it is lost for good, as the refusal says', async () => {
    rmSync(world.keyFile)
    expect((await reset()).error().hint).toMatch(
      /If (it is lost for good|no desk has one any more), ssh-admin store rekey makes a new one/,
    )
    expect((await world.run(['store', 'rekey', '--yes'])).exit).toBe(0)
    expect((await reset()).exit).toBe(0)
  })

  it.each([
    ['is missing', 'key-missing', (key: string) => rmSync(key)],
    ['can be read by others', 'key-exposed', (key: string) => chmodSync(key, 0o644)],
    ['is damaged', 'key-damaged', (key: string) => writeFileSync(key, 'nonsense\n', { mode: 0o600 })],
    [
      'is a pipe',
      'key-damaged',
      (key: string) => {
        rmSync(key)
        execFileSync('mkfifo', ['-m', '600', key])
      },
    ],
    [
      'is a folder',
      'key-damaged',
      (key: string) => {
        rmSync(key)
        mkdirSync(key, { mode: 0o700 })
      },
    ],
  ])('that %s: nothing is changed, and it says what to do', async (_what, code, spoil) => {
    spoil(world.keyFile)
    const ran = await reset()
    expect([ran.exit, ran.error().code]).toEqual([7, code])
    expect(ran.error().hint).toBeTruthy()
    const listed = await world.run(['mail', 'list', '--json'])
    expect([listed.exit, listed.json().total]).toEqual([0, 0])
  })

  it('of another store opens nothing here', async () => {
    rmSync(world.keyFile)
    writeKeyFile(world.keyFile, randomBytes(32))
    const ran = await reset()
    expect([ran.exit, ran.error().code]).toEqual([7, 'key-mismatch'])
  })
})
