import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openWorkbook } from '../../../src/workbook/read.ts'
import { inbox } from '../../mail/inbox.ts'
import { storedText } from '../../stored-text.ts'
import { bytesIn } from '../../import/tables.ts'
import { importRows, line, living, runWhile, writeCsv, writeXlsx } from '../../import/workbook.ts'
import { book } from '../../workbook/book.ts'
import { inProcess } from '../../terminal.ts'
import { itInAFile } from '../../in-a-file.ts'
import { newWorld, type World } from '../../world.ts'

const fixture = (name: string) => new URL(`../../../fixtures/${name}`, import.meta.url).pathname

let world: World
beforeEach(() => {
  world = newWorld()
})
afterEach(() => world.close())

async function rowsOf(path: string): Promise<string[][]> {
  const workbook = await openWorkbook(path)
  const rows: string[][] = []
  await workbook.readRows(({ cells }) => rows.push(Array.from(cells, (cell) => cell ?? '')))
  await workbook.close()
  return rows
}

const people = [
  line('EG001', 'amira@school.example', { firstName: 'Amira' }),
  line('EG001', 'omar@school.example'),
]

describe('a file that cannot be used', () => {
  it.each([
    ['not-a-workbook.zip', 'workbook-not-a-workbook', 'zip archive'],
    ['holiday.jpg.xlsx', 'workbook-not-a-workbook', 'picture'],
    ['web-page.xls', 'workbook-not-a-workbook', 'web page'],
    ['old.xls', 'workbook-old-xls', 'Excel 2003'],
    ['password-protected.xlsx', 'workbook-password-protected', 'password'],
    ['libreoffice.ods', 'workbook-ods', 'OpenDocument'],
    ['macros.xlsm', 'workbook-macros', 'macros'],
    ['doctype.xlsx', 'workbook-doctype', 'DOCTYPE'],
    ['bomb.xlsx', 'workbook-bomb', 'not opened'],
    ['cut-short.xlsx', 'workbook-damaged', 'damaged'],
    ['empty.xlsx', 'workbook-empty', 'empty'],
    [
      'missing-email-column.xlsx',
      'workbook-missing-column',
      'The column Email is missing; row 1 has Centre number',
    ],
    ['same-heading-twice.xlsx', 'workbook-same-heading', 'Email'],
    ['nowhere.xlsx', 'workbook-not-found', 'There is no file'],
    ['.', 'workbook-unreadable', 'is a folder'],
  ])('%s is refused: exit code 6, with words and a hint', async (name, code, words) => {
    const argv = ['centres', 'import', fixture(name), '--yes']
    const { exit, stdout, stderr, error } = await world.run([...argv, '--json'])
    expect([exit, stdout]).toEqual([6, ''])
    expect(stderr.trimEnd().split('\n')).toHaveLength(1)
    expect(error()).toMatchObject({ code })
    expect(error().message).toContain(words)
    expect(error().hint).toBeTruthy()
    const said = await world.run(argv)
    expect(said.stderr).toMatch(/^error: .+\nhint: {2}.+\n$/)
    expect(existsSync(world.db)).toBe(false)
  })

  it.each([
    [['--sheet', 'Schools'], 'workbook-no-sheet', "There is no sheet 'Schools'"],
    [['--map', 'Centre'], 'workbook-bad-map', 'does not say which column is which field'],
    [['--map', 'Org=Centre number'], 'workbook-bad-map', "There is no column 'Org'"],
    [['--map', 'Email=Telephone'], 'workbook-bad-map', "There is no field 'Telephone'"],
  ])('%j does not fit the workbook', async (flags, code, words) => {
    const { exit, error } = await world.run([
      ...['centres', 'import', fixture('several-sheets.xlsx'), '--yes', '--json'],
      ...(flags[0] === '--map' ? ['--sheet', 'Centres 2026', ...flags] : flags),
    ])
    expect(exit).toBe(6)
    expect(error().code).toBe(code)
    expect(error().message).toContain(words)
  })

  it('does not steer the terminal with the names of its sheets', async () => {
    const name = 'Centres&#x9b;2J&#x202e;'
    const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
    const links = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
    const workbook = `<workbook xmlns="${main}" xmlns:r="${links}"><sheets><sheet name="${name}" sheetId="1" r:id="rId1"/></sheets></workbook>`
    writeFileSync(world.path('odd.xlsx'), book({ workbook }))
    const { stderr } = await world.run(['centres', 'import', 'odd.xlsx', '--yes', '--sheet', 'a\u001b[2J'])
    expect(stderr).toBe("error: There is no sheet 'a\\u001b[2J'.\nhint:  It has: Centres\\u009b2J\\u202e.\n")
  })

  it('is refused for any mistake when that is asked for, and nothing changes', async () => {
    const { exit, stdout, error } = await importRows(world, [...people, line('EG002', 'x@')], '--strict')
    expect([exit, stdout]).toEqual([6, ''])
    expect(error()).toMatchObject({
      code: 'has-issues',
      message: '1 of 3 rows has a mistake; nothing was changed.',
      details: { problems: [{ target: 'centres!C4', code: 'invalid-email' }] },
    })
    expect(await living(world)).toEqual({ centres: [], users: [] })
  })
})

describe('a workbook as people make it', () => {
  it.each([
    ['headings-below-a-title.xlsx', 0],
    ['blank-and-ghost-rows.xlsx', 0],
    ['pasted-text.xlsx', 0],
    ['formula-names.xlsx', 0],
    ['linked-and-rich.xlsx', 0],
    ['phonetic-guides.xlsx', 0],
    ['other-writer.xlsx', 0],
    ['semicolons.csv', 0],
    ['unicode-text.csv', 0],
    ['headings-only.xlsx', 0],
    ['error-cells.xlsx', 8],
    ['bad-addresses.xlsx', 8],
    ['bad-numbers.xlsx', 8],
    ['one-of-each.xlsx', 8],
  ])('%s ends with exit code %i', async (name, code) => {
    const { exit, stderr, json } = await world.run(['centres', 'import', fixture(name), '--yes', '--json'])
    expect([exit, stderr]).toEqual([code, ''])
    const { read, accepted, heldBack } = json().rows
    expect(read).toBe(accepted + heldBack)
    expect(heldBack > 0).toBe(code === 8)
  })

  it('with several sheets says which one is read, and is silent when it was named', async () => {
    const argv = ['centres', 'import', fixture('several-sheets.xlsx')]
    const unsaid = await world.run([...argv, '--dry-run'])
    expect(unsaid.stderr).toMatch(
      /^Only the sheet '.+' is read; for another: --sheet NAME \(Centres 2026\)\.\n/,
    )
    const named = await world.run([...argv, '--sheet', 'Centres 2026', '--dry-run', '--json'])
    expect(named.json().notices).toEqual([])
    await world.run(['centres', 'sample', 'sample.xlsx'])
    const ours = await world.run(['centres', 'import', 'sample.xlsx', '--dry-run', '--json'])
    expect(ours.json().notices).toEqual([])
  })

  it('may come through a pipe', async () => {
    const stdin = readFileSync(fixture('commas.csv'), 'utf8')
    const { exit, json } = await world.run(['centres', 'import', '-', '--yes', '--json'], { stdin })
    expect(exit).toBe(0)
    expect(json().import.file).toBe('-')
    expect(json().users.created).toBeGreaterThan(0)
  })

  it('names its cells by sheet, and an error of a formula by its text', async () => {
    const { json } = await world.run(['centres', 'import', fixture('error-cells.xlsx'), '--yes', '--json'])
    expect(json().issues).toContainEqual(
      expect.objectContaining({
        code: 'error-cell',
        value: '#N/A',
        cell: expect.stringMatching(/^Centres!/),
      }),
    )
  })
})

describe('a rehearsal', () => {
  itInAFile('without a store makes none, and answers as the import would', async () => {
    writeCsv(world, people)
    const before = bytesIn(world.folder)
    const { exit, json } = await world.run(['centres', 'import', 'centres.csv', '--dry-run', '--json'])
    expect(exit).toBe(0)
    expect(json()).toMatchObject({
      import: { id: null, state: 'planned' },
      users: { created: 2 },
      pins: { file: 'new-user-pins-1.xlsx', count: 2 },
      dryRun: true,
    })
    expect(bytesIn(world.folder)).toEqual(before)
  })

  it('leaves the bytes of the store and its folder as they were, and its numbers are those of the import', async () => {
    await importRows(world, [...people, line('EG009')])
    const rows = [
      line('EG001', 'amira@school.example', { name: 'New name' }),
      line('EG002', 'new@school.example'),
      line('EG003', 'broken@'),
      line('EG003', 'fine@school.example'),
    ]
    writeCsv(world, rows)
    const flags = ['--delete-extra', '--delete-missing', '--send-mail', '--issues-out', 'held.xlsx']
    const before = bytesIn(world.folder)
    const rehearsed = await world.run(['centres', 'import', 'centres.csv', '--dry-run', '--json', ...flags])
    expect(bytesIn(world.folder)).toEqual(before)
    const done = await importRows(world, rows, ...flags)
    expect(rehearsed.exit).toBe(done.exit)
    const { import: _, elapsedMs: __, dryRun, notices, ...planned } = rehearsed.json()
    const { import: ___, elapsedMs: ____, dryRun: wasDry, notices: others, ...imported } = done.json()
    expect([dryRun, wasDry]).toEqual([true, false])
    expect([notices, others]).toMatchObject([[{ code: 'issues-not-written' }], [{ code: 'mail-written' }]])
    expect(planned).toEqual(imported)
  })
})

describe('the PINs', () => {
  it('are one for each new user, as text in two groups, in a file for its owner only', async () => {
    const { json } = await importRows(world, people)
    expect(json().pins).toEqual({ file: 'new-user-pins-1.xlsx', count: 2 })
    const path = world.path('new-user-pins-1.xlsx')
    expect(statSync(path).mode & 0o777).toBe(0o600)
    const [headings, ...rows] = await rowsOf(path)
    expect(headings).toEqual([
      ...['Centre number', 'Centre name', 'First name', 'Last name', 'Email', 'PIN', 'Valid until'],
    ])
    expect(rows.map(([number, name, , , email]) => [number, name, email])).toEqual([
      ['EG001', 'School EG001', 'amira@school.example'],
      ['EG001', 'School EG001', 'omar@school.example'],
    ])
    for (const row of rows) {
      expect(row[5]).toMatch(/^\d{4} \d{4}$/)
      expect(row[6]).toBe('2026-04-01')
    }
  })

  it('keep their leading zeros', async () => {
    const many = Array.from({ length: 200 }, (_, at) => line('EG001', `user${at}@school.example`))
    await importRows(world, many, '--pins-out', 'pins.xlsx')
    const pins = (await rowsOf(world.path('pins.xlsx'))).slice(1).map((row) => row[5] ?? '')
    expect(pins.filter((pin) => !/^\d{4} \d{4}$/.test(pin))).toEqual([])
    expect(new Set(pins).size).toBe(200)
    // Of two hundred, one in e²⁰ times none begins with a zero.
    expect(pins.some((pin) => pin.startsWith('0'))).toBe(true)
  })

  it('are never in the store, on stdout or on stderr', async () => {
    const { stdout, stderr } = await world.run([
      ...['centres', 'import', writeCsv(world, people), '--yes', '--send-mail', '--pins-out', 'pins.csv'],
    ])
    const pins = readFileSync(world.path('pins.csv'), 'utf8').match(/\d{4} \d{4}/g) ?? []
    expect(pins).toHaveLength(2)
    const store = await storedText(world)
    for (const pin of pins) {
      for (const form of [pin, pin.replace(' ', '')]) {
        expect(store).not.toContain(form)
        expect(stdout + stderr).not.toContain(form)
      }
    }
  })

  it('go where they are wanted, as .csv or .json too', async () => {
    await importRows(world, people, '--pins-out', 'pins.json')
    const text = readFileSync(world.path('pins.json'), 'utf8')
    expect(JSON.stringify(JSON.parse(text))).toMatch(/\d{4} \d{4}/)
  })

  it('have no file where nobody is new', async () => {
    await importRows(world, people)
    const { json } = await importRows(world, people, '--pins-out', 'pins.xlsx')
    expect(json().pins).toEqual({ file: null, count: 0 })
    expect(existsSync(world.path('pins.xlsx'))).toBe(false)
  })

  it('never overwrite the sheet of another import', async () => {
    writeFileSync(world.path('new-user-pins-1.xlsx'), 'of another store')
    const { json } = await importRows(world, people)
    expect(json().pins.file).toBe('new-user-pins-1-2.xlsx')
    expect(readFileSync(world.path('new-user-pins-1.xlsx'), 'utf8')).toBe('of another store')
  })

  it('are made again where only putting them in place failed: exit code 9, the import stands', async () => {
    writeCsv(world, people)
    const argv = ['centres', 'import', 'centres.csv', '--yes', '--json', '--pins-out', 'pins.csv']
    const { exit, stdout, stderr } = await runWhile(world, argv, () => mkdirSync(world.path('pins.csv')))
    expect([exit, stderr]).toEqual([9, ''])
    const answer = JSON.parse(stdout)
    expect(answer).toMatchObject({ users: { created: 2 }, pins: { file: null, count: 2 } })
    expect(answer.notices).toEqual([
      {
        code: 'pins-not-placed',
        message:
          'The import is done, but its PIN sheet could not be put in its place. pins.csv is there already; somebody has put it there meanwhile. To make it again: ssh-admin centres pins 1 --out FILE',
      },
    ])
    expect(readdirSync(world.folder).filter((name) => name.startsWith('.pins'))).toEqual([])
    const again = await world.run(['centres', 'pins', '1', '--out', 'again.csv', '--json'])
    expect(again.json()).toMatchObject({ count: 2, withoutPin: [] })
    expect(readFileSync(world.path('again.csv'), 'utf8').match(/\d{4} \d{4}/g)).toHaveLength(2)
  })
})

describe('a place to write to', () => {
  it.each([
    [['--pins-out', 'nowhere/pins.xlsx'], 'file-no-folder', 'There is no folder'],
    [['--issues-out', 'nowhere/held.xlsx'], 'file-no-folder', 'There is no folder'],
    [['--plan-out', 'nowhere/plan'], 'file-no-folder', 'There is no folder'],
    [['--pins-out', 'a-folder.xlsx'], 'file-is-a-folder', 'is a folder'],
    [['--pins-out', 'centres.csv'], 'file-is-the-input', 'is the file that is read'],
  ])('%j is refused before anything is read: exit code 7', async (flags, code, words) => {
    mkdirSync(world.path('a-folder.xlsx'))
    writeFileSync(world.path('centres.csv'), 'no workbook at all')
    const { exit, stdout, error } = await world.run([
      ...['centres', 'import', 'centres.csv', '--yes', '--json', ...flags],
    ])
    expect([exit, stdout]).toEqual([7, ''])
    expect(error().code).toBe(code)
    expect(error().message).toContain(words)
    expect(existsSync(world.db)).toBe(false)
  })

  itInAFile.each([
    ['has no row', ''],
    ['has no row without a mistake', 'EG001,Nile School,Egypt,amira@\n'],
    ['lacks what a new centre needs', 'EG001,Nile School,,amira@school.example\n'],
  ])('is not begun by a workbook that %s', async (_, rows) => {
    const fresh = newWorld()
    writeFileSync(fresh.path('a.csv'), `Centre number,Centre name,Country,Email\n${rows}`)
    const { stdout } = await fresh.run(['centres', 'import', 'a.csv', '--yes'], { terminal: true })
    expect(stdout).toContain('nothing to ')
    expect(existsSync(fresh.db)).toBe(false)
    expect(existsSync(fresh.keyFile)).toBe(false)
    await fresh.close()
  })

  itInAFile(
    'is left alone, and no store is begun, when the import is refused before there is one',
    async () => {
      const refused = (...flags: string[]) =>
        world.run(['centres', 'import', fixture('one-of-each.xlsx'), '--yes', ...flags])
      expect((await refused('--strict')).exit).toBe(6)
      expect((await refused('--delete-centre', 'EG009')).exit).toBe(3)
      expect((await refused('--allow-deletes', '5')).exit).toBe(3)
      expect([existsSync(world.db), existsSync(world.keyFile)]).toEqual([false, false])
    },
  )

  itInAFile.each([[[]], [['EG001,Nile Academy,amira@,Egypt']]])(
    'is no import where there is nothing to do, and says that no store was begun: %j',
    async (rows) => {
      const text = ['Centre number,Centre name,Email,Country', ...rows, ''].join('\n')
      writeFileSync(world.path('nothing.csv'), text)
      const { json } = await world.run(['centres', 'import', 'nothing.csv', '--yes', '--json'])
      expect(json().import).toMatchObject({ id: null, state: 'planned' })
      expect(json().notices).toContainEqual({ code: 'no-store-begun', message: expect.any(String) })
      expect(existsSync(world.db)).toBe(false)
      const { text: shown } = await inProcess(world, ['centres', 'import', 'nothing.csv']).leaves()
      expect(shown).toContain('No store was begun')
      // Told once where the plan has told it.
      expect([...shown.matchAll(/amira@/g)]).toHaveLength(rows.length)
    },
  )

  it('with an ending that says nothing is a wrong call: exit code 2', async () => {
    const { exit, error } = await world.run([
      'centres',
      'import',
      'x.csv',
      '--yes',
      '--json',
      '--pins-out',
      'p.pdf',
    ])
    expect([exit, error().code]).toEqual([2, 'workbook-unknown-ending'])
    expect(error().message).toBe('The ending of p.pdf is not known.')
  })

  it('is named once: exit code 2', async () => {
    await importRows(world, people)
    const before = bytesIn(world.folder)
    const { exit, error } = await importRows(
      world,
      people,
      '--pins-out',
      'out.csv',
      '--issues-out',
      './out.csv',
    )
    expect(exit).toBe(2)
    const message = '--issues-out ./out.csv is what --pins-out names.'
    expect(error()).toMatchObject({ code: 'file-named-twice', message })
    expect(bytesIn(world.folder)).toEqual(before)
  })

  it('is not replaced where nobody can be asked', async () => {
    writeFileSync(world.path('old.plan'), 'a plan of last week')
    writeCsv(world, people)
    const { exit, error } = await world.run([
      'centres',
      'import',
      'centres.csv',
      '--plan-out',
      'old.plan',
      '--json',
    ])
    expect([exit, error().code]).toEqual([2, 'answer-needed'])
    expect(readFileSync(world.path('old.plan'), 'utf8')).toBe('a plan of last week')
  })
})

describe('the rows held back', () => {
  const rows = [line('EG001', 'amira@school.example'), line('EG002', 'omar@', { town: 'Giza' })]

  it('come as a workbook that can be corrected and imported', async () => {
    const { exit } = await importRows(world, rows, '--issues-out', 'held.xlsx')
    expect(exit).toBe(8)
    const [headings, held, ...others] = await rowsOf(world.path('held.xlsx'))
    expect(headings?.at(-1)).toBe('Why it was held back')
    expect(held?.slice(0, 4)).toEqual(['EG002', 'School EG002', 'omar@', 'Egypt'])
    expect(held?.at(-1)).toContain('centres!C3: Email omar@')
    expect(others).toEqual([])
    const again = await world.run(['centres', 'import', 'held.xlsx', '--yes', '--json'])
    expect(again.exit).toBe(8)
    expect(again.json()).toMatchObject({
      import: { id: null, state: 'applied' },
      rows: { read: 1, heldBack: 1 },
      notices: [{ code: 'partial-workbook' }],
    })
  })

  it('are no JSON, which cannot be corrected and imported', async () => {
    const { exit, error } = await importRows(world, rows, '--issues-out', 'held.json')
    expect([exit, error().code, error().hint]).toEqual([
      2,
      'unknown-ending',
      'End the name with .xlsx or .csv.',
    ])
    const other = await importRows(world, rows, '--issues-out', 'held.txt')
    expect(other.error().hint).toBe('End the name with .xlsx or .csv.')
  })

  it('come with a plan too', async () => {
    const { exit } = await importRows(world, rows, '--issues-out', 'held.xlsx', '--plan-out', 'a.plan')
    expect(exit).toBe(8)
    expect((await rowsOf(world.path('held.xlsx'))).length).toBe(2)
  })

  it('cost nothing but a line where they could not be put in place', async () => {
    writeCsv(world, rows)
    const argv = ['centres', 'import', 'centres.csv', '--yes', '--json', '--issues-out', 'held.csv']
    const { exit, stdout } = await runWhile(world, argv, () => mkdirSync(world.path('held.csv')))
    expect(exit).toBe(8)
    expect(JSON.parse(stdout)).toMatchObject({
      users: { created: 1 },
      notices: [{ code: 'issues-not-placed' }],
    })
  })
})

describe('an import', () => {
  itInAFile('needs somebody to ask or --yes, before there is a store', async () => {
    writeCsv(world, people)
    const { exit, stdout, error } = await world.run(['centres', 'import', 'centres.csv', '--json'], {
      stdin: 'y\n',
    })
    expect([exit, stdout]).toEqual([2, ''])
    expect(error()).toMatchObject({
      code: 'answer-needed',
      hint: 'ssh-admin centres import centres.csv --json --yes',
    })
    expect(readdirSync(world.folder)).toEqual(['centres.csv'])
  })

  it('tells a pipe every fact, one a line', async () => {
    const { stdout } = await world.run(['centres', 'import', writeCsv(world, people), '--yes'])
    const lines = stdout.trimEnd().split('\n')
    expect(lines[0]).toMatch(/^import\t1\tapplied\tcentres.csv\tcentres\tsha256:[0-9a-f]{64}$/)
    expect(lines).toContain('rows\tread\t2')
    expect(lines).toContain('users\tcreated\t2')
    expect(lines).toContain('pins\tnew-user-pins-1.xlsx\t2')
    expect(lines.at(-1)).toMatch(/^elapsed\t\d+$/)
  })

  it('answers in the shape that scripts rely on', async () => {
    await writeXlsx(world, people)
    const { json } = await world.run(['centres', 'import', 'centres.xlsx', '--yes', '--json'])
    expect(json()).toEqual({
      import: {
        id: 1,
        file: 'centres.xlsx',
        sheet: 'Centres',
        state: 'applied',
        digest: expect.stringMatching(/^sha256/),
      },
      rows: { read: 2, accepted: 2, heldBack: 0, blank: 0 },
      centres: { created: 1, renamed: 0, unchanged: 0, restored: 0, deleted: 0 },
      users: { created: 2, replaced: 0, unchanged: 0, deleted: 0 },
      renamedCentres: [],
      missingCentres: [],
      extraUsers: [],
      duplicatedUsers: [],
      issues: [],
      pins: { file: 'new-user-pins-1.xlsx', count: 2 },
      mail: { queued: 0 },
      closed: [],
      opened: [],
      elapsedMs: expect.any(Number),
      dryRun: false,
      notices: [],
    })
  })

  it('says which columns it left aside', async () => {
    writeFileSync(
      world.path('more.csv'),
      'Centre number,Centre name,Email,Country,Fax\nEG001,One,,Egypt,12\n',
    )
    const { json } = await world.run(['centres', 'import', 'more.csv', '--yes', '--json'])
    expect(json().notices).toMatchObject([{ code: 'unknown-column' }])
  })

  it('writes to each new user when asked to, and says where the messages are', async () => {
    const { exit, json } = await importRows(world, people, '--send-mail')
    expect([exit, json().mail]).toEqual([0, { queued: 2 }])
    expect(json().notices).toEqual([
      {
        code: 'mail-written',
        message: `No mail server is set: 2 messages are in ${world.mailFolder} and have not been sent.`,
      },
    ])
    expect((await inbox(world)).map(({ to }) => to?.[0]?.address)).toEqual([
      ...['amira@school.example', 'omar@school.example'],
    ])
    expect((await importRows(world, people, '--send-mail')).json().mail).toEqual({ queued: 0 })
  })

  it('keeps the import and ends with 9 when its messages cannot go; held-back rows come first', async () => {
    const unreachable = ['--send-mail', '--smtp', 'smtp://127.0.0.1:1?ignoreTLS=true']
    const { exit, json } = await importRows(world, people, ...unreachable)
    expect([exit, json().mail, json().users.created]).toEqual([9, { queued: 2 }, 2])
    expect(json().notices).toMatchObject([
      { code: 'mail-waiting', message: expect.stringContaining('ssh-admin mail send') },
    ])
    const more = [line('EG001', 'huda@school.example'), line('EG001', 'broken@')]
    expect((await importRows(world, [...people, ...more], ...unreachable)).exit).toBe(8)
    expect((await world.run(['mail', 'send', '--import', '1', '--json'])).json().total).toBe(2)
  })

  it('is refused, also in rehearsal, when mail is set up so that nothing could be sent', async () => {
    const rehearsal = ['centres', 'import', writeCsv(world, people), '--dry-run', '--json']
    const env = { SSH_ADMIN_MAIL_FROM: 'nobody' }
    expect((await world.run(rehearsal, { env })).exit).toBe(0)
    const refused = await world.run([...rehearsal, '--send-mail'], { env })
    expect([refused.exit, refused.error().code]).toEqual([2, 'bad-mail-from'])
    const done = await importRows(world, people, '--send-mail', '--smtp', 'http://mail.example')
    expect([done.exit, done.error().code]).toEqual([2, 'bad-smtp'])
    expect((await world.run(['users', 'list', '--json'])).json().total).toBe(0)
  })

  it('brings all of a large invented roster in, and a term later changes only what changed', async () => {
    const first = await world.run(['centres', 'import', fixture('centres.xlsx'), '--yes', '--json'])
    expect(first.exit).toBe(0)
    const next = await world.run([
      'centres',
      'import',
      fixture('centres-next-term.xlsx'),
      '--dry-run',
      '--json',
    ])
    expect(next.exit).toBe(0)
    expect(next.json().centres).toMatchObject({ created: 0, renamed: 2, deleted: 0 })
    expect(next.json().missingCentres.map(({ number }: { number: string }) => number)).toEqual([
      ...['GE009', 'HU017', 'IS003'],
    ])
    expect(next.json().extraUsers).toHaveLength(2)
    expect(next.json().users.created).toBe(1)
    expect(existsSync(join(world.folder, 'new-user-pins-2.xlsx'))).toBe(false)
  })
})
