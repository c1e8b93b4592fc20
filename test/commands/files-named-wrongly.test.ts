import { writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeWorkbook } from '../../src/workbook/write.ts'
import { newWorld, type World } from '../world.ts'
import { zip } from '../workbook/zip.ts'

let world: World
beforeAll(async () => {
  world = newWorld()
  await world.centre('EG001')
  const sheets = ['Cover', 'Centres & more'].map((name) => ({ name, columns: [{ heading: 'A' }], rows: [] }))
  await writeWorkbook(world.path('two-sheets.xlsx'), sheets, { at: world.now })
})
afterAll(() => world.close())

const refused = async (...line: string[]) => {
  const { exit, error } = await world.run([...line, '--json'])
  const { message, hint } = error()
  return { exit, message, hint: hint?.replaceAll(' --json', '') }
}

const readsOneWorkbook = [
  'centres import',
  'centres lint',
  'entries import',
  'key-times import',
  'progression-tests import',
]

describe('several files for a command that takes one', () => {
  it.each(readsOneWorkbook)('%s says so, with the line for the first and for all', async (command) => {
    expect(await refused(...command.split(' '), 'a.xlsx', 'my b.csv')).toEqual({
      exit: 2,
      message: `${command} takes one file at a time, and 2 are named: a.xlsx, my b.csv.`,
      hint: `One of them, or all, one after another:
  ssh-admin ${command} a.xlsx
  for file in a.xlsx 'my b.csv'; do ssh-admin ${command} "$file"; done`,
    })
  })

  it('names many of one folder as they were typed before the shell', async () => {
    const files = ['a', 'b', 'c', 'd', 'e'].map((name) => `lists/${name}.xlsx`)
    const { message, hint } = await refused('centres', 'import', ...files, '--dry-run')
    expect(message).toContain('5 are named: lists/a.xlsx, lists/b.xlsx, lists/c.xlsx, …, lists/e.xlsx.')
    expect(hint).toContain('for file in lists/*.xlsx; do ssh-admin centres import "$file" --dry-run; done')
  })

  it.each([
    ['--delete-missing'],
    ['--delete-extra'],
    ['--pins-out', 'pins.xlsx'],
    ['--issues-out', 'back.csv'],
    ['--report', 'a.html'],
  ])('offers no loop with %s, which would undo what the file before did', async (...options) => {
    const { hint } = await refused('centres', 'import', 'a.xlsx', 'b.xlsx', ...options)
    expect(hint).toBe(`ssh-admin centres import a.xlsx ${options.join(' ')}`)
  })

  it('is still one name of several words where only the last has an ending', async () => {
    const { hint } = await refused('centres', 'import', 'Centres', 'of', 'Egypt.xlsx')
    expect(hint).toContain("ssh-admin centres import 'Centres of Egypt.xlsx'")
  })
})

describe('a file that is none', () => {
  it.each(readsOneWorkbook)('%s calls an address on the web one, without its secrets', async (command) => {
    const address = 'https://amira:pw@lists.example/2026/centres.xlsx?token=abc'
    expect(await refused(...command.split(' '), address)).toEqual({
      exit: 6,
      message:
        'https://amira:***@lists.example/2026/centres.xlsx?token=*** is an address on the web, and no file.',
      hint: `Download it with your browser, and then:\n  ssh-admin ${command} centres.xlsx`,
    })
  })

  it('is a zip archive of several workbooks, which are named', async () => {
    const names = ['north.xlsx', 'south.xlsx', '__MACOSX/._north.xlsx']
    writeFileSync(world.path('two.zip'), zip(names.map((name) => ({ name, content: 'x' }))))
    expect(await refused('centres', 'import', 'two.zip', '--yes')).toMatchObject({
      message: expect.stringContaining(
        'is a zip archive that holds 2 files of rows (north.xlsx, south.xlsx)',
      ),
      hint: 'Unpack it first, and give its files one at a time.',
    })
  })
})

describe('a sheet by its number', () => {
  it('is told the name of that sheet', async () => {
    expect(await refused('centres', 'import', 'two-sheets.xlsx', '--sheet', '2')).toMatchObject({
      exit: 6,
      hint: "A sheet goes by its name; number 2 is Centres & more: --sheet 'Centres & more'",
    })
    const { hint } = await refused('centres', 'import', 'two-sheets.xlsx', '--sheet', '3')
    expect(hint).toBe('It has: Cover, Centres & more.')
  })
})

describe('a workbook with the wrong command, or none', () => {
  it.each([
    [
      'k.xlsx --dry-run',
      [
        'centres import',
        'users add --from',
        'entries import',
        'key-times import',
        'progression-tests import',
      ].map((words) => `ssh-admin ${words} k.xlsx --dry-run`),
    ],
    [
      'k.csv',
      [
        'centres lint',
        'centres import',
        'users add --from',
        'entries import',
        'key-times import',
        'progression-tests import',
      ].map((words) => `ssh-admin ${words} k.csv`),
    ],
    ['centres check k.xlsx', ['ssh-admin centres lint k.xlsx']],
    ['centres validate k.xlsx', ['ssh-admin centres lint k.xlsx']],
    ['centres plan k.xlsx', ['ssh-admin centres import --dry-run k.xlsx']],
    ['entries check k.xlsx', ['ssh-admin entries import --dry-run k.xlsx']],
    ['key-times plan k.xlsx', ['ssh-admin key-times import --dry-run k.xlsx']],
    ['progression-tests check k.xlsx', ['ssh-admin progression-tests import --dry-run k.xlsx']],
  ])('%s leads to the line that was meant', async (line, lines) => {
    const { exit, hint } = await refused(...line.split(' '))
    expect([
      exit,
      hint
        ?.split('\n')
        .slice(1)
        .map((one) => one.trim()),
    ]).toEqual([2, lines])
  })
})

describe('a flag with a value', () => {
  it.each([
    ['centres import a.csv --dry-run=yes', '--dry-run', 'ssh-admin centres import a.csv --dry-run'],
    ['centres import a.csv --yes=true', '--yes', 'ssh-admin centres import a.csv --yes'],
    ['centres import a.csv --yes=false', '--yes', 'ssh-admin centres import a.csv'],
    ['users edit omar@nile.example --admin=yes', '--admin', 'ssh-admin users edit omar@nile.example --admin'],
    ['users list --deleted=no', '--deleted', 'ssh-admin users list'],
    ['entries import a.csv --strict=1', '--strict', 'ssh-admin entries import a.csv --strict'],
    ['users list --no-pager=maybe', '--no-pager', 'Leave out what stands behind --no-pager, or all of it.'],
  ])('%s says that it takes none', async (line, name, hint) => {
    expect(await refused(...line.split(' '))).toEqual({
      exit: 2,
      message: `${name} takes no value: it is there, or it is not.`,
      hint,
    })
  })

  it('is told of --json itself', async () => {
    const { exit, stderr } = await world.run(['users', 'list', '--json=1'])
    expect([exit, stderr]).toEqual([2, expect.stringContaining('--json takes no value')])
  })
})
