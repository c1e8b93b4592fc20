import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { newWorld, type World } from '../world.ts'
import { importRows, line, living } from './workbook.ts'

let world: World
beforeEach(() => {
  world = newWorld()
})
afterEach(() => world.close())

const codes = (answer: { issues: { code: string }[] }) => answer.issues.map(({ code }) => code)

async function centreNamed(number: string) {
  const { db } = await world.store()
  return db.selectFrom('centres').selectAll().where('number', '=', number).executeTakeFirstOrThrow()
}

async function accounts(email: string) {
  const { db } = await world.store()
  return db.selectFrom('users').selectAll().where('email_key', '=', email).orderBy('id').execute()
}

describe('importing centres', () => {
  it('goes by numbers and addresses in its sheet, its lists and the store, in whatever order the rows stand', async () => {
    const people = ['omar', 'zaid', 'amira'].map((name) => `${name}@school.example`)
    const [omar = '', zaid = '', amira = ''] = people
    const rows = [line('EG002', omar), line('EG001', zaid), line('EG001', amira)]
    await importRows(world, rows, '--pins-out', world.path('pins.csv'))
    const sheet = readFileSync(world.path('pins.csv'), 'utf8')
    expect(sheet.match(/\w+@school\.example/g)).toEqual([amira, zaid, omar])
    const { db } = await world.store()
    const centres = await db.selectFrom('centres').select('number').orderBy('id').execute()
    expect(centres.map(({ number }) => number)).toEqual(['EG001', 'EG002'])

    const renamed = ['EG002', 'EG001'].map((number) => line(number, '', { name: `New ${number}` }))
    const { json } = await importRows(world, renamed, '--partial', '--allow-renames', '2')
    expect(json().renamedCentres.map(({ number }: { number: string }) => number)).toEqual(['EG001', 'EG002'])
  })

  it('adds new ones with their name and location', async () => {
    const { exit, json } = await importRows(world, [
      line('eg001', '', { name: 'School EG001', address: '4 Nile Street', town: 'Cairo', postcode: '01234' }),
    ])
    expect(exit).toBe(0)
    expect(json().centres).toEqual({ created: 1, renamed: 0, unchanged: 0, restored: 0, deleted: 0 })
    expect(await centreNamed('EG001')).toMatchObject({
      name: 'School EG001',
      address: '4 Nile Street',
      town: 'Cairo',
      postcode: '01234',
      country: 'EG',
      kind: 'school',
      status: 'active',
    })
  })

  it('updates the name of existing ones, and nothing else of them', async () => {
    await world.centre('EG001', { name: 'Old', country: 'EG' })
    const { json } = await importRows(world, [
      line('EG001', '', { name: 'New', country: 'Spain', town: 'Madrid', address: 'Gran Vía 1' }),
    ])
    expect(json().centres.renamed).toBe(1)
    expect(await centreNamed('EG001')).toMatchObject({
      name: 'New',
      country: 'EG',
      town: 'Cairo',
      address: '',
    })
  })

  it('leaves a name alone where it is blank', async () => {
    await world.centre('EG001', { name: 'Old' })
    const { json } = await importRows(world, [{ number: 'EG001' }])
    expect(json()).toMatchObject({ centres: { renamed: 0, unchanged: 1 }, rows: { accepted: 1 } })
    expect((await centreNamed('EG001')).name).toBe('Old')
  })

  it('checks the location only of new ones', async () => {
    await world.centre('EG001', { name: 'School EG001' })
    const { exit, json } = await importRows(world, [
      line('EG001', '', { country: 'Egipt', town: 'Here' }),
      line('EG001', '', { country: 'Nowhere', town: 'There' }),
    ])
    expect(exit).toBe(0)
    expect(json().rows).toEqual({ read: 2, accepted: 2, heldBack: 0, blank: 0 })
  })

  it('needs the name and the country of a new one, in one of its rows', async () => {
    const { exit, json } = await importRows(world, [
      { number: 'EG001', name: 'One' },
      { number: 'EG002', country: 'Egypt' },
      { number: 'EG003', name: 'Three' },
      { number: 'EG003', country: 'EG' },
    ])
    expect(exit).toBe(8)
    expect(codes(json())).toEqual(['missing-country', 'missing-name'])
    expect((await living(world)).centres).toEqual(['EG003'])
  })

  it('names each problem by its cell, with what is wrong and what to do', async () => {
    const { json } = await importRows(world, [line('EG001', 'amira@', { country: 'Egipt' })])
    expect(json().issues).toMatchObject([
      {
        cell: 'centres!C2',
        row: 2,
        column: 'Email',
        value: 'amira@',
        code: 'invalid-email',
      },
      { cell: 'centres!D2', column: 'Country', code: 'unknown-country' },
    ])
    const country = await importRows(world, [line('EG001', '', { country: 'Egipt' })])
    expect(country.json().issues).toEqual([
      {
        cell: 'centres!D2',
        row: 2,
        column: 'Country',
        value: 'Egipt',
        code: 'unknown-country',
        message: 'Country is Egipt: no country is called so (did you mean Egypt?)',
        hint: 'Egypt',
      },
    ])
  })

  it('gives a row with several problems several issues', async () => {
    const { json } = await importRows(world, [
      line('E-1', 'amira@'),
      { number: 'EG001', email: 'amira@', role: 'techer' },
    ])
    expect(codes(json())).toEqual([
      'invalid-number',
      'invalid-email',
      'missing-name',
      'invalid-email',
      'missing-country',
      'unknown-role',
    ])
    expect(json().rows).toEqual({ read: 2, accepted: 0, heldBack: 2, blank: 0 })
  })

  it('takes a row without address and person as a centre alone', async () => {
    const { json } = await importRows(world, [
      line('EG001'),
      line('EG002', '', { firstName: 'Amira' }),
      line('EG003', '', { role: 'admin' }),
    ])
    expect(codes(json())).toEqual(['missing-email', 'missing-email'])
    expect((await living(world)).centres).toEqual(['EG001'])
  })

  it('counts blank rows apart', async () => {
    const { json } = await importRows(world, [line('EG001'), {}, {}, line('EG002')])
    expect(json().rows).toEqual({ read: 2, accepted: 2, heldBack: 0, blank: 2 })
  })
})

describe('importing users', () => {
  it('creates new ones, invited, with a PIN, and teachers when the row names no role', async () => {
    const { json } = await importRows(world, [
      line('EG001', 'Amira@School.example', { firstName: 'Amira', lastName: 'Haddad' }),
    ])
    expect(json().users).toEqual({ created: 1, replaced: 0, unchanged: 0, deleted: 0 })
    expect(await world.account('amira@school.example')).toMatchObject({
      email: 'Amira@School.example',
      firstName: 'Amira',
      lastName: 'Haddad',
      hubRole: 'teacher',
      status: 'invited',
      pin: 'issued',
      centre: { number: 'EG001' },
    })
  })

  it('never changes saved ones, names included, nor their PIN', async () => {
    await importRows(world, [line('EG001', 'amira@school.example', { firstName: 'Amira' })])
    const [before] = await accounts('amira@school.example')
    const { json } = await importRows(world, [
      line('EG001', 'AMIRA@school.example', { firstName: 'Other', lastName: 'Name', role: 'admin' }),
    ])
    expect(json()).toMatchObject({ users: { created: 0, unchanged: 1 }, pins: { file: null, count: 0 } })
    expect(await accounts('amira@school.example')).toEqual([before])
  })

  it('replaces a deleted account whose address turns up again, and counts it apart', async () => {
    await importRows(world, [line('EG001', 'amira@school.example'), line('EG001', 'omar@school.example')])
    await world.run(['users', 'suspend', 'amira@school.example', '--yes'])
    expect((await world.run(['users', 'delete', 'amira@school.example', '--yes'])).exit).toBe(0)
    const { json } = await importRows(world, [
      line('EG001', 'amira@school.example'),
      line('EG001', 'omar@school.example'),
    ])
    expect(json().users).toEqual({ created: 0, replaced: 1, unchanged: 1, deleted: 0 })
    expect(json().pins.count).toBe(1)
    const [old, present] = await accounts('amira@school.example')
    expect([old?.status, present?.status, present?.pin_state]).toEqual(['deleted', 'invited', 'issued'])
    expect(present?.pin_nonce).not.toEqual(old?.pin_nonce)
  })

  it('gives the roles that the row names, hub roles and services alike', async () => {
    await importRows(world, [
      line('EG001', 'a@school.example', { role: 'Coordinator' }),
      line('EG001', 'b@school.example', { role: 'admin; exams-officer' }),
      line('EG001', 'c@school.example', { role: 'access-to-scripts, submit-teacher' }),
    ])
    expect(await world.account('a@school.example')).toMatchObject({ hubRole: 'coordinator' })
    expect(await world.account('b@school.example')).toMatchObject({ hubRole: 'admin' })
    expect((await world.account('b@school.example'))?.roles).toContain('exams-officer')
    expect(await world.account('c@school.example')).toMatchObject({ hubRole: null })
  })

  it('does not give global-listening, compliance-officer, or a role that does not exist', async () => {
    const { exit, json } = await importRows(world, [
      line('EG001', 'a@school.example', { role: 'global-listening' }),
      line('EG001', 'b@school.example', { role: 'compliance-officer' }),
      line('EG001', 'c@school.example', { role: 'techer' }),
      line('EG001', 'd@school.example', { role: 'Administrator' }),
    ])
    expect(exit).toBe(8)
    expect(codes(json())).toEqual(['role-not-granted', 'role-not-granted', 'unknown-role', 'unknown-role'])
    expect(json().issues[2].message).toContain('did you mean teacher?')
    expect(json().issues[3].message).toContain('did you mean admin?')
    expect(await living(world)).toEqual({ centres: [], users: [] })
  })

  it('takes a coordinator at a centre that has none, and makes an approved centre active', async () => {
    await world.centre('CA001', { kind: 'associate' })
    await world.centre('EG001', { associate: 'CA001', status: 'approved', name: 'School EG001' })
    await importRows(world, [line('EG001', 'amira@school.example', { role: 'coordinator' })])
    expect((await centreNamed('EG001')).status).toBe('active')
  })

  it('holds a second coordinator back', async () => {
    await world.centre('EG001', { name: 'School EG001', coordinator: 'head@school.example' })
    const { json } = await importRows(world, [
      line('EG001', 'amira@school.example', { role: 'coordinator' }),
      line('EG002', 'b@school.example', { role: 'coordinator' }),
      line('EG002', 'a@school.example', { role: 'coordinator' }),
    ])
    expect(json().issues).toMatchObject([
      { row: 2, code: 'has-coordinator' },
      { row: 3, code: 'has-coordinator' },
    ])
    expect(await world.account('a@school.example')).toMatchObject({ hubRole: 'coordinator' })
  })

  it('makes an Associate together with its centres, in any order', async () => {
    const { exit } = await importRows(world, [
      line('EG001', '', { associate: 'ca001' }),
      line('CA001', '', { kind: 'Associate' }),
      line('EG002', '', { kind: 'associate centre', associate: 'CA001' }),
    ])
    expect(exit).toBe(0)
    const owner = await centreNamed('CA001')
    expect(await centreNamed('EG001')).toMatchObject({
      kind: 'associate-centre',
      associate_id: owner.id,
      status: 'approved',
    })
  })

  it.each([
    ['school', ['School', 'Centre', 'Cambridge International School', 'international-school']],
    ['associate', ['ASSOCIATE', 'Cambridge Associate']],
    ['associate-centre', ['Associate Centre', 'associate-center', 'Associate  school']],
  ])('reads a kind however it is written: %s', async (kind, written) => {
    await world.centre('CA001', { kind: 'associate' })
    const associate = kind === 'associate-centre' ? 'CA001' : ''
    const { json } = await importRows(
      world,
      written.map((text, at) => line(`EG10${at}`, '', { kind: text, associate })),
    )
    expect(json().issues).toEqual([])
    const made = written.map(async (_, at) => (await centreNamed(`EG10${at}`)).kind)
    expect(await Promise.all(made)).toEqual(written.map(() => kind))
  })

  it('holds back what names no Associate', async () => {
    await world.centre('EG009')
    const { json } = await importRows(world, [
      line('EG009', '', { name: 'Centre EG009' }),
      line('EG001', '', { associate: 'CA999' }),
      line('EG002', '', { associate: 'EG009' }),
      line('EG003', '', { kind: 'associate centre' }),
      line('EG004', '', { kind: 'academy' }),
    ])
    expect(codes(json())).toEqual([
      'associate-not-found',
      'not-an-associate',
      'missing-associate',
      'unknown-kind',
    ])
  })
})

describe('rows that disagree', () => {
  it('hold each other back where a centre has two names', async () => {
    const { json } = await importRows(world, [
      line('EG001', 'a@school.example', { name: 'One' }),
      line('EG001', 'b@school.example', { name: 'Two' }),
      line('EG001', 'c@school.example', { name: '' }),
      line('EG002', 'd@school.example'),
    ])
    expect(codes(json())).toEqual(['names-differ', 'names-differ', 'names-differ'])
    expect(json().rows).toMatchObject({ read: 4, accepted: 1, heldBack: 3 })
    expect(await living(world)).toEqual({ centres: ['EG002'], users: ['d@school.example'] })
  })

  it('do so for the location of a new centre, blank being the same', async () => {
    const { json } = await importRows(world, [
      line('EG001', 'a@school.example', { town: 'Cairo' }),
      line('EG001', 'b@school.example', { town: 'Giza' }),
      line('EG002', 'c@school.example', { town: 'Cairo', country: 'Egypt' }),
      line('EG002', 'd@school.example', { town: '', country: 'EG' }),
    ])
    expect(codes(json())).toEqual(['location-differs', 'location-differs'])
    expect((await living(world)).centres).toEqual(['EG002'])
  })

  it('are held back where one address stands in two different rows of a centre; equal ones count once', async () => {
    const { json } = await importRows(world, [
      line('EG001', 'amira@school.example', { lastName: 'Haddad' }),
      line('EG001', 'Amira@school.example', { lastName: 'Hadad' }),
      line('EG001', 'omar@school.example', { lastName: 'Said' }),
      line('EG001', 'omar@school.example', { lastName: 'Said' }),
    ])
    expect(codes(json())).toEqual(['rows-differ', 'rows-differ'])
    expect(json()).toMatchObject({ rows: { accepted: 2 }, users: { created: 1 }, pins: { count: 1 } })
  })
})

describe('duplicated users', () => {
  it('are held back at every centre of the workbook, and created at none', async () => {
    const { exit, json } = await importRows(world, [
      line('EG001', 'amira@school.example'),
      line('EG002', 'Amira@school.example'),
    ])
    expect(exit).toBe(8)
    expect(codes(json())).toEqual(['duplicated-user', 'duplicated-user'])
    expect(json().duplicatedUsers).toEqual([
      {
        email: 'Amira@school.example',
        places: [
          { centre: 'EG001', in: 'workbook', cell: 'centres!C2' },
          { centre: 'EG002', in: 'workbook', cell: 'centres!C3' },
        ],
      },
    ])
    expect((await living(world)).users).toEqual([])
  })

  it('are accepted at the centre where they are saved, and never extra there', async () => {
    await world.centre('EG001', { name: 'School EG001' })
    await world.user('amira@school.example', { centre: 'EG001' })
    const { json } = await importRows(
      world,
      [line('EG001'), line('EG002', 'amira@school.example'), line('EG002', 'omar@school.example')],
      '--delete-extra',
    )
    expect(json().duplicatedUsers[0].places).toEqual([
      { centre: 'EG002', in: 'workbook', cell: 'centres!C3' },
      { centre: 'EG001', in: 'store', cell: null },
    ])
    expect(json()).toMatchObject({
      rows: { accepted: 2, heldBack: 1 },
      users: { created: 1, deleted: 0 },
      extraUsers: [],
    })
    const both = await importRows(world, [
      line('EG001', 'amira@school.example'),
      line('EG002', 'amira@school.example'),
    ])
    expect(both.json().issues).toMatchObject([{ row: 3, code: 'duplicated-user' }])
    expect(both.json().rows.accepted).toBe(1)
  })
})

describe('a deleted centre in the workbook', () => {
  beforeEach(async () => {
    await importRows(world, [line('EG001'), line('EG002')])
    await importRows(world, [line('EG001')], '--delete-missing')
  })

  it('stays deleted, and its rows are held back', async () => {
    const { exit, json } = await importRows(world, [line('EG001'), line('EG002', 'amira@school.example')])
    expect(exit).toBe(8)
    expect(codes(json())).toEqual(['centre-deleted'])
    expect(await living(world)).toEqual({ centres: ['EG001'], users: [] })
  })

  it('is restored when that is asked for', async () => {
    const { exit, json } = await importRows(
      world,
      [line('EG001'), line('EG002', 'amira@school.example')],
      '--restore-deleted',
    )
    expect(exit).toBe(0)
    expect(json()).toMatchObject({ centres: { restored: 1 }, users: { created: 1 } })
    expect((await living(world)).centres).toEqual(['EG001', 'EG002'])
  })
})
