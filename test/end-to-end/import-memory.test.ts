import { readFileSync, writeFileSync } from 'node:fs'
import { execa } from 'execa'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { bin, type Desk, newDesk } from './program.ts'

let desk: Desk
beforeEach(() => {
  desk = newDesk()
})
afterEach(() => desk.clear())

const rows = 30_000
/** Of the heap, in MB; such a list took more where each issue was kept in words, or each cell of a row as a text. */
const enough = 60

const fields = 'Centre number,Centre name,Email,First name,Last name,Country,Town,Address,Kind,Associate,Role'

const lists = {
  'error words in every cell': () => fields.replace(/[^,]+/g, '#REF!'),
  'error words beside a good address': (at: number) =>
    `N${at},School ${at},user@school${at}.example${',#N/A'.repeat(8)}`,
}

const beside = 'error words beside a good address'

describe('importing tens of thousands of rows with a mistake in each', () => {
  it.each([
    ['error words in every cell', []],
    [beside, []],
    [beside, ['--issues-out', 'held-back.xlsx']],
    [beside, ['--issues-out', 'held-back.csv']],
  ] as const)('needs no more memory for %s than for rows, with %j', async (list, options) => {
    const ended = await importing(list, ['--yes', ...options])
    expect(ended.stderr).toBe('')
    expect(ended.exitCode).toBe(8)
    expect(JSON.parse(ended.stdout)).toMatchObject({ rows: { read: rows, heldBack: rows } })
  })

  it('needs no more to refuse them all, each problem told', async () => {
    const ended = await importing(beside, ['--strict'])
    expect(ended.stdout).toBe('')
    expect(ended.exitCode).toBe(6)
    const { error } = JSON.parse(ended.stderr)
    expect(error).toMatchObject({ code: 'has-issues' })
    expect(error.details.problems).toHaveLength(8 * rows)
  })
})

describe('importing tens of thousands of rows a second time', () => {
  it('needs little of the heap for what is saved', async () => {
    writeSchools()
    const argv = ['centres', 'import', 'list.csv', '--yes', '--json']
    const first = await desk.program(argv, { env: environment([]) })
    expect(JSON.parse(first.stdout)).toMatchObject({ users: { created: rows } })
    // An object and some entries of maps for each centre and each user took more than 40.
    const again = await desk.program(argv, { env: environment(['--max-old-space-size=34']) })
    expect(again.stderr).toBe('')
    expect(JSON.parse(again.stdout)).toMatchObject({ users: { created: 0, unchanged: rows } })
  })
})

describe('importing tens of thousands of centres for which five releases are open', () => {
  it.each([[[]], [['--json']]])('needs little of the heap to say so, with %j', async (options) => {
    writeSchools()
    writeFileSync(desk.path('paper.txt'), 'Paper')
    const does = async (line: string) => {
      const ended = await desk.program([...line.split(' '), '--yes'], { env: environment([]) })
      expect(ended.exitCode, ended.stderr).toBe(0)
    }
    await does('store init')
    await does(
      'resources upload paper.txt --title Paper --kind pre-release --series 2026-06 --component 0500/12',
    )
    for (const name of ['One', 'Two', 'Three', 'Four', 'Five']) {
      await does(`releases create ${name} --resource 1 --opens 2026-01-01T00:00:00Z --for all`)
      await does(`releases publish ${name}`)
    }
    const argv = ['centres', 'import', 'list.csv', '--yes', ...options]
    // An object for each centre and each release took more than 50.
    const ended = await desk.program(argv, { env: environment(['--max-old-space-size=38']) })
    expect([ended.exitCode, ended.stderr.match(/heap/)]).toEqual([0, null])
    if (options.length > 0) expect(JSON.parse(ended.stdout).opened).toHaveLength(5 * rows)
    else expect(ended.stdout.match(/(?<=opened-for\t).*/g)).toContain(`1\tOne\t${rows}\t0`)
  })
})

describe('importing a hundred thousand rows with eight mistakes in each', () => {
  // Half a minute: on the line of Node that the tests are run on first.
  it.skipIf(!process.version.startsWith('v20.'))(
    'takes less than 300 MB to refuse them, each problem told',
    async () => {
      const watched = `process.on('exit', () => require('node:fs').writeFileSync('peak', String(process.resourceUsage().maxRSS)))`
      writeFileSync(desk.path('peak.cjs'), watched)
      writeList(beside, 100_000)
      const argv = [bin, 'centres', 'import', 'list.csv', '--strict', '--json']
      // Kept in this process, it would be cut at a hundred million letters.
      const ended = await execa(process.execPath, argv, {
        cwd: desk.folder,
        env: environment(['--require', desk.path('peak.cjs')]),
        extendEnv: false,
        reject: false,
        stderr: { file: desk.path('told.json') },
        buffer: false,
      })
      expect(ended.exitCode).toBe(6)
      const printed = readFileSync(desk.path('told.json'), 'utf8')
      expect(printed.match(/"code":"error-cell"/g)).toHaveLength(800_000)
      expect((Number(readFileSync(desk.path('peak'), 'utf8')) * 1024) / 1e6).toBeLessThan(300)
    },
  )
})

describe('importing tens of thousands of results with a mistake in every cell', () => {
  it('needs no more memory than for rows, each problem told', async () => {
    const columns = 'Teacher email,Site,Learner group,Stage,Subject,Test,Taken on,Learner,Mark'
    const wrong = columns.replace(/[^,]+/g, '#N/A')
    writeFileSync(desk.path('results.csv'), `${[columns, ...Array(rows).fill(wrong)].join('\n')}\n`)
    await desk.program(['store', 'init', '--yes'], { env: environment([limited]) })
    const argv = ['progression-tests', 'import', 'results.csv', '--yes', '--json']
    const ended = await desk.program(argv, { env: environment([limited]) })
    expect(ended.exitCode).toBe(6)
    expect(ended.stderr.match(/"code":"error-cell"/g)).toHaveLength(9 * rows)
  })
})

describe('reading twelve thousand rows of other tables with a mistake in every cell', () => {
  it.each([
    ['users add --from', 6, 'Centre number,First name,Last name,Email,Role,Sites', 1, userRow],
    ['entries import', 8, 'Centre number,Series,Component,Candidates', 4, entryRow],
    [
      'key-times import',
      8,
      'Country,Administrative zone,Session,Local time,Time zone,Series,From,Until',
      7,
      keyTimeRow,
    ],
  ] as const)('needs no more memory for %s than for the rows', async (words, exit, headings, each, row) => {
    const count = 12_000
    writeFileSync(
      desk.path('list.csv'),
      `${[headings, ...Array.from({ length: count }, (_, at) => row(at))].join('\n')}\n`,
    )
    await desk.program(['store', 'init', '--yes'], { env: environment([]) })
    const argv = [...words.split(' '), 'list.csv', '--yes', '--json']
    const ended = await desk.program(argv, { env: environment(['--max-old-space-size=28']) })
    expect(ended.exitCode).toBe(exit)
    expect(`${ended.stdout}${ended.stderr}`.match(/"message":/g)?.length).toBeGreaterThanOrEqual(each * count)
  })
})

const userRow = (at: number) => `ZZ${at},#N/A,=x${at},u${at}@@school.example,teecher${at},prim${at}`
const entryRow = (at: number) => `!${at},2026-x${at},05a/${at},x${at}`
const keyTimeRow = (at: number) =>
  `Egipt${at},${at + 9},AMM${at},25:${at},Africa/Cairoo${at},2026-6${at},x${at},y${at}`

const limited = `--max-old-space-size=${enough}`

function importing(list: keyof typeof lists, options: readonly string[]) {
  writeList(list, rows)
  return desk.program(['centres', 'import', 'list.csv', ...options, '--json'], {
    env: environment([limited]),
  })
}

/** A row for each of thirty thousand schools, all of them well. */
function writeSchools(): void {
  const school = (at: number) =>
    `N${at},School ${at} of the hills,u${at}@school${at}.example,Amira,Haddad,Egypt`
  const headings = 'Centre number,Centre name,Email,First name,Last name,Country'
  const lines = [headings, ...Array.from({ length: rows }, (_, at) => school(at))]
  writeFileSync(desk.path('list.csv'), `${lines.join('\n')}\n`)
}

function writeList(list: keyof typeof lists, count: number): void {
  const lines = [fields, ...Array.from({ length: count }, (_, at) => lists[list](at))]
  writeFileSync(desk.path('list.csv'), `${lines.join('\n')}\n`)
}

function environment(node: readonly string[]) {
  return {
    PATH: process.env.PATH,
    HOME: desk.folder,
    SSH_ADMIN_DB: desk.path('hub.db'),
    NODE_OPTIONS: node.join(' '),
  }
}
