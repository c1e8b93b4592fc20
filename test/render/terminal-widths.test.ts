import { stripVTControlCharacters } from 'node:util'
import stringWidth from 'string-width'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { catalogue } from '../../src/rules/roles/catalogue.ts'
import { holding } from '../holding.ts'
import { newWorld, type World } from '../world.ts'

const school = 'The International School of the Upper Nile and of all the Lakes Beyond'
const amira = 'amira.abdel-rahman.haddad@upper-nile-international.school.example'

let world: World
beforeAll(async () => {
  world = newWorld()
  await world.centre('EG001', { name: school, coordinator: 'huda@school.example' })
  await world.centre('EG002', { name: '上海国际学校上海国际学校上海国际学校' })
  await world.centre('CA001', {
    name: 'Nile Associates',
    kind: 'associate',
    coordinator: 'rana@associate.example',
  })
  await world.centre('CA101', { name: school, associate: 'CA001' })
  await world.user(amira, { centre: 'EG001', sites: ['cambridge-primary'] })
  await world.user('omar@school.example', { centre: 'EG001', status: 'invited' })
  await world.user('omar2@school.example', { centre: 'EG001', status: 'suspended' })
  await world.run(['associates', 'assign', 'rana@associate.example', 'CA101'])
  await holding(world, amira)
  await world.run(['users', 'reset-password', amira, '--yes'])
  await world.run(['coordinator', 'suspend', 'EG001', '--yes'])
})
afterAll(() => world.close())

/** Whatever is drawn as a table. */
const tables = [
  'users list',
  'users duplicates',
  'centres list',
  'associates list',
  'associates show CA001',
  'roles list',
  'mail list',
  'templates list',
  'audit list',
  `progression-tests list --owner ${amira}`,
]

describe.each([80, 120])('at a terminal of %i columns', (columns) => {
  const shown = async (line: string) =>
    stripVTControlCharacters(
      (await world.run(line.split(' '), { terminal: true, env: { COLUMNS: String(columns) } })).stdout,
    )

  it.each(tables)('no line of `%s` is wider', async (line) => {
    const lines = (await shown(line)).trimEnd().split('\n')
    expect(lines.length).toBeGreaterThan(1)
    for (const one of lines) expect(stringWidth(one)).toBeLessThanOrEqual(columns)
  })

  it('the roles are told whole', async () => {
    const text = (await shown('roles list')).replace(/\s+/g, ' ')
    expect(text).not.toContain('…')
    for (const { name, service, does } of catalogue) {
      expect(text).toContain(`${name} (${service}`)
      expect(text).toContain(does)
    }
  })

  it('the people of a centre are a table that fits', async () => {
    const people = (await shown('centres show EG001')).split('\n').filter((line) => line.includes('@'))
    expect(people.length).toBeGreaterThan(3)
    for (const one of people.slice(1, 4)) expect(stringWidth(one)).toBeLessThanOrEqual(columns)
  })
})

describe('in a pipe', () => {
  it.each(tables)('nothing of `%s` is shortened, however narrow the terminal beside it', async (line) => {
    const { stdout } = await world.run(line.split(' '), { env: { COLUMNS: '20' } })
    expect(stdout).toContain('\t')
    expect(stdout).not.toMatch(/…|\u001b/)
  })
})
