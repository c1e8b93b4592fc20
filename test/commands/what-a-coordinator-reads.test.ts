import { readFileSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { newWorld, type World } from '../world.ts'

const coordinator = 'coordinator@school.example'

let world: World
beforeEach(async () => {
  world = newWorld()
  await world.centre('EG001', { coordinator })
  const rows = ['EG001,Nile School,Egypt,new@school.example', 'EG009,Far School,Egypt,far@elsewhere.example']
  writeFileSync(
    world.path('secret-name.csv'),
    ['Centre number,Centre name,Country,Email', ...rows].join('\n'),
  )
  const pins = ['--pins-out', world.path('pins.csv')]
  expect((await world.run(['centres', 'import', world.path('secret-name.csv'), '--yes', ...pins])).exit).toBe(
    0,
  )
  expect((await world.run(['users', 'edit', 'new@school.example', '--last-name', 'Said'])).exit).toBe(0)
})
afterEach(() => world.close())

describe('what a coordinator reads of the log', () => {
  it.each([[['users', 'show', 'new@school.example']], [['centres', 'show', 'EG001']], [['audit', 'list']]])(
    'names neither the machine of Cambridge staff nor what an import did elsewhere: %s',
    async (argv) => {
      const read = async (...more: string[]) => (await world.run([...argv, ...more])).stdout
      expect(await read('--json')).toContain('tester@desk')
      for (const more of [[], ['--json']]) {
        const text = await read('--as', coordinator, ...more)
        expect(text).not.toContain('tester@desk')
        expect(text).not.toContain('secret-name')
        expect(text).not.toContain('counts')
      }
    },
  )

  it('is the same in an exported log', async () => {
    const out = world.path('log.jsonl')
    expect((await world.run(['audit', 'export', out, '--as', coordinator])).exit).toBe(0)
    expect(readFileSync(out, 'utf8')).toContain('users.edited')
    expect(readFileSync(out, 'utf8')).not.toContain('tester@desk')
  })

  it('says what was so before, also where nothing was', async () => {
    await world.centre('EG002')
    await world.user('first@far.example', { centre: 'EG002', hubRole: 'admin' })
    const changes = [
      ['change', 'EG002', '--to', 'first@far.example'],
      ['suspend', 'EG002'],
      ['restore', 'EG002'],
    ]
    for (const argv of changes) expect((await world.run(['coordinator', ...argv, '--yes'])).exit).toBe(0)
    const reading = ['audit', 'list', '--subject', 'EG002', '--json', '--as', 'first@far.example']
    expect((await world.run(reading)).json().events.reverse()).toMatchObject([
      { details: { formerStatus: null } },
      { details: { status: { before: 'active', after: 'suspended' } } },
      { details: { status: { before: 'suspended', after: 'active' } } },
    ])
  })

  it('names no other centre from which somebody came', async () => {
    await world.centre('EG002')
    await world.user('came@school.example', { centre: 'EG002' })
    await world.run(['users', 'edit', 'came@school.example', '--last-name', 'Said'])
    expect((await world.run(['users', 'move', 'came@school.example', '--to', 'EG001', '--yes'])).exit).toBe(0)
    for (const argv of [
      ['users', 'show', 'came@school.example'],
      ['audit', 'list'],
    ]) {
      expect((await world.run([...argv, '--json'])).stdout).toContain('EG002')
      const ran = await world.run([...argv, '--json', '--as', coordinator])
      expect(ran.stdout).toContain('users.moved')
      expect(ran.stdout).not.toContain('EG002')
    }
  })
})

describe('a list in which a coordinator finds nothing', () => {
  it.each(['associates list', 'find assoc', 'users duplicates', 'audit list --action centres.deleted'])(
    'says what they see, and not that there is nothing of the kind: %s',
    async (line) => {
      await world.centre('CA001', { kind: 'associate', name: 'Assoc' })
      const terminal = { columns: 200 }
      const told = await world.run([...line.split(' '), '--as', coordinator], { terminal })
      expect(told.stdout + told.stderr).toContain(`${coordinator} sees what is of EG001, and nothing else.`)
      const staff = await world.run(line.split(' '), { terminal })
      expect(staff.stdout + staff.stderr).not.toContain('and nothing else')
    },
  )
})
