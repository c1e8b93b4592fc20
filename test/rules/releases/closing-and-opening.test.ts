import { writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type ReleasesWorld, whomIn, worldWithResources } from './world-with-resources.ts'

let world: ReleasesWorld['world']
let audio: ReleasesWorld['audio']
let run: ReleasesWorld['run']
let released: ReleasesWorld['released']
let downloading: ReleasesWorld['downloading']
beforeEach(async () => {
  ;({ world, audio, run, released, downloading } = await worldWithResources())
})
afterEach(() => world.close())

describe('what is open', () => {
  beforeEach(async () => {
    await released('all', { opens: 'key-time AM 2026-06-02 - 2h' })
    world.setClock('2026-06-02T06:00:00.000Z')
  })
  const refused = async (...argv: string[]) => {
    const ran = await world.run([...argv])
    expect(ran, ran.stderr).toMatchObject({ exit: 2 })
    return ran.stderr
  }

  it('is not closed by a later Key Time without being asked, which says for whom', async () => {
    writeFileSync(
      world.path('later.csv'),
      'Country,Administrative zone,Session,Local time\nEgypt,3,AM,11:30\n',
    )
    expect(await refused('key-times', 'import', 'later.csv')).toContain('5 centres: CA001')
    const { closed } = await run('key-times', 'import', 'later.csv')
    expect(closed.map((one: { centre: { number: string } }) => one.centre.number)).toContain('EG001')
    expect(await downloading('officer@school.example', audio, world.now)).toMatchObject({ exit: 5 })
  })

  it('is not closed by an edit of the centre without being asked', async () => {
    expect(await refused('centres', 'edit', 'EG001', '--country', 'PK')).toContain('EG001')
    expect(await refused('centres', 'edit', 'CA102', '--no-global-listening')).toContain('CA102')
    expect(await world.run(['centres', 'edit', 'EG001', '--town', 'Giza'])).toMatchObject({ exit: 0 })
    expect(await run('centres', 'edit', 'EG001', '--postcode', '11511')).toMatchObject({
      closed: [],
      opened: [],
    })
    const { stdout } = await world.run(['centres', 'edit', 'CA102', '--no-global-listening', '--yes'])
    expect(stdout.split('\n')[1]).toMatch(/^closed\t1\tJune\tCA102$/)
    const answer = await run('centres', 'edit', 'EG001', '--country', 'PK')
    expect([whomIn(answer), answer.opened]).toEqual([['EG001'], []])
  })

  it('is not closed by an entry that a later file takes away without being asked', async () => {
    const entries = (candidates: number) => {
      const row = `EG001,2026-06,0500/12,${candidates}`
      writeFileSync(world.path('entries.csv'), `Centre number,Series,Component,Candidates\n${row}\n`)
    }
    await run('releases', 'edit', 'June', '--for', 'entries')
    entries(3)
    await run('entries', 'import', 'entries.csv')
    expect(await downloading('officer@school.example', audio, world.now)).toMatchObject({ exit: 0 })
    entries(0)
    const question = await refused('entries', 'import', 'entries.csv')
    expect(question).toContain('would close for 1 centre: EG001 ')
    expect(question).toContain('This changes 1 saved value: entries!D2 EG001 2026-06 0500/12: Candidates')
    expect(await downloading('officer@school.example', audio, world.now)).toMatchObject({ exit: 0 })
    expect(whomIn(await run('entries', 'import', 'entries.csv'))).toEqual(['EG001'])
    expect(await downloading('officer@school.example', audio, world.now)).toMatchObject({ exit: 5 })
  })

  it('is not closed by what is done to a Key Time, or to its zones, without being asked', async () => {
    await run('releases', 'edit', 'June', '--for', 'zone:3')
    const [egypt] = await world.rows<{ id: number }>("select id from key_times where session = 'AM'")
    const id = String(egypt?.id)
    const changes = [
      ['--remove'],
      ['--from', '2026-07-01'],
      ['--until', '2026-06-01'],
      ['--series', '2026-11'],
    ]
    for (const change of [...changes, ['--administrative-zone', '4']])
      expect(await refused('key-times', 'edit', id, ...change)).toContain('would close for 5 centres: CA001 ')
    const heading = 'Country,Administrative zone,Session,Local time'
    writeFileSync(world.path('zone.csv'), `${heading}\nEgypt,4,EV,18:00\n`)
    // In two zones, a country is in none.
    expect(await refused('key-times', 'import', 'zone.csv')).toContain('would close for 5 centres: CA001 ')
  })

  it('does not close earlier by another local time without being asked, which says when', async () => {
    await run('releases', 'edit', 'June', '--closes', 'key-time AM 2026-06-02 + 12h', '--for', 'EG001')
    const [egypt] = await world.rows<{ id: number }>("select id from key_times where session = 'AM'")
    const edit = ['key-times', 'edit', String(egypt?.id), '--local-time']
    expect(await world.run([...edit, '11:00'])).toMatchObject({ exit: 0 })
    expect(await refused(...edit, '09:00')).toContain('would close earlier for 1 centre: EG001 ')
    expect((await run(...edit, '09:00')).closed).toMatchObject([
      { centre: { number: 'EG001' }, closesAt: expect.stringMatching(/^2026-06-02T18:00/) },
    ])
  })

  it('is not closed by another time zone of a centre without being asked', async () => {
    const heading = 'Country,Administrative zone,Session,Local time,Time zone'
    const rows = ['Sydney', 'Perth'].flatMap((city) =>
      ['AM,10:00', 'PM,14:00'].map((session) => `Australia,6,${session},Australia/${city}`),
    )
    writeFileSync(world.path('zones.csv'), [heading, ...rows].join('\n'))
    await run('key-times', 'import', 'zones.csv')
    await run(
      'centres',
      'create',
      'AU001',
      '--name',
      'Wattle',
      '--country',
      'AU',
      '--time-zone',
      'Australia/Sydney',
    )
    // In the east it opens two hours before it does in the west.
    await run('releases', 'edit', 'June', '--opens', 'key-time AM 2026-06-03 - 2h', '--closes', 'none')
    world.setClock('2026-06-02T23:30:00.000Z')
    for (const zone of ['Australia/Perth', 'none'])
      expect(await refused('centres', 'edit', 'AU001', '--time-zone', zone)).toContain(
        'would close for 1 centre: AU001 ',
      )
  })

  it('is not asked about where nothing closes', async () => {
    writeFileSync(
      world.path('same.csv'),
      'Country,Administrative zone,Session,Local time\nEgypt,3,AM,09:00\n',
    )
    const ran = await world.run(['key-times', 'import', 'same.csv', '--json'])
    expect(ran).toMatchObject({ exit: 0 })
    expect(ran.json()).toMatchObject({ closed: [] })
  })
})

describe('what is not open yet', () => {
  beforeEach(async () => {
    await released('all', { opens: 'key-time AM 2026-06-02 - 1h' })
    world.setClock('2026-06-02T05:30:00.000Z')
  })
  const refused = async (...argv: string[]) => {
    const ran = await world.run([...argv])
    expect(ran, ran.stderr).toMatchObject({ exit: 2 })
    return ran.stderr
  }
  const isOpen = async () => (await downloading('officer@school.example', audio, world.now)).exit === 0

  it('is not opened by an earlier Key Time without being asked, which says for whom', async () => {
    writeFileSync(
      world.path('earlier.csv'),
      'Country,Administrative zone,Session,Local time\nEgypt,3,AM,08:00\n',
    )
    expect(await isOpen()).toBe(false)
    const asked = await refused('key-times', 'import', 'earlier.csv')
    expect(asked).toContain('would open at once for 5 centres')
    const [egypt] = await world.rows<{ id: number }>("select id from key_times where session = 'AM'")
    expect(await refused('key-times', 'edit', String(egypt?.id), '--local-time', '08:00')).toContain('CA001')
    expect(await isOpen()).toBe(false)
    const { opened, closed } = await run('key-times', 'import', 'earlier.csv')
    expect(opened.map((one: { centre: { number: string } }) => one.centre.number)).toContain('EG001')
    expect(closed).toEqual([])
    expect(await isOpen()).toBe(true)
  })

  it('is not opened by another country or time zone of a centre without being asked', async () => {
    writeFileSync(
      world.path('pakistan.csv'),
      'Country,Administrative zone,Session,Local time\nPakistan,4,AM,09:00\nPakistan,4,PM,14:00\n',
    )
    expect(await world.run(['key-times', 'import', 'pakistan.csv'])).toMatchObject({ exit: 0 })
    expect(await refused('centres', 'edit', 'EG001', '--country', 'PK')).toContain(
      'would open at once for 1 centre',
    )
    expect(await isOpen()).toBe(false)
    expect(await run('centres', 'edit', 'EG001', '--country', 'PK')).toMatchObject({
      closed: [],
      opened: [{ centre: { number: 'EG001' }, release: { name: 'June' } }],
    })
    expect(await isOpen()).toBe(true)
  })

  it('is not opened by an entry without being asked', async () => {
    await run('releases', 'edit', 'June', '--for', 'entries', '--opens', '2026-06-02T05:00Z')
    writeFileSync(
      world.path('entries.csv'),
      'Centre number,Series,Component,Candidates\nEG001,2026-06,0500/12,4\n',
    )
    expect(await refused('entries', 'import', 'entries.csv')).toContain('would open at once for 1 centre')
    expect(await isOpen()).toBe(false)
    expect(await run('entries', 'import', 'entries.csv')).toMatchObject({
      opened: [{ centre: { number: 'EG001' } }],
    })
    expect(await isOpen()).toBe(true)
  })
})
