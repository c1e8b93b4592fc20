import { existsSync, writeFileSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { connectSqlite } from '../../src/db/sqlite/driver.ts'
import { csv, line } from '../import/workbook.ts'
import { type Desk, newDesk } from '../torture/desk.ts'

let desk: Desk
beforeEach(async () => {
  desk = newDesk()
  await desk.run(['centres', 'create', 'EG001', '--name', 'Nile Academy', '--country', 'Egypt'])
  await desk.run(['users', 'add', 'Amira Haddad <amira@school.example>', '--centre', 'EG001'])
})
afterEach(() => desk.clear())

describe('what leaves the store in a file', () => {
  it.each([
    ['audit.exported', 'log.jsonl', ['audit', 'export', 'log.jsonl']],
    ['audit.exported', 'log.xlsx', ['audit', 'export', 'log.xlsx']],
    ['centres.exported', 'roster.csv', ['centres', 'export', 'roster.csv']],
    ['mail.shown', 'page.html', ['mail', 'show', '1', '--html', 'page.html']],
  ] as const)('is named by the log as %s before %s is there', async (action, file, argv) => {
    const killed = await desk.run([...argv, '--yes'], { fault: `kill link ${file}` })
    expect([killed.signal, existsSync(desk.path(file))]).toEqual(['SIGKILL', false])
    const { stdout } = await desk.run(['audit', 'list', '--action', action, '--json'])
    expect(JSON.parse(stdout).events).toHaveLength(1)
  })
})

describe('what the log names and the disk does not take', () => {
  let begun: Desk
  let here: Desk
  beforeAll(async () => {
    begun = newDesk()
    const must = async (...argv: string[]) => expect((await begun.run(argv)).exit, argv.join(' ')).toBe(0)
    writeFileSync(begun.path('centres.csv'), csv([line('EG001', 'amira@school.example')]))
    writeFileSync(begun.path('audio.mp3'), 'some audio')
    await must('centres', 'import', 'centres.csv', '--yes', '--pins-out', 'pins.csv')
    await must('users', 'add', 'Nour Said <nour@school.example>', '--centre', 'EG001')
    const about = '--title Audio --kind other --series 2026-06'.split(' ')
    await must('resources', 'upload', 'audio.mp3', ...about)
    await must('help-documents', 'upload', 'audio.mp3', '--title', 'How to listen')
    await must('releases', 'create', 'Audio', '--resource', '1', '--opens', 'now', '--for', 'all')
    await must('releases', 'publish', 'Audio', '--yes')
  })
  beforeEach(() => {
    here = begun.copy()
  })
  afterEach(() => here.clear())
  afterAll(() => begun.clear())

  it.each([
    ['resources.downloaded', 'resources download 1 --out made.ogg'],
    ['help-documents.downloaded', 'help-documents download 1 --out made.ogg'],
    ['releases.authorisations.written', 'releases authorisations --out made.csv'],
    ['audit.exported', 'audit export made.csv'],
    ['centres.exported', 'centres export made.csv'],
    ['mail.shown', 'mail show 1 --html made.html'],
    ['centres.imports.reported', 'centres imports show 1 --report made.html'],
    ['pins.made-again', 'centres pins 1 --out made.csv'],
  ])('ends with 9, says how to get it, and leaves nothing: %s', async (action, typed) => {
    const argv = typed.split(' ')
    const name = argv.at(-1) ?? ''
    const ran = await here.run([...argv, '--yes', '--json'], { fault: `ENOSPC link ${name}` })
    expect([ran.exit, ran.stderr]).toEqual([9, ''])
    const { notices, ...answer } = JSON.parse(ran.stdout)
    expect(JSON.stringify(answer)).not.toContain(name)
    const [{ message }] = notices.filter(({ code }: { code: string }) => code.endsWith('not-placed'))
    expect(message).toMatch(/made.* cannot be written: the disk is full[.] .*: ssh-admin /)
    expect(here.files().filter((file) => /made|part/.test(file))).toEqual([])
    expect(eventsOf(here, action)).toBe(1)
  })

  it('is not said to be written in a pipe either, and comes with the same command once more', async () => {
    const argv = 'resources download 1 --out made.ogg'.split(' ')
    const piped = await here.run(argv, { fault: 'EIO link made.ogg' })
    expect([piped.exit, piped.stdout]).toEqual([9, ''])
    expect(piped.stderr).toContain('To write it: ssh-admin resources download 1 --out made.ogg')
    expect([(await here.run(argv)).exit, here.files().includes('made.ogg')]).toEqual([0, true])
  })
})

function eventsOf({ db }: Desk, action: string): unknown {
  const raw = connectSqlite(db)
  try {
    return raw.prepare('select count(*) from audit where action = ?').pluck().get(action)
  } finally {
    raw.close()
  }
}
