import { writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { inProcess } from '../terminal.ts'
import { newWorld, type World } from '../world.ts'

let world: World
beforeEach(() => {
  world = newWorld()
})
afterEach(() => world.close())

const write = (heading: string, ...names: string[]) =>
  writeFileSync(
    world.path('a.csv'),
    [
      `Centre number,Centre name,Country,Email,${heading}`,
      ...names.map(
        (name, at) =>
          `EG00${at + 1},School ${at},Egypt,${['amira', 'omar', 'lina'][at]}@nile.example,${name}`,
      ),
      '',
    ].join('\n'),
  )
const imported = async (...more: string[]) =>
  (await world.run(['centres', 'import', 'a.csv', '--yes', '--json', ...more])).json()
const namesStored = async () => {
  const { users } = (await world.run(['users', 'list', '--json', '--sort', 'email'])).json()
  return users.map((user: { firstName: string; lastName: string }) => [user.firstName, user.lastName])
}

describe('a column of whole names', () => {
  it.each(['Full name', 'Contact person', 'Coordinator name', 'Name of teacher *', 'full_name'])(
    '%s is read: the last word is the last name, or what stands before a comma',
    async (heading) => {
      write(heading, 'Amira Haddad', '"Aziz, Omar Said"', 'Lina')
      expect(await imported()).toMatchObject({ rows: { accepted: 3 }, notices: [] })
      expect(await namesStored()).toEqual([
        ['Amira', 'Haddad'],
        ['Lina', ''],
        ['Omar Said', 'Aziz'],
      ])
    },
  )

  it('holds back by its own cell what is no name, and a name that cannot be parted', async () => {
    write('Full name', '#REF!', '"Haddad, Lina, Amira"', 'TBC')
    const { issues, users } = await imported()
    expect(users.created).toBe(0)
    expect(issues).toMatchObject([
      { cell: 'a!E2', column: 'Full name', code: 'error-cell' },
      {
        cell: 'a!E3',
        code: 'not-a-name',
        message: 'Full name is Haddad, Lina, Amira, and which part of it is the last name cannot be told',
        hint: 'Write it without commas: First Last.',
      },
      { cell: 'a!E4', code: 'not-a-name', value: 'TBC' },
    ])
  })

  it('is left aside beside the two names, and says so', async () => {
    write('First name,Last name,Full name', 'Amira,Haddad,Omar Said')
    const { notices } = await imported()
    expect(notices).toEqual([
      { code: 'unknown-column', message: "The column 'Full name' is not one of ours; it is left aside." },
    ])
    expect(await namesStored()).toEqual([['Amira', 'Haddad']])
  })

  it('is read instead of the two names when --map says so', async () => {
    write('First name,Last name,Known as', 'Amira,Haddad,Omar Said')
    await imported('--map', 'Known as=Full name')
    expect(await namesStored()).toEqual([['Omar', 'Said']])
  })

  it('makes a row of data no row of headings', async () => {
    write('Full name,Town', 'Amira Haddad,Cairo')
    writeFileSync(world.path('a.csv'), ',Contact person,Egypt,,Display name,Town\n', { flag: 'a' })
    expect(await imported()).toMatchObject({ rows: { read: 2, accepted: 1 } })
  })

  it('is understood in a list of new users, too', async () => {
    await world.centre('EG001')
    writeFileSync(
      world.path('users.csv'),
      'Centre number,Full name,Email\nEG001,Amira Haddad,amira@nile.example\nEG001,"A, B, C",omar@nile.example\n',
    )
    const refused = await world.run(['users', 'add', '--from', 'users.csv', '--yes', '--json'])
    expect(refused.error().details?.problems).toMatchObject([
      { target: 'users!B3', hint: 'Write it without commas: First Last.' },
    ])
    writeFileSync(
      world.path('users.csv'),
      'Centre number,Full name,Email\nEG001,Amira Haddad,amira@nile.example\n',
    )
    await world.run(['users', 'add', '--from', 'users.csv', '--yes'])
    expect(await namesStored()).toEqual([['Amira', 'Haddad']])
  })
})

describe('a column that seems to hold the names and is not read', () => {
  it.each([
    ['Teacher', "--map 'Teacher=Full name'"],
    ['Head of ICT', "--map 'Head of ICT=Full name'"],
    ['Known as', "--map 'Known as=Full name'"],
    ['Frist name', "--map 'Frist name=First name'"],
  ])('%s is told, with the option that reads it, and who would have no name', async (heading, option) => {
    write(heading, 'Amira Haddad', 'Omar Aziz')
    expect((await imported('--dry-run')).notices).toEqual([
      {
        code: 'names-left-aside',
        message: `The column '${heading}' is left aside, though it looks like people's names: 2 new users have no name. To read it as the names of the users: ${option}`,
      },
    ])
  })

  it('is told once for first and last names in another language', async () => {
    write('Vorname,Nachname', 'Amira,Haddad')
    const [told] = (await imported('--dry-run')).notices
    expect(told.message).toContain(
      "read them as the names of the users: --map 'Vorname=First name' --map 'Nachname=Last name'",
    )
  })

  it('is told where two columns may be meant', async () => {
    write('Contact person,Teacher name', 'Amira Haddad,Omar Said')
    const [told] = (await imported('--dry-run')).notices
    expect(told.message).toBe(
      "The columns 'Contact person', 'Teacher name' are left aside, though they look like people's names: 1 new user has no name. To read one of them as the names of the users: --map 'Contact person=Full name'",
    )
  })

  it('stands in the plan and in the question at a terminal', async () => {
    write('Teacher', 'Amira Haddad', 'Omar Aziz')
    const typist = inProcess(world, ['centres', 'import', 'a.csv'], { columns: 120 })
    await typist.sees("! 2 new users have no name: the column 'Teacher' is left aside")
    await typist.sees('Create 2 centres and 2 users (without a name)?')
    typist.types('n')
    typist.presses('enter')
    expect((await typist.leaves()).exit).toBe(130)
  })

  it('is told by centres lint, too', async () => {
    write('Teacher', 'Amira Haddad')
    const { notices } = (await world.run(['centres', 'lint', 'a.csv', '--json'])).json()
    const told = notices.filter(({ code }: { code: string }) => code !== 'store-missing')
    expect(told).toEqual([
      { code: 'names-left-aside', message: expect.stringContaining(': 1 new user has no name. To read it') },
    ])
  })

  it.each([
    ['ticks', 'Coordinator', 'yes'],
    ['telephone numbers', 'Contact', '+20 2 1234'],
    ['another school name', 'School name in Arabic', 'Madrasat El Nil'],
  ])('is not thought to be there for %s', async (_what, heading, cell) => {
    write(heading, cell)
    const { notices } = await imported('--dry-run')
    expect(notices).toEqual([
      { code: 'unknown-column', message: `The column '${heading}' is not one of ours; it is left aside.` },
    ])
  })
})

describe('a heading that is not known', () => {
  it('is told with the column that it may be', async () => {
    write('Postcde', '12345')
    expect((await imported('--dry-run')).notices).toEqual([
      {
        code: 'unknown-column',
        message: "The column 'Postcde' is left aside. If it is Postcode: --map Postcde=Postcode",
      },
    ])
  })

  it('is named in the hint where a needed column is missing', async () => {
    writeFileSync(world.path('a.csv'), 'Centre number,Centre name,Emial\nEG001,Nile,amira@nile.example\n')
    const { exit, error } = await world.run(['centres', 'import', 'a.csv', '--yes', '--json'])
    expect([exit, error().hint]).toEqual([
      6,
      'Perhaps a heading is misspelt: correct it, or say which column is meant with --map Emial=Email.',
    ])
  })

  it('stands with all the others on one line, which ends after some', async () => {
    const columns = Array.from({ length: 15 }, (_, at) => `Extra column ${at + 1}`)
    write(columns.join(','), columns.map(() => 'x').join(','))
    const { notices } = await imported('--dry-run')
    expect(notices).toHaveLength(1)
    expect(notices[0].message).toMatch(
      /^15 columns are not ours; they are left aside: 'Extra column 1', .*'Extra column 8' and 7 more\.$/,
    )
  })
})
