import { existsSync, readFileSync, statSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { importRows, type Line } from '../../import/workbook.ts'
import { newWorld, type World } from '../../world.ts'

let world: World
beforeEach(() => {
  world = newWorld()
})
afterEach(() => world.close())

const nile: Line = { number: 'EG001', name: 'Nile Academy', country: 'Egypt', email: 'amira@nile.example' }
const page = (name = 'import.html') => readFileSync(world.path(name), 'utf8')

describe('the page about an import', () => {
  it('breaks no number and no country on a telephone', async () => {
    await importRows(world, [nile], '--report', 'import.html')
    const telephone = page().split('@media (max-width: 40rem) {')[1]?.split('@media print')[0]
    expect(telephone).not.toContain('white-space: normal')
    expect(page()).toContain('.chart td.bar, .chart th { overflow-wrap: normal; }')
  })

  it('says what was done, by country, and shows each row held back with its cells', async () => {
    const rows: Line[] = [
      nile,
      { number: 'PK200', name: 'Indus School', country: 'Pakistan', email: 'omar@' },
      { number: 'PK201', name: 'Ravi School', country: 'Pakistan', email: 'huda@ravi.example' },
    ]
    const { exit } = await importRows(world, rows, '--report', 'import.html')
    expect(exit).toBe(8)
    const text = page()
    expect(text).toContain('<b>3</b> rows read')
    expect(text).toMatch(/<th scope="row">Pakistan<\/th>.*1 in, 1 held back/)
    expect(text).toMatch(/<tr class="invalid-email">.*PK200.*<mark>omar@<\/mark>/)
    expect(text).toContain('ssh-admin centres imports undo 1')
    expect(statSync(world.path('import.html')).mode & 0o777).toBe(0o600)
  })

  it('is written where nothing is kept, and no store begun: of a blank sample, and of rows that are all held back', async () => {
    await world.run(['centres', 'sample'])
    const blank = ['centres', 'import', 'centres-sample.xlsx', '--yes', '--report', 'blank.html', '--json']
    const ran = await world.run(blank)
    expect([ran.exit, ran.json().notices.map(({ code }: { code: string }) => code)]).toEqual([
      0,
      expect.not.arrayContaining(['report-not-placed']),
    ])
    expect(page('blank.html')).toContain('<b>0</b> rows read')
    const { exit } = await importRows(world, [{ ...nile, email: 'amira@' }], '--report', 'held.html')
    expect(exit).toBe(8)
    expect(page('held.html')).toContain('<mark>amira@</mark>')
  })

  it('keeps a heading with what follows it, and an address whole, on paper', async () => {
    await importRows(world, [nile], '--report', 'import.html')
    const print = page().split('@media print')[1] ?? ''
    expect(print).toContain('summary, h2 { break-after: avoid; }')
    expect(print).toContain('details:has(tbody tr:nth-child(-n+3):last-child) { break-inside: avoid; }')
    expect(print).toContain('.held-back td:nth-child(4) { min-width: 11rem; }')
  })

  it('says once what a cell holds, marked where it stands', async () => {
    const rows: Line[] = [
      nile,
      { number: 'PK200', name: 'Indus School', country: 'Pakistan', email: 'omar@' },
      { number: 'EG201', name: 'Delta School', country: 'Egipt', email: 'huda@delta.example' },
      { number: 'EG202', name: '', country: 'Egypt', email: 'nour@delta.example' },
    ]
    await importRows(world, rows, '--report', 'import.html')
    const issues = [...page().matchAll(/<li><code>[^<]*<\/code> (.*?)( <em>|<\/li>)/g)].map(
      ([, said]) => said,
    )
    expect(issues).toEqual([
      'Email <mark>omar@</mark> is not an address: name@school.example',
      expect.stringMatching(/^Country is <mark>Egipt<\/mark>/),
      expect.stringMatching(/^<mark>empty<\/mark> /),
    ])
  })

  it('says one of a thing as one', async () => {
    await importRows(world, [nile], '--report', 'import.html')
    for (const said of ['<b>1</b> row read', '<b>1</b> centre created', '<b>1</b> user created'])
      expect(page()).toContain(said)
  })

  it('names each new centre with its country', async () => {
    const indus: Line = { number: 'PK200', name: 'Indus School', country: 'PK', email: 'omar@indus.example' }
    await importRows(world, [nile, indus], '--report', 'import.html')
    const made = page().split('New centres')[1]?.split('</details>')[0] ?? ''
    expect(made).toMatch(/EG001.*Nile Academy.*Egypt.*PK200.*Indus School.*Pakistan/s)
  })

  it('says nothing twice, and on a telephone what each number is', async () => {
    const misspelt = { ...nile, country: 'Egipt' }
    await importRows(world, [misspelt], '--report', 'import.html')
    expect(page()).toMatch(/\(did you mean Egypt\?\)<\/li>/i)
    expect(page()).toMatch(/SHA-256 of the file: [0-9a-f]{64}/)
    expect(page()).toContain("td.number::before { content: 'Row '")
  })

  it('has no colour for rows held back where there are none', async () => {
    await importRows(world, [nile], '--report', 'import.html')
    expect(page()).toContain('</span> went in</p>')
  })

  it('lists who is missing, extra and at several centres', async () => {
    await importRows(world, [
      nile,
      { ...nile, email: 'extra@nile.example', role: 'coordinator' },
      { number: 'PK200', name: 'Indus School', country: 'Pakistan', email: 'omar@indus.example' },
    ])
    await importRows(
      world,
      [nile, { number: 'PK201', name: 'Ravi School', country: 'Pakistan', email: 'amira@nile.example' }],
      '--report',
      'import.html',
    )
    const text = page()
    expect(text).toMatch(/Centres that are not in the workbook \(1\).*PK200/s)
    expect(text).toMatch(/who are not in the workbook \(1\).*extra@<wbr>nile\.example/s)
    // On a telephone each cell stands beneath the one before, behind the name of its column.
    expect(text).toContain('<td data-head="Kept because">the coordinator</td>')
    // And a column in which nothing stands is none.
    expect(text.match(/<th>Kept because<\/th>/g)).toHaveLength(1)
    expect(text).toContain("details td + td::before { content: attr(data-head) ': '")
    expect(text).toMatch(/Addresses at several centres \(1\).*amira@<wbr>nile\.example/s)
  })

  it('asks nothing of the network, runs nothing, and shows whatever stands in a cell as text', async () => {
    const hostile = '<img src=x onerror="alert(1)"></td></table><script>alert(2)</script>@x'
    await importRows(
      world,
      [nile, { number: 'PK200', name: `School "&' <b>`, country: 'Pakistan', email: hostile }],
      '--report',
      'import.html',
    )
    const text = page()
    expect(text).toContain('&lt;script&gt;alert(2)&lt;/script&gt;')
    expect(text).not.toMatch(/<(script|img|link|iframe|object)\b|url\(|https?:|\son\w+\s*=\s*"/)
    expect(text).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`)
    expect(text).not.toContain('<b>"')
  })

  it('shows a thousand of the rows held back, and says how many more there are', async () => {
    const rows = Array.from({ length: 1203 }, (_, at) => ({ ...nile, email: `wrong${at}@` }))
    await importRows(world, [nile, ...rows], '--report', 'import.html')
    expect(page().match(/<tr class="invalid-email">/g)).toHaveLength(1000)
    expect(page()).toMatch(
      /The first [\d,]+ are listed here\. To have all of them: <code>ssh-admin centres import FILE --issues-out FILE<\/code>[\s\S]*kind-all/,
    )
  })

  it('is named in the log', async () => {
    await importRows(world, [nile], '--report', 'import.html')
    const { events } = (await world.run(['audit', 'list', '--kind', 'event', '--json'])).json()
    expect(events).toMatchObject([{ action: 'centres.imports.reported', details: { import: 1 } }])
  })

  it('is not written by a rehearsal, which says so', async () => {
    const ran = await importRows(world, [nile], '--report', 'import.html', '--dry-run')
    expect({ exit: ran.exit, there: existsSync(world.path('import.html')) }).toEqual({
      exit: 0,
      there: false,
    })
    expect(ran.json().notices).toMatchObject([{ code: 'report-not-written' }])
  })

  it('can be made later, as far as the store still knows', async () => {
    await importRows(world, [nile, { ...nile, email: 'wrong@' }])
    const ran = await world.run(['centres', 'imports', 'show', '1', '--report', 'import.html'])
    expect([ran.exit, ran.stderr]).toEqual([0, expect.stringContaining('The page about it: import.html')])
    const text = page()
    expect(text).toContain('<b>2</b> rows read')
    expect(text).toMatch(/New users by country.*Egypt/s)
    expect(text).toContain('They are not kept in the store.')
    const { events } = (await world.run(['audit', 'list', '--kind', 'event', '--json'])).json()
    expect(events).toMatchObject([{ action: 'centres.imports.reported' }])
  })
})
