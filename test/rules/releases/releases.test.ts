import { readFileSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { inProcess } from '../../terminal.ts'
import { newWorld, type World } from '../../world.ts'

const opening = new Date('2026-06-02T05:00:00.000Z')
const closing = new Date('2026-06-02T12:00:00.000Z')
const second = 1000
const earlier = (at: Date) => new Date(at.getTime() - second)

let world: World
/** What was made last has the greatest number, also where numbers are never given again. */
let audio: string
let text: string

beforeEach(async () => {
  world = newWorld()
  await world.centre('EG001', { coordinator: 'coordinator@school.example' })
  await world.user('admin@school.example', { centre: 'EG001', hubRole: 'admin' })
  await world.user('teacher@school.example', { centre: 'EG001' })
  await world.user('officer@school.example', { centre: 'EG001', hubRole: null, roles: ['exams-officer'] })
  await world.user('scripts@school.example', { centre: 'EG001', hubRole: null, roles: ['access-to-scripts'] })
  await world.centre('EG002', { coordinator: 'other@far.example' })
  await world.centre('CA001', { kind: 'associate', coordinator: 'coordinator@associate.example' })
  await world.user('officer@associate.example', { centre: 'CA001', roles: ['exams-officer'] })
  for (const [number, domain] of [
    ['CA101', 'branch.example'],
    ['CA102', 'listening.example'],
  ] as const) {
    await world.centre(number, { associate: 'CA001', coordinator: `coordinator@${domain}` })
    await world.user(`officer@${domain}`, { centre: number, roles: ['exams-officer'] })
  }
  await world.run(['centres', 'edit', 'CA102', '--global-listening'])
  await world.centre('NZ001', { country: 'NZ' })
  writeFileSync(
    world.path('times.csv'),
    'Country,Administrative zone,Session,Local time\nEgypt,3,AM,10:00\nEgypt,3,PM,14:00\n',
  )
  await run('key-times', 'import', 'times.csv')
  audio = await uploaded('listening-audio')
  text = await uploaded('pre-release')
})
afterEach(() => world.close())

async function run(...argv: string[]) {
  const ran = await world.run([...argv, '--yes', '--json'])
  if (ran.exit !== 0) throw new Error(`${argv.join(' ')}: ${ran.stderr}`)
  return ran.json()
}

async function uploaded(kind: string): Promise<string> {
  writeFileSync(world.path(`${kind}.txt`), kind)
  const facts = ['--kind', kind, '--series', '2026-06', '--component', '0500/12']
  const { resources } = await run('resources', 'upload', `${kind}.txt`, '--title', kind, ...facts)
  return String(resources[0].id)
}

/** A release of both, two hours before the morning's Key Time until two hours before the afternoon's and more. */
async function released(audience = 'all', { opens = 'key-time AM 2026-06-02 - 2h' } = {}): Promise<string> {
  const moments = ['--opens', opens, '--closes', 'key-time PM 2026-06-02 + 1h']
  const resources = ['--resource', `${audio},${text}`]
  await run('releases', 'create', 'June', ...resources, ...moments, '--for', audience)
  const { id } = await run('releases', 'publish', 'June')
  return String(id)
}

const whomIn = ({ closed }: { closed: { user?: string; centre: { number: string } }[] }) =>
  closed.map(({ user, centre }) => user ?? centre.number)

async function lastEvent(): Promise<Date> {
  const [row] = await world.rows('select max(at) as at from audit')
  return new Date(String(row?.at))
}

const downloading = (email: string, id: string, at: Date) =>
  world.run(['resources', 'download', id, '--out', 'there.bin', '--yes', '--as', email], { at })

async function hasBoth(email: string, at: Date): Promise<{ audio: boolean; text: boolean }> {
  const exits = [(await downloading(email, audio, at)).exit, (await downloading(email, text, at)).exit]
  for (const exit of exits) expect([0, 5]).toContain(exit)
  return { audio: exits[0] === 0, text: exits[1] === 0 }
}

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
    expect(unasked.error().message).toContain('). Create 1 centre, delete 1 centre (EG002), delete 1 user')
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
      { opensAt: opening.toISOString(), opensLocal: '2026-06-02 08:00 Africa/Cairo (UTC+03:00)' },
    ])
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
      next: expect.arrayContaining(['ssh-admin errors list --kind key-time']),
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
    expect(await refused('entries', 'import', 'entries.csv')).toContain('would close for 1 centre: EG001 ')
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
    await run('centres', 'edit', 'EG001', '--country', 'PK')
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
    expect(asked.stderr).toContain('for 6 centres')
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
    ['9999-12-31T23:59-01:00'],
    ['0000-01-01T00:00+01:00'],
  ])('takes no %s for a moment', async (moment) => {
    const ran = await drafting('--closes', moment, '--json')
    expect([ran.exit, ran.error().code]).toEqual([2, 'invalid-moment'])
  })

  it('takes no release that closes before it opens', async () => {
    const ran = await drafting('--closes', '2026-06-02T07:59Z', '--json')
    expect(ran.error()).toMatchObject({ code: 'ends-before-it-begins' })
  })
})
