import { writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { newWorld, type World } from '../../world.ts'

const heading = 'Centre number,Centre name,Country,Email,First name,Last name'
const amira = 'EG001,Nile School,Egypt,amira@nile.example,Amira,Haddad'
const omar = 'EG002,Delta School,Egypt,omar@delta.example,Omar,Aziz'

let world: World
const importing = async (rows: readonly string[], ...more: string[]) => {
  writeFileSync(world.path('a.csv'), `${[heading, ...rows].join('\n')}\n`)
  const ran = await world.run(['centres', 'import', 'a.csv', '--yes', ...more])
  expect(ran.exit).toBe(0)
}
const actionsOf = async (subject: string, ...more: string[]) => {
  const ran = await world.run(['audit', 'list', '--subject', subject, '--reverse', ...more, '--json'])
  expect(ran.exit).toBe(0)
  const { events, total } = ran.json()
  expect(total).toBe(events.length)
  return events.map(({ action }: { action: string }) => action)
}

beforeEach(() => {
  world = newWorld()
})
afterEach(() => world.close())

describe('what happened to a person', () => {
  it('begins with the import that brought them, and tells of no import of others', async () => {
    await importing([amira])
    await importing([amira, omar])
    await world.run(['users', 'suspend', 'amira@nile.example', '--yes'])
    expect(await actionsOf('Amira@nile.example')).toEqual(['centres.imported', 'users.suspended'])
    expect(await actionsOf('omar@delta.example')).toEqual(['centres.imported'])
    expect(await actionsOf('EG002')).toEqual(['centres.imported'])
    expect(await actionsOf('amira@nile.example', '--action', 'centres')).toEqual(['centres.imported'])
    const exported = await world.run([
      ...['audit', 'export', 'log.jsonl', '--subject', 'omar@delta.example', '--json'],
    ])
    expect(exported.json()).toMatchObject({ events: 1 })
  })

  it('names the import that deleted them, and its undoing', async () => {
    await importing([amira, omar, 'EG002,Delta School,Egypt,lina@delta.example,Lina,Said'])
    await importing([amira, omar], '--delete-user', 'lina@delta.example')
    expect(await actionsOf('lina@delta.example')).toEqual(['centres.imported', 'centres.imported'])
    await world.run(['centres', 'imports', 'undo', '2', '--yes'])
    expect(await actionsOf('lina@delta.example')).toEqual([
      'centres.imported',
      'centres.imported',
      'centres.import-undone',
    ])
    expect(await actionsOf('amira@nile.example')).toEqual(['centres.imported'])
  })

  it('says of whom nothing is found any more, where an import was taken back', async () => {
    await importing([amira])
    await world.run(['centres', 'imports', 'undo', '1', '--yes'])
    const ran = await world.run(['audit', 'list', '--subject', 'amira@nile.example'])
    expect(ran.stderr).toContain(
      'An import that was taken back keeps nobody whom it had created: ssh-admin centres imports',
    )
  })

  it('names new PINs of their import, but not those of another centre', async () => {
    await importing([amira, omar])
    await world.run(['centres', 'pins', '1', '--centre', 'EG002', '--renew', '--out', 'p.csv', '--yes'])
    await world.run(['centres', 'pins', '1', '--out', 'q.csv', '--yes'])
    expect(await actionsOf('omar@delta.example')).toEqual([
      'centres.imported',
      'pins.renewed',
      'pins.made-again',
    ])
    expect(await actionsOf('amira@nile.example')).toEqual(['centres.imported', 'pins.made-again'])
  })

  it('leads from no address to an import once they are erased', async () => {
    await importing([amira, omar])
    expect((await world.run(['users', 'erase', 'omar@delta.example', '--yes'])).exit).toBe(3)
    await world.run(['users', 'delete', 'omar@delta.example', '--suspend', '--yes'])
    expect((await world.run(['users', 'erase', 'omar@delta.example', '--yes'])).exit).toBe(0)
    expect(await actionsOf('omar@delta.example')).toEqual([])
    expect(await actionsOf('amira@nile.example')).toEqual(['centres.imported'])
  })

  it('tells whoever acts for their centre of the import, and nothing of it about others', async () => {
    await importing([amira, omar, 'EG001,Nile School,Egypt,head@nile.example,Huda,Samir'])
    await world.rows(
      `update users set hub_role = 'coordinator', status = 'active' where email = 'head@nile.example'`,
    )
    const as = ['--as', 'head@nile.example']
    expect(await actionsOf('amira@nile.example', ...as)).toEqual(['centres.imported'])
    const { events } = (
      await world.run(['audit', 'list', '--subject', 'amira@nile.example', ...as, '--json'])
    ).json()
    expect(events).toMatchObject([{ subject: null, operator: null, details: { command: 'centres import' } }])
    expect(events[0].details).toEqual({ command: 'centres import' })
    expect(await actionsOf('omar@delta.example', ...as)).toEqual([])
  })
})
