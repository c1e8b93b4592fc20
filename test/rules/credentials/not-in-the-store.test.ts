import { afterEach, beforeEach, expect, it } from 'vitest'
import { inbox } from '../../mail/inbox.ts'
import { everyRow } from '../../stored-text.ts'
import { newWorld, type World } from '../../world.ts'

let world: World
beforeEach(async () => {
  world = newWorld()
  await world.centre('EG001')
})
afterEach(() => world.close())

const password = 'nine camels cross the river'

it('no PIN, link, temporary password, code or password is in the store, while open and once used', async () => {
  const [byPin, byLink, byInvitation] = ['pin@school.example', 'link@school.example', 'eo@school.example']
  for (const argv of [
    ['users', 'add', `Amira Haddad <${byPin}>`, '--centre', 'EG001', '--yes'],
    ['users', 'add', `Omar Farouk <${byLink}>`, '--centre', 'EG001', '--yes'],
    ['users', 'add', `Huda Said <${byInvitation}>`, '--centre', 'EG001', '--role', 'exams-officer', '--yes'],
  ])
    expect((await world.run(argv)).exit).toBe(0)
  const { pin } = (await world.run(['users', 'pin', byPin, '--yes', '--json'])).json()
  await world.run(['account', 'activate', byPin], { stdin: `${pin}\n${password}\n` })
  const letters = (await inbox(world)).map(({ text = '' }) => text).join('\n')
  const [link = ''] = /^https:\S+$/m.exec(letters.slice(letters.indexOf('Omar'))) ?? []
  const [, temporary = ''] = /^ {3}(\S{19})$/m.exec(letters) ?? []
  const [, code = ''] = /^ {3}(\d{6})$/m.exec(letters) ?? []

  const secrets = [
    pin,
    pin.replace(' ', ''),
    link.slice(link.lastIndexOf('.') + 1),
    temporary,
    code,
    password,
  ]
  expect(secrets.map((secret) => secret.length)).toEqual([9, 8, 43, 19, 6, password.length])
  const open = await everyRow(world)
  expect((await world.run(['account', 'verify', byPin], { stdin: code })).exit).toBe(0)
  const chosen = `\n${password}\n`
  expect((await world.run(['account', 'set-up'], { stdin: `${link}${chosen}` })).exit).toBe(0)
  expect(
    (await world.run(['account', 'set-up', byInvitation], { stdin: `${temporary}${chosen}` })).exit,
  ).toBe(0)
  const used = await everyRow(world)
  expect(used).toContain('$argon2id$')
  for (const secret of secrets) expect([open.includes(secret), used.includes(secret)]).toEqual([false, false])
})
