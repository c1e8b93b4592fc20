import { readFileSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { book, fileOf } from '../workbook/book.ts'
import { customFormat, readNumber } from '../../src/workbook/number.ts'
import { newWorld, type Ran, type World } from '../world.ts'
import { importRows, type Line, line, living, writeCsv } from './workbook.ts'

let world: World
beforeEach(async () => {
  world = newWorld()
  await importRows(world, saved)
})
afterEach(() => world.close())

const saved: readonly Line[] = [
  line('EG001', 'omar@a.example', { name: 'Nile View School' }),
  line('00123', 'jan@b.example', { name: 'Old Harbour School' }),
  line('50538', 'kofi@c.example', { name: 'Three Rivers College' }),
]

const importText = async (text: string, ...flags: readonly string[]): Promise<Ran> => {
  writeFileSync(world.path('list.csv'), text)
  return world.run(['centres', 'import', 'list.csv', '--yes', '--json', ...flags])
}
const importSheet = async (
  rows: readonly (readonly string[])[],
  ...flags: readonly string[]
): Promise<Ran> => {
  const cell = (text: string) => (text === '' ? '<c/>' : `<c t="inlineStr"><is><t>${text}</t></is></c>`)
  const xml = rows.map((cells) => `<row>${cells.map(cell).join('')}</row>`).join('')
  const path = await fileOf(book({ rows: xml }))
  return world.run(['centres', 'import', path, '--yes', '--json', ...flags])
}
const codes = (ran: Ran): string[] => ran.json().issues.map(({ code }: { code: string }) => code)

describe('a name that is none', () => {
  it.each([
    ['#REF!', 'error-cell'],
    ['#BEZUG!', 'error-cell'],
    ['0', 'not-a-name'],
    ['TBC', 'not-a-name'],
    ['TRUE', 'not-a-name'],
    ['2026-03-01', 'not-a-name'],
    ['Ã‰cole du Nil', 'not-a-name'],
    ['Margalla \ufffd Hills', 'not-a-name'],
    ['Caf&eacute; School', 'not-a-name'],
    ['Nile\u202eView', 'not-a-name'],
    ['Old H\u0430rbour School', 'not-a-name'],
    ['\u0391cademy of the Nile', 'not-a-name'],
    ['=B2&" School"', 'not-calculated'],
  ])('renames nobody: %j is held back', async (name, code) => {
    const ran = await importRows(world, [{ ...line('EG001', 'omar@a.example'), name }])
    expect(ran.exit).toBe(8)
    expect(codes(ran)).toEqual([code])
    expect(ran.json().centres.renamed).toBe(0)
  })

  it('is that of another saved centre, unless that one stands in the workbook and keeps it', async () => {
    const shifted = [
      line('EG001', '', { name: 'Old Harbour School' }),
      line('00123', '', { name: 'Three Rivers College' }),
    ]
    expect(codes(await importRows(world, shifted))).toEqual(['another-centres-name', 'another-centres-name'])
    const kept = [
      line('EG001', '', { name: 'Old Harbour School' }),
      line('00123', '', { name: 'Old Harbour School' }),
    ]
    const ran = await importRows(world, kept)
    expect(ran.json()).toMatchObject({
      issues: [],
      renamedCentres: [
        { number: 'EG001', from: 'Nile View School', to: 'Old Harbour School', cell: 'centres!B2' },
      ],
    })
  })
})

describe('two rows in one', () => {
  const headings = 'Centre number,Centre name,Email,First name,Last name,Country'
  const rows = [
    'EG001,Nile View School,omar@a.example,Omar,Saleh,Egypt',
    '00123,Old Harbour School,jan@b.example,Jan,Vos,Netherlands',
    '50538,Three Rivers College,kofi@c.example,Kofi,Mensah,Ghana',
  ]

  it.each([
    ['no end of the line', ''],
    ['a comma for it', ','],
    ...['\u2028', '\u2029', '\u0085', '\f', '\v', '\u001e', '\u001c'].map((end) => [
      JSON.stringify(end),
      end,
    ]),
  ])('are held back, with %s between them, and nobody is deleted', async (_, end) => {
    const ran = await importText(
      `${headings}\n${rows[0]}\n${rows[1]}${end}${rows[2]}\n`,
      '--delete-missing',
      '--delete-extra',
    )
    expect(ran.json()).toMatchObject({
      rows: { read: 2, heldBack: 1 },
      issues: [{ cell: 'list!A3', code: 'two-rows-in-one' }],
      centres: { deleted: 0 },
      users: { deleted: 0 },
    })
    expect((await living(world)).centres).toEqual(['00123', '50538', 'EG001'])
  })

  it.each(['\u2028', '\f', '\u001e'])(
    'are held back under headings that reach further, with %j',
    async (end) => {
      const wide = `${headings}${',Notes'.padEnd(12, ',')},,,`
      const ran = await importText(`${wide}\n${rows[0]}${end}${rows[1]}\n${rows[2]}\n`, '--delete-missing')
      expect(codes(ran)).toEqual(['two-rows-in-one'])
      expect((await living(world)).centres).toEqual(['00123', '50538', 'EG001'])
    },
  )

  it.each([
    ['an address', ['', '', 'x@o.example']],
    ['a number of the same form and a name', ['50539', 'Other College']],
  ])('are held back in a workbook where, beside the table, stands %s', async (_, beside) => {
    const ran = await importSheet(
      [headings.split(','), [...(rows[2] ?? '').split(','), ...beside]],
      '--delete-missing',
    )
    expect(codes(ran)).toEqual(['two-rows-in-one'])
    expect((await living(world)).centres).toEqual(['00123', '50538', 'EG001'])
  })

  it('are not what a row is with notes beside the table, which are told of', async () => {
    const ran = await importSheet([
      headings.split(','),
      ...rows.map((row, at) => [...row.split(','), `paid ${at}`, '250']),
    ])
    expect(ran.json()).toMatchObject({
      issues: [],
      rows: { accepted: 3 },
      notices: [{ code: 'cells-without-heading', message: expect.stringContaining('columns G, H') }],
    })
  })

  it('are refused where one of them is the row of the headings', async () => {
    for (const text of [`${headings}${rows[0]}`, `${headings},${rows[0]}`, `${headings}\u2028${rows[0]}`]) {
      const ran = await importText(`${text}\n${rows[1]}\n`, '--delete-missing')
      expect([ran.exit, ran.error().code]).toEqual([6, 'workbook-damaged'])
    }
  })

  it('stay whole in the workbook of what was held back', async () => {
    await importText(`${headings}\n${rows[1]},${rows[2]}\n`, '--issues-out', 'held.csv')
    const held = readFileSync(world.path('held.csv'), 'utf8')
    for (const cell of (rows[2] ?? '').split(',')) expect(held).toContain(`"${cell}"`)
    const again = await world.run(['centres', 'import', 'held.csv', '--yes', '--json'])
    expect(codes(again)).toEqual(['two-rows-in-one'])
  })

  it('are refused among users to be added', async () => {
    const row = 'EG001,Ada,Byron,ada@a.example'
    writeFileSync(
      world.path('u.csv'),
      `Centre number,First name,Last name,Email\n${row},${row.replaceAll('a', 'e')}\n`,
    )
    const ran = await world.run(['users', 'add', '--from', 'u.csv', '--yes', '--json'])
    expect(ran.exit).toBe(6)
    expect(ran.stderr).toContain('two-rows-in-one')
  })
})

describe('what other programs and other hands write', () => {
  it.each(['=50538', '"=TEXT(123;""00000"")"'])(
    'the number %s is a formula, and is said to be one',
    async (number) => {
      const ran = await importText(
        `Centre number,Centre name,Email\n${number},Three Rivers College,kofi@c.example\n`,
      )
      expect(ran.json().issues).toMatchObject([
        { code: 'not-calculated', hint: expect.stringContaining('recalculate') },
      ])
    },
  )

  it.each(['utf-32le', 'utf-32be'])('a list in %s is to be saved as UTF-8', async (encoding) => {
    const bytes = [...'\ufeffCentre number,Centre name,Email\nEG001,École,\n'].map((letter) => {
      const four = Buffer.alloc(4)
      const code = letter.codePointAt(0) ?? 0
      if (encoding === 'utf-32le') four.writeUInt32LE(code)
      else four.writeUInt32BE(code)
      return four
    })
    writeFileSync(world.path('list.csv'), Buffer.concat(bytes))
    const ran = await world.run(['centres', 'import', 'list.csv', '--yes', '--json'])
    expect([ran.exit, ran.error().hint]).toEqual([6, expect.stringContaining('UTF-8')])
  })

  it('a list of nothing but zeros is a copy that failed', async () => {
    for (const [name, length] of [
      ['list.xlsx', 4096],
      ['list.csv', 3],
      ['-', 8],
    ] as const) {
      const zeros = Buffer.alloc(length)
      if (name !== '-') writeFileSync(world.path(name), zeros)
      const ran = await world.run(
        ['centres', 'import', name, '--yes', '--json'],
        name === '-' ? { stdin: zeros } : {},
      )
      expect([ran.exit, ran.error()]).toMatchObject([
        6,
        { code: 'workbook-damaged', message: expect.stringContaining('nothing but zeros') },
      ])
    }
  })

  it('elements of another namespace are no rows and no cells, however they are read', async () => {
    const cell = (text: string, name = 'c') => `<${name} t="inlineStr"><is><t>${text}</t></is></c>`
    const row = (...cells: string[]) => `<row>${cells.join('')}</row>`
    const headings = row(cell('Centre number'), cell('Centre name'), cell('Email'), cell('Country/Territory'))
    const good = row(cell('EG002'), cell('Delta School'), cell(''), cell('Egypt'))
    for (const foreign of [
      '<z:row xmlns:z="urn:z" r="9"><z:c r="A9"><z:v>5</z:v></z:c></z:row>',
      '<row xmlns="urn:z" r="9"><c r="A9"><v>5</v></c></row>',
      `<z:list xmlns:z="urn:z">${row(cell('EG003'))}</z:list>`,
    ]) {
      const path = await fileOf(book({ rows: `${headings}${foreign}${good}` }))
      const ran = await world.run(['centres', 'import', path, '--dry-run', '--yes', '--json'])
      expect(ran.json()).toMatchObject({ rows: { read: 1, accepted: 1 }, centres: { created: 1 } })
    }
    const other = '<c xmlns="urn:z" t="inlineStr"><is><t>EG009</t></is></c>'
    const path = await fileOf(book({ rows: `${headings}${good.replace('<c', `${other}<c`)}` }))
    const ran = await world.run(['centres', 'import', path, '--dry-run', '--yes', '--json'])
    expect(ran.json()).toMatchObject({ rows: { read: 1, accepted: 1 }, centres: { created: 1 } })
  })

  it('says of words that hold no address that a link behind them is not read', async () => {
    const { issues } = (await importRows(world, [line('EG001', 'Write to Ann')])).json()
    expect(issues).toMatchObject([{ code: 'invalid-email', hint: expect.stringContaining('link behind') }])
  })

  it('holds a row back whose address a spreadsheet has put an apostrophe before', async () => {
    const ran = await importText("Centre number,Centre name,Email\n'EG001,Nile View School,'omar@a.example\n")
    expect(ran.json().issues).toMatchObject([
      { code: 'invalid-email', hint: 'take away the apostrophe at its start: omar@a.example' },
    ])
  })

  it('holds a row back whose address is a formula that says nothing, so that nobody is deleted for it', async () => {
    const cells = ['EG001', 'Nile View School']
      .map((cell) => `<c t="inlineStr"><is><t>${cell}</t></is></c>`)
      .join('')
    const heads = ['Centre number', 'Centre name', 'Email']
    const headings = heads.map((cell) => `<c t="inlineStr"><is><t>${cell}</t></is></c>`).join('')
    const email = '<c t="str"><f>LOWER("OMAR")</f><v></v></c>'
    const path = await fileOf(book({ rows: `<row>${headings}</row><row>${cells}${email}</row>` }))
    const ran = await world.run(['centres', 'import', path, '--delete-extra', '--yes', '--json'])
    expect(ran.exit).toBe(8)
    expect(ran.json()).toMatchObject({
      issues: [{ code: 'not-calculated', value: '=LOWER("OMAR")' }],
      extraUsers: [{ email: 'omar@a.example', kept: 'held-back-rows' }],
      users: { deleted: 0 },
    })
  })

  it('holds a new centre back as not calculated where a formula says nothing of its name, and a saved one not', async () => {
    const cell = (text: string) => `<c t="inlineStr"><is><t>${text}</t></is></c>`
    const empty = '<c t="str"><f>Z1</f><v></v></c>'
    const row = (...cells: string[]) => `<row>${cells.join('')}</row>`
    const rows = [
      row(cell('Centre number'), cell('Centre name'), cell('Email'), cell('Country')),
      row(cell('EG001'), empty, cell(''), empty),
      row(cell('EG002'), empty, cell(''), cell('Egypt')),
      row(cell('EG003'), cell('Delta School'), cell(''), empty),
      row(empty, cell('Nil School'), cell(''), cell('Egypt')),
      row(empty, empty, empty, empty),
    ].join('')
    const path = await fileOf(book({ rows }))
    const ran = await world.run(['centres', 'import', path, '--dry-run', '--yes', '--json'])
    expect(ran.json()).toMatchObject({
      rows: { read: 4, accepted: 1, heldBack: 3 },
      issues: [
        { cell: expect.stringMatching(/!B3$/), code: 'not-calculated', value: '=Z1' },
        { cell: expect.stringMatching(/!D4$/), code: 'not-calculated', value: '=Z1' },
        { cell: expect.stringMatching(/!A5$/), code: 'not-calculated', value: '=Z1' },
      ],
    })
  })

  it('a format that fills its cell with a sign is told with what the cell holds', () => {
    expect(readNumber('7', customFormat('"A"* 000'))).toMatchObject({ note: { kind: 'number', held: '7' } })
    expect(readNumber('7', customFormat('_-* 0_-'))).toEqual({ text: '7' })
  })

  it('a name with a full-width comma is Last, First, and one with a title is refused', async () => {
    const add = (person: string) =>
      world.run(['users', 'add', person, '--centre', 'EG001', '--yes', '--json'])
    const ran = await add('Haddad，Lina <lina@a.example>')
    expect(ran.json().users).toMatchObject([{ firstName: 'Lina', lastName: 'Haddad' }])
    for (const name of ['Haddad, Lina, Dr', 'Lina Haddad, Dr', 'Haddad, Lina, Prof.'])
      expect((await add(`${name} <other@a.example>`)).error().code).toBe('invalid-person')
  })

  it('a cell that stands twice in its row holds the row back', async () => {
    const cell = (at: string, text: string) => `<c r="${at}" t="inlineStr"><is><t>${text}</t></is></c>`
    const rows =
      `<row r="1">${cell('A1', 'Centre number')}${cell('B1', 'Centre name')}${cell('C1', 'Email (work)')}</row>` +
      `<row r="2">${cell('A2', 'EG001')}${cell('A2', '50538')}${cell('B2', 'Nile View School')}</row>`
    const ran = await world.run([
      ...['centres', 'import', await fileOf(book({ rows })), '--delete-missing', '--yes', '--json'],
    ])
    expect(ran.json()).toMatchObject({ issues: [{ code: 'cell-twice' }], centres: { deleted: 0 } })
  })

  it('a column that counts the rows is not named in the hint where another holds the numbers', async () => {
    const ran = await importText(
      'No,School code,School,Email,Country\n1,EG001,Nile View School,,Egypt\n2,EG002,Old Harbour School,,Egypt\n3,EG003,Delta School,,Egypt\n',
    )
    expect([ran.exit, ran.error().hint]).toEqual([
      6,
      expect.stringContaining("--map 'School code=Centre number'"),
    ])
  })
})

describe('a number that is nearly a saved one', () => {
  it.each([
    ['123', 'jan@b.example', 'A School', 'lost-zeros'],
    ['123', '', 'Old Harbour School', 'lost-zeros'],
    ['EGOO1', '', 'Nile View School', 'near-number'],
    ['EG00I', 'omar@a.example', 'A School', 'near-number'],
    ['123', '', 'Old Harbour', 'lost-zeros'],
    ['5O538', '', 'Three Rivers Academy', 'near-number'],
    ['EG1', '', 'Nile View School', 'lost-zeros'],
    ['EG01', 'omar@a.example', 'Nile View School', 'lost-zeros'],
    ['EG0001', '', 'Nile View School', 'lost-zeros'],
  ])('makes no second centre: %s with the address %j or the name %j', async (number, email, name, code) => {
    const ran = await importRows(world, [line(number, email, { name })])
    expect(ran.exit).toBe(8)
    expect(codes(ran)[0]).toBe(code)
    const wasNumber = ran.json().issues[0].hint.includes('format the column as text')
    expect(wasNumber).toBe(code === 'lost-zeros')
    expect(JSON.stringify(ran.json().issues)).not.toContain(`--to ${number}`)
    expect((await living(world)).centres).toEqual(['00123', '50538', 'EG001'])
  })

  it.each([
    ['00777', '777', 'Delta School'],
    ['GH0O1', 'GH001', 'Delta School'],
    ['GHI01', 'GH101', 'Delta School Accra'],
  ])('makes no two centres of one: %s and %s in one workbook', async (one, other, name) => {
    const ran = await importRows(world, [
      line(one, 'one@d.example', { name: 'Delta School' }),
      line(other, 'two@d.example', { name }),
    ])
    expect(ran.json().issues).toMatchObject([
      { cell: 'centres!A2', message: expect.stringContaining(`${other}, `) },
      { cell: 'centres!A3', message: expect.stringContaining('(row 2)') },
    ])
    expect((await living(world)).centres).toEqual(['00123', '50538', 'EG001'])
  })

  it('is a new centre where neither name nor address is that of the saved one', async () => {
    await importRows(world, [line('123', 'new@d.example', { name: 'Another School' })])
    expect((await living(world)).centres).toContain('123')
  })
})

describe('a new number under the name of a saved centre', () => {
  beforeEach(() =>
    importRows(world, [line('PK200', '', { name: 'Model School', country: 'Pakistan', town: 'Lahore' })]),
  )

  it.each([
    ['', 'Pakistan'],
    ['LAHORE ', 'PK'],
  ])('is held back where that has no row, in the town %j of %s', async (town, country) => {
    const ran = await importRows(world, [
      line('PK201', 'new@d.example', { name: 'model  school', country, town }),
    ])
    expect(ran.json().issues).toMatchObject([
      { cell: 'centres!A2', code: 'same-centre', message: expect.stringContaining('PK200') },
    ])
    expect((await living(world)).centres).not.toContain('PK201')
    expect(ran.json().missingCentres).not.toContainEqual(
      expect.objectContaining({ number: 'PK200', kept: null }),
    )
  })

  it.each([
    ['in another town', line('PK201', '', { name: 'Model School', country: 'Pakistan', town: 'Multan' }), []],
    ['in another country', line('PK201', '', { name: 'Model School', country: 'India' }), []],
    [
      'where that one has a row too',
      line('PK201', '', { name: 'Model School', country: 'Pakistan' }),
      [line('PK200', '', { name: 'Model School' })],
    ],
  ])('is a new centre %s', async (_, row, others) => {
    const ran = await importRows(world, [row, ...others])
    expect(ran.json()).toMatchObject({ issues: [], centres: { created: 1 } })
  })

  it('makes a saved plan void where a centre has got that name meanwhile', async () => {
    writeCsv(world, [line('PK201', '', { name: 'Other School', country: 'Pakistan' })])
    await world.run(['centres', 'import', 'centres.csv', '--plan-out', 'p.plan', '--json'])
    await world.run(['centres', 'edit', 'PK200', '--name', 'Other School', '--yes'])
    const ran = await world.run(['centres', 'apply', 'p.plan', '--yes', '--json'])
    expect(ran.error()).toMatchObject({ code: 'plan-changed' })
  })
})

describe('a centre number in CSV', () => {
  it.each(["'50538", '"=""50538"""', '５０５３８'])('%s is read as 50538', async (number) => {
    const ran = await importText(
      `Centre number,Centre name,Email\n${number},Three Rivers College,kofi@c.example\n`,
    )
    expect(ran.json()).toMatchObject({ issues: [], centres: { created: 0, unchanged: 1 } })
  })

  it.each([
    ...[
      'TBC',
      'TBC1',
      'tbc 2',
      'T.B.C.',
      '(new)',
      'NEW',
      'NEW2',
      'TEST',
      'TEST01',
      'NONE',
      'N/A',
      'k.A.',
      'INF',
      'TRUE',
    ],
    ...['WAHR', 'FAUX', '0000', '????', '---', 'XX', 'EGXXX', 'EG???', '50XXX', 'Pending'],
    ...['TOTAL', 'Ditto', 'CLOSED', 'Newton'],
  ])('is no %s, which stands for none, and the hint says so', async (number) => {
    const ran = await importText(`Centre number,Centre name,Email,Country\n${number},X School,,Ghana\n`)
    expect(ran.json().issues).toMatchObject([
      { code: 'invalid-number', hint: 'Write the centre number, or leave the row out until it is known.' },
    ])
    expect((await living(world)).centres).toHaveLength(3)
  })

  it.each(['NA001', 'NO123', 'TBCX9', 'XK001', 'NEWTON7', 'TESTER1', 'X1', 'EG0X1', 'EG000'])(
    '%s is one, whatever it begins with',
    async (number) => {
      await importText(`Centre number,Centre name,Email,Country\n${number},X School,,Ghana\n`)
      expect((await living(world)).centres).toContain(number)
    },
  )

  it.each(['50538.0', '1.00E+05', '01-Mar', 'MAR-26', '#REF!'])(
    '%s is held back, and a hint says what to do',
    async (number) => {
      const ran = await importText(`Centre number,Centre name,Email,Country\n${number},X School,,Ghana\n`)
      expect(ran.exit).toBe(8)
      expect(ran.json().issues[0].hint).toEqual(expect.any(String))
      expect((await living(world)).centres).toHaveLength(3)
    },
  )

  it('that only counts the rows is no centre number', async () => {
    const rows = Array.from({ length: 12 }, (_, at) => `${at + 1},School ${at + 1},,Ghana`)
    const ran = await importText(`No,School,Email,Country\n${rows.join('\n')}\n`)
    expect(ran.exit).toBe(6)
    expect(ran.error()).toMatchObject({ code: 'workbook-missing-column' })
  })
})

describe('numbers that only count the rows', () => {
  const rows = (heading: string, numbers: readonly string[]) =>
    `${heading},School,Email,Country\n${numbers.map((number, at) => `${number},School ${at} of Accra,,Ghana\n`).join('')}`

  it.each([
    ['with a gap', ['1', '2', '3', '4', '6']],
    ['sorted otherwise', ['12', '14', '11', '10', '13']],
    ['descending', ['15', '14', '13', '12', '11']],
    ['from 0', ['0', '1', '2', '3']],
    ['from 10', ['10', '11', '12', '13']],
    ['twice each', ['10', '10', '11', '11', '12', '12']],
  ])('are no centre numbers: %s', async (_, numbers) => {
    const ran = await importText(rows('No', numbers))
    expect(ran.exit).toBe(6)
    expect(ran.error()).toMatchObject({ code: 'workbook-missing-column' })
  })

  it('are centre numbers where more than one in ten is something else', async () => {
    const ran = await importText(rows('No', ['10', '11', '12', 'EG001', 'EG002']), '--dry-run')
    expect(ran.json().centres.created).toBeGreaterThan(0)
  })

  it('are told with the column beside them that holds the numbers', async () => {
    const ran = await importText(
      'No,School code,School,Email,Country\n11,EG001,Nile View School,,Egypt\n12,00123,Old Harbour School,,Egypt\n',
    )
    expect(ran.exit).toBe(6)
    expect(ran.error()).toMatchObject({ hint: expect.stringContaining(`--map 'School code=Centre number'`) })
  })

  it('are centre numbers where they are far apart, large, saved or said to be', async () => {
    const planned = async (text: string, ...flags: readonly string[]) =>
      (await importText(text, '--dry-run', ...flags)).json().centres.created
    expect(await planned(rows('No', ['50501', '50502', '50503']))).toBe(3)
    expect(await planned(rows('No', ['012', '013', '014']))).toBe(3)
    expect(await planned(rows('No', ['17', '230', '481']))).toBe(3)
    expect(await planned(rows('No', ['10', '11', '12']), '--map', 'No=Centre number')).toBe(3)
    await importRows(world, [...saved, line('101')])
    expect(await planned(rows('Centre number', ['101', '102', '103']))).toBe(2)
  })
})

describe('headings that stand again', () => {
  const heading = 'Centre number,Centre name,Email,Country,First name,Last name\n'
  it('in another order are those by which the rest is read', async () => {
    const ran = await importText(
      `${heading}GH901,One,a@m.example,Ghana,Ada,One\n\nCentre number,Centre name,Email (required),Country,Last name,First name\nGH902,Two,b@m.example,Ghana,Mensah,Kofi\n`,
    )
    expect(ran.json()).toMatchObject({
      rows: { read: 2, accepted: 2, blank: 1 },
      notices: expect.arrayContaining([expect.objectContaining({ code: 'headings-again' })]),
    })
    const shown = await world.run(['users', 'show', 'b@m.example', '--json'])
    expect(shown.json()).toMatchObject({ firstName: 'Kofi', lastName: 'Mensah' })
  })
})

describe('renaming many', () => {
  const many = (prefix: string) =>
    Array.from({ length: 10 }, (_, at) => line(`GH${at + 10}`, '', { name: `${prefix} ${at}` }))

  it('needs to be said twice, and changes nothing else', async () => {
    await importRows(world, many('School'))
    const refused = await importRows(world, [...many('College'), line('GH99')])
    expect(refused.exit).toBe(3)
    expect(refused.error()).toMatchObject({
      code: 'rename-limit',
      hint: expect.stringContaining('--allow-renames 10'),
    })
    for (const flags of [[], ['--dry-run'], ['--plan-out', 'autumn.plan']]) {
      const file = writeCsv(world, many('College'))
      const { stderr } = await world.run(['centres', 'import', file, '--yes', ...flags])
      expect(stderr).toContain("GH10 'School 0' → 'College 0', GH11 ")
      expect(stderr).toContain(' and 7 more.')
    }
    expect((await living(world)).centres).not.toContain('GH99')
    expect((await importRows(world, many('College'), '--allow-renames', '9')).exit).toBe(3)
    expect((await importRows(world, many('College'), '--dry-run')).exit).toBe(3)
    const allowed = await importRows(world, many('College'), '--allow-renames', '10')
    expect(allowed.json().renamedCentres).toHaveLength(10)
  })

  it('counts none that differ only in letter case, blanks or Unicode form', async () => {
    await importRows(world, many('School'))
    const ran = await importRows(world, many('SCHOOL'))
    expect(ran.json().centres.renamed).toBe(10)
  })
})

describe('part of a roster', () => {
  it('is known by the column of the reasons: nobody is missing or extra, and nobody is deleted', async () => {
    const text = 'Centre number,Centre name,Email,Why it was held back\nEG001,,new@a.example,x\n'
    const plain = await importText(text, '--dry-run')
    expect(plain.json()).toMatchObject({
      missingCentres: [],
      extraUsers: [],
      notices: expect.arrayContaining([expect.objectContaining({ code: 'partial-workbook' })]),
    })
    for (const flag of [
      '--delete-missing',
      '--delete-extra',
      '--delete-centre=00123',
      '--delete-user=omar@a.example',
    ]) {
      const refused = await importText(text, flag)
      expect(refused.exit).toBe(3)
      expect(refused.error()).toMatchObject({
        code: 'partial-workbook',
        hint: expect.stringContaining('--whole-roster'),
      })
    }
    const whole = await importText(text, '--whole-roster', '--dry-run')
    expect(whole.json().missingCentres).toHaveLength(2)
  })

  it('can be said of any workbook, but not together with its contrary', async () => {
    const text = 'Centre number,Centre name,Email\nEG001,,new@a.example\n'
    expect((await importText(text, '--partial', '--dry-run')).json().missingCentres).toEqual([])
    expect((await importText(text, '--partial', '--whole-roster')).exit).toBe(2)
  })
})

describe('a list inside a message', () => {
  it('ends after a few', async () => {
    const rows = Array.from({ length: 40 }, (_, at) =>
      line('GH01', `u${at}@m.example`, { name: `Name ${at}` }),
    )
    const ran = await importRows(world, rows)
    expect(ran.json().issues[0].message).toContain('and 37 more')
    expect(ran.json().issues[0].message.length).toBeLessThan(200)
  })
})
