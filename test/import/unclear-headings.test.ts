import { writeFileSync } from 'node:fs'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { centreColumns } from '../../src/import/columns.ts'
import { readRoster } from '../../src/import/roster.ts'
import { openWorkbook } from '../../src/workbook/read.ts'
import { book, fileOf } from '../workbook/book.ts'
import { newWorld, type World } from '../world.ts'
import { importRows, line, living } from './workbook.ts'

type Column = { field: string; text: string }
/** Those that make a row one of headings, which the heading of a column of full names does not. */
const known: readonly Column[] = centreColumns
  .filter(({ field }) => field !== 'fullName')
  .map(({ field, heading }) => ({ field, text: heading }))
const unknown = [
  'Schulnummer',
  'Schule',
  'Ort',
  'Land',
  'Kontakt',
  'Vorname',
  'Nachname',
  'Telefon',
  'PLZ und Ort',
]
/** What stands in a row, by its field; a number and an address are what they are. */
const textOf = (field: string, made: number): string =>
  field === 'number'
    ? `EG${100 + made}`
    : field === 'email'
      ? `a${made}@m.example`
      : `${field || 'other'} ${'x'.repeat(made + 1)}`

/** Headings below others: in any order, some known, some not; a number or an address stands under some of them. */
const second = fc
  .record({
    fields: fc.shuffledSubarray([...known], { minLength: 3 }),
    hidden: fc.subarray(
      known.map(({ field }) => field),
      { minLength: 1 },
    ),
  })
  .map(({ fields, hidden }) =>
    fields.map(({ field, text }, at) => ({
      field,
      text: hidden.includes(field) ? (unknown[at] ?? 'Sonstiges') : text,
    })),
  )
  .filter(
    (columns) =>
      columns.filter(({ field, text }) => known.some((one) => one.field === field && one.text === text))
        .length >= 2,
  )

const sheets = fc.record({
  second,
  before: fc.nat(3),
  gap: fc.nat(2),
  rows: fc.integer({ min: 1, max: 4 }),
  kind: fc.constantFrom('csv', 'xlsx'),
})

const csvOf = (lines: readonly (readonly string[])[]) =>
  lines.map((cells) => cells.map((cell) => `"${cell}"`).join(',')).join('\r\n')
const xlsxOf = (lines: readonly (readonly string[])[]) =>
  lines
    .flatMap((cells, at) =>
      cells.every((cell) => cell === '')
        ? []
        : [
            `<row r="${at + 1}">${cells.map((cell) => `<c t="inlineStr"><is><t>${cell}</t></is></c>`).join('')}</row>`,
          ],
    )
    .join('')

describe('headings that stand again and are half understood', () => {
  it('never let a cell be read as what it is not, in any place, in CSV and in .xlsx', async () => {
    await fc.assert(
      fc.asyncProperty(sheets, async ({ second, before, gap, rows, kind }) => {
        const first = known.map(({ field }, made) => textOf(field, made))
        const lines: string[][] = [known.map(({ text }) => text)]
        for (let made = 0; made < before; made++) lines.push(known.map(({ field }) => textOf(field, made)))
        for (let blank = 0; blank < gap; blank++) lines.push(first.map(() => ''))
        lines.push(second.map(({ text }) => text))
        for (let made = 5; made < 5 + rows; made++) lines.push(second.map(({ field }) => textOf(field, made)))
        const path =
          kind === 'csv'
            ? await fileOf(csvOf(lines), 'centres.csv')
            : await fileOf(book({ rows: xlsxOf(lines) }))
        const workbook = await openWorkbook(path)
        const roster = await readRoster(workbook, { map: {}, keepCells: true })
        expect(roster.rows).toHaveLength(before + rows)
        for (const [at, row] of [...roster.rows].entries()) {
          const made = at < before ? at : 5 + at - before
          const wrong = [
            ['number', row.number ?? ''],
            ['name', row.name],
            ['email', row.email?.email ?? ''],
            ['town', row.town],
            ['country', row.country],
            ['lastName', row.lastName],
          ].filter(([field = '', text]) => text !== '' && text !== textOf(field, made))
          expect(wrong).toEqual([])
        }
        const isUnderstood = ['number', 'name', 'email'].every((field) =>
          second.some((column) => known.some((one) => one.field === field && one.text === column.text)),
        )
        for (const { issues } of [...roster.rows].slice(before)) {
          if (!isUnderstood) expect(issues?.map(({ fault }) => fault.code)).toEqual(['unclear-headings'])
        }
        await workbook.close()
      }),
      { numRuns: 200 },
    )
  })
})

let world: World
beforeEach(() => {
  world = newWorld()
})
afterEach(() => world.close())

describe('an export pasted under another', () => {
  const importText = (text: string, ...flags: string[]) => {
    writeFileSync(world.path('list.csv'), text)
    return world.run(['centres', 'import', 'list.csv', '--yes', '--json', ...flags])
  }

  it('renames and adds nobody by headings that are half understood, and says why', async () => {
    await importRows(world, [line('EG001', 'omar@a.example', { name: 'Nile View School' })])
    const ran = await importText(
      'Centre number,Centre name,Town,Email,Country\n' +
        'EG002,Delta School,Cairo,ada@a.example,Egypt\n' +
        'Centre number,Ort,Schule,Kontakt,Land\n' +
        'EG001,Luxor,Nile View School,omar@a.example,Egypt\n' +
        'EG003,Giza,Third School,new@a.example,Egypt\n',
      '--delete-missing',
      '--delete-extra',
      '--issues-out',
      'held.csv',
    )
    expect(ran.exit).toBe(8)
    expect(ran.json()).toMatchObject({
      rows: { read: 3, heldBack: 2 },
      centres: { created: 1, renamed: 0, deleted: 0 },
      issues: [
        { cell: 'list!A4', code: 'unclear-headings', message: expect.stringContaining('row 3') },
        { cell: 'list!A5' },
      ],
      notices: [
        expect.objectContaining({
          code: 'headings-again',
          message: expect.stringContaining('not understood'),
        }),
      ],
    })
    expect((await living(world)).users).toEqual(['ada@a.example', 'omar@a.example'])
  })

  it.each([
    ['one heading that is known, in its own column', 'Centre number,Ort,Schule,Kontakt'],
    ['one that is known, in the column of another', 'Email,Schule,Ort,Nummer'],
    ['none that is known, below a blank row', '\nOrganisation,Schule,Ort,Kontakt'],
    ['one field twice', 'Centre number,School,Centre name,Email'],
    ['one heading twice', 'Centre number,Notiz,Notiz,Email'],
  ])('is held back below %s', async (_, headings) => {
    const ran = await importText(
      `Centre number,Centre name,Email,Country\nEG002,Delta School,ada@a.example,Egypt\n${headings}\nEGYPT,Luxor,,Egypt\n`,
    )
    expect(ran.json().issues).toMatchObject([{ code: 'unclear-headings' }])
    expect((await living(world)).centres).toEqual(['EG002'])
  })

  it('is no row of formulas that failed, which is held back by itself', async () => {
    const ran = await importText(
      'Centre number,Centre name,Email,Country\n#REF!,#REF!,#REF!,#REF!\nEG002,Delta School,ada@a.example,Egypt\n',
    )
    expect(ran.json()).toMatchObject({ rows: { read: 2, accepted: 1, heldBack: 1 }, notices: [] })
    expect((await living(world)).users).toEqual(['ada@a.example'])
  })

  it('is read where all that is needed is understood, and what is not is left aside and named', async () => {
    const ran = await importText(
      'Centre number,Centre name,Email,Country\nEG002,Delta School,ada@a.example,Egypt\n' +
        'Email,Kontakt,Ort,Telefon,Fax,Country,Centre number,Centre name\nnew@a.example,Ms X,Luxor,12,13,Egypt,EG003,Third School\n',
    )
    expect(ran.json()).toMatchObject({ issues: [], centres: { created: 2 } })
    const said = ran.json().notices.map(({ message }: { message: string }) => message)
    for (const heading of ['Kontakt', 'Ort', 'Telefon', 'Fax'])
      expect(said).toContainEqual(expect.stringContaining(`'${heading}'`))
  })

  it.each([
    ['a kind and a number that is not known', 'TBC,Nile School,,Egypt,School'],
    ['words for all that is needed', 'EG-X,Nile School,to follow,Egypt,School'],
    ['a word for nothing below a blank row', '\nunknown,Nile School,see above,Egypt,'],
  ])('is not what a row is that has %s', async (_, row) => {
    const ran = await importText(
      `Centre number,Centre name,Email,Country,Kind\n${row}\nEG002,Delta School,ada@a.example,Egypt,School\n`,
    )
    expect(ran.json()).toMatchObject({ centres: { created: 1 }, rows: { heldBack: 1 } })
  })

  it('is held back where it stands above the headings', async () => {
    const ran = await importText(
      'Organisation,Schule,Mail,Land\nEG001,Nile View School,omar@a.example,Egypt\n\n' +
        'Centre number,Centre name,Email,Country\nEG002,Delta School,ada@a.example,Egypt\n',
    )
    expect(ran.exit).toBe(8)
    expect(ran.json()).toMatchObject({
      rows: { read: 2, heldBack: 1, blank: 0 },
      issues: [{ row: 2, code: 'unclear-headings', message: expect.stringContaining('row 4') }],
    })
  })

  it.each([
    ['a school without an address, where the headings were sorted along', 'EG001,Nile View School,,Egypt', 8],
    ['the number of a school with rows below, as a title', 'EG002,Delta School,,', 0],
    ['a title with a year', 'Centres,2026,,', 0],
    ['a title with how many there are', 'Schools,,,2', 0],
  ])('is told from a title above the headings: %s', async (_, above, exit) => {
    await importRows(world, [line('EG001'), line('EG002')])
    const list = `${above}\nCentre number,Centre name,Email,Country\nEG002,Delta School,ada@a.example,Egypt\n`
    writeFileSync(world.path('list.csv'), list)
    const ran = await world.run(['centres', 'import', 'list.csv', '--yes', '--json', '--delete-missing'])
    expect(ran.exit).toBe(exit)
    expect(ran.json()).toMatchObject({
      rows: { heldBack: exit === 8 ? 1 : 0 },
      centres: { deleted: exit === 8 ? 0 : 1 },
    })
  })

  it.each([
    [
      'entries',
      'Entries,June 2026,Sum:,65',
      'Centre number,Series,Component,Candidates\nEG001,2026-06,0500/12,12',
    ],
    ['key-times', 'Zone,5,valid,from', 'Country,Administrative zone,Session,Local time\nEgypt,3,AM,10:00'],
  ])('is a title where only a sum or a zone is like those below: %s', async (noun, above, list) => {
    await importRows(world, [line('EG001')])
    writeFileSync(world.path('list.csv'), `${above}\n${list}\n`)
    const ran = await world.run([noun, 'import', 'list.csv', '--yes', '--json'])
    expect(ran.json()).toMatchObject({ rows: { read: 1, accepted: 1 } })
  })

  it('refuses a list of which every row must be good', async () => {
    await importRows(world, [line('EG001', 'omar@a.example', { name: 'Nile View School' })])
    writeFileSync(
      world.path('users.csv'),
      'Email,First name,Last name,Centre number\na@a.example,A,One,EG001\nVorname,Nachname,Role,Centre\nB,Two,teacher,EG001\n',
    )
    const ran = await world.run(['users', 'add', '--from', 'users.csv', '--yes', '--json'])
    expect(ran.exit).toBe(6)
    expect(ran.error()).toMatchObject({ code: 'workbook-unclear-headings' })
    expect((await living(world)).users).toEqual(['omar@a.example'])
  })

  it('takes an @ for part of a name where it makes no address', async () => {
    const ran = await importText('Centre number,Centre name,Country,Email\n01,!@TRUE,Egypt,\n')
    expect(ran.json()).toMatchObject({ issues: [], centres: { created: 1 } })
  })

  it('holds back an address that stands in the column of something else', async () => {
    const ran = await importText(
      'Centre number,Centre name,Country,Email\nEG002,Delta School,ada@a.example,\n',
    )
    expect(ran.json().issues).toContainEqual(
      expect.objectContaining({
        code: 'missing-email',
        message: expect.stringContaining('Country'),
      }),
    )
  })
})

it('a row whose number is a word, beside the country of the row above, is a row like the others', async () => {
  const world = newWorld()
  try {
    writeFileSync(
      world.path('a.csv'),
      'Centre number,Centre name,Email,Country\nEG001,A School,a@m.example,Egypt\nSCHOOL,Some Place,,Egypt\nEG002,B School,b@m.example,Egypt\n',
    )
    const { rows, issues } = (await world.run(['centres', 'import', 'a.csv', '--yes', '--json'])).json()
    expect(rows).toMatchObject({ read: 3, accepted: 2, heldBack: 1 })
    expect(issues).toMatchObject([{ row: 3, code: 'invalid-number' }])
  } finally {
    await world.close()
  }
})
