import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { centreFields } from '../../src/render/centres.ts'
import { userFields } from '../../src/render/users.ts'
import { holding } from '../holding.ts'
import { newWorld, type World } from '../world.ts'

let world: World
beforeEach(async () => {
  world = newWorld()
  await world.centre('CA001', { name: 'Delta', kind: 'associate' })
  await world.centre('CA101', { name: 'Nile School', associate: 'CA001', status: 'approved' })
  await world.centre('EG001', { name: '=1+1', coordinator: 'amira@school.example' })
  await world.user('omar@school.example', { centre: 'EG001', firstName: 'Omar', lastName: 'Saïd' })
  await world.user('rana@delta.example', { centre: 'CA001', firstName: 'Rana', hubRole: 'admin' })
  await world.run(['users', 'reset-password', 'omar@school.example', '--yes'])
  await world.run(['users', 'reset-password', 'rana@delta.example', '--yes'])
})
afterEach(() => world.close())

const out = async (...argv: string[]) => (await world.run(argv)).stdout

const lists: [argv: string[], key: string, id: string][] = [
  [['users', 'list'], 'users', 'email'],
  [['centres', 'list'], 'centres', 'number'],
  [['associates', 'list'], 'associates', 'number'],
  [['associates', 'show', 'CA001'], 'centres', 'number'],
  [['mail', 'list'], 'messages', 'id'],
  [['templates', 'list'], 'templates', 'name'],
  [['audit', 'list'], 'events', 'id'],
  [['roles', 'list'], 'roles', 'name'],
]

describe('a column', () => {
  it('may be called as --json calls it', async () => {
    const list = ['users', 'list']
    const ours = ['--fields', 'email,last-name,last-signed-in,created', '--sort', 'last-name']
    const theirs = ['--fields', 'email,lastName,lastSignedInAt,createdAt', '--sort', 'lastName']
    for (const format of ['tsv', 'csv', 'jsonl', 'table'])
      expect(await out(...list, ...theirs, '--format', format)).toBe(
        await out(...list, ...ours, '--format', format),
      )
    expect((await world.run([...list, '--fields', 'lastNames', '--json'])).error()).toMatchObject({
      code: 'unknown-field',
      hint: 'Did you mean last-name?\n  ssh-admin users list --fields last-name --json',
    })
  })
})

describe.each(lists)('%s', (argv, key, id) => {
  it('counts, names and limits what it lists, in every format', async () => {
    const { [key]: rows, total } = (await world.run([...argv, '--json'])).json()
    expect(total).toBe(rows.length)
    expect(await out(...argv, '--format', 'count')).toBe(`${total}\n`)
    const ids = rows.map((row: Record<string, unknown>) => String(row[id]))
    expect(await out(...argv, '--format', 'ids')).toBe(ids.map((one: string) => `${one}\n`).join(''))
    const records = await out(...argv, '--format', 'jsonl')
    expect(
      records
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual(rows)
    expect(await out(...argv, '--format', 'json')).toBe(await out(...argv, '--json'))
    expect(await out(...argv, '--fields', id)).toBe(await out(...argv, '--format', 'ids'))
    expect(await out(...argv, '--fields', id, '--format', 'csv')).toBe(
      [id, ...ids].map((one: string) => `"${one}"\r\n`).join(''),
    )
    expect(await out(...argv, '--format', 'ids', '--limit', '1')).toBe(`${ids[0]}\n`)
    expect(await out(...argv, '--format', 'ids', '--reverse')).toBe(
      ids
        .toReversed()
        .map((one: string) => `${one}\n`)
        .join(''),
    )
    expect(await out(...argv, '--format', 'ids', '--sort', id, '--limit', '1')).not.toBe('')
  })

  it('ends at a terminal with its total', async () => {
    const { [key]: rows } = (await world.run([...argv, '--json'])).json()
    const { stdout } = await world.run([...argv, '--no-color'], { terminal: { columns: 120 } })
    expect(stdout.trim().split('\n').at(-1)).toMatch(new RegExp(`^${rows.length} [A-Za-z]+\\.$`))
  })

  it('refuses a field, an order and a format that there are not, and guesses what was meant', async () => {
    const asked = `${id}x`
    for (const option of ['--fields', '--sort']) {
      const refused = await world.run([...argv, option, asked, '--json'])
      expect(refused).toMatchObject({ exit: 2 })
      expect(refused.error()).toMatchObject({
        code: 'unknown-field',
        details: { candidates: expect.arrayContaining([id]) },
      })
    }
    const { error, exit } = await world.run([...argv, '--format', 'tvs', '--json'])
    expect([exit, error().code]).toEqual([2, 'unknown-format'])
  })

  it('finds nothing where nothing fits, and says so beside the answer', async () => {
    expect(await world.run([...argv, 'zzz-nowhere'])).toMatchObject({
      exit: 0,
      stdout: '',
      stderr: expect.stringMatching(/.+\n/),
    })
    expect((await world.run([...argv, 'zzz-nowhere', '--json'])).json()).toMatchObject({
      [key]: [],
      total: 0,
    })
  })
})

describe.each([
  ['users', userFields, ['lastSignedIn']],
  ['centres', centreFields, ['deleted']],
])('%s list', (noun, fields, empty) => {
  it('says the same of a column that is asked for alone', async () => {
    const omar = 'omar@school.example'
    const edits = ['--add-role', 'exams-officer', '--add-site', 'cambridge-primary']
    await holding(world, omar, { site: 'cambridge-primary' })
    await world.user('lena@school.example', { centre: 'EG001', status: 'invited' })
    await world.run(['users', 'pin', 'lena@school.example', '--yes'])
    await world.run(['users', 'edit', omar, ...edits, '--yes'])
    await world.run(['coordinator', 'suspend', 'EG001', '--yes'])
    await world.run([
      'centres',
      'edit',
      'EG001',
      '--address',
      '1 Nile Street',
      '--postcode',
      '11511',
      '--yes',
    ])
    const names = Object.keys(fields)
    const columns = async (...asked: string[]) => {
      const { stdout } = await world.run([noun, 'list', '--format', 'jsonl', '--fields', asked.join()])
      return stdout.split('\n').flatMap((line): Record<string, unknown>[] => (line ? [JSON.parse(line)] : []))
    }
    const all = await columns(...names)
    const says = (key: string) => all.some((row) => row[key] && row[key] !== 'none')
    expect(Object.keys(all[0] ?? {}).filter((key) => !says(key))).toEqual(empty)
    for (const name of names) {
      const alone = await columns(name)
      const [key = ''] = Object.keys(alone[0] ?? {})
      expect(alone, name).toEqual(all.map(({ [key]: value }) => ({ [key]: value })))
    }
  })
})

describe('a list', () => {
  it('finds by a text, whatever its accents and capitals', async () => {
    expect(await out('users', 'list', 'SAID', '--fields', 'email')).toBe('omar@school.example\n')
    expect(await out('centres', 'list', 'nile', '--fields', 'number')).toBe('CA101\n')
    expect(await out('mail', 'list', 'omar', '--fields', 'to')).toBe('omar@school.example\n')
    expect(await out('roles', 'list', 'scripts', '--format', 'ids')).toContain('access-to-scripts\n')
  })

  it('of what was found is turned round too', async () => {
    const found = async (...more: string[]) =>
      (await out('find', 'a', '--format', 'ids', ...more)).split('\n')
    const lines = await found()
    expect(lines.length).toBeGreaterThan(4)
    expect((await found('--reverse')).slice(0, -1)).toEqual(lines.slice(0, -1).reverse())
  })

  it('has letters with accents beside those without, by whichever name', async () => {
    const people = { 'Étienne Éluard': 'x1', 'Eva Ekberg': 'x2', 'Zoë Zola': 'x3', 'Álvaro Ekberg': 'x4' }
    for (const [name, local] of Object.entries(people)) {
      const [firstName = '', lastName = ''] = name.split(' ')
      await world.user(`${local}@accents.example`, { centre: 'CA101', firstName, lastName })
    }
    const by = async (field: string) =>
      (await out('users', 'list', 'accents', '--sort', field, '--format', 'ids')).match(/x\d/g)
    expect(await by('last-name')).toEqual(['x4', 'x2', 'x1', 'x3'])
    expect(await by('first-name')).toEqual(['x4', 'x1', 'x2', 'x3'])
    expect(await by('name')).toEqual(['x4', 'x1', 'x2', 'x3'])
    for (const [number, name] of Object.entries({ CA102: 'Zagreb', CA103: 'École', CA104: 'Eton' }))
      await world.centre(number, { name: `${name} Accents`, associate: 'CA001' })
    const centres = await out('centres', 'list', 'accents', '--sort', 'name', '--format', 'ids')
    expect(centres).toBe('CA103\nCA104\nCA102\n')
  })

  it('is sorted by any of its fields', async () => {
    const users = ['users', 'list', '--format', 'ids', '--sort']
    expect(await out(...users, 'first-name')).toBe(
      'amira@school.example\nomar@school.example\nrana@delta.example\n',
    )
    expect(await out(...users, 'first-name', '--reverse', '--limit', '1')).toBe('rana@delta.example\n')
    expect(
      await out(
        'centres',
        'list',
        '--fields',
        'number',
        '--sort',
        'coordinator',
        '--reverse',
        '--limit',
        '1',
      ),
    ).toBe('EG001\n')
  })

  it('has every total in JSON, whatever the limit and the text', async () => {
    const totalOf = async (...argv: string[]) => (await world.run([...argv, '--json'])).json().total
    expect(await totalOf('users', 'list', '--limit', '1')).toBe(3)
    expect(await totalOf('mail', 'list', 'reset', '--limit', '1')).toBe(2)
    expect(await totalOf('roles', 'list', '--sort', 'service', '--limit', '1')).toBeGreaterThan(5)
  })

  it('gives the fields that are named, but for the JSON document, whose shape is published', async () => {
    const argv = ['users', 'list', 'omar', '--fields', 'email,last-name']
    expect(await out(...argv)).toBe('omar@school.example\tSaïd\n')
    expect(JSON.parse(await out(...argv, '--format', 'jsonl'))).toEqual({
      email: 'omar@school.example',
      lastName: 'Saïd',
    })
    expect((await world.run([...argv, '--json'])).json()).toMatchObject({ users: [{ firstName: 'Omar' }] })
  })

  it('writes CSV that no spreadsheet program runs', async () => {
    expect(await out('centres', 'list', 'EG001', '--format', 'csv', '--fields', 'name')).toBe(
      `"name"\r\n"'=1+1"\r\n`,
    )
  })

  it('refuses --json beside another format', async () => {
    expect(await world.run(['users', 'list', '--json', '--format', 'csv'])).toMatchObject({ exit: 2 })
  })

  it('is indented for a terminal, and the same JSON', async () => {
    const { stdout } = await world.run(['users', 'list', '--json'], { terminal: true })
    const parsed = JSON.parse(stdout)
    expect(stdout).toBe(`${JSON.stringify(parsed, null, 2)}\n`)
    const none = await world.run(['users', 'list', 'nobody', '--json'], { terminal: true })
    expect(none.stdout).toBe(`${JSON.stringify(JSON.parse(none.stdout), null, 2)}\n`)
  })
})
