import { writeFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { inProcess } from '../terminal.ts'
import { newWorld, type World } from '../world.ts'

const heading = 'Centre number,Centre name,Country,Town,First name,Last name,Email\n'

let world: World
beforeEach(() => {
  world = newWorld()
})
afterEach(() => world.close())

const env = { NO_COLOR: '1', COLUMNS: '120' }
const shown = async (line: string, more: Record<string, string> = {}) => {
  const ran = await world.run(line.split(' '), { terminal: true, env: { ...env, ...more } })
  return { ...ran, text: ran.stdout + ran.stderr }
}
const rowsOf = (name: string, rows: readonly string[]) =>
  writeFileSync(world.path(name), heading + rows.map((row) => `${row}\n`).join(''))

describe('an import at a terminal', () => {
  it('says in a few lines what it did, where the PINs are, and how to take it back', async () => {
    rowsOf('a.csv', ['EG001,Nile School,Egypt,Cairo,Amira,Haddad,amira@school.example'])
    const { stdout } = await shown('centres import a.csv --yes --pins-out pins.xlsx')
    expect(stdout).toMatch(/^✓ Imported a\.csv: 1 row in \d+\.\d s; 1 centre created, 1 user created\.\n/)
    expect(stdout).toContain('PIN of the new user: pins.xlsx\n')
    expect(stdout).toContain('To take it back: ssh-admin centres imports undo 1\n')
  })

  it('counts none of the time that a question stood open, and says of a list of which nothing was ticked', async () => {
    rowsOf('a.csv', ['EG001,Nile,Egypt,Cairo,Amira,Haddad,a@nile.example', 'EG002,Delta,Egypt,Cairo,,,'])
    await world.run(['centres', 'import', 'a.csv', '--yes'])
    rowsOf('b.csv', ['EG001,Nile School,Egypt,Cairo,Amira,Haddad,a@nile.example'])
    const before = performance.now()
    const typist = inProcess(world, ['centres', 'import', 'b.csv'])
    await typist.sees('Delete any?')
    await setTimeout(2000)
    typist.presses('enter')
    await typist.sees('Rename 1 centre?')
    typist.types('y')
    typist.presses('enter')
    const { text } = await typist.leaves()
    expect(text).toContain('Delete any? none')
    const [, seconds] = /1 row in (\d+\.\d) s/.exec(text) ?? []
    expect(Number(seconds)).toBeLessThan((performance.now() - before) / 1000 - 1.9)
  })

  it('tells no mistake twice that stood above the question', async () => {
    rowsOf('a.csv', [
      'EG001,Nile,Egypt,Cairo,Amira,Haddad,a@nile.example',
      'EG001,Nile,Egypt,Cairo,Omar,Said,omar@',
    ])
    const typist = inProcess(world, ['centres', 'import', 'a.csv'])
    await typist.sees('Create 1 centre and 1 user?')
    typist.types('y')
    typist.presses('enter')
    const { exit, text } = await typist.leaves()
    expect([exit, text]).toEqual([8, expect.stringContaining('1 row held back, as above.')])
    expect(text.match(/omar@ is not an address/g)).toHaveLength(1)
    const { stdout } = await shown('centres import a.csv --yes')
    expect(stdout).toContain('omar@ is not an address')
  })

  it('says that there is nothing to change', async () => {
    rowsOf('a.csv', ['EG001,Nile School,Egypt,Cairo,Amira,Haddad,amira@school.example'])
    await world.run(['centres', 'import', 'a.csv', '--yes'])
    expect((await shown('centres import a.csv --yes')).stdout).toMatch(/; nothing to change\.\n$/)
  })

  it('says in a rehearsal what would be', async () => {
    rowsOf('a.csv', ['EG001,Nile School,Egypt,Cairo,Amira,Haddad,amira@school.example'])
    const { stdout, stderr } = await shown('centres import a.csv --dry-run')
    expect(stdout).toMatch(
      /^\+ 1 new centre\n {4}EG001 {2}Nile School\n\+ 1 new user, with a PIN\n✓ Would import a\.csv: /,
    )
    expect(stderr).toContain('This was a rehearsal: nothing was changed.')
  })

  it('shows all that the question shows in a rehearsal: whom it creates, renames, deletes, holds back and misses', async () => {
    rowsOf('a.csv', [
      'EG001,Nile School,Egypt,Cairo,Amira,Haddad,amira@school.example',
      'EG001,Nile School,Egypt,Cairo,Omar,Said,omar@school.example',
      'EG002,Delta School,Egypt,Cairo,,,',
      'EG004,Luxor School,Egypt,Luxor,,,',
    ])
    await world.run(['centres', 'import', 'a.csv', '--yes'])
    rowsOf('b.csv', [
      'EG001,Nile Academy,Egypt,Cairo,Amira,Haddad,amira@school.example',
      'EG003,Sinai School,Egypt,Dahab,Yui,Ito,yui@school.example',
      'EG005,Aswan School,Egipt,Aswan,Ali,Ito,ali@school.example',
    ])
    const deleting = 'centres import b.csv --delete-centre EG002 --delete-user omar@school.example'
    const { stdout, exit } = await shown(`${deleting} --dry-run`)
    expect(exit).toBe(8)
    const [plan = '', summary = ''] = stdout.split('✓ ')
    expect(summary).toContain('1 row held back, as above.')
    const asked = (await world.run(deleting.split(' '))).stderr
    expect(asked).toContain(plan)
    for (const named of ['EG003', 'Nile School → Nile Academy', 'EG002', 'omar@', 'b!C4', 'EG004'])
      expect(plan).toContain(named)
  })

  it('names what was renamed, what is not in the workbook, and each row held back', async () => {
    rowsOf('a.csv', [
      'EG001,Nile School,Egypt,Cairo,Amira,Haddad,amira@school.example',
      'EG002,Delta School,Egypt,Cairo,Omar,Said,omar@school.example',
    ])
    await world.run(['centres', 'import', 'a.csv', '--yes'])
    rowsOf('b.csv', [
      'EG001,Nile Academy,Egypt,Cairo,Amira,Haddad,amira@school.example',
      'EG003,Sinai School,Egypt,Dahab,Yui,Ito,yui@',
    ])
    const { stdout, exit } = await shown('centres import b.csv --yes')
    expect(exit).toBe(8)
    expect(stdout).toContain('Renamed:\n    EG001  Nile School → Nile Academy\n')
    expect(stdout).toContain('Not in the workbook: 1 centre of the store')
    expect(stdout).toMatch(/1 row held back:\n {4}b!G3 {2}/)
  })

  it('deletes what is not in the workbook where it is told to, and says so', async () => {
    rowsOf('a.csv', [
      'EG001,Nile School,Egypt,Cairo,Amira,Haddad,amira@school.example',
      'EG001,Nile School,Egypt,Cairo,Omar,Said,omar@school.example',
      'EG002,Delta School,Egypt,Cairo,,,',
    ])
    await world.run(['centres', 'import', 'a.csv', '--yes'])
    rowsOf('b.csv', ['EG001,Nile School,Egypt,Cairo,Amira,Haddad,amira@school.example'])
    const { stdout } = await shown('centres import b.csv --yes --delete-missing --delete-extra')
    expect(stdout).toContain('; 1 centre deleted, 1 user deleted.')
  })

  it('shows the first of each kind where many rows are held back', async () => {
    rowsOf(
      'a.csv',
      Array.from({ length: 30 }, (_, at) => `EG0${at + 10},School ${at},Egypt,Cairo,A,B,user${at}@`),
    )
    const { stdout } = await shown('centres import a.csv --yes')
    expect(stdout).toContain('30 issues of the kind invalid-email, the first:')
    expect(stdout).toContain('All of them: --issues-out FILE, or --json')
  })

  it('shows the first of each kind where so many are refused', async () => {
    rowsOf(
      'a.csv',
      Array.from({ length: 60 }, (_, at) => `EG0${at + 10},School ${at},Egypt,Cairo,A,B,user${at}@`),
    )
    const { stderr, exit } = await shown('centres import a.csv --strict')
    expect(exit).toBe(6)
    expect(stderr).toContain('60 issues of the kind invalid-email, the first:')
    expect(stderr).toContain('All of them: --json')
    expect(stderr.split('\n').length).toBeLessThan(12)
  })

  it('keeps to one line who is not in the workbook, with why somebody is kept', async () => {
    const long = `${'a'.repeat(60)}@school.example`
    const amira = 'EG001,Nile School,Egypt,Cairo,Amira,Haddad,amira@school.example'
    rowsOf('a.csv', [
      amira,
      `EG001,Nile School,Egypt,Cairo,Ann,Lee,${long}`,
      'EG002,Delta School,Egypt,Cairo,Omar,Said,omar.said.of.the.delta.school@school.example',
    ])
    await world.run(['centres', 'import', 'a.csv', '--yes'])
    rowsOf('b.csv', [amira, 'EG002,Delta School,Egypt,Cairo,Omar,Said,omar@'])
    const { stderr } = await shown('centres import b.csv --plan-out b.plan', { COLUMNS: '80' })
    expect(stderr).toContain(`    ${'a'.repeat(51)}…  EG001  never signed in\n`)
    expect(stderr).toContain(
      '    omar.said.of.the.delta.school@school.exa…  EG002  (kept: rows are held back)\n',
    )
  })

  it('offers no plan to be applied that would change nothing', async () => {
    rowsOf('a.csv', ['EG001,Nile School,Egypt,Cairo,Amira,Haddad,amira@school.example'])
    await world.run(['centres', 'import', 'a.csv', '--yes'])
    const { stdout } = await shown('centres import a.csv --plan-out a.plan')
    expect(stdout).toBe('The plan is in a.plan; it would change nothing.\n')
  })

  it('says that a plan is saved, how to apply it, and what is in it', async () => {
    rowsOf('a.csv', [
      'EG001,Nile School,Egypt,Cairo,Amira,Haddad,amira@school.example',
      'EG002,Delta School,Egypt,Cairo,Omar,Said,omar@school.example',
    ])
    await world.run(['centres', 'import', 'a.csv', '--yes'])
    rowsOf('b.csv', [
      'EG001,Nile Academy,Egypt,Cairo,Yui,Ito,yui@school.example',
      'EG001,Nile Academy,Egypt,Cairo,Omar,Said,omar@school.example',
      'EG003,Sinai School,Egypt,Dahab,Ann,Lee,ann@',
      'EG004,Aswan School,Egypt,Aswan,Ben,Lee,ben@school.example',
    ])
    const { stdout, stderr } = await shown('centres import b.csv --plan-out b.plan')
    expect(stdout).toBe(
      'The plan is in b.plan; nothing was changed. To apply it: ssh-admin centres apply b.plan\n',
    )
    expect(stderr).toContain('+ 1 new centre\n    EG004  Aswan School\n')
    expect(stderr).toContain('+ 2 new users, each with a PIN\n')
    expect(stderr).toContain('~ 1 centre to rename\n    EG001  Nile School → Nile Academy\n')
    expect(stderr).toContain('· 1 user at these centres but not in the workbook\n    amira@school.example')
    expect(stderr).toContain('1 user assigned to several centres\n    omar@school.example')
    rowsOf('one.csv', ['EG005,Luxor School,Egypt,Luxor,Eve,Lee,eve@school.example'])
    expect((await shown('centres import one.csv --plan-out one.plan')).stderr).toContain(
      '+ 1 new user, with a PIN\n',
    )
    expect((await shown('centres import b.csv --plan-out c.plan --dry-run')).stdout).toBe(
      'The plan was made, and not saved: this was a rehearsal.\n',
    )
  })
})

describe('the history of imports at a terminal', () => {
  it('shows what one did, takes it back in words, and says what is left', async () => {
    rowsOf('a.csv', [
      'EG001,Nile School,Egypt,Cairo,Amira,Haddad,amira@school.example',
      'EG002,Delta School,Egypt,Cairo,Omar,Said,omar@school.example',
    ])
    await world.run(['centres', 'import', 'a.csv', '--yes'])
    rowsOf('b.csv', [
      'EG001,Nile Academy,Egypt,Cairo,Amira,Haddad,amira@school.example',
      'EG002,Delta School,Egypt,Cairo,Omar,Said,omar@school.example',
      'EG003,Sinai School,Egypt,Dahab,Yui,Ito,yui@school.example',
    ])
    await world.run(['centres', 'import', 'b.csv', '--yes'])
    expect((await shown('centres imports')).stdout).toMatch(
      /^Import +When +File +By +Centres +Users +State\n2 /,
    )
    const { stdout: one } = await shown('centres imports show 2')
    expect(one).toMatch(/^Import 2: b\.csv \(applied\), just now by tester@desk\n\+ 1 centre created\n/)
    expect(one).toContain('centre renamed: Nile School → Nile Academy')
    expect(one).toContain('To take it back: ssh-admin centres imports undo 2')
    await world.run(['users', 'suspend', 'yui@school.example', '--yes'])
    const { stdout: undone } = await shown('centres imports undo 2 --yes')
    expect(undone).toMatch(/^✓ Took back import 2 \(b\.csv\): 1 old name given back[,.]/)
    expect(undone).toContain('yui@school.example  suspended')
    expect((await shown('centres imports undo 2 --yes')).stdout).toBe(
      '· Import 2 was taken back already; nothing to do.\n',
    )
    expect((await shown('centres pins 1 --out again.xlsx')).stdout).toBe('Wrote 2 open PINs to again.xlsx.\n')
  })
})
