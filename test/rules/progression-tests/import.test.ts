import { readFileSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { countResults } from '../../holding.ts'
import { newWorld, type World } from '../../world.ts'

const amira = 'amira@school.example'
const headings = 'Teacher email,Site,Learner group,Stage,Subject,Test,Taken on,Learner,Mark'
const ali = `${amira},cambridge-primary,4B,4,English,Paper 1,2026-02-02,Ali,31`
const mona = `${amira},Cambridge Primary support site,4B,4,English,Paper 1,2026-02-02,Mona,`

describe('importing Progression Test data', () => {
  let world: World
  beforeEach(async () => {
    world = newWorld()
    await world.centre('EG001')
    await world.user(amira, { centre: 'EG001' })
  })
  afterEach(() => world.close())

  const importing = (...rows: string[]) => {
    writeFileSync(world.path('results.csv'), [headings, ...rows].join('\n'))
    return world.run(['progression-tests', 'import', world.path('results.csv'), '--json'])
  }

  it('brings learner groups, tests and results in with their owner and site', async () => {
    const ran = await importing(ali, mona)
    expect(ran.json()).toMatchObject({
      rows: 2,
      learnerGroups: { created: 1 },
      tests: { created: 1 },
      results: { created: 2, corrected: 0, unchanged: 0 },
      changed: true,
    })
    const listed = await world.run(['progression-tests', 'list', '--owner', amira])
    expect(listed.stdout).toBe('cambridge-primary\t4B\t4\tEnglish\tPaper 1\t2026-02-02\t2\n')
  })

  it('changes nothing the second time', async () => {
    await importing(ali, mona)
    expect((await importing(mona, ali)).json()).toMatchObject({ results: { unchanged: 2 }, changed: false })
    expect(await countResults(world)).toBe(2)
  })

  it('keeps groups and tests apart that differ in one thing alone, and the marks of each', async () => {
    await world.user('omar@school.example', { centre: 'EG001' })
    const rows = [
      ali,
      ali.replace(amira, 'omar@school.example'),
      ali.replace('cambridge-primary', 'cambridge-lower-secondary'),
      ali.replace('4B', '4C'),
      ali.replace('English', 'Science'),
      ali.replace('Paper 1', 'Paper 2'),
      ali.replace('2026-02-02', '2026-02-03'),
    ].map((row, at) => row.replace(/31$/, String(at)))
    const [groups, tests] = [4, rows.length]
    expect((await importing(...rows)).json()).toMatchObject({
      learnerGroups: { created: groups },
      tests: { created: tests },
      results: { created: tests },
    })
    expect((await importing(...rows.toReversed())).json()).toMatchObject({
      learnerGroups: { created: 0, unchanged: groups },
      tests: { created: 0, unchanged: tests },
      results: { created: 0, corrected: 0, unchanged: tests },
    })
  })

  it('takes a different mark as a correction', async () => {
    await importing(ali, mona)
    const corrected = await importing(ali.replace('31', '32.5'))
    expect(corrected.json()).toMatchObject({ results: { created: 0, corrected: 1 }, changed: true })
  })

  it('says of an address what to do about it, where that is known, and of a cell without a hint none', async () => {
    const ran = await importing(
      ali.replace(amira, `mailto:${amira}`),
      ali.replace('cambridge-primary', 'hub'),
    )
    expect(ran.error().details.problems).toEqual([
      expect.objectContaining({ code: 'invalid-email', hint: expect.stringContaining('take away mailto:') }),
      expect.not.objectContaining({ hint: expect.anything() }),
    ])
  })

  it.each([
    ['2026-02-02', '2026/2/2', 'Write 2026-02-02, if that is meant.'],
    ['2026-02-02', '25/02/2026', 'Write the year first: 2026-02-25.'],
    ['31', '"31,5"', 'write it with a point: 31.5'],
  ])(
    'says what may have been meant by a day or a mark that is written in another way: %s as %s',
    async (right, other, hint) => {
      const ran = await importing(ali.replace(right, other))
      expect(ran.error().details.problems).toMatchObject([{ hint }])
    },
  )

  it('counts equal rows once', async () => {
    expect((await importing(ali, ali)).json()).toMatchObject({ results: { created: 1 } })
  })

  it('names every problem by its cell, and brings nothing in', async () => {
    const ran = await importing(
      ali,
      ali.replace('31', '13'),
      'nobody@school.example,cambridge-primary,4B,4,English,Paper 1,2026-02-02,Ali,31',
      `${amira},test-maker,4B,4,English,Paper 1,2026-02-30,Ali,many`,
      `${amira},cambridge-primary,4B,5,English,,2026-02-02,Sara,3`,
      'nobody@school.example,cambridge-primary,4B,4,English,Paper 1,2026-02-02,Ali,many',
    )
    expect(ran.exit).toBe(6)
    const { code, details } = ran.error()
    expect(code).toBe('bad-rows')
    expect(details.problems).toMatchObject([
      {
        target: 'results!A4',
        code: 'user-not-found',
        message: 'Nobody has the address nobody@school.example, in 2 rows: results!A4, results!A7.',
        cells: ['results!A4', 'results!A7'],
      },
      { target: 'results!I3', code: 'rows-differ' },
      { target: 'results!B5', code: 'unknown-site' },
      { target: 'results!G5', code: 'invalid-date' },
      { target: 'results!I5', code: 'invalid-mark' },
      { target: 'results!F6', code: 'missing-value' },
      { target: 'results!I7', code: 'invalid-mark' },
    ])
    expect(ran.error().message).toBe('8 cells stand in the way; nothing was changed.')
    expect(await countResults(world)).toBe(0)
  })

  it('takes a column under another name with --map, and names the fields where there is none', async () => {
    const renamed = headings.replace('Learner,', 'Candidate,')
    writeFileSync(world.path('results.csv'), [renamed, ali].join('\n'))
    const words = ['progression-tests', 'import', 'results.csv', '--json', '--map']
    expect((await world.run([...words, 'Candidate=Learner'])).json()).toMatchObject({
      rows: 1,
      changed: true,
    })
    const ran = await world.run([...words, 'Candidate=Lerner'])
    expect(ran.exit).toBe(6)
    expect(ran.error()).toMatchObject({ code: 'workbook-bad-map', hint: expect.stringContaining('Learner') })
  })

  it('writes the workbook that it reads, filled in', async () => {
    const wrote = await world.run(['progression-tests', 'sample', 'empty.csv', '--json'])
    expect(wrote.json()).toMatchObject({ file: 'empty.csv' })
    const empty = readFileSync(world.path('empty.csv'), 'utf8')
    writeFileSync(world.path('results.csv'), `${empty}${ali}\n`)
    const ran = await world.run(['progression-tests', 'import', 'results.csv', '--json'])
    expect(ran.json()).toMatchObject({ rows: 1, notices: [] })
    expect((await world.run(['progression-tests', 'sample', 'a.xlsx'])).exit).toBe(0)
    const guided = await world.run(['progression-tests', 'import', 'a.xlsx', '--json'])
    expect(guided.json()).toMatchObject({ rows: 0, changed: false, notices: [] })
  })

  it('names its columns in its help', async () => {
    const { stdout } = await world.run(['progression-tests', 'import', '--help'])
    for (const heading of headings.split(',')) expect(stdout).toContain(heading)
  })

  it('refuses a file without the columns it needs', async () => {
    writeFileSync(world.path('results.csv'), 'Teacher email,Site\n')
    const ran = await world.run(['progression-tests', 'import', world.path('results.csv'), '--json'])
    expect(ran).toMatchObject({ exit: 6 })
    expect(ran.error().code).toBe('workbook-missing-column')
  })

  it('leaves no trace when rehearsed', async () => {
    writeFileSync(world.path('results.csv'), [headings, ali].join('\n'))
    const ran = await world.run(['progression-tests', 'import', world.path('results.csv'), '--dry-run'])
    expect(ran.exit).toBe(0)
    expect(await countResults(world)).toBe(0)
  })
})
