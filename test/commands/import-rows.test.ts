import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { newWorld, type World } from '../world.ts'

let world: World
beforeEach(async () => {
  world = newWorld()
  await world.centre('EG001')
})
afterEach(() => world.close())

/** One good row, and one with a mistake that `mended` mends; a column that is not ours stays where it is. */
const files = {
  'key-times': {
    heading: 'Country,Note,Administrative zone,Session,Local time',
    good: 'Egypt,,3,AM,10:00',
    wrong: 'Pakistan,ask them,3,AM,9:0',
    mended: ['9:0', '9:00'],
    other: 'Egypt,,3,AM,10:30',
    second: 'Ghana,,3,AM,09:00',
  },
  entries: {
    heading: 'Centre number,Note,Series,Component,Candidates',
    good: 'EG001,,2026-06,0500/12,12',
    wrong: 'EG001,ask them,2026-6x,0500/22,3',
    mended: ['2026-6x', '2026-06'],
    other: 'EG001,,2026-06,0500/12,13',
    second: 'EG001,,2026-06,0500/13,4',
  },
} as const

const listed = async (noun: string) => (await world.run([noun, 'list', '--format', 'count'])).stdout.trim()

describe.each(Object.entries(files))('an import of %s', (noun, ofNoun) => {
  const { heading, good, wrong, mended, other, second } = ofNoun
  const write = (name: string, ...rows: string[]) =>
    writeFileSync(world.path(name), [heading, ...rows, ''].join('\n'))
  const run = (...argv: string[]) => world.run([noun, ...argv])

  it('writes the rows held back as they stood, with the reasons, to be corrected and imported', async () => {
    write('all.csv', good, wrong)
    expect((await run('import', 'all.csv', '--dry-run', '--issues-out', 'held.csv')).exit).toBe(8)
    expect(existsSync(world.path('held.csv'))).toBe(false)
    const ran = await run('import', 'all.csv', '--issues-out', 'held.csv', '--json')
    expect([ran.exit, ran.json().rows.heldBack]).toEqual([8, 1])
    const held = readFileSync(world.path('held.csv'), 'utf8')
    expect(held.trim().split('\r\n')).toHaveLength(2)
    expect(held).toContain('"ask them"')
    expect(held).toContain('Why it was held back')
    expect(statSync(world.path('held.csv')).mode & 0o777).toBe(0o600)
    writeFileSync(world.path('held.csv'), held.replace(mended[0], mended[1]))
    const again = await run('import', 'held.csv', '--json', '--issues-out', 'none.csv')
    expect([again.exit, again.json().rows]).toEqual([0, { read: 1, accepted: 1, heldBack: 0 }])
    expect(JSON.stringify(again.json().notices)).not.toContain('Why it was held back')
    expect([await listed(noun), existsSync(world.path('none.csv'))]).toEqual(['2', false])
  })

  it.each(['held.csv', 'held.xlsx'])(
    'writes all cells of two rows in one, so that %s is held back again as it stands',
    async (held) => {
      write('all.csv', good, `${other},${second}`)
      expect((await run('import', 'all.csv', '--issues-out', held)).exit).toBe(8)
      const again = await run('import', held, '--json', '--issues-out', 'again.csv')
      expect([again.exit, again.json().rows]).toEqual([8, { read: 1, accepted: 0, heldBack: 1 }])
      expect(again.json().issues).toMatchObject([{ code: 'two-rows-in-one' }])
      const [, row = ''] = readFileSync(world.path('again.csv'), 'utf8').replaceAll('"', '').split('\r\n')
      expect(row).toContain(`${other},${second},`)
      expect(await listed(noun)).toBe('1')
    },
  )

  it('saves a plan and changes nothing; apply does exactly that, once', async () => {
    write('all.csv', good, wrong)
    const planned = await run(
      'import',
      'all.csv',
      '--plan-out',
      'a.plan',
      '--issues-out',
      'held.xlsx',
      '--json',
    )
    expect(planned.exit).toBe(8)
    expect(planned.json()).toMatchObject({ plan: 'a.plan', changed: false, rows: { accepted: 1 } })
    expect([await listed(noun), existsSync(world.path('held.xlsx'))]).toEqual(['0', true])
    expect((await run('apply', 'a.plan', '--dry-run', '--json')).json()).toMatchObject({ changed: true })
    expect(await listed(noun)).toBe('0')
    const applied = await run('apply', 'a.plan', '--json')
    expect([applied.exit, applied.json().rows]).toEqual([8, { read: 2, accepted: 1, heldBack: 1 }])
    expect(applied.json().issues).toEqual(planned.json().issues)
    const { events } = (await world.run(['audit', 'list', '--action', `${noun}.imported`, '--json'])).json()
    expect(events).toMatchObject([{ details: { rows: { read: 2, heldBack: 1 } } }])
    expect(await listed(noun)).toBe('1')
    expect(await run('apply', 'a.plan', '--json').then((ran) => [ran.exit, ran.error().code])).toEqual([
      3,
      'plan-changed',
    ])
  })

  it('is planned again where the store, the workbook or the plan has changed meanwhile', async () => {
    const refused = async (changed: string) => {
      const ran = await run('apply', 'a.plan', '--json')
      expect(ran.exit).toBe(3)
      expect(ran.error()).toMatchObject({ code: 'plan-changed', details: { changed } })
    }
    write('all.csv', good)
    await run('import', 'all.csv', '--plan-out', 'a.plan')
    write('other.csv', other)
    await run('import', 'other.csv')
    await refused('store')
    await run('import', 'all.csv', '--plan-out', 'a.plan', '--yes')
    write('all.csv', other)
    await refused('workbook')
    write('all.csv', good)
    const [first = ''] = good.split(',')
    writeFileSync(world.path('a.plan'), readFileSync(world.path('a.plan'), 'utf8').replace(first, 'XY'))
    await refused('plan')
  })

  it('is no plan of another import', async () => {
    write('all.csv', good)
    await run('import', 'all.csv', '--plan-out', 'a.plan')
    for (const elsewhere of ['centres', 'key-times', 'entries'].filter((other) => other !== noun)) {
      const ran = await world.run([elsewhere, 'apply', 'a.plan', '--yes', '--json'])
      expect([ran.exit, ran.error().hint]).toEqual([6, `ssh-admin ${noun} apply ${world.path('a.plan')}`])
    }
  })
})

describe('an issue in a pipe', () => {
  it.each([
    ['centres', 'Centre number,Centre name,Country,Email\nEG001,School,Egypt,amira@\n', 'a!D2'],
    ['key-times', `${files['key-times'].heading}\n${files['key-times'].wrong}\n`, 'a!E2'],
    ['entries', `${files.entries.heading}\n${files.entries.wrong}\n`, 'a!C2'],
  ])(
    'has the same columns in an import of %s: cell, code, value, message, hint',
    async (noun, text, cell) => {
      writeFileSync(world.path('a.csv'), text)
      const [issue] = (await world.run([noun, 'import', 'a.csv', '--dry-run', '--json'])).json().issues
      const { stdout } = await world.run([noun, 'import', 'a.csv', '--dry-run'])
      const line = stdout.split('\n').find((one) => one.startsWith('issue\t'))
      expect(line?.split('\t')).toEqual([
        'issue',
        cell,
        issue.code,
        issue.value,
        issue.message,
        issue.hint ?? '',
      ])
    },
  )
})
