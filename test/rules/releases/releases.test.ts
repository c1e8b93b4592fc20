import { readFileSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { inProcess } from '../../terminal.ts'
import { earlier, opening, type ReleasesWorld, whomIn, worldWithResources } from './world-with-resources.ts'

const closing = new Date('2026-06-02T12:00:00.000Z')
const rx = (words: string) => words.replace(/[()+]/g, '\\$&')

let world: ReleasesWorld['world']
let audio: ReleasesWorld['audio']
let text: ReleasesWorld['text']
let run: ReleasesWorld['run']
let released: ReleasesWorld['released']
let downloading: ReleasesWorld['downloading']
let hasBoth: ReleasesWorld['hasBoth']
beforeEach(async () => {
  ;({ world, audio, text, run, released, downloading, hasBoth } = await worldWithResources())
})
afterEach(() => world.close())

describe('a release', () => {
  it('opens at its moment and closes at its moment, to the second', async () => {
    await released()
    const at = async (moment: Date) => (await downloading('coordinator@school.example', text, moment)).exit
    expect(await at(earlier(opening))).toBe(5)
    expect(await at(opening)).toBe(0)
    expect(await at(earlier(closing))).toBe(0)
    expect(await at(closing)).toBe(5)
  })

  it.each([
    ['resources withdraw', () => ['resources', 'withdraw', text], '5 centres', 'Withdraw 1 resource'],
    ['centres delete', () => ['centres', 'delete', 'EG001'], '1 centre', 'Delete EG001'],
    ['coordinator suspend', () => ['coordinator', 'suspend', 'eg001'], '1 centre', 'Suspend'],
  ] as const)('that is open is not closed by %s without saying for whom', async (_, argv, counted, asks) => {
    await released('all', { opens: '2026-06-02T05:00Z' })
    const typist = inProcess(world, argv(), { at: opening })
    await typist.sees(`What is open now would close for ${counted}`)
    await typist.sees('?')
    typist.types('n')
    typist.presses('enter')
    expect((await typist.leaves()).exit).toBe(130)
    const unasked = await world.run([...argv(), '--json'], { at: opening })
    expect(unasked.error().message).toContain(`Not asked: What is open now would close for ${counted}`)
    expect(unasked.error().message).toContain(` ${asks}`)
    const rehearsed = await world.run([...argv(), '--dry-run', '--json'], { at: opening })
    expect(rehearsed.json().closed).toContainEqual(
      expect.objectContaining({ centre: expect.objectContaining({ number: 'EG001' }) }),
    )
    const done = await world.run([...argv(), '--yes', '--json'], { at: opening })
    expect(done.json().closed).toEqual(rehearsed.json().closed)
  })

  it.each([
    ['resources restore', () => ['resources', 'withdraw', text], () => ['resources', 'restore', text], 5],
    ['centres restore', () => ['centres', 'delete', 'EG001'], () => ['centres', 'restore', 'EG001'], 1],
    [
      'coordinator restore',
      () => ['coordinator', 'suspend', 'EG001'],
      () => ['coordinator', 'restore', 'eg001'],
      1,
    ],
  ] as const)('that opens again by %s is told, and for whom', async (_, taken, back, many) => {
    await released('all', { opens: '2026-06-02T05:00Z' })
    await world.run([...taken(), '--yes'], { at: opening })
    const rehearsed = await world.run([...back(), '--dry-run', '--json'], { at: opening })
    const seen = await world.run([...back(), '--dry-run'], { at: opening, terminal: true })
    expect(seen.stdout).toContain('Opened for ')
    const done = await world.run([...back(), '--yes', '--json'], { at: opening })
    expect(done.json().opened).toHaveLength(many)
    expect(done.json().opened).toContainEqual(
      expect.objectContaining({ centre: expect.objectContaining({ number: 'EG001' }) }),
    )
    expect(rehearsed.json().opened).toEqual(done.json().opened)
    expect((await world.run([...back(), '--json'], { at: opening })).json().opened).toEqual([])
  })

  it.each([
    ['users suspend', ['users', 'suspend', 'officer@school.example'], true],
    ['users delete', ['users', 'delete', 'officer@school.example', '--suspend'], true],
    ['users remove', ['users', 'remove', 'officer@school.example'], true],
    ['users move', ['users', 'move', 'officer@school.example', '--to', 'EG002'], true],
    ['users edit', ['users', 'edit', 'officer@school.example', '--remove-role', 'exams-officer'], true],
    ['roles revoke', ['roles', 'revoke', 'officer@school.example', 'exams-officer'], true],
    ['coordinator change', ['coordinator', 'change', 'EG001', '--to', 'admin@school.example'], false],
  ] as const)('that is open for somebody is not closed by %s without saying so', async (_, argv, listens) => {
    await released('all', { opens: '2026-06-02T05:00Z' })
    const person = listens ? 'officer@school.example' : 'coordinator@school.example'
    const typist = inProcess(world, [...argv], { at: opening })
    await typist.sees(`What is open now would close for 1 person:`)
    await typist.sees('?')
    typist.types('n')
    typist.presses('enter')
    expect((await typist.leaves()).exit).toBe(130)
    const unasked = await world.run([...argv, '--json'], { at: opening })
    expect(unasked.error().message).toContain(
      `Not asked: What is open now would close for 1 person: ${person} (EG001): June (`,
    )
    expect(unasked.error().message).toMatch(/\)\. (Suspend|Delete|Remove|Move|Edit|Take|Make) .*\?/)
    const rehearsed = await world.run([...argv, '--dry-run', '--json'], { at: opening })
    expect(rehearsed.json().closed).toEqual([
      {
        release: { id: 1, name: 'June' },
        centre: { number: 'EG001', name: expect.any(String) },
        user: person,
        resources: listens ? ['listening-audio', 'pre-release'] : ['pre-release'],
      },
    ])
    const piped = await world.run([...argv, '--yes'], { at: opening })
    expect(piped.stdout).toContain(`closed\t1\tJune\tEG001\t${person}\n`)
  })

  it('closes for nobody by what is done to a teacher', async () => {
    await released('all', { opens: '2026-06-02T05:00Z' })
    const done = await world.run(['users', 'suspend', 'teacher@school.example', '--yes', '--json'], {
      at: opening,
    })
    expect(done.json().closed).toEqual([])
  })

  it('is not closed by an import without saying for whom, and neither when it is taken back', async () => {
    await released('all', { opens: '2026-06-02T05:00Z' })
    writeFileSync(
      world.path('roster.csv'),
      'Centre number,Centre name,Country,Email\nEG001,,,coordinator@school.example\nEG009,Red Sea School,Egypt,\n',
    )
    const deleting = ['--delete-centre', 'EG002', '--delete-user', 'officer@school.example']
    const argv = ['centres', 'import', 'roster.csv', ...deleting]
    const closes = 'What is open now would close for 1 centre and 1 person'
    const typist = inProcess(world, argv, { at: opening })
    await typist.sees(closes)
    await typist.sees('?')
    typist.types('n')
    typist.presses('enter')
    expect((await typist.leaves()).exit).toBe(130)
    const unasked = await world.run([...argv, '--json'], { at: opening })
    expect(unasked.error().message).toContain(closes)
    expect(unasked.error().message).toContain(
      ', for 1 centre. Create 1 centre, delete 1 centre (EG002), delete 1 user',
    )
    const rehearsed = await world.run([...argv, '--dry-run', '--json'], { at: opening })
    expect(whomIn(rehearsed.json())).toEqual(['EG002', 'officer@school.example'])
    const planned = await world.run([...argv, '--plan-out', 'autumn.plan', '--json'], { at: opening })
    expect(whomIn(planned.json())).toEqual(['EG002', 'officer@school.example'])
    const applying = inProcess(world, ['centres', 'apply', 'autumn.plan'], { at: opening })
    await applying.sees(closes)
    applying.types('y')
    applying.presses('enter')
    expect((await applying.leaves()).exit).toBe(0)

    const undo = ['centres', 'imports', 'undo', '1']
    const undoing = inProcess(world, undo, { at: opening })
    await undoing.sees('What is open now would close for 1 centre:')
    undoing.types('n')
    undoing.presses('enter')
    expect((await undoing.leaves()).exit).toBe(130)
    const undone = await world.run([...undo, '--yes', '--json'], { at: opening })
    expect(whomIn(undone.json())).toEqual(['EG009'])
  })

  it('is not called by a number, which would be that of another', async () => {
    const ran = await world.run([
      'releases',
      'create',
      ' 5',
      '--resource',
      text,
      '--opens',
      'now',
      '--yes',
      '--json',
    ])
    expect(ran).toMatchObject({ exit: 2 })
    expect(ran.error().code).toBe('invalid-name')
  })

  it('holds no resource that is withdrawn', async () => {
    await run('resources', 'withdraw', text)
    const argv = [
      'releases',
      'create',
      'July',
      '--resource',
      text,
      '--for',
      'all',
      '--opens',
      'now',
      '--json',
    ]
    const refused = await world.run(argv)
    expect([refused.exit, refused.error().code]).toEqual([3, 'withdrawn'])
    expect(refused.error().hint).toBe(`ssh-admin resources restore ${text}, or leave it out.`)
  })

  it('holds resources of several series only where it goes by no Key Time', async () => {
    writeFileSync(world.path('november.mp3'), 'november')
    const facts = ['--title', 'November', '--kind', 'listening-audio', '--series', '2026-11']
    const uploaded = await world.run(['resources', 'upload', 'november.mp3', ...facts, '--json'])
    const other = String(uploaded.json().resources[0].id)
    const creating = (name: string, opens: string) =>
      world.run([
        ...['releases', 'create', name, '--resource', text, '--resource', other, '--for', 'all'],
        ...['--opens', opens, '--json'],
      ])
    const refused = await creating('Both', 'key-time AM 2026-06-02 - 2h')
    expect([refused.exit, refused.error().code]).toEqual([3, 'series-differ'])
    expect((await creating('Both', '2026-06-02T05:00Z')).exit).toBe(0)
  })

  it('that is withdrawn is neither edited nor published any more', async () => {
    const id = await released()
    await run('releases', 'withdraw', id)
    for (const argv of [
      ['edit', id, '--name', 'July'],
      ['publish', id],
    ]) {
      const refused = await world.run(['releases', ...argv, '--yes', '--json'])
      expect([argv, refused.exit, refused.error().code]).toEqual([argv, 3, 'withdrawn'])
    }
  })

  it('has a name to itself that a withdrawn one had before', async () => {
    const older = await released()
    await run('releases', 'edit', older, '--name', 'May')
    const withdrawn = await released()
    await run('releases', 'withdraw', withdrawn)
    await run('releases', 'edit', older, '--name', 'June')
    const shown = await world.run(['releases', 'show', 'June', '--json'], { at: opening })
    expect(shown.json()).toMatchObject({ id: Number(older) })
    await run('releases', 'withdraw', 'June')
    const states = (await world.run(['releases', 'list', '--json'], { at: opening })).json().releases
    expect(states.map(({ state }: { state: string }) => state)).toEqual(['withdrawn', 'withdrawn'])
  })

  it('has a name that no other has in other letters either, and is found by it', async () => {
    const opens = ['--resource', text, '--opens', '2026-07-01T08:00Z', '--for', 'all']
    const { id } = await run('releases', 'create', 'Écoute Juin', ...opens)
    const same = await world.run(['releases', 'create', 'écoute juin', ...opens, '--json'])
    expect(same.exit).toBe(3)
    expect(same.error()).toMatchObject({
      code: 'name-in-use',
      message: `Release ${id} is called 'Écoute Juin' already.`,
    })
    await run('releases', 'create', 'July', ...opens)
    const renamed = await world.run(['releases', 'edit', 'july', '--name', 'ÉCOUTE JUIN', '--json'])
    expect(renamed.error().code).toBe('name-in-use')
    expect(await run('releases', 'edit', 'écoute juin', '--name', 'écoute juin')).toMatchObject({
      id,
      name: 'écoute juin',
      changed: true,
    })
    expect(await run('releases', 'publish', 'ÉCOUTE JUIN')).toMatchObject({ id, changed: true })
    expect((await run('releases', 'authorisations', '--release', 'Écoute juin')).total).toBeGreaterThan(0)
  })

  it('of an older store that is called as another but for letter case is meant by its own name alone', async () => {
    const opens = ['--resource', text, '--opens', '2026-07-01T08:00Z', '--for', 'all']
    const ids: number[] = []
    for (const name of ['tmp', 'other']) ids.push((await run('releases', 'create', name, ...opens)).id)
    await world.tamper(`update releases set name = 'Tmp' where name = 'other'`)
    for (const [at, name] of ['tmp', 'Tmp'].entries())
      expect((await world.run(['releases', 'show', name, '--json'])).json().id).toBe(ids[at])
    expect((await world.run(['releases', 'show', 'TMP', '--json'])).error().code).toBe('release-not-found')
    const edit = ['releases', 'edit', 'tmp', '--name', 'tmp', '--opens', '2026-07-02T08:00Z']
    expect((await world.run([...edit, '--yes', '--json'])).json()).toMatchObject({
      id: ids[0],
      changed: true,
    })
    await run('releases', 'withdraw', 'tmp')
    expect((await world.run(['releases', 'show', 'tmp', '--json'])).json().id).toBe(ids[1])
  })

  it('is named to whoever types a part of its name, in any case, and is not touched', async () => {
    const opens = ['--resource', text, '--opens', '2026-07-01T08:00Z', '--for', 'all']
    const { id } = await run('releases', 'create', 'June listening', ...opens)
    const error = (await world.run(['releases', 'withdraw', 'LISTENING', '--yes', '--json'])).error()
    expect(error).toMatchObject({
      code: 'release-not-found',
      hint: expect.stringContaining("'June listening'"),
      details: { candidates: [{ id, name: 'June listening', state: 'draft' }] },
    })
    expect((await world.run(['releases', 'show', String(id), '--json'])).json().state).toBe('draft')
    const misspelt = (await world.run(['releases', 'show', 'Jume listening', '--json'])).error()
    expect(misspelt.hint).toContain("'June listening'")
    const ofNothing = (await world.run(['releases', 'show', '', '--json'])).error()
    expect(ofNothing).toMatchObject({ code: 'release-not-found', details: { candidates: [] } })
  })

  it('that is not open refuses a download, which the log names', async () => {
    await released()
    await downloading('coordinator@school.example', text, earlier(opening))
    const listed = await world.run(['audit', 'list', '--kind', 'refusal', '--json'], { at: opening })
    expect(listed.json().events).toEqual([expect.objectContaining({ subject: `resource ${text}` })])
  })

  it('is listed into a file whose ending is known, and else the file is named as it was typed', async () => {
    const ran = await world.run(['releases', 'authorisations', '--out', 'auth.txt', '--json'])
    expect(ran).toMatchObject({ exit: 2 })
    expect(ran.error().message).toContain('auth.txt')
  })

  it('gives listening recordings to holders of Global Listening, and all else to the office', async () => {
    await released()
    const both = { audio: true, text: true }
    const onlyText = { audio: false, text: true }
    const nothing = { audio: false, text: false }
    for (const [email, expected] of [
      ['officer@school.example', both],
      ['coordinator@school.example', onlyText],
      ['admin@school.example', onlyText],
      ['teacher@school.example', nothing],
      ['scripts@school.example', nothing],
      ['officer@associate.example', onlyText],
      ['coordinator@associate.example', onlyText],
      ['officer@branch.example', onlyText],
      ['officer@listening.example', both],
      ['coordinator@listening.example', onlyText],
    ] as const)
      expect(await hasBoth(email, opening), email).toEqual(expected)
  })

  it('gives no listening recording where the mark for Global Listening gave way to the British Council', async () => {
    await released()
    await run('centres', 'edit', 'CA102', '--no-global-listening', '--british-council')
    expect(await hasBoth('officer@listening.example', opening)).toEqual({ audio: false, text: true })
  })

  it('that is edited says when it opens around the world then, as the question does', async () => {
    const id = await released()
    const edit = ['releases', 'edit', id, '--opens', 'key-time AM 2026-06-02 - 1h']
    const asked = await world.run(edit)
    expect(asked.stderr).toContain('Opens 2026-06-02 06:00 UTC, all at the same time')
    const later = '2026-06-02T06:00:00.000Z'
    const there = '2026-06-02 09:00 Africa/Cairo (UTC+03:00)'
    for (const last of ['--dry-run', '--yes']) {
      const piped = await world.run([...edit, last])
      expect(piped.stdout, last).toContain(`\nopens-at\t${later}\t5\tAfrica/Cairo\t${there}\n`)
      expect(piped.stdout, last).toContain('\nwithout\tNZ001\tno-time-zone\n')
      await run('releases', 'edit', id, '--opens', 'key-time AM 2026-06-02 - 2h')
    }
    const seen = await world.run([...edit, '--dry-run'], { terminal: true, env: { NO_COLOR: '1' } })
    expect(seen.stdout).toMatch(
      /Opens for 5 centres:\n +2026-06-02 06:00 UTC .* 09:00 Africa\/Cairo\nClosed everywhere from 2026-06-02 12:00 UTC\.\n! Never opens for 1 centre:/,
    )
    const json = (await world.run([...edit, '--dry-run', '--json'])).json()
    expect(json).toMatchObject({ centres: 6, firstOpensAt: later, timeline: [{ at: later, centres: 5 }] })
    expect(await run('releases', 'edit', id, '--name', 'Juin')).not.toHaveProperty('timeline')
  })

  it('opens later where the Key Time becomes a later one, and for nobody earlier', async () => {
    await released()
    const [egypt] = await world.rows<{ id: number }>("select id from key_times where session = 'AM'")
    await run('key-times', 'edit', String(egypt?.id), '--local-time', '11:00')
    expect(await downloading('coordinator@school.example', text, opening)).toMatchObject({ exit: 5 })
    const { authorisations } = await run('releases', 'authorisations', '--centre', 'EG001')
    expect(authorisations).toMatchObject([{ opensAt: '2026-06-02T06:00:00.000Z' }])
  })

  it('gives nothing while the centre is deleted, or its coordinator suspended, and all of it afterwards', async () => {
    await released()
    world.setClock(opening)
    const count = async () =>
      (await world.run(['releases', 'authorisations', '--centre', 'EG001', '--format', 'count'])).stdout
    expect(await count()).toBe('1\n')
    for (const [away, back] of [
      [
        ['centres', 'delete', 'EG001'],
        ['centres', 'restore', 'EG001'],
      ],
      [
        ['coordinator', 'suspend', 'EG001'],
        ['coordinator', 'restore', 'EG001'],
      ],
    ] as const) {
      await run(...away)
      expect(await count()).toBe('0\n')
      expect(await downloading('officer@school.example', audio, opening)).toMatchObject({ exit: 5 })
      await run(...back)
      expect(await count()).toBe('1\n')
      expect(await downloading('officer@school.example', audio, opening)).toMatchObject({ exit: 0 })
    }
  })

  it('gives nobody what is withdrawn, what is a draft, or what another release may hold', async () => {
    const id = await released()
    world.setClock(opening)
    await run('resources', 'withdraw', text)
    expect(await hasBoth('officer@school.example', opening)).toEqual({ audio: true, text: false })
    await run('resources', 'restore', text)
    await run('releases', 'withdraw', id)
    expect(await hasBoth('officer@school.example', opening)).toEqual({ audio: false, text: false })
  })

  it.each([
    ['all', ['CA001', 'CA101', 'CA102', 'EG001', 'EG002', 'NZ001']],
    ['schools', ['EG001', 'EG002', 'NZ001']],
    ['associate-centres', ['CA101', 'CA102']],
    ['country:NZ', ['NZ001']],
    ['zone:3', ['CA001', 'CA101', 'CA102', 'EG001', 'EG002']],
    ['EG002,CA101', ['CA101', 'EG002']],
    ['country:NZ,EG002', ['EG002', 'NZ001']],
    ['entries', ['EG002']],
  ])('is for its audience, and for nobody else: %s', async (audience, numbers) => {
    writeFileSync(
      world.path('entries.csv'),
      'Centre number,Series,Component,Candidates\nEG002,2026-06,0500/12,3\nEG001,2026-06,0500/12,0\nEG001,2026-11,0500/12,3\nCA101,2026-06,0510/12,3\n',
    )
    await run('entries', 'import', 'entries.csv')
    const id = await released(audience)
    const { authorisations } = await run('releases', 'authorisations', '--release', id)
    expect(authorisations.map((one: { centre: { number: string } }) => one.centre.number)).toEqual(numbers)
  })

  it('never opens where the time zone is not known, and says how that is mended', async () => {
    const id = await released('country:NZ')
    const { authorisations } = await run('releases', 'authorisations', '--release', id)
    expect(authorisations).toMatchObject([
      { state: 'never-opens', opensAt: null, problem: { code: 'no-time-zone' } },
    ])
  })

  it('is told in local time with the zone, and in UTC', async () => {
    await released('EG001')
    const { authorisations } = await run('releases', 'authorisations', '--centre', 'EG001')
    expect(authorisations).toMatchObject([
      {
        opensAt: opening.toISOString(),
        opensLocal: '2026-06-02 08:00 Africa/Cairo (UTC+03:00)',
        closesAt: closing.toISOString(),
        closesLocal: '2026-06-02 15:00 Africa/Cairo (UTC+03:00)',
      },
    ])
    const there = '2026-06-02 08:00 Africa/Cairo (UTC+03:00)'
    const until = '2026-06-02 15:00 Africa/Cairo (UTC+03:00)'
    expect((await world.run(['releases', 'authorisations'])).stdout).toMatch(
      new RegExp(`\t${rx(there)}\t.*\t${rx(until)}\n`),
    )
    await run(
      'releases',
      'create',
      'July',
      '--resource',
      text,
      '--for',
      'EG001',
      '--opens',
      'key-time AM 2026-06-02 - 2h',
      '--closes',
      closing.toISOString(),
    )
    const rehearsed = await world.run(['releases', 'publish', 'July', '--dry-run'])
    expect(rehearsed.stdout).toContain(`opens-at\t${opening.toISOString()}\t1\tAfrica/Cairo\t${there}\n`)
    expect(rehearsed.stdout).toMatch(new RegExp(`\ncentre\tEG001\t.*\t${rx(there)}\t${rx(until)}\n`))
  })

  it('is said to be closed everywhere once it has closed in the last country, whatever the order of its centres', async () => {
    await world.centre('PK001', { country: 'PK' })
    const rows = ['Egypt,3,AM,10:00', 'Egypt,3,PM,14:00', 'Pakistan,4,AM,10:00', 'Pakistan,4,PM,14:00']
    const sheet = ['Country,Administrative zone,Session,Local time', ...rows]
    writeFileSync(world.path('times.csv'), sheet.join('\n'))
    await run('key-times', 'import', 'times.csv')
    const id = await released('country:EG,country:PK')
    const shown = await world.run(['releases', 'show', id, '--json'])
    expect(shown.json()).toMatchObject({ lastClosesAt: closing.toISOString() })
  })

  it('is written into a workbook for checking by eye', async () => {
    const id = await released('EG001')
    const ran = await run('releases', 'authorisations', '--release', id, '--out', 'check.xlsx')
    expect(ran).toMatchObject({ file: 'check.xlsx', total: 1 })
  })
})

describe('what opens within a day', () => {
  it('is named by status, with the centres that will never see it', async () => {
    const id = await released()
    const soon = async () => (await world.run(['status', '--json'])).json()
    world.setClock(new Date(opening.getTime() - 48 * 60 * 60 * 1000))
    expect((await soon()).opening).toEqual([])
    world.setClock(new Date(opening.getTime() - 24 * 60 * 60 * 1000))
    const first = opening.toISOString()
    const expected = { id: Number(id), name: 'June', firstOpensAt: first, centres: 6, withoutKeyTime: 1 }
    expect(await soon()).toMatchObject({
      opening: [expected],
      next: expect.arrayContaining(['ssh-admin errors list']),
    })
    world.setClock(opening)
    expect((await soon()).opening).toMatchObject([expected])
    world.setClock('2026-06-04T12:00:00.000Z')
    expect((await soon()).opening).toEqual([])
  })

  it('is named by status where no centre has a Key Time', async () => {
    const id = await released('NZ001')
    world.setClock('2026-06-01T09:00:00.000Z')
    const opened = async () => (await world.run(['status', '--json'])).json().opening
    const never = { id: Number(id), firstOpensAt: null, centres: 1, withoutKeyTime: 1 }
    expect(await opened()).toMatchObject([never])
    expect((await world.run(['status'])).stdout).toContain('June, for 1 centre; never for 1 centre of them')
    world.setClock('2026-05-29T09:00:00.000Z')
    expect(await opened()).toEqual([])
  })
})

describe("a person's own authorisations", () => {
  it('are those of their centre, with what is for them', async () => {
    await released()
    const seen = async (email: string) =>
      (await run('releases', 'authorisations', '--as', email)).authorisations.map(
        (one: { centre: { number: string }; resources: { kind: string }[] }) => [
          one.centre.number,
          ...one.resources.map(({ kind }) => kind),
        ],
      )
    expect(await seen('officer@school.example')).toEqual([['EG001', 'listening-audio', 'pre-release']])
    expect(await seen('admin@school.example')).toEqual([['EG001', 'pre-release']])
    expect(await seen('teacher@school.example')).toEqual([])
    const elsewhere = ['releases', 'authorisations', '--centre', 'EG002', '--as', 'officer@school.example']
    expect(await world.run(elsewhere)).toMatchObject({ exit: 5 })
  })
})

describe('the list of authorisations', () => {
  it('calls a draft and a withdrawn release what they are, and never open', async () => {
    const id = await released('EG001')
    world.setClock(opening)
    const states = async () => {
      const { authorisations } = await run('releases', 'authorisations', '--release', id)
      return authorisations.map(({ state }: { state: string }) => state)
    }
    expect(await states()).toEqual(['open'])
    await run('releases', 'withdraw', id)
    expect(await states()).toEqual(['withdrawn'])
    await run('releases', 'create', 'Draft', '--resource', text, '--for', 'EG001', '--opens', 'now')
    const listed = await world.run(['releases', 'authorisations', '--release', 'Draft'])
    expect(listed.stdout).toContain('\tdraft\t')
    const rehearsed = await world.run(['releases', 'publish', 'Draft', '--dry-run', '--json'])
    expect(rehearsed.json().authorisations).toMatchObject([{ state: 'open' }])
  })
})

describe('downloading', () => {
  it('what is not open leads to what is, for the same person', async () => {
    const argv = ['resources', 'download', text, '--out', 'there.bin', '--as', 'officer@school.example']
    expect((await world.run([...argv, '--json'])).error().hint).toBe(
      'What is, and when: ssh-admin releases authorisations --as officer@school.example',
    )
  })

  it('is refused where it closed while somebody was asked whether to replace a file', async () => {
    const id = await released('EG001')
    writeFileSync(world.path('there.bin'), 'mine')
    const argv = ['resources', 'download', text, '--out', 'there.bin', '--as', 'officer@school.example']
    const typist = inProcess(world, argv, { at: opening })
    await typist.sees('Replace it?')
    await run('releases', 'withdraw', id)
    typist.types('y')
    typist.presses('enter')
    expect(await typist.leaves()).toMatchObject({ exit: 5 })
    expect(readFileSync(world.path('there.bin'), 'utf8')).toBe('mine')
  })
})
