import { afterEach, beforeEach, describe, expect } from 'vitest'
import { connectSqlite } from '../../../src/db/sqlite/driver.ts'
import { newInterruption } from '../../../src/interruption.ts'
import { itInAFile } from '../../in-a-file.ts'
import { newWorld, type World } from '../../world.ts'

let world: World
beforeEach(async () => {
  world = newWorld()
  await world.centre('EG001', { coordinator: 'huda@school.example' })
  for (const name of ['amira', 'omar', 'nour'])
    await world.user(`${name}@school.example`, { centre: 'EG001' })
})
afterEach(() => world.close())

const refusals = async () => (await world.run(['audit', 'list', '--kind', 'refusal', '--json'])).json().total

describe('a refusal of rights at a store that is busy', () => {
  itInAFile.each([
    ['one', ['amira@school.example']],
    ['a list', ['huda@school.example', 'nour@school.example', 'nobody@school.example']],
  ])('is recorded, or told as a busy store and no refusal, where nobody waits: of %s', async (_, whom) => {
    const argv = [
      'users',
      'suspend',
      ...whom,
      '--as',
      'omar@school.example',
      '--yes',
      '--json',
      '--wait',
      '0',
    ]
    const alone = await world.run(argv)
    expect([alone.exit, await refusals()]).toEqual([5, 1])
    const other = connectSqlite(world.db, { timeout: 0 })
    const hooked = newInterruption(() => undefined)
    const interruption = {
      ...hooked,
      // Somebody else takes the store as soon as the transaction that ends in the refusal has let go of it.
      onForcedExit: (cleanUp: () => void) => {
        const forget = hooked.onForcedExit(cleanUp)
        return () => {
          forget()
          if (!other.inTransaction) other.exec('begin immediate')
        }
      },
    }
    const ran = await world.run(argv, { interruption })
    other.close()
    expect([ran.exit, ran.error().code]).toEqual([7, 'store-locked'])
    expect(await refusals()).toBe(1)
  })
})
