import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { bin, type Desk, newDesk } from './program.ts'

/** What the source says of letters beyond ASCII, the built program says too. */
describe('the built program', () => {
  let desk: Desk
  beforeEach(async () => {
    desk = newDesk()
    await desk.program(['store', 'init'])
    await desk.program(['centres', 'create', 'EG001', '--name', 'Işık Lisesi', '--country', 'EG'])
  })
  afterEach(() => desk.clear())

  const add = (person: string) => desk.program(['users', 'add', person, '--centre', 'EG001', '--yes'])

  it('takes names in every script for names, and formulas and web addresses for what they are', async () => {
    expect(await add('Ïda Øst <ida@nile.example>')).toMatchObject({ exitCode: 0 })
    for (const person of ['＝1+1 Zed <zed@nile.example>', 'Zed evil。com⁄pay <zed@nile.example>'])
      expect(await add(person), person).toMatchObject({ exitCode: 2 })
  })

  it('finds people and centres by letters without their accents', async () => {
    for (const person of ['Ida Straße <ida@nile.example>', 'Łukasz O’Neil <lukasz@nile.example>'])
      expect(await add(person)).toMatchObject({ exitCode: 0 })
    for (const text of ['strasse', "lukasz o'neil"])
      expect(await desk.program(['users', 'list', text, '--format', 'count'])).toMatchObject({
        stdout: '1\n',
      })
    expect(await desk.program(['centres', 'show', 'isik'])).toMatchObject({ exitCode: 0 })
  })

  it('guards full-width formulas in CSV, and nothing else', async () => {
    writeFileSync(
      desk.path('centres.csv'),
      'Centre number,Centre name,Associate,Email,First name,Last name,Country\nEG001,Ïles,,＝a@nile.example,Ïan,Bell,Egypt\n',
    )
    const { stdout } = await desk.program(['centres', 'import', 'centres.csv', '--dry-run', '--json'])
    const { issues } = JSON.parse(stdout)
    expect(issues).toHaveLength(1)
    const out = ['--issues-out', 'issues.csv', '--yes']
    await desk.program(['centres', 'import', 'centres.csv', ...out])
    const corrected = readFileSync(desk.path('issues.csv'), 'utf8')
    expect(corrected).toContain("'＝a@nile.example")
    expect(corrected).toContain('Ïles')
    expect(corrected).not.toContain("'Ï")
  })

  it('is read one byte a letter: it holds none of more', () => {
    const folder = join(dirname(bin), '../dist')
    const files = readdirSync(folder).filter((name) => name.endsWith('.js'))
    expect(files).toContain('program.js')
    for (const name of files)
      expect(
        readFileSync(join(folder, name)).findIndex((byte) => byte > 127),
        name,
      ).toBe(-1)
  })
})
