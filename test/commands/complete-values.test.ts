import { writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { describeInAFile } from '../in-a-file.ts'
import { newWorld, type World } from '../world.ts'

let world: World
beforeEach(async () => {
  world = newWorld()
  await world.centre('EG001', { name: 'Nile Academy', coordinator: 'head@nile.example' })
  await world.centre('EG002', { name: 'Delta Academy' })
  await world.user('omar@nile.example', { centre: 'EG001', firstName: 'Omar', lastName: 'Said' })
  await world.user('omid@delta.example', { centre: 'EG002' })
  await world.user('gone@nile.example', { centre: 'EG001' })
  await world.run(['users', 'delete', 'gone@nile.example', '--suspend', '--yes'])
})
afterEach(() => world.close())

const values = async (...typed: string[]) => {
  const { stdout, exit, stderr } = await world.run(['complete', '--', ...typed])
  expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' })
  const lines = stdout.split('\n').filter((line) => line !== '' && !/^:\d+$/.test(line))
  return lines
    .map((line) => line.split('\t')[0])
    .filter((value) => value !== undefined && !value.startsWith('--'))
}

// No server is asked while somebody types.
describeInAFile('completing what is in the store', () => {
  it('offers addresses where a person stands, and numbers where a centre does', async () => {
    expect(await values('users', 'show', 'om')).toEqual(['omar@nile.example', 'omid@delta.example'])
    expect(await values('users', 'suspend', 'head@nile.example', 'OM')).toEqual([
      'omar@nile.example',
      'omid@delta.example',
    ])
    expect(await values('centres', 'show', 'eg')).toEqual(['EG001', 'EG002'])
    expect(await values('users', 'list', '--centre', 'EG00')).toEqual(['EG001', 'EG002'])
    expect(await values('users', 'move', 'omar@nile.example', '--to', '')).toEqual(['EG001', 'EG002'])
    expect(await values('users', 'show', 'gone')).toEqual([])
    expect((await world.run(['complete', '--', 'users', 'show', 'oma'])).stdout).toContain(
      'omar@nile.example\tOmar Said EG001\n',
    )
  })

  it('begins as all do that fit, where these are too many to show', async () => {
    for (let number = 100; number < 160; number += 1) {
      await world.user(`omar.${number}@nile.example`, { centre: 'EG001' })
      await world.centre(`AR${number}`, { name: 'School' })
    }
    await world.user('zoe@nile.example', { centre: 'EG001' })
    for (const [typed, last] of [
      ['o', 'omid@delta.example'],
      ['', 'zoe@nile.example'],
    ] as const) {
      const offered = await values('users', 'show', typed)
      expect([offered.length, offered.at(-1)]).toEqual([50, last])
    }
    const centres = await values('centres', 'show', '')
    expect([centres.length, centres.at(-1)]).toEqual([50, 'EG002'])
  })

  it('lets files follow where one is named, and where no more of them fits none', async () => {
    const directive = async (...typed: string[]) =>
      (await world.run(['complete', '--', ...typed])).stdout.trim().split('\n').at(-1)
    expect(await directive('centres', 'import', '')).toBe(':0')
    expect(await directive('centres', 'import', '--report=')).toBe(':0')
    expect(await directive('--db', 'hub.db', 'resources', 'upload', 'a.mp3', '')).toBe(':0')
    expect(await directive('config', 'set', 'key-file', '')).toBe(':0')
    expect(await directive('config', 'set', 'mail-from', '')).toBe(':4')
    expect(await directive('centres', 'import', 'centres.xlsx', '')).toBe(':4')
  })

  it('offers only what the actor on the line may see', async () => {
    expect(await values('--as', 'head@nile.example', 'users', 'show', 'om')).toEqual(['omar@nile.example'])
    expect(await values('centres', 'show', '--as', 'head@nile.example', '')).toEqual(['EG001'])
    expect(await values('--as', 'omar@nile.example', 'users', 'show', 'om')).toEqual([])
    expect(await values('--as', 'nobody@nile.example', 'users', 'show', 'om')).toEqual([])
  })

  it('offers only whom and what the word before leaves', async () => {
    await world.user('adam@nile.example', { centre: 'EG001', hubRole: 'admin' })
    await world.user('adele@delta.example', { centre: 'EG002', hubRole: 'admin' })
    expect(await values('coordinator', 'change', 'eg001', '--to', '')).toEqual(['adam@nile.example'])
    expect(await values('users', 'transfer', 'omar@nile.example', '--to', '')).toEqual([
      'adam@nile.example',
      'head@nile.example',
    ])
    expect(await values('users', 'delete', 'Omar@nile.example', '--transfer-to', 'h')).toEqual([
      'head@nile.example',
    ])
    expect(await values('coordinator', 'change', 'nile', '--to', 'ad')).toEqual([
      'adam@nile.example',
      'adele@delta.example',
    ])
    await world.run(['users', 'suspend', 'adam@nile.example', '--yes'])
    expect(await values('coordinator', 'change', 'EG001', '--to', '')).toEqual([])
    expect(await values('users', 'transfer', 'omar@nile.example', '--to', 'a')).toEqual([])
  })

  it('offers the centres that can be assigned to somebody, and those that are', async () => {
    await world.centre('CA001', { kind: 'associate', coordinator: 'rana@delta.example' })
    await world.centre('EG003', { kind: 'associate-centre', associate: 'CA001' })
    await world.centre('EG004', { kind: 'associate-centre', associate: 'CA001' })
    const rana = 'rana@delta.example'
    expect(await values('associates', 'assign', rana, '')).toEqual(['EG003', 'EG004'])
    expect((await world.run(['associates', 'assign', rana, 'EG003', '--yes'])).exit).toBe(0)
    expect(await values('associates', 'assign', rana, '')).toEqual(['EG004'])
    expect(await values('associates', 'unassign', rana, '')).toEqual(['EG003'])
  })

  it('offers the same to whoever may not see somebody as where there is nobody', async () => {
    await world.centre('CA001', { kind: 'associate', coordinator: 'rana@delta.example' })
    for (const number of ['EG003', 'EG004'])
      await world.centre(number, { associate: 'CA001', coordinator: `${number}@branch.example` })
    await world.run(['associates', 'assign', 'rana@delta.example', 'EG003', '--yes'])
    for (const verb of ['assign', 'unassign'])
      for (const number of ['EG003', 'EG004'])
        expect(
          await values('--as', `${number}@branch.example`, 'associates', verb, 'rana@delta.example', ''),
        ).toEqual([])
  })

  it('offers of roles and sites those that somebody can lose, or be given', async () => {
    const omar = 'omar@nile.example'
    await world.run(['roles', 'grant', omar, 'exams-officer', 'submit-teacher'])
    await world.run(['users', 'edit', omar, '--add-site', 'test-maker', '--yes'])
    expect(await values('roles', 'revoke', 'Omar@nile.example', '')).toEqual([
      'exams-officer',
      'submit-teacher',
      'teacher',
    ])
    expect(await values('roles', 'revoke', omar, 'submit-teacher', '')).toEqual(['exams-officer', 'teacher'])
    expect(await values('roles', 'grant', omar, 'submit')).toEqual(['submit-exams-officer'])
    expect(await values('users', 'edit', omar, '--remove-role', 'submit')).toEqual(['submit-teacher'])
    expect(await values('users', 'edit', omar, '--add-role', 'submit')).toEqual(['submit-exams-officer'])
    expect(await values('users', 'edit', omar, '--remove-site', '')).toEqual(['test-maker'])
    expect(await values('users', 'edit', omar, '--remove-site', 'test-maker,')).toEqual([])
    expect(await values('users', 'edit', omar, '--add-site', 'te')).toEqual([])
    expect(await values('users', 'transfer', omar, '--site', '')).toEqual([])
    await world.rows(`insert into learner_groups (owner_id, site, name, stage)
      select id, 'cambridge-primary', '4B', '4' from users where email = '${omar}'`)
    expect(await values('users', 'transfer', omar, '--site', '')).toEqual(['cambridge-primary'])
  })

  it('says by roles and sites nothing of whom the actor may not see', async () => {
    await world.run(['roles', 'grant', 'omid@delta.example', 'submit-teacher'])
    const asHead = await values(
      '--as',
      'head@nile.example',
      'roles',
      'revoke',
      'omid@delta.example',
      'submit',
    )
    expect(asHead).toEqual(['submit-exams-officer', 'submit-teacher'])
  })

  it('offers nothing, says nothing and records nothing where it cannot', async () => {
    expect(await values('--db', 'none.db', 'users', 'show', 'om')).toEqual([])
    expect(await values('users', 'add', 'om')).toEqual([])
    const { events } = (await world.run(['audit', 'list', '--kind', 'refusal', '--json'])).json()
    expect(events).toEqual([])
  })
})

describe('completing words that are in no store', () => {
  it.each([
    [
      ['users', 'list', '--status', ''],
      ['invited', 'active', 'suspended', 'deleted'],
    ],
    [['users', 'list', '--status', 'active,su'], ['active,suspended']],
    [
      ['users', 'list', '--status', 'active,'],
      ['active,invited', 'active,suspended', 'active,deleted'],
    ],
    [['users', 'list', '--site=school'], ['school-support-hub']],
    [
      ['users', 'edit', 'omar@nile.example', '--add-role', 'submit'],
      ['submit-exams-officer', 'submit-teacher'],
    ],
    [['roles', 'grant', 'omar@nile.example', 'access-a'], ['access-arrangements']],
    [['roles', 'check', 'omar@nile.example', 'users.tr'], ['users.transfer']],
    [['centres', 'list', '--country', 'egy'], ['Egypt']],
    [
      ['centres', 'list', '--country', 'EG'],
      ['Egypt', 'EG'],
    ],
    [['centres', 'create', 'EG9', '--kind', 'associate-'], ['associate-centre']],
    [['centres', 'list', '--sort', 'num'], ['number']],
    [
      ['users', 'list', '--format', 'json'],
      ['json', 'jsonl'],
    ],
    [['mail', 'list', '--state', 'q'], ['queued']],
    [['mail', 'list', '--letter', 'inv'], ['invitation']],
    [['templates', 'show', 'inv'], ['invitation']],
    [['audit', 'list', '--kind', 'ch'], ['change']],
    [['errors', 'list', '--kind', 'k'], ['key-time']],
    [['key-times', 'list', '--zone', '4'], ['4']],
    [['resources', 'upload', 'f', '--area', 't'], ['tp']],
    [['config', 'set', 'mail-f'], ['mail-from']],
    [['help', 'work'], ['workbook']],
  ])('%j', async (typed, offered) => {
    expect(await values(...typed)).toEqual(offered)
  })
})

describeInAFile('completing releases', () => {
  it('offers names and numbers to Cambridge staff alone', async () => {
    await world.run(['seed', '--releases', '--yes', '--db', 'seeded.db'])
    const { releases } = (await world.run(['releases', 'list', '--json', '--db', 'seeded.db'])).json()
    const [{ id, name }] = releases
    const typed = ['--db', 'seeded.db', 'releases', 'show', name.slice(0, 4)]
    expect(await values(...typed)).toContain(name)
    expect(await values('--db', 'seeded.db', 'releases', 'show', String(id))).toContain(String(id))
    const { users } = (await world.run(['users', 'list', '--json', '--db', 'seeded.db'])).json()
    expect(await values('--as', users[0].email, ...typed)).toEqual([])
  })

  it('begins as all do that fit, where these are too many to show', async () => {
    const { db } = await world.store()
    const opens = '2026-05-01T09:00:00.000Z'
    const names = ['zulu', 'zeta', ...Array.from({ length: 60 }, (_, number) => `zulu ${number}`)]
    await db
      .insertInto('releases')
      .values(names.map((name) => ({ name, opens, created_at: opens, state: 'draft' as const })))
      .execute()
    const offered = await values('releases', 'show', 'z')
    expect([offered.length, offered.includes('zeta')]).toEqual([50, true])
  })
})

describeInAFile('completing imports', () => {
  it('offers their numbers where an import stands, and nowhere else', async () => {
    writeFileSync(
      world.path('new.csv'),
      'Centre number,Centre name,Country,Email\nEG007,Seven,Egypt,a@b.example\n',
    )
    await world.run(['centres', 'import', 'new.csv', '--yes'])
    expect(await values('centres', 'imports', 'show', '')).toEqual(['1'])
    expect(await values('mail', 'show', '')).toEqual([])
  })
})

describe('completing a command', () => {
  it('offers the nouns, the verbs of a noun and the options of a verb, each with what it does', async () => {
    expect(await values('us')).toEqual(['users'])
    expect(await values('store', 're')).toEqual(['restore', 'rekey'])
    expect(await values('centres', 'imports', 'un')).toEqual(['undo'])
    const { stdout } = await world.run(['complete', '--', 'store', 'restore', '--keep'])
    expect(stdout).toMatch(/^--keep-credentials\t.*\n:\d+\n$/)
  })
})
