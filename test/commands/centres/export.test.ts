import { readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { centreNameFault, readPersonName } from '../../../src/rules/names.ts'
import { cleanText } from '../../../src/workbook/cell.ts'
import { openWorkbook } from '../../../src/workbook/read.ts'
import { writeWorkbook } from '../../../src/workbook/write.ts'
import { tableNames } from '../../../src/db/store/tables.ts'
import { partsOf } from '../../workbook/parts.ts'
import { itInAFile } from '../../in-a-file.ts'
import { newWorld, type World } from '../../world.ts'

let world: World
beforeEach(() => {
  world = newWorld()
})
afterEach(() => world.close())

/** Every table but the audit log, as it stands. */
async function contents(of: World) {
  const tables = tableNames.filter((name) => !name.startsWith('audit'))
  return Promise.all(
    tables.map(async (name) => [name, await of.rows(`select * from "${name}" order by 1, 2`)]),
  )
}

async function cellsOf(path: string, sheet?: string) {
  const workbook = await openWorkbook(path, { sheet })
  const rows: string[][] = []
  await workbook.readRows(({ cells }) => rows.push(Array.from(cells, (cell) => cell ?? '')))
  await workbook.close()
  return rows
}

describe('ssh-admin centres export', () => {
  it('writes every live centre and user, with what they are, for its owner only', async () => {
    await world.centre('CA001', { name: 'Delta', kind: 'associate' })
    await world.centre('CA101', { name: '=Rosetta', associate: 'CA001', country: 'ZZ' })
    await world.user('amira@school.example', {
      centre: 'CA101',
      hubRole: 'coordinator',
      status: 'suspended',
      roles: ['exams-officer', 'submit-teacher'],
    })
    await world.centre('EG009', { coordinator: 'old@school.example' })
    await world.run(['centres', 'delete', 'EG009', '--yes'])
    const ran = await world.run(['centres', 'export', '--json'])
    expect(ran.json()).toMatchObject({
      file: 'centres-2026-03-02.xlsx',
      centres: 2,
      users: 1,
      notices: [{ code: 'left-out', message: 'Left out: 1 deleted centre with 1 user.' }],
    })
    expect(await cellsOf(world.path('centres-2026-03-02.xlsx'))).toEqual([
      expect.arrayContaining(['Centre number', 'Role', 'Associate']),
      ['CA001', 'Delta', '', 'Cairo', '', 'Egypt', '', '', '', '', 'associate'],
      [
        ...['CA101', '=Rosetta', '', 'Cairo', '', 'Online', 'Amira', 'Haddad', 'amira@school.example'],
        ...['coordinator, exams-officer, submit-teacher', 'associate-centre', 'CA001'],
      ],
    ])
    const { mode } = await stat(world.path('centres-2026-03-02.xlsx'))
    expect(mode & 0o077).toBe(0)
  })

  it('replaces a file only when told so, and leaves nothing else in the folder', async () => {
    await world.centre('EG001')
    await writeFile(world.path('kept.csv'), 'precious')
    const refused = await world.run(['centres', 'export', 'kept.csv'])
    expect(refused).toMatchObject({ exit: 2, stdout: '' })
    expect(await world.run(['centres', 'export', 'kept.csv', '--dry-run'])).toMatchObject({
      exit: 0,
      stdout: 'kept.csv\t1\t0\n',
    })
    const toldWithYes = await world.run(['centres', 'export', 'kept.csv', '--dry-run', '--yes', '--json'])
    expect(toldWithYes.json().notices).toContainEqual({
      code: 'would-ask',
      message: 'You would be asked: kept.csv is there already. Replace it?',
    })
    const impossible = await world.run(['centres', 'pins', '99', '--out', 'kept.csv', '--dry-run'])
    expect(impossible).toMatchObject({ exit: 4, stderr: expect.not.stringContaining('would be asked') })
    expect(await readFile(world.path('kept.csv'), 'utf8')).toBe('precious')
    expect((await world.run(['centres', 'export', 'kept.csv', '--yes'])).exit).toBe(0)
    expect(await readFile(world.path('kept.csv'), 'utf8')).toContain('"EG001"')
    expect((await readdir(world.folder)).filter((name) => /\.(csv|xlsx)$/.test(name))).toEqual(['kept.csv'])
  })

  it('says why a file cannot be written', async () => {
    await world.centre('EG001')
    expect((await world.run(['centres', 'export', 'no/where.xlsx'])).exit).toBe(7)
    expect((await world.run(['centres', 'export', 'centres.json'])).exit).toBe(2)
    expect((await world.run(['centres', 'export', '-', '--json'])).exit).toBe(2)
  })

  it.each([
    ['loop/y.csv', 'file-not-writable', 'loop/y.csv cannot be written: '],
    ['a-file/x/y.csv', 'file-no-folder', 'There is no folder a-file/x.'],
  ])('names a file whose folder cannot be looked at: %s', async (path, code, message) => {
    await world.centre('EG001')
    await symlink('loop', world.path('loop'))
    await writeFile(world.path('a-file'), '')
    const ran = await world.run(['centres', 'export', path, '--json'])
    expect(ran.exit).toBe(7)
    expect(ran.error()).toMatchObject({ code, message: expect.stringContaining(message) })
  })

  it('shows a user their own centre only', async () => {
    await world.centre('EG001', { coordinator: 'amira@school.example' })
    await world.centre('EG002', { coordinator: 'omar@school.example' })
    const { stdout } = await world.run(['centres', 'export', '-', '--as', 'amira@school.example'])
    expect(stdout).toContain('amira@school.example')
    expect(stdout).not.toContain('EG002')
  })
})

describe('importing an export', () => {
  const oddities = ['=cmd', '"El Nour"', "'=x", '+1', '-2', '@a', '_x0041_', 'a,b;c', '#N/A', 'TRUE', '0012']
  const name = fc.oneof(
    fc.constantFrom(...oddities),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }).map(cleanText),
  )
  // What is no name is held back when it comes in again.
  const centreName = name.filter((text) => text !== '' && centreNameFault(text) === undefined)
  const personName = name.filter(
    (text) => readPersonName({ firstName: text, lastName: '' }).faults.length === 0,
  )
  const country = fc.constantFrom('EG', 'ZZ', 'KR', 'BO', 'CD', 'CI', 'TR', 'GB', 'XK', 'TW')
  const hubRole = fc.constantFrom('admin' as const, 'teacher' as const, null)
  const person = fc.record({
    firstName: fc.oneof(fc.constant(''), personName),
    lastName: fc.oneof(fc.constant(''), personName),
    hubRole,
    status: fc.constantFrom('invited' as const, 'active' as const, 'suspended' as const),
    roles: fc.subarray(['exams-officer', 'access-to-scripts', 'compliance-officer']),
    leaves: fc.boolean(),
    capitals: fc.boolean(),
  })
  const place = fc.record({
    name: centreName,
    country,
    status: fc.constantFrom('approved' as const, 'active' as const),
    associate: fc.boolean(),
    coordinated: fc.boolean(),
    deleted: fc.boolean(),
    people: fc.array(person, { maxLength: 3 }),
  })
  const ways = fc.constantFrom('export.xlsx', 'export.csv', '-')

  async function changesNothing(of: World, way: string): Promise<void> {
    const before = await contents(of)
    const exported = await of.run(['centres', 'export', way, '--yes'])
    expect(exported).toMatchObject({ exit: 0 })
    for (const how of ['--dry-run', '--yes']) {
      const ran = await of.run(['centres', 'import', way, how, '--json'], { stdin: exported.stdout })
      expect(ran).toMatchObject({ exit: 0 })
      const { import: done, rows, centres, users, ...lists } = ran.json()
      expect(done.id).toBeNull()
      expect(rows).toMatchObject({ heldBack: 0 })
      expect(centres).toMatchObject({ created: 0, renamed: 0, restored: 0, deleted: 0 })
      expect(users).toMatchObject({ created: 0, replaced: 0, deleted: 0 })
      expect(lists).toMatchObject({ missingCentres: [], extraUsers: [], duplicatedUsers: [], issues: [] })
    }
    expect(await contents(of)).toEqual(before)
  }

  it('changes nothing, whatever the store holds', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(place, { minLength: 1, maxLength: 5 }), ways, async (places, way) => {
        const random = newWorld()
        try {
          await random.centre('CA001', { name: 'Delta', kind: 'associate' })
          for (const [at, { people, associate, coordinated, deleted, ...facts }] of places.entries()) {
            const number = `EG${100 + at}`
            await random.centre(number, {
              ...facts,
              ...(associate ? { associate: 'CA001' } : {}),
              ...(coordinated ? { coordinator: `coordinator${at}@school.example` } : {}),
            })
            for (const [position, { leaves, capitals, ...user }] of people.entries()) {
              const email = `user${at}-${position}@${capitals ? 'School' : 'school'}.example`
              await random.user(email, { centre: number, ...user })
              if (leaves) await random.run(['users', 'remove', email, '--yes'])
            }
            if (deleted) await random.run(['centres', 'delete', number, '--yes'])
          }
          await changesNothing(random, way)
        } finally {
          await random.close()
        }
      }),
      { numRuns: 25 },
    )
  })

  it('changes nothing where an e-mail address stands for a location, and nobody is there', {
    timeout: 120_000,
  }, async () => {
    const text = fc.constantFrom('', 'Main Road 1', 'office@school.example', 'c/o ada@nile.example', '@home')
    const located = fc.record({ address: text, town: text, postcode: text })
    await fc.assert(
      fc.asyncProperty(fc.array(located, { minLength: 1, maxLength: 4 }), ways, async (places, way) => {
        const random = newWorld()
        try {
          for (const [at, { address, town, postcode }] of places.entries()) {
            const where = ['--address', address, '--town', town, '--postcode', postcode]
            const created = ['centres', 'create', `EG${100 + at}`, '--name', 'Nile', '--country', 'Egypt']
            const typed = where.filter((_, part) => where[part - (part % 2) + 1] !== '')
            expect((await random.run([...created, ...typed])).exit).toBe(0)
          }
          await changesNothing(random, way)
        } finally {
          await random.close()
        }
      }),
      { numRuns: 15 },
    )
  })

  it('holds a row back whose address stands under Address, where that is not the saved location', async () => {
    const create = ['centres', 'create', 'EG001', '--name', 'Nile', '--country', 'Egypt', '--address']
    expect((await world.run([...create, 'office@school.example'])).exit).toBe(0)
    await world.user('amira@school.example', { centre: 'EG001' })
    for (const address of ['amira@school.example', 'omar@school.example']) {
      const csv = `Centre number,Centre name,Email,Country,Address\nEG001,Nile,,Egypt,${address}\n`
      await writeFile(world.path('list.csv'), csv)
      const ran = await world.run(['centres', 'import', 'list.csv', '--delete-extra', '--yes', '--json'])
      expect([ran.exit, ran.json().issues[0].code]).toEqual([8, 'missing-email'])
    }
    expect(await world.account('amira@school.example')).toMatchObject({ status: 'active' })
  })

  it('changes nothing, whatever names and numbers were typed and saved', { timeout: 120_000 }, async () => {
    const words = [
      'TRUE',
      'False',
      'NULL',
      'None',
      'Err:502',
      '###',
      '#N/A',
      '0012',
      '1E5',
      '=A1',
      '=SUM(A1)',
      '=x',
    ]
    const marks = [
      "'",
      '"',
      '-',
      '+',
      '@',
      '<',
      ',',
      ';',
      '\t',
      '_x0041_',
      '&',
      '&amp;',
      'é',
      '\u00a0',
      '\u200d',
      '.',
    ]
    const piece = fc.oneof(fc.constantFrom(...words, ...marks), fc.string({ unit: 'grapheme', maxLength: 4 }))
    const typed = fc.array(piece, { minLength: 1, maxLength: 3 }).map((pieces) => pieces.join(''))
    const number = fc.constantFrom(
      '01',
      '02',
      '03',
      '1E5',
      '00',
      'NONE',
      'na',
      'MAR1',
      'TRUE',
      '0012',
      'XX',
      'EG1',
    )
    const person = fc.tuple(typed, typed)
    const centre = fc.record({ number, name: typed, people: fc.array(person, { maxLength: 2 }) })
    await fc.assert(
      fc.asyncProperty(fc.array(centre, { minLength: 1, maxLength: 4 }), ways, async (centres, way) => {
        const random = newWorld()
        try {
          await random.centre('EG900')
          for (const [at, { number: of, name: called, people }] of centres.entries()) {
            const named = [`--name=${called}`, '--country', 'Egypt', '--yes']
            const created = await random.run(['centres', 'create', of, ...named])
            if (created.exit !== 0) continue
            for (const [position, [first, last]] of people.entries()) {
              const email = `u${at}-${position}@school.example`
              await random.user(email, { centre: of.toUpperCase() })
              const names = [`--first-name=${first}`, `--last-name=${last}`]
              await random.run(['users', 'edit', email, ...names, '--yes'])
            }
          }
          await changesNothing(random, way)
        } finally {
          await random.close()
        }
      }),
      { numRuns: 25 },
    )
  })

  it('changes nothing after any workbook was imported', { timeout: 120_000 }, async () => {
    const row = fc.tuple(
      fc.constantFrom('EG001', 'eg002', '50538', '', 'E'),
      fc.oneof(centreName, fc.constantFrom('', 'One', 'Two')),
      fc.oneof(name, fc.constant('')),
      fc.oneof(fc.constantFrom('Egypt', 'ZZ', 'Egipt', ''), name),
      fc.oneof(name, fc.constant('')),
      fc.constantFrom('', 'a@school.example', 'B@School.example', 'c@school.example', 'wrong@'),
      fc.constantFrom('', 'teacher', 'coordinator', 'exams-officer; admin', 'nobody'),
      fc.constantFrom('', 'school', 'associate'),
      fc.constantFrom('', 'EG001'),
    )
    const headings = ['Centre number', 'Centre name', 'Town', 'Country', 'Last name', 'Email', 'Role', 'Kind']
    const columns = [...headings, 'Associate'].map((heading) => ({ heading }))
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 8 }), ways, async (rows, way) => {
        const random = newWorld()
        try {
          await writeWorkbook(random.path('roster.xlsx'), [{ name: 'Centres', columns, rows }])
          const imported = await random.run(['centres', 'import', 'roster.xlsx', '--yes'])
          expect([0, 8]).toContain(imported.exit)
          await changesNothing(random, way)
        } finally {
          await random.close()
        }
      }),
      { numRuns: 25 },
    )
  })
})

describe('ssh-admin centres sample', () => {
  it('writes headings and a guide, and importing it as it is changes nothing', async () => {
    await world.centre('EG001')
    const ran = await world.run(['centres', 'sample', '--json'])
    expect(ran.json()).toMatchObject({ file: 'centres-sample.xlsx' })
    const path = world.path('centres-sample.xlsx')
    const [headings, ...rows] = await cellsOf(path)
    expect(headings).toEqual([
      ...['Centre number', 'Centre name', 'Address', 'Town', 'Postcode', 'Country'],
      ...['First name', 'Last name', 'Email', 'Role', 'Kind', 'Associate'],
    ])
    expect(rows).toEqual([])
    const guide = await cellsOf(path, 'Guide')
    for (const heading of headings ?? []) expect(guide.map(([column]) => column)).toContain(heading)
    const imported = await world.run(['centres', 'import', 'centres-sample.xlsx', '--yes', '--json'])
    expect(imported.exit).toBe(0)
    expect(imported.json()).toMatchObject({ rows: { read: 0 }, issues: [] })
  })

  it('writes a guide whose rows are as high as their texts', async () => {
    await world.run(['centres', 'sample'])
    const path = world.path('centres-sample.xlsx')
    const columns = (await cellsOf(path, 'Guide')).map(([column]) => column)
    // exceljs would make an object for each of a million cells that have a list to choose from.
    const sheet = (await partsOf(path)).get('xl/worksheets/sheet2.xml') ?? ''
    const heights = [...sheet.matchAll(/<row r="[0-9]+"(?: ht="([0-9.]+)")?/g)].map(([, height]) => height)
    expect(heights[columns.indexOf('Town')]).toBeUndefined()
    expect(Number(heights[columns.indexOf('Role')])).toBeGreaterThanOrEqual(45)
  })

  itInAFile('needs no store, and makes none', async () => {
    expect((await world.run(['centres', 'sample', 'empty.csv'])).exit).toBe(0)
    expect(await readdir(world.folder)).toEqual(['empty.csv'])
  })
})
