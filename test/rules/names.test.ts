import excel from 'exceljs'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { seedUser } from '../../src/rules/store/seed-data.ts'
import {
  centreNameFault,
  isPlainName,
  readPersonName,
  tidyName,
  wholeNameFault,
} from '../../src/rules/names.ts'
import { newWorld, type World } from '../world.ts'

const faultsOf = (firstName: string, lastName = '') =>
  readPersonName({ firstName, lastName }).faults.map(({ field, code }) => `${field} ${code}`)

/** What begins as a word for nothing, and letters of many scripts, with what stands between them. */
const nearlyNothing = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ...'Name of the school|Not applicable|To be confirmed|TBC|N|A|Sept|September|Jan|Unknown|Ja|Nein|Oui|真|いいえ|Нет|Wahr|XX|x'.split(
          '|',
        ),
        ..." |, |-|/|.| - |(|)|'|12|2024|&".split('|'),
      ),
      fc.string({
        unit: fc.integer({ min: 0x20, max: 0xd7a3 }).map((code) => String.fromCodePoint(code)),
        maxLength: 3,
      }),
      fc.constantFrom(
        'Školní',
        'São',
        'Ã‰',
        'Gymnázium',
        'Школа',
        'مدرسة',
        '学校',
        '학교',
        'Χώρα',
        'Ŀ',
        'İzmir',
      ),
    ),
    { minLength: 1, maxLength: 6 },
  )
  .map((pieces) => pieces.join(''))

describe('a name that is told at a glance', () => {
  it('has nothing to tidy, and is none of what is no name', () => {
    fc.assert(
      fc.property(nearlyNothing, (text) => {
        fc.pre(isPlainName(text))
        expect(tidyName(text)).toEqual({ name: text, notices: [] })
        expect(centreNameFault(text)).toBeUndefined()
        expect(wholeNameFault(text)).toBeUndefined()
        // A blank before it has it read in the longer way.
        const longer = readPersonName({ firstName: ` ${text}`, lastName: ' Haddad' })
        expect(readPersonName({ firstName: text, lastName: 'Haddad' })).toEqual(longer)
      }),
      { numRuns: 1000 },
    )
  })

  it.each([
    'Ynys Môn School 55',
    '«Մասիս» դպրոց 7',
    'Частна гимназия „Шипка“ 7',
    'पद्मा उच्च विद्यालय',
    '𠮷祥',
    '静安湖外国语学校 3',
    'Ақтөбе мектебі 5',
    'مدرسة القاهرة',
    "King's Lea (North) & Co",
    '北京 中学',
  ])('is %s', (text) => {
    expect(isPlainName(text)).toBe(true)
  })
})

describe('the name of a person', () => {
  it.each([
    ['Amira', 'Haddad'],
    ['Zoë', 'D’Arcy-Ní Bhriain'],
    ['Ngọc Ánh', 'Nguyễn Thị'],
    ['நிலா', ''],
    ['می\u200cخواهم', 'رضا'],
    ['അവന്\u200d', 'നായർ'],
    ['葛\u{e0100}城', '太郎'],
    ['May', 'None'],
    ['True', 'Null'],
    ['Jr.', 'St.John'],
    ['Httpsa', 'Telma'],
    ['A.B. Dr.', 'J. R.'],
    ['Na', 'Li'],
    ['Anna/Maria', 'O\u2019Neill'],
    ['Awww', 'Xi'],
    ['J.R.R.', 'St.John'],
    ['Md.Al', 'Wm.Li'],
    ['A.Com', 'Marcom'],
    ['x'.repeat(100), 'é'.repeat(100)],
  ])('may be %s %s, as it stands', (firstName, lastName) => {
    expect(readPersonName({ firstName, lastName })).toEqual({ firstName, lastName, faults: [], notices: [] })
  })

  it.each([
    ['an address', 'amira@school.example'],
    ['an address in full-width letters', 'amira＠school.example'],
    ['a <', 'Amira <b>'],
    ['a web address', 'See https://evil.example'],
    ['a web address without its beginning', 'Go to WWW.evil.example'],
    ['a web address with a path', 'evil.example/login'],
    ['a web address in full-width signs', 'evil．example／login'],
    ['a web address with the other slashes', 'https:\\\\evil.com'],
    ['a web address without slashes', 'http:evil.com'],
    ['a web address with a blank before its colon', 'https :evil.com'],
    ['a web address without its kind', '//evil.com'],
    ['a web address with a backslash', 'evil.com\\login'],
    ['a web address with a question', 'evil.com?x=1'],
    ['a web address with a port', 'evil.com:8080'],
    ['a web address with a place', 'evil.com#login'],
    ['a kind of address', 'mailto:evil'],
    ['a web address behind a digit', '1www.evil.com'],
    ['a web address alone', 'evil.com'],
    ['a web address among words', 'Visit evil.com'],
    ['a web address of another kind', 'ftp.evil.org'],
    ['a web address with the other full stop', 'www。evil'],
    ['a web address with the half-width full stop', 'www｡evil'],
    ['a web address with a joiner in it', 'w\u200dww.evil'],
    ['a script', 'vbscript:x'],
    ['a web address in full-width marks', 'evil.com：8080'],
    ['an override of direction', 'Amira\u202edaddaH'],
    ['an isolate', 'Amira\u2066'],
    ['a tag', 'Amira\u{e0041}'],
    ['a blank of no width', 'Ami\u200bra'],
    ['a filler', 'Amira\u3164'],
    ['a joiner between no letters', 'Amira \u200d Haddad'],
    ['a mark of variation', 'Amira\ufe0f'],
    ['a control', 'Amira\u001b[31m'],
    ['a lost letter', 'S\ufffdo'],
    ['UTF-8 read as Windows-1252', 'Ã‰cole'],
    ['à, read so', 'VoilÃ\u00a0'],
    ['Á, read so', 'Ã\u0081lvaro'],
    ['a letter as a web page writes it', 'Jos&eacute;'],
    ['the same by number', 'Jos&#233;'],
  ])('holds no more than a name: %s', (_, text) => {
    expect(faultsOf(text, 'Haddad')).toEqual(['firstName not-a-name'])
    expect(faultsOf('Amira', text)).toEqual(['lastName not-a-name'])
  })

  it.each([
    ['Go https:', '//evil.com'],
    ['Go https', ':evil.com'],
    ['Go mailto', '：evil'],
    ['www', '.evil.de'],
    ['evil', '.com'],
  ])('holds no web address that begins in one part and ends in the other: %s %s', (first, last) => {
    expect(faultsOf(first, last)).not.toEqual([])
  })

  it.each(
    (
      '#REF! #N/A #NAME? #VALUE! #DIV/0! #BEZUG! #¡VALOR! Err:502 #YOK #Н/Д #NENÍ_K_DISPOZICI #ref! #n/a ' +
      '#REF #NAME #DIV/0 #name #I/T #N/B #N/V #HIÁNYZIK #NEDOSTUPNÝ #数值! #値! Fehler:502'
    ).split(' '),
  )('is not the error %s of a spreadsheet', (text) => {
    expect(faultsOf('Amira', text)).toEqual(['lastName error-cell'])
    expect(centreNameFault(text)?.code).toBe('error-cell')
  })

  it.each(['NULL', 'n/a', 'TBC', 'None', '0', '.', '-', '2024-03-01', '12/03/2024'])(
    'is not %s where that would be all of it',
    (text) => {
      expect(faultsOf(text)).toEqual(['firstName not-a-name'])
      expect(faultsOf('', text)).toEqual(['lastName not-a-name'])
      expect(centreNameFault(text)?.code).toBe('not-a-name')
    },
  )

  it.each(
    '1E+05|1.00E+05|1-Mar|01-Mar-26|Mar-26|1 March 2026|NaN|nan|<NA>|NaT|NA|n.a.|NIL|(blank)|(leer)|undefined|[object Object]|not available|Not available|N/A N/A|undefined undefined'.split(
      '|',
    ),
  )('is not %s, as programs write what they have not', (text) => {
    expect(faultsOf('', text).length).toBe(1)
    expect(centreNameFault(text)?.code).toBe('not-a-name')
  })

  it.each(
    '(TBC)|[tbc]|TBC.|tbc?|n / a|"None"|\'NULL\'|“None”|None.|None/None|\\N|nill|void|no name|No data|To be advised|xxx|XX|Centre name|(n/a)|*TBC*|TBC!'.split(
      '|',
    ),
  )('is not %s, which is a word for nothing with signs around it', (text) => {
    expect(centreNameFault(text)?.code).toBe('not-a-name')
    expect(faultsOf(text, '')).toEqual(['firstName not-a-name'])
  })

  it.each(
    'idem|Ídem|ibid.|dto.|siehe oben|s.o.|wie oben|voir ci-dessus|véase arriba|см. выше|同上|TBC-TBC|TBC – TBC|None—None|tba-tba'.split(
      '|',
    ),
  )('is not %s, as people point to the row above', (text) => {
    expect(centreNameFault(text)?.code).toBe('not-a-name')
    expect(faultsOf(text, '')).toEqual(['firstName not-a-name'])
  })

  it.each([
    ['First', 'Last'],
    ['Name', 'Surname'],
    ['Firstname', 'Lastname'],
    ['Forename', 'Surname'],
    ['first', ''],
    ['', 'Last'],
    ['First last', ''],
    ['TBC', 'TBC-TBC'],
  ])('is not %s %s, of a person', (first, last) => {
    expect(faultsOf(first, last)).toEqual([`${first === '' ? 'lastName' : 'firstName'} not-a-name`])
  })

  it.each(['School', 'First', 'Last', 'Name', 'Institution'])('may be %s, of a centre', (text) => {
    expect(centreNameFault(text)).toBeUndefined()
  })

  it.each([
    ['First', 'Suksawat'],
    ['Anna', 'Last'],
    ['Klaus', 'School'],
  ])('may be %s %s, of which a part alone would be none', (firstName, lastName) => {
    expect(faultsOf(firstName, lastName)).toEqual([])
  })

  it.each(['–', '—', '−', '--', '...', '…', '_', '~', '•'])('reads %s for a missing part', (sign) => {
    for (const [firstName, lastName] of [
      ['Amira', sign],
      [sign, 'Amira'],
    ] as const) {
      const { faults, notices, ...read } = readPersonName({ firstName, lastName })
      expect([faults, notices.length, read.firstName + read.lastName]).toEqual([[], 1, 'Amira'])
    }
    expect(faultsOf(sign, sign)).toEqual(['firstName not-a-name'])
    expect(centreNameFault(sign)?.code).toBe('not-a-name')
  })

  it.each(['REF!', 'NAME?', 'value!', 'DIV/0!'])('is not %s, an error without its sign', (text) => {
    expect(centreNameFault(text)?.code).toBe('error-cell')
  })

  it.each(['Ja', 'Nein', 'Oui', 'Non', 'Sí', 'Não', '(Yes)', 'да'])('is not %s, of a centre', (text) => {
    expect(centreNameFault(text)?.code).toBe('not-a-name')
  })

  it.each([
    ['Ja', 'Si'],
    ['Si', ''],
    ['None', 'Void'],
    ['Tom', ''],
    ['Na-Na', 'Xx'],
  ])('may be %s %s, of a person', (first, last) => {
    expect(faultsOf(first, last).length).toBe(first === 'None' ? 1 : 0)
  })

  it.each('VRAI|WAHR|FALSCH|FAUX|VERDADERO|true'.split('|'))(
    'is not the yes or no %s, of a centre',
    (text) => {
      expect(centreNameFault(text)?.code).toBe('not-a-name')
      expect(faultsOf(text, text)).toEqual(['firstName not-a-name'])
    },
  )

  it.each([
    'N A School',
    '#1 Primary School',
    'The No. 1 School',
    'Err: School',
    'May',
    'March',
    '1 May School',
    '<Schule>',
    'Na Li School',
    '2E School',
    'C# School',
  ])('may be %s, of a centre', (text) => {
    expect(centreNameFault(text)).toBeUndefined()
  })

  it.each([
    '=A1',
    '= $B$2',
    '=CONCAT(A1,B1)',
    '=$Liste.B2',
    '=sum(b2)',
    "='Sheet 1'!B2",
    '=(B2)',
    '=-B2',
    '="Nile "&"School"',
    '+B2',
  ])('is no formula, %s', (text) => {
    expect(faultsOf('Amira', text)).toEqual(['lastName not-calculated'])
    expect(centreNameFault(text)?.code).toBe('not-calculated')
  })

  it.each([
    '=Schools',
    '=1+1',
    '=A & B',
    '=Tom & "x"',
    '=Table[Name]',
    '＝SUM(A1)',
    '＝B2',
    '＝1+1',
    '=Schools!School',
    '=#REF!',
    '={A1}',
  ])('is no formula, %s, however it is written', (text) => {
    expect(centreNameFault(text)?.code).toMatch('not-calculated')
    expect(faultsOf('Amira', text)).not.toEqual([])
  })

  it.each(['=Plus-Minus+ Academy', '＝Two', '＝LOVE School', '＋Cy', '－Three', '+Plus School'])(
    'may be %s, which only begins as a formula',
    (text) => {
      expect(centreNameFault(text)).toBeUndefined()
      expect(faultsOf('Amira', text)).toEqual([])
    },
  )

  it.each(['TRUE', 'False'])('is %s of a person only, who may be called so', (text) => {
    expect(centreNameFault(text)?.code).toBe('not-a-name')
    expect(faultsOf(text)).toEqual([])
  })

  it('has at most 100 letters in each part', () => {
    expect(faultsOf('x'.repeat(101), 'Haddad')).toEqual(['firstName too-long'])
    expect(faultsOf('Amira', '\u{20000}'.repeat(101))).toEqual(['lastName too-long'])
    expect(faultsOf('\u{20000}'.repeat(100))).toEqual([])
  })

  it('loses the marks that a program leaves, and a dash for a missing part, and says so', () => {
    expect(readPersonName({ firstName: '\ufeffAmi\u00adra\u200e', lastName: '-' })).toMatchObject({
      firstName: 'Amira',
      lastName: '',
      faults: [],
      notices: [
        { field: 'firstName', code: 'name-tidied' },
        { field: 'lastName', code: 'name-tidied' },
      ],
    })
  })

  it('has one kind of blank and composed letters', () => {
    expect(readPersonName({ firstName: ' Zoe\u0308 \n Anna\u00a0', lastName: 'O\tB' })).toMatchObject({
      firstName: 'Zoë Anna',
      lastName: 'O B',
      faults: [],
    })
  })

  it('is a name where it was invented', () => {
    for (let position = 0; position < 500; position += 1) {
      const { firstName, lastName } = seedUser(1, { position, ordinal: 1, centre: 'EG001' })
      expect(readPersonName({ firstName, lastName })).toEqual({
        firstName,
        lastName,
        faults: [],
        notices: [],
      })
    }
  })
})

describe('a name at the command line', () => {
  let world: World
  beforeEach(async () => {
    world = newWorld()
    await world.centre('EG001')
    await world.centre('EG002')
    await world.user('omar@school.example', { centre: 'EG001', firstName: 'Omar', lastName: 'Said' })
  })
  afterEach(() => world.close())

  const address = '<new@school.example>'
  it.each([
    ['an address', `Amira amira@x.example ${address}`],
    ['a <', `Amira <b ${address}`],
    ['a web address', `Win a prize https://evil.example/x ${address}`],
    ['a line break', `Amira\nHaddad ${address}`],
    ['101 letters', `Amira ${'x'.repeat(101)} ${address}`],
  ])('is a wrong call where it holds %s: adding, adding a coordinator, editing', async (_, person) => {
    const name = person.replace(` ${address}`, '')
    for (const argv of [
      ['users', 'add', person, '--centre', 'EG001', '--json'],
      ['coordinator', 'add', 'EG001', person, '--yes', '--json'],
      ['users', 'edit', 'omar@school.example', '--first-name', name.replace(/^Amira x/, 'x'), '--json'],
      ['users', 'edit', 'omar@school.example', '--last-name', name.replace(/^Amira x/, 'x'), '--json'],
    ]) {
      const ran = await world.run(argv)
      expect(ran.exit, argv.join(' ')).toBe(2)
      expect(['not-a-name', 'too-long']).toContain(ran.error().code)
    }
    expect(await world.account('new@school.example')).toBeUndefined()
    expect(await world.account('omar@school.example')).toMatchObject({ firstName: 'Omar', lastName: 'Said' })
  })

  it('is named by its cell where it stands in a table', async () => {
    const csv = `Email,First name,Last name\nnew@school.example,Amira,https://evil.example/x\n`
    const ran = await world.run(['users', 'add', '--from', '-', '--centre', 'EG001', '--json'], {
      stdin: csv,
    })
    expect(ran.exit).toBe(6)
    expect(ran.error().details.problems).toMatchObject([
      { target: expect.stringMatching(/C2$/), code: 'not-a-name' },
    ])
  })

  it.each([
    ['ticked', true, null],
    ['ticked twice', true, false],
    ['a date and ticked', new Date('2026-03-01T00:00:00Z'), true],
    ['ticked beside a dash', '-', true],
    ['ticked beside what is no name', 'N/A', true],
  ])('is no cell that was %s, in a list of users and of centres', async (_, first, last) => {
    const workbook = new excel.Workbook()
    const page = workbook.addWorksheet('People')
    page.addRow(['Centre number', 'Centre name', 'Email', 'First name', 'Last name'])
    page.addRow(['EG001', '', 'new@school.example', first, last])
    await workbook.xlsx.writeFile(world.path('people.xlsx'))
    const added = await world.run(['users', 'add', '--from', 'people.xlsx', '--json'])
    expect(added.exit).toBe(6)
    expect(added.error().details.problems).toMatchObject([{ code: 'not-a-name' }])
    const imported = await world.run(['centres', 'import', 'people.xlsx', '--yes', '--json'])
    expect(imported.exit).toBe(8)
    expect(imported.json().issues).toContainEqual(expect.objectContaining({ code: 'not-a-name' }))
    expect(await world.account('new@school.example')).toBeUndefined()
  })

  it('may be a cell that was ticked, beside a name', async () => {
    const workbook = new excel.Workbook()
    const page = workbook.addWorksheet('People')
    page.addRow(['Centre number', 'Email', 'First name', 'Last name'])
    page.addRow(['EG001', 'new@school.example', true, 'Null-Salem'])
    await workbook.xlsx.writeFile(world.path('people.xlsx'))
    expect((await world.run(['users', 'add', '--from', 'people.xlsx', '--json'])).exit).toBe(0)
  })

  it.each([
    ['#REF!', 'error-cell'],
    ['office@nile.example', 'not-a-name'],
  ])('is that of a centre likewise: %s', async (name, code) => {
    const ran = await world.run(['centres', 'edit', 'EG001', '--name', name, '--json'])
    expect([ran.exit, ran.error().code]).toEqual([2, code])
  })

  it('is not judged where it stays as it was saved', async () => {
    await world.user('old@school.example', { centre: 'EG002', firstName: 'www.old.example', lastName: '' })
    const ran = await world.run(['users', 'edit', 'old@school.example', '--add-site', 'test-maker', '--json'])
    expect(ran.exit).toBe(0)
  })
})

describe('what people write who do not know a name yet', () => {
  it.each([
    ...['T.B.C.', 'ditto', 'As above', 'see above', 'same', 'Test', 'sample', 'EXAMPLE', 'placeholder'],
    ...['N/K', '{{name}}', '${school}', '<<Name>>', '%name%', 'Monday', 'sunday'],
  ])('is no name of a centre: %s', (text) => {
    expect(centreNameFault(text)).toMatchObject({ code: 'not-a-name' })
    expect(isPlainName(text)).toBe(false)
  })

  it.each(['Test Valley School', 'Sample Street Primary', 'Same Hills School', 'Sunday School', 'Friday'])(
    'is a name with more to it, or of a person: %s',
    (text) => {
      if (text.includes(' ')) expect(centreNameFault(text)).toBeUndefined()
      expect(readPersonName({ firstName: text, lastName: '' }).faults).toEqual([])
    },
  )

  it.each([
    ['to be', 'confirmed'],
    ['T.B.C.', ''],
    ['x', 'x'],
  ])('is not all of a person: %s %s', (firstName, lastName) => {
    expect(readPersonName({ firstName, lastName }).faults).toMatchObject([{ code: 'not-a-name' }])
  })
})
