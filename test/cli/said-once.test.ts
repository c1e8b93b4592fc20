import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newWorld, type World } from '../world.ts'

describe('an option that takes one value', () => {
  let world: World
  beforeAll(async () => {
    world = newWorld()
    await world.centre('EG001')
    await world.centre('EG002')
  })
  afterAll(() => world.close())

  it.each([
    ['users list --db a.db --db b.db', '--db is given twice, and not the same: a.db and b.db.'],
    ['--db a.db users list --db b.db', '--db is given twice, and not the same: a.db and b.db.'],
    ['users --key-file a list --key-file b', '--key-file is given twice, and not the same: a and b.'],
    [
      'users list --as a@s.example --as b@s.example',
      '--as is given twice, and not the same: a@s.example and b@s.example.',
    ],
    [
      'mail send --smtp smtp://a --smtp smtp://b',
      '--smtp is given twice, and not the same: smtp://a and smtp://b.',
    ],
    [
      'users list --centre EG001 --centre EG002',
      '--centre is given twice, and not the same: EG001 and EG002.',
    ],
    [
      'users add a@s.example --centre EG001 --centre=EG002',
      '--centre is given twice, and not the same: EG001 and EG002.',
    ],
    [
      'users move a@s.example --to EG001 --to EG002 --yes',
      '--to is given twice, and not the same: EG001 and EG002.',
    ],
    [
      'coordinator change EG001 --to a@s.example --to b@s.example',
      '--to is given twice, and not the same: a@s.example and b@s.example.',
    ],
    ['centres edit EG001 --name A --name B', '--name is given twice, and not the same: A and B.'],
    [
      'centres import a.csv --allow-deletes 1 --allow-deletes 2',
      '--allow-deletes is given twice, and not the same: 1 and 2.',
    ],
    ['users edit a@s.example --admin --no-admin', '--admin and --no-admin say the opposite of each other.'],
    ['users edit a@s.example --no-admin --admin', '--admin and --no-admin say the opposite of each other.'],
  ])('says one thing: %s', async (line, message) => {
    const { exit, error } = await world.run([...line.split(' '), '--json'])
    expect([exit, error()]).toMatchObject([2, { code: 'invalid-option', message }])
  })

  it('may say the same twice', async () => {
    const twice = ['--centre', 'EG001', '--centre', 'EG001', '--db', world.db, '--db', world.db]
    expect(await world.run(['--db', world.db, 'users', 'list', ...twice])).toMatchObject({ exit: 0 })
  })

  it.each([
    'users list --db hub.db --db ./hub.db',
    '--db hub.db users list --db ./sub/../hub.db',
    'users list --key-file hub.db.key --key-file ./hub.db.key',
    'centres import a.csv --pins-out p.xlsx --pins-out ./p.xlsx --dry-run',
  ])('may say the same file in two ways: %s', async (line) => {
    const { stderr } = await world.run(line.split(' '))
    expect(stderr).not.toContain('given twice')
  })

  it.each(['users list --db postgres://h/a --db postgres://h//a', 'users add --from - --from ./-'])(
    'is no path on a server, nor stdin: %s',
    async (line) => {
      expect((await world.run(line.split(' '))).stderr).toContain('is given twice, and not the same')
    },
  )

  it('may be said anew where it is about how a list is shown', async () => {
    const line = 'centres list --limit 1 --limit 2 --format ids --format count --sort name --sort number'
    expect(await world.run(line.split(' '))).toMatchObject({ exit: 0, stdout: '2\n' })
  })

  it('is another in each line of a batch', async () => {
    const stdin = 'users list --centre EG001\nusers list --centre EG002\n'
    expect(await world.run(['batch'], { stdin })).toMatchObject({ exit: 0 })
  })
})

describe('a whole text in the place of a name', () => {
  const text = Array.from({ length: 5000 }, (_, at) => `word${at}`).join(' ')

  it.each([
    ['users', 'show'],
    ['centres', 'show'],
    ['users', 'list'],
    ['centres', 'list', '--search'],
    ['find'],
    ['users', 'list', '--search'],
  ])('is not looked for: %s %s', async (...argv) => {
    const world = newWorld()
    await world.centre('EG001')
    const { exit, error } = await world.run([...argv, text, '--json'])
    expect([exit, error()]).toMatchObject([
      2,
      { message: 'What is looked for has 5000 words, and at most 50 are taken.' },
    ])
    await world.close()
  })
})

describe('what was typed', () => {
  const long = 'a'.repeat(100_000)
  const withBlanks = 'Amira Haddad '.repeat(8000)

  it.each([
    ['a command', [long]],
    ['a verb', ['users', long]],
    ['an address', ['users', 'show', `${long}@school.example`]],
    ['a name', ['users', 'show', long]],
    ['a name of many words', ['users', 'show', withBlanks]],
    ['a centre', ['centres', 'show', long]],
    ['a file', ['centres', 'import', `${long}.xlsx`, '--yes']],
    ['a file in words', ['centres', 'import', withBlanks, '--yes']],
    ['an option', ['users', 'list', `--${long}`]],
    ['a choice', ['users', 'list', '--status', long]],
    ['a number', ['users', 'list', '--limit', long]],
    ['the store', ['users', 'list', '--db', long]],
    ['too many words', ['users', 'show', 'a@s.example', long, withBlanks]],
    ['several', ['users', 'suspend', `${long}@s.example`, withBlanks, '--yes']],
  ])('is quoted no longer than it is read: %s', async (_, argv: string[]) => {
    const world = newWorld()
    await world.centre('EG001')
    for (const more of [[], ['--json']]) {
      const { exit, stdout, stderr } = await world.run([...argv, ...more])
      expect(exit).toBeGreaterThan(1)
      expect((stdout + stderr).length).toBeLessThan(3000)
    }
    await world.close()
  })

  it('stands whole in a line that is to be pasted', async () => {
    const world = newWorld()
    const centres = Array.from({ length: 90 }, (_, at) => `EG${100 + at}`).join(',')
    const argv = ['centres', 'import', 'f.xlsx', '--delete-mising', '--delete-centre', centres]
    expect((await world.run(argv)).stderr).toContain(centres)
    expect((await world.run([...argv, '--json'])).error()).toMatchObject({
      hint: expect.stringContaining(`--delete-missing --delete-centre ${centres}`),
    })
    await world.close()
  })
})
