import { writeFileSync } from 'node:fs'
import { PassThrough, Readable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { run as runProgram } from '../../../src/cli/run.ts'
import { inProcess } from '../../terminal.ts'
import { contextIn } from '../../world.ts'
import { opening, type ReleasesWorld, worldWithResources } from './world-with-resources.ts'

let world: ReleasesWorld['world']
let audio: ReleasesWorld['audio']
let text: ReleasesWorld['text']
let run: ReleasesWorld['run']
let released: ReleasesWorld['released']
beforeEach(async () => {
  ;({ world, audio, text, run, released } = await worldWithResources())
})
afterEach(() => world.close())

async function lastEvent(): Promise<Date> {
  const [row] = await world.rows('select max(at) as at from audit')
  return new Date(String(row?.at))
}

describe('publishing or editing a release', () => {
  const drafted = (name: string, ...options: string[]) =>
    run('releases', 'create', name, '--resource', text, '--closes', '2026-06-03T08:00Z', ...options)
  const centresIn = (opened: { centre: { number: string } }[]) => opened.map(({ centre }) => centre.number)
  const asked = async (...argv: string[]) => {
    const unasked = await world.run(argv)
    expect(unasked, unasked.stderr).toMatchObject({ exit: 2 })
    return unasked.stderr.replace(/\s+/g, ' ')
  }
  /** What it says that it opens at once: in a rehearsal as when it is done. */
  const opened = async (...argv: string[]): Promise<string[]> => {
    const seen = await world.run([...argv, '--dry-run'], { terminal: true })
    const rehearsed = await world.run([...argv, '--dry-run', '--json'])
    const { opened: done } = await run(...argv)
    expect(rehearsed.json().opened).toEqual(done)
    expect(seen.stdout.includes('Opened for ')).toBe(done.length > 0)
    return centresIn(done)
  }

  /** What the line says that it opens at once, in a batch on a clock that goes on whenever it is looked at. */
  const openedInBatch = async (line: string, ...options: string[]): Promise<string[]> => {
    const [stdout, stderr] = [new PassThrough(), new PassThrough()]
    const context = contextIn(world, { stdin: Readable.from([`${line}\n`]), stdout, stderr })
    let seen = opening.getTime()
    const now = () => {
      seen += 1
      return new Date(seen)
    }
    expect(await runProgram(['batch', '--json', ...options], { ...context, now })).toBe(0)
    const [first] = String(stdout.read()).split('\n')
    return centresIn(JSON.parse(first ?? '').answer.opened)
  }

  beforeEach(() => world.setClock(opening))

  it('says for whom it opens at once, where its moment is past', async () => {
    await drafted('June', '--opens', '2026-06-02T04:00Z', '--for', 'EG001,EG002')
    const question = await asked('releases', 'publish', 'June')
    expect(question).toContain('It opens at once for 2 centres, June (pre-release): EG001 ')
    expect(question).toContain('Release it: it opens at once for 2 centres?')
    expect(await opened('releases', 'publish', 'June')).toEqual(['EG001', 'EG002'])
    expect((await run('releases', 'publish', 'June')).opened).toEqual([])
    const [logged] = await world.rows(
      "select facts from audit where action = 'releases.released' order by at desc",
    )
    expect(JSON.parse(String(logged?.facts))).toMatchObject({ opens: 2 })
  })

  it('says for how many of its centres it opens at once, and for how many it opens later', async () => {
    writeFileSync(
      world.path('zones.csv'),
      'Country,Administrative zone,Session,Local time,Time zone\nNew Zealand,6,AM,10:00,Pacific/Auckland\n',
    )
    await run('key-times', 'import', 'zones.csv')
    await run('centres', 'edit', 'NZ001', '--time-zone', 'Pacific/Auckland')
    await drafted('June', '--opens', 'key-time AM 2026-06-02 - 1h', '--for', 'EG001,NZ001')
    const question = await asked('releases', 'publish', 'June')
    expect(question).toContain('It opens at once for 1 centre')
    expect(question).toContain('Release it: it opens for 2 centres, and at once for 1 of them?')
    const piped = await world.run(['releases', 'publish', 'June', '--yes'])
    expect(piped.stdout).toContain('opened\t1\tJune\tNZ001\n')
  })

  it('names the first of many for whom it opens at once', async () => {
    for (let number = 101; number <= 120; number += 1) await world.centre(`EG${number}`)
    await drafted('June', '--opens', 'now', '--for', 'schools')
    const typist = inProcess(world, ['releases', 'publish', 'June'])
    await typist.sees('It opens at once for 23 centres, June (pre-release):')
    await typist.sees('EG110 Centre EG110')
    await typist.sees('… and 11 more')
    await typist.sees('Release it: it opens at once for 23 centres?')
    typist.types('y')
    typist.presses('enter')
    expect((await typist.leaves()).exit).toBe(0)
  })

  it('says that what was to open later opens now', async () => {
    await drafted('June', '--opens', '2026-06-02T06:00Z', '--for', 'EG001,EG002')
    await run('releases', 'publish', 'June')
    expect(await asked('releases', 'edit', 'June', '--opens', 'now')).toContain(
      'What is not open would open at once for 2 centres, June (pre-release): ',
    )
    expect(await asked('releases', 'edit', 'June', '--opens', 'now')).toContain(
      'Change release 1, June, and open it now for 2 centres?',
    )
    expect(await opened('releases', 'edit', 'June', '--opens', 'now')).toEqual(['EG001', 'EG002'])
  })

  it('says so in a batch that is one change, which takes longer than a line', async () => {
    await drafted('June', '--opens', '2026-06-02T06:00Z', '--for', 'EG001,EG002')
    await run('releases', 'publish', 'June')
    expect(await openedInBatch('releases edit June --opens now', '--dry-run')).toEqual(['EG001', 'EG002'])
    expect(await openedInBatch('releases edit June --opens now --yes', '--atomic')).toEqual([
      'EG001',
      'EG002',
    ])
  })

  it('says for which one centre more it opens, and for which it closes', async () => {
    await drafted('Another', '--opens', 'now', '--for', 'EG002')
    await run('releases', 'publish', 'Another')
    await drafted('June', '--opens', 'now', '--for', 'EG001')
    await run('releases', 'publish', 'June')
    expect(await asked('releases', 'edit', 'June', '--for', 'EG001,EG002')).toContain(
      'What is not open would open at once for 1 centre',
    )
    expect(await opened('releases', 'edit', 'June', '--for', 'EG001,EG002')).toEqual(['EG002'])
    expect(await asked('releases', 'edit', 'June', '--for', 'EG002,CA101')).toContain(
      'Change release 2, June, and close what is open for 1 centre, and open it now for 1 centre?',
    )
    const { opened: now, closed } = await run('releases', 'edit', 'June', '--for', 'EG002,CA101')
    expect([centresIn(now), centresIn(closed)]).toEqual([['CA101'], ['EG001']])
  })

  it('says nothing of it where it opens for nobody at once', async () => {
    await drafted('June', '--opens', '2026-06-02T06:00Z', '--for', 'EG001')
    expect(await opened('releases', 'edit', 'June', '--opens', '2026-06-02T07:00Z')).toEqual([])
    const publishing = await asked('releases', 'publish', 'June')
    expect(publishing).toContain('Release it: it opens for 1 centre?')
    expect(publishing).not.toContain('at once')
    expect(await opened('releases', 'publish', 'June')).toEqual([])
    const editing = await asked('releases', 'edit', 'June', '--for', 'EG001,EG002')
    expect(editing).toContain('Change release 1, June, which is released?')
    expect(editing).not.toContain('at once')
    expect(await opened('releases', 'edit', 'June', '--for', 'EG001,EG002')).toEqual([])
  })
})

describe('publishing', () => {
  const drafting = (...more: string[]) =>
    world.run(['releases', 'create', 'Draft', '--resource', text, '--opens', '2026-06-02T08:00Z', ...more])

  it('shows before it asks how many centres, from when, and which never see it', async () => {
    await drafting('--for', 'all')
    await run('releases', 'edit', 'Draft', '--opens', 'key-time AM 2026-06-02 - 2h')
    const ran = await world.run(['releases', 'publish', 'Draft'])
    expect(ran).toMatchObject({ exit: 2 })
    expect(ran.stderr).toContain('2026-06-02 05:00 UTC')
    expect(ran.stderr).toContain('NZ001')
    const rehearsed = await world.run(['releases', 'publish', 'Draft', '--dry-run', '--json'])
    expect(rehearsed.json().authorisations).toHaveLength(6)
    expect((await world.run(['releases', 'show', 'Draft', '--json'])).json().state).toBe('draft')
  })

  it('asks with a table that fits 80 columns', async () => {
    writeFileSync(
      world.path('zones.csv'),
      'Country,Administrative zone,Session,Local time,Time zone\nNew Zealand,6,AM,10:00,Pacific/Auckland\n',
    )
    await run('key-times', 'import', 'zones.csv')
    await world.centre('NZ002', { country: 'NZ' })
    await run('centres', 'edit', 'NZ001', '--time-zone', 'Pacific/Auckland')
    await drafting('--for', 'all', '--closes', '2026-06-03T00:00Z')
    await run('releases', 'edit', 'Draft', '--opens', 'key-time AM 2026-06-02 - 2h')
    const typist = inProcess(world, ['releases', 'publish', 'Draft'], { columns: 80 })
    await typist.sees('(y/N)')
    typist.presses('ctrl-c')
    const lines = (await typist.leaves()).text.split('\n').map((line) => line.trimEnd())
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80)
    expect(lines.slice(0, 8)).toEqual([
      '? Release 1, Draft:',
      '  Centres      7, of which it opens for 6',
      '  First opens  2026-06-01 20:00 UTC',
      '  Last opens   2026-06-02 05:00 UTC',
      '  Closed       everywhere from 2026-06-03 00:00 UTC',
      '  No Key Time  1 centre: NZ002',
      '  Time zones   Pacific/Auckland, Africa/Cairo',
      'It never opens for:',
    ])
  })

  it('says for which centres it closes before it opens, and counts these with those for which it never opens', async () => {
    writeFileSync(
      world.path('pakistan.csv'),
      'Country,Administrative zone,Session,Local time\nPakistan,4,AM,10:00\n',
    )
    await run('key-times', 'import', 'pakistan.csv')
    await world.centre('PK001', { country: 'PK' })
    const moments = ['--opens', 'key-time AM 2026-06-02 - 2h', '--closes', '2026-06-02T05:00Z']
    const centres = ['--for', 'PK001,EG001,EG002,NZ001']
    await run('releases', 'create', 'Draft', '--resource', text, ...moments, ...centres)
    const asked = (await world.run(['releases', 'publish', 'Draft'])).stderr.replace(/\s+/g, ' ')
    expect(asked).toContain('Centres 4, of which it opens for 1')
    expect(asked).toContain('Opens 2026-06-02 03:00 UTC, all at the same time')
    expect(asked).toContain('No Key Time 1 centre: NZ001')
    expect(asked).toContain('Closes first 2 centres: EG001, EG002')
    expect(asked).toContain('It would open at 2026-06-02 05:00 UTC there, and closes at 2026-06-02 05:00 UTC')
    expect(asked).toContain('Release it: it opens for 1 of 4 centres?')
    const done = await run('releases', 'publish', 'Draft')
    expect(done.timeline).toMatchObject([{ at: '2026-06-02T03:00:00.000Z', centres: 1 }])
    const problems = done.without.map(({ problem: { code } }: { problem: { code: string } }) => code)
    expect(problems).toEqual(['ends-before-it-begins', 'ends-before-it-begins', 'no-time-zone'])
    const of = ['--release', 'Draft', '--centre', 'EG001', '--json']
    const { authorisations } = (await world.run(['releases', 'authorisations', ...of])).json()
    expect(authorisations).toMatchObject([{ state: 'never-opens', opensAt: '2026-06-02T05:00:00.000Z' }])
    const list = await world.run(['releases', 'list'], { terminal: { columns: 200 } })
    expect(list.stdout).toContain('Draft never opens for 3 of 4 centres')
    expect((await world.run(['releases', 'list', '--json'])).json().releases).toMatchObject([
      { centres: 4, withoutKeyTime: 1, lastOpensAt: '2026-06-02T03:00:00.000Z' },
    ])
    const errors = (await world.run(['errors', 'list', '--json'])).json().errors
    const found = errors.map(({ kind, code }: { kind: string; code: string }) => `${kind} ${code}`)
    expect(found).toEqual(['key-time no-time-zone', 'other ends-before-it-begins'])
    const there = await world.run(['status', '--json'], { at: new Date('2026-06-02T01:00:00.000Z') })
    expect(there.json().next).toContain('ssh-admin errors list')
  })

  it('shows in a rehearsal each centre, says what would be, and asks with how many it opens for', async () => {
    writeFileSync(
      world.path('entries.csv'),
      'Centre number,Series,Component,Candidates\nCA101,2026-06,0500/12,3\nEG001,2026-06,0500/12,3\n',
    )
    await run('entries', 'import', 'entries.csv')
    await drafting('--for', 'all')
    const opens = ['--opens', 'key-time AM 2026-06-02 - 2h']
    await run('releases', 'edit', 'Draft', '--resource', `${audio},${text}`, ...opens)
    const argv = ['releases', 'publish', 'Draft']
    const piped = (await world.run([...argv, '--dry-run'])).stdout.split('\n')
    expect(piped.filter((line) => line.startsWith('centre\t'))).toHaveLength(6)
    expect(piped).toContain('without-global-listening\tCA101')
    const shown = (await world.run([...argv, '--dry-run'], { terminal: { columns: 200 } })).stdout
    expect(shown).toContain('would be released.')
    expect(shown).not.toContain('is released')
    for (const number of ['CA001', 'CA101', 'CA102', 'EG001', 'EG002', 'NZ001'])
      expect(shown).toContain(`${number} Centre ${number}: `)
    expect(shown).toContain('1 centre has entries for a recording and no Global Listening')
    const typist = inProcess(world, argv, { columns: 200 })
    await typist.sees('CA101 Centre CA101')
    await typist.sees('Release it: it opens for 5 of 6 centres?')
    typist.types('n')
    typist.presses('enter')
    expect(await typist.leaves()).toMatchObject({ exit: 130 })
    const rehearsed = await world.run([...argv, '--dry-run', '--json'])
    expect(rehearsed.json()).toMatchObject({ withoutGlobalListening: [{ number: 'CA101' }] })
  })

  it.each([
    ['key-time AM 2026-06-02 - 1 h', 'key-time AM 2026-06-02 - 1h'],
    ['key-time AM 2026-06-02 - 1h 30m', 'key-time AM 2026-06-02 - 1h30m'],
    ['key-time AM 2026-06-02 − 2h', 'key-time AM 2026-06-02 - 2h'],
    ['key-time AM 2026-06-02 – 2 h', 'key-time AM 2026-06-02 - 2h'],
  ])('understands the moment %s', async (typed, kept) => {
    await drafting('--for', 'all')
    await run('releases', 'edit', 'Draft', '--opens', typed)
    expect((await world.run(['releases', 'show', 'Draft', '--json'])).json().opens).toBe(kept)
  })

  it('is refused for nobody, and for nothing', async () => {
    await drafting()
    const code = async () =>
      (await world.run(['releases', 'publish', 'Draft', '--yes', '--json'])).error().code
    expect(await code()).toBe('no-audience')
    await run('releases', 'edit', 'Draft', '--for', 'all')
    await run('resources', 'withdraw', text)
    expect(await code()).toBe('no-resource')
  })

  it('changes nothing of what is released already, also where all of it is withdrawn', async () => {
    const id = await released()
    await run('resources', 'withdraw', audio, text)
    expect(await run('releases', 'publish', id)).toMatchObject({
      outcome: 'unchanged',
      changed: false,
      centres: 0,
    })
    const { errors } = (await world.run(['errors', 'list', '--kind', 'other', '--json'])).json()
    expect(errors).toMatchObject([{ code: 'no-resource', subject: `release ${id}` }])
  })

  it('can be read again where the moment is as far off as it can be', async () => {
    await drafting('--for', 'all', '--closes', 'key-time AM 2026-06-02 + 999h59m')
    expect(await world.run(['releases', 'list', '--json'])).toMatchObject({ exit: 0 })
  })

  it('takes a number that no centre has for a mistake, and what is named twice once', async () => {
    const unknown = await drafting('--for', 'EG001,school', '--json')
    expect([unknown.exit, unknown.error().code]).toEqual([4, 'centre-not-found'])
    expect(
      await drafting('--for', 'country:EG,country:Egypt,EG001,eg001', '--resource', `0${text}`),
    ).toMatchObject({
      exit: 0,
    })
    const { audience, resources } = (await world.run(['releases', 'show', 'Draft', '--json'])).json()
    expect(audience).toHaveLength(2)
    expect(resources).toHaveLength(1)
    expect(await world.run(['releases', 'edit', 'Draft', '--for', 'EG999'])).toMatchObject({ exit: 4 })
  })

  it('takes now by the clock of the store, which never runs backwards', async () => {
    await drafting('--for', 'all')
    const late = new Date((await lastEvent()).getTime() - 60_000)
    const { stdout } = await world.run(['releases', 'edit', 'Draft', '--opens', 'now', '--yes', '--json'], {
      at: late,
    })
    expect(new Date(JSON.parse(stdout).opens).getTime()).toBeGreaterThan(late.getTime())
  })

  it('is asked for again where what is released opens otherwise', async () => {
    const id = await released('EG001')
    const asked = await world.run(['releases', 'edit', id, '--for', 'all'])
    expect(asked).toMatchObject({ exit: 2 })
    expect(asked.stderr).toContain('Centres 6, of which it opens for 5')
    await run('releases', 'edit', id, '--name', 'Summer')
    expect(await world.run(['releases', 'edit', id, '--name', 'June again'])).toMatchObject({ exit: 0 })
  })

  it.each([
    ['2026-06-02T08:00'],
    ['tomorrow'],
    ['key-time XX 2026-06-02'],
    ['key-time AM 2026-02-30'],
    ['key-time AM 2026-06-02 - 2d'],
    ['2026-02-30T08:00Z'],
    ['key-time AM 2026-06-02 - 999h60m'],
    ['key-time AM 9999-12-31 + 999h'],
    ['9999-12-31T23:59-01:00'],
    ['0000-01-01T00:00+01:00'],
  ])('takes no %s for a moment', async (moment) => {
    const ran = await drafting('--closes', moment, '--json')
    expect([ran.exit, ran.error().code]).toEqual([2, 'invalid-moment'])
  })

  it('takes a moment as it is shown', async () => {
    const ran = await drafting('--closes', '2026-12-31 20:00 UTC', '--json')
    expect(ran.exit).toBe(0)
    expect(ran.stdout).toContain('2026-12-31T20:00:00.000Z')
  })

  it.each([
    ['31/12/2026 9am', 'Say how far it is from UTC: 2026-12-31T09:00Z is UTC.'],
    ['2026-12-31T9:00', 'Say how far it is from UTC: 2026-12-31T09:00Z is UTC.'],
    ['2026-12-31 9:00+02:00', 'Write 2026-12-31T09:00+02:00, if that is meant.'],
    ['AM 2026-12-31 - 2h', "Write 'key-time AM 2026-12-31 - 2h', if that is meant."],
    ['key time pm 31/12/2026', "Write 'key-time PM 2026-12-31', if that is meant."],
    // A year that is refused is not proposed.
    ['key-time AM 9999-12-28 + 1h', "Write 2026-06-02T08:00Z, now, or 'key-time AM 2026-06-02 - 2h'."],
    ['key-time am 0026-12-28', "Write 2026-06-02T08:00Z, now, or 'key-time AM 2026-06-02 - 2h'."],
    // Two days might be meant, and neither is said.
    ['05/06/2026 10:00', "Write 2026-06-02T08:00Z, now, or 'key-time AM 2026-06-02 - 2h'."],
  ])('says of %s how a moment is written', async (moment, hint) => {
    const ran = await drafting('--closes', moment, '--json')
    expect(ran.error()).toMatchObject({ code: 'invalid-moment', hint })
  })

  it.each([
    ['2026-12-31T09:00+02:00', '2026-12-31 07:00 UTC'],
    ['2026-12-31T09:00:30Z', '2026-12-31 09:00:30 UTC'],
    ['key-time PM 2026-12-31 + 1h', 'key-time PM 2026-12-31 + 1h'],
  ])('shows the moment %s to a person as %s', async (moment, shown) => {
    expect((await drafting('--closes', moment)).exit).toBe(0)
    const terminal = { columns: 120 }
    const looked = await world.run(['releases', 'show', '1'], { terminal })
    expect(looked.stdout).toContain(`Closes    ${shown}\n`)
    const listed = await world.run(['releases', 'list', '--fields', 'id,closes'], { terminal })
    expect(listed.stdout).toContain(`1    ${shown}\n`)
  })

  it('takes no Key Time of a day long ago, by which it would open at once', async () => {
    const create = ['releases', 'create', 'Draft', '--resource', text, '--for', 'all', '--json']
    const ran = await world.run([...create, '--opens', 'key-time AM 0026-06-02 - 2h'])
    expect([ran.exit, ran.error().code]).toEqual([2, 'invalid-moment'])
  })

  it('takes no release that closes before it opens, or as it does', async () => {
    const opens = ['--opens', '2026-06-02T08:00Z']
    for (const closes of ['2026-06-02T07:59Z', '2026-06-02T08:00Z']) {
      const ran = await drafting(...opens, '--closes', closes, '--json')
      expect(ran.error()).toMatchObject({ code: 'ends-before-it-begins' })
    }
  })

  it.each([
    ['key-time AM 2026-06-03', 'key-time PM 2026-06-02', true],
    ['key-time AM 2026-06-03 - 48h', 'key-time AM 2026-06-02', false],
    ['key-time AM 2026-06-02', 'key-time AM 2026-06-01 + 30h', false],
    ['key-time AM 2026-06-02', 'key-time AM 2026-06-04 - 75h', true],
    ['key-time AM 2026-06-03 - 1h', 'key-time AM 2026-06-02 - 2h', true],
    // At 00:00 in London, on the day after the clocks went forward, a day before that is an hour earlier.
    ['key-time AM 2026-03-30 - 24h', 'key-time AM 2026-03-28 + 1m', false],
    ['key-time AM 2026-10-24', 'key-time AM 2026-10-26 - 71h59m', false],
  ])(
    'takes one that may close after it opens, by days and hours: %s until %s',
    async (opens, closes, refused) => {
      const create = ['releases', 'create', 'Draft', '--resource', text, '--for', 'all']
      const ran = await world.run([...create, '--opens', opens, '--closes', closes, '--json'])
      if (refused) expect(ran.error()).toMatchObject({ code: 'ends-before-it-begins' })
      else expect(ran.exit).toBe(0)
    },
  )
})
