import { readdirSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isMistypedAddress } from '../../src/server-address.ts'
import { newWorld, type World } from '../world.ts'

let world: World

beforeEach(async () => {
  world = newWorld()
  await world.ready()
})
afterEach(() => world.close())

const mistyped = [
  '//hub:PW@h/hub',
  '//hub:P/W@h/hub',
  'postgres//hub:PW@h/hub',
  'postgresql//hub:PW@h/hub',
  'postgres ://hub:PW@h/hub',
  'hub:PW@h/hub',
  'hub:PW@h',
  'hub:P/W@h/hub',
  'SSH_ADMIN_DB=postgres://hub:PW@h/hub',
  '"postgres://hub:PW@h/hub',
  '“postgres://hub:PW@h/hub”',
  '/home/tom/ postgres:/hub:PW@h/hub',
  ' //hub:PW@h/hub',
  'sslmode=disable password=PW',
]
const withPassword = [
  ' postgres://hub:PW@h/hub',
  'postgres://hub:PW@h/hub\n',
  '"postgres://hub:PW@h/hub"',
  "' postgres://hub:PW@h/hub '",
  'postgres://hub:p?PW@h/hub',
]
const otherKinds = ['"mysql://root:PW@h/hub"', ' mysql://root:PW@h/hub', '"host=h password=PW"']

describe.each([
  ...mistyped.map((typed) => [typed, 'invalid-store'] as const),
  ...withPassword.map((typed) => [typed, 'password-in-address'] as const),
  ...otherKinds.map((typed) => [typed, 'not-a-file'] as const),
])('an address that is typed as %j', (typed, code) => {
  it('is refused wherever it is named, begins no file and is not shown', async () => {
    const before = readdirSync(world.folder).sort()
    const env = { SSH_ADMIN_DB: typed }
    const refused = [
      await world.run(['store', 'init', '--db', typed, '--json']),
      await world.run(['store', 'init', '--json'], { env }),
      await world.run(['config', '--json'], { env }),
    ]
    for (const ran of refused) expect([ran.exit, ran.error().code]).toEqual([2, code])
    const set = await world.run(['config', 'set', 'db', '--json', '--', typed])
    expect([set.exit, [code, 'password-in-argument'].includes(set.error().code)]).toEqual([2, true])
    for (const ran of [...refused, set]) expect(`${ran.stdout}${ran.stderr}`).not.toMatch(/PW|P\/W/)
    expect(readdirSync(world.folder).sort()).toEqual(before)
  })
})

it('is refused as the place of a copy, too', async () => {
  await world.run(['store', 'init'], { env: { SSH_ADMIN_DB: 'own.db' } })
  for (const typed of [...mistyped, ...withPassword, ...otherKinds]) {
    const ran = await world.run(['store', 'copy', '--db', 'own.db', '--to', typed, '--yes', '--json'])
    expect([typed, ran.exit]).toEqual([typed, 2])
    expect(`${ran.stdout}${ran.stderr}`).not.toMatch(/PW|P\/W/)
  }
})

it.each([
  ' postgres://hub@h/hub',
  'postgres://hub@h/hub\n',
  '"postgres://hub@h/hub"',
  "'postgres://hub@h/hub' ",
])('an address is what stands between blanks and quotes: %j', async (typed) => {
  const shown = (await world.run(['config', '--json'], { env: { SSH_ADMIN_DB: typed } })).json()
  expect(shown).toMatchObject({ settings: { db: { value: 'postgres://hub@h/hub' } } })
  await world.run(['config', 'set', 'db', typed])
  const kept = (await world.run(['config', '--json'], { env: { SSH_ADMIN_DB: undefined } })).json()
  expect(kept).toMatchObject({ settings: { db: { value: 'postgres://hub@h/hub' } } })
})

it.each([
  '/srv/postgres/hub.db',
  '/srv/tom@school/a:b.db',
  'postgres/hub.db',
  './hub:1@2.db',
  '../tom@school/hub.db',
  'tom@school/hub.db',
  'hub 2026:1.db',
  'C:\\Users\\tom@school\\hub.db',
])('%s is the path of a file', (path) => {
  expect(isMistypedAddress(path)).toBe(false)
})
