import { readFileSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { inProcess } from '../../terminal.ts'
import { type ReleasesWorld, worldWithResources } from './world-with-resources.ts'

const headings = 'Centre number,Centre name,Country,Email,First name,Last name,Role'
const newSchool = 'EG009,Nile School,Egypt'
/** A school that is new, one that is deleted, one that is there, and one where the Key Time is not known. */
const rows = [
  `${newSchool},new.coordinator@nile.example,Nour,Adel,Coordinator`,
  `${newSchool},new.officer@nile.example,Omar,Fathy,Exams Officer`,
  `${newSchool},new.teacher@nile.example,Tarek,Said,`,
  'EG002,Centre EG002,Egypt,back.officer@far.example,Basma,Hanna,Exams Officer',
  'EG001,Centre EG001,Egypt,second.officer@school.example,Samir,Naguib,Exams Officer',
  'EG001,Centre EG001,Egypt,second.teacher@school.example,Salma,Zaki,',
  'CA101,Centre CA101,Egypt,more.officer@branch.example,Mona,Rizk,Exams Officer',
  'NZ009,Bay School,New Zealand,officer@bay.example,Ben,Hill,Exams Officer',
]

describe('an import while a release is open', () => {
  let world: ReleasesWorld['world']
  let run: ReleasesWorld['run']
  let released: ReleasesWorld['released']
  let hasBoth: ReleasesWorld['hasBoth']
  let audio: string
  let text: string
  beforeEach(async () => {
    ;({ world, run, released, hasBoth, audio, text } = await worldWithResources())
    await run('centres', 'delete', 'EG002')
    writeFileSync(world.path('roster.csv'), `${[headings, ...rows].join('\n')}\n`)
  })
  afterEach(() => world.close())

  const open = async (audience = 'all') => {
    await released(audience)
    world.setClock('2026-06-02T06:00:00.000Z')
  }
  const roster = ['centres', 'import', 'roster.csv', '--restore-deleted', '--partial']
  const both = ['listening-audio', 'pre-release']

  const juneAt = (number: string) => ({
    release: { id: 1, name: 'June' },
    centre: { number, name: number === 'EG009' ? 'Nile School' : `Centre ${number}` },
  })
  /** In the shape of every other change that opens something: whom it brings to a centre that is there, one by one. */
  const june = [
    { ...juneAt('CA101'), user: 'more.officer@branch.example', resources: ['pre-release'] },
    { ...juneAt('EG001'), user: 'second.officer@school.example', resources: both },
    { ...juneAt('EG002'), resources: both },
    { ...juneAt('EG009'), resources: both },
  ]

  it('says for whom it opens at once, before it is agreed to and after', async () => {
    await open()
    expect((await run(...roster, '--dry-run')).opened).toEqual(june)
    const asked = await world.run(roster, { terminal: { columns: 120 } })
    expect(asked.exit).toBe(2)
    expect(asked.stderr).toContain(
      'open at\nonce: June (listening-audio and 1 more), for 2 centres and 5 new users. Create 2 centres and 8 users',
    )
    expect((await run(...roster)).opened).toEqual(june)
    const { events } = (await world.run(['audit', 'list', '--action', 'centres.imported', '--json'])).json()
    expect(events[0].details.opens).toEqual([{ release: 1, centres: 2, users: 5 }])
  })

  it('counts those who can download then, and nobody else', async () => {
    await open()
    await run(...roster)
    for (const one of rows) {
      const email = one.split(',')[3] ?? ''
      await world.tamper(`update users set status = 'active' where email_key = '${email}'`)
      const { audio, text } = await hasBoth(email, world.now)
      expect({ email, has: audio || text }).toEqual({
        email,
        has: !email.includes('teacher') && !email.includes('bay'),
      })
    }
  })

  it('counts a new centre that has entries already, or is named by the release', async () => {
    writeFileSync(
      world.path('entries.csv'),
      'Centre number,Series,Component,Candidates\nEG009,2026-06,0500/12,3\n',
    )
    await run('entries', 'import', 'entries.csv')
    await open('entries')
    expect((await run(...roster, '--dry-run')).opened).toEqual([{ ...juneAt('EG009'), resources: both }])
    await run('releases', 'edit', 'June', '--for', 'EG001')
    expect((await run(...roster, '--dry-run')).opened).toMatchObject([
      { centre: { number: 'EG001' }, user: 'second.officer@school.example' },
    ])
  })

  it('counts it in the answer at a terminal, and in a line of a pipe', async () => {
    await open()
    const shown = await world.run([...roster, '--dry-run'], { terminal: { columns: 120 } })
    expect(shown.stdout).toContain(
      'Would be open at once:\n    June (listening-audio and 1 more), for 2 centres',
    )
    const piped = await world.run([...roster, '--yes'])
    expect(piped.stdout.split('\n').filter((line) => line.startsWith('opened'))).toEqual([
      'opened-for\t1\tJune\t2\t5',
    ])
  })

  it('lists as many as it counts, each with what their role lets them have', async () => {
    const schools = [
      'EG001,Centre EG001,Egypt,third.admin@school.example,Aya,Amin,Admin',
      ...rows.slice(4, 6),
      'CA102,Centre CA102,Egypt,third.officer@listening.example,Ola,Samy,Exams Officer',
    ]
    writeFileSync(world.path('roster.csv'), `${[headings, ...schools].join('\n')}\n`)
    const at = ['--opens', '2026-03-01T05:00:00Z', '--for', 'all']
    for (const [name, of] of [
      ['Recording', audio],
      ['Paper', text],
      ['Both', `${audio},${text}`],
    ] as const) {
      await run('releases', 'create', name, '--resource', of, ...at)
      await run('releases', 'publish', name)
    }
    const { opened } = await run(...roster, '--dry-run')
    const listed = (name: string) =>
      opened.flatMap((one: { release: { name: string }; user: string; resources: string[] }) =>
        one.release.name === name ? [[one.user, ...one.resources]] : [],
      )
    const [officers, admin] = [
      ['third.officer@listening.example', 'second.officer@school.example'],
      'third.admin@school.example',
    ]
    expect(listed('Recording')).toEqual(officers.map((email) => [email, 'listening-audio']))
    expect(listed('Paper')).toEqual([officers[0], officers[1], admin].map((email) => [email, 'pre-release']))
    expect(listed('Both')).toEqual([...officers.map((email) => [email, ...both]), [admin, 'pre-release']])
    const { stdout } = await world.run([...roster, '--dry-run'])
    expect(stdout.match(/(?<=opened-for\t).*/g)).toEqual([
      '3\tBoth\t0\t3',
      '2\tPaper\t0\t3',
      '1\tRecording\t0\t2',
    ])
  })

  it('is not done where it opens the same for as many others than was agreed to', async () => {
    const schools = ['EG009', 'EG010'].map(
      (number) => `${number},School ${number},Egypt,officer@${number}.example,Omar,Fathy,Exams Officer`,
    )
    writeFileSync(world.path('roster.csv'), `${[headings, ...schools].join('\n')}\n`)
    const counted = 'Centre number,Series,Component,Candidates\nEG009,2026-06,0500/12,3\n'
    writeFileSync(world.path('entries.csv'), counted)
    await run('entries', 'import', 'entries.csv')
    await open('entries')
    const typist = inProcess(world, roster, { columns: 200 })
    await typist.sees('for 1 centre and 1 new user')
    await world.tamper(`update entries set centre_number = 'EG010'`)
    typist.types('y\r')
    expect((await typist.leaves()).exit).toBe(3)
    expect(await world.rows(`select number from centres where number in ('EG009', 'EG010')`)).toEqual([])
  })

  it('says it when it is shown later, in a line of a pipe, and on its page', async () => {
    await open()
    await run(...roster, '--report', 'then.html')
    await run('releases', 'edit', 'June', '--name', 'Listening June')
    const opened = { release: { id: 1, name: 'Listening June' }, centres: 2, users: 5 }
    const shown = ['centres', 'imports', 'show', '1']
    expect((await run(...shown, '--report', 'now.html')).openedFor).toEqual([opened])
    expect((await world.run(shown)).stdout).toContain('\nopened-for\t1\tListening June\t2\t5\n')
    expect((await world.run(shown, { terminal: { columns: 120 } })).stdout).toContain(
      'Opened at once:\n    Listening June, for 2 centres and 5 new users\n',
    )
    const opening = (page: string) => {
      const html = readFileSync(world.path(page), 'utf8')
      const section = html.slice(html.indexOf('Opened at once'))
      return section.slice(0, section.indexOf('</section>')).match(/(?<=<td[^>]*>)[^<]+/g)
    }
    expect([opening('then.html'), opening('now.html')]).toEqual([
      ['June', '2', '5'],
      ['Listening June', '2', '5'],
    ])
  })

  it('applies a saved plan that opens more than it did when it was made, and says what', async () => {
    await released()
    await run(...roster, '--plan-out', 'roster.plan')
    world.setClock('2026-06-02T06:00:00.000Z')
    const { opened } = await run('centres', 'apply', 'roster.plan')
    expect(opened).toEqual(june)
  })

  it('lists in a plan that is only saved for whom it would', async () => {
    await open()
    expect((await run(...roster, '--plan-out', 'roster.plan')).opened).toEqual(june)
    expect((await run('centres', 'apply', 'roster.plan', '--dry-run')).opened).toEqual(june)
  })

  it('says nothing where nothing is open yet, or any more', async () => {
    await released()
    expect((await run(...roster, '--dry-run')).opened).toEqual([])
    world.setClock('2026-06-02T12:00:00.000Z')
    expect((await run(...roster)).opened).toEqual([])
  })

  it('says when it is undone what is open again for the centres that it deleted', async () => {
    writeFileSync(world.path('part.csv'), `${[headings, ...rows.slice(4, 6)].join('\n')}\n`)
    await run('centres', 'import', 'part.csv', '--whole-roster', '--delete-centre', 'NZ001')
    await run(
      'releases',
      'create',
      'Now',
      '--resource',
      '2',
      '--opens',
      '2026-03-01T05:00:00Z',
      '--for',
      'all',
    )
    await run('releases', 'publish', 'Now')
    const asked = await world.run(['centres', 'imports', 'undo', '1'])
    expect(asked.stderr).toContain('It opens at once for 1 centre')
    expect((await run('centres', 'imports', 'undo', '1')).opened).toMatchObject([
      { release: { name: 'Now' }, centre: { number: 'NZ001' } },
    ])
  })
})
