import { writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { wordsOfLine } from '../../../src/cli/batch/parse-line.ts'
import { newWorld, type World } from '../../world.ts'

let world: World
let resource: string
beforeEach(async () => {
  world = newWorld()
  await world.centre('EG001', { coordinator: 'huda@school.example' })
  await world.centre('EG002')
  writeFileSync(world.path('first.txt'), 'first')
  const facts = ['--kind', 'other', '--series', '2026-06', '--component', '0500/12']
  const { resources } = await run('resources', 'upload', 'first.txt', '--title', 'Text', ...facts)
  resource = String(resources[0].id)
})
afterEach(() => world.close())

async function run(...argv: string[]) {
  const ran = await world.run([...argv, '--yes', '--json'])
  if (ran.exit !== 0) throw new Error(`${argv.join(' ')}: ${ran.stderr}`)
  return ran.json()
}

const entries = (...rows: string[]) => {
  writeFileSync(world.path('entries.csv'), ['Centre number,Series,Component,Candidates', ...rows].join('\n'))
  return run('entries', 'import', 'entries.csv')
}
const keyTimes = (...rows: string[]) => {
  writeFileSync(
    world.path('times.csv'),
    ['Country,Administrative zone,Session,Local time,Time zone', ...rows].join('\n'),
  )
  return run('key-times', 'import', 'times.csv')
}
const helpDocument = async () =>
  String((await world.run(['help-documents', 'list', '--json'])).json().helpDocuments[0].id)
const releasing = (...more: string[]) => run('releases', 'create', 'June', '--resource', resource, ...more)

async function found(kind?: string): Promise<{ exit: number; errors: [string, string][] }> {
  const argv = ['errors', 'list', '--json', ...(kind === undefined ? [] : ['--kind', kind])]
  const ran = await world.run(argv)
  for (const { message, hint } of ran.json().errors) {
    expect(message).not.toBe('')
    expect(hint).not.toBe('')
  }
  return {
    exit: ran.exit,
    errors: ran.json().errors.map(({ code, subject }: { code: string; subject: string }) => [code, subject]),
  }
}

describe('the list of errors', () => {
  it('ends with 0 where there is none, and with 8 where there is any', async () => {
    expect(await found()).toEqual({ exit: 0, errors: [] })
    await entries('EG009,2026-06,0500/12,3')
    expect(await found()).toMatchObject({ exit: 8 })
    expect(await world.run(['errors', 'list'])).toMatchObject({ exit: 8 })
    expect(await world.run(['errors', 'list', '--format', 'count'])).toMatchObject({ exit: 8, stdout: '1\n' })
    expect(await found('other')).toEqual({ exit: 0, errors: [] })
  })

  it('says which centre is meant by a number that lost its zeros, and not that it be made', async () => {
    await world.centre('00123')
    await entries('123,2026-06,0500/12,3', 'EG01,2026-06,0500/12,3', 'EG009,2026-06,0500/12,3')
    const { errors } = (await world.run(['errors', 'list', '--kind', 'entry', '--json'])).json()
    const perhaps = errors.filter(({ message }: { message: string }) => message.includes('perhaps'))
    expect(perhaps).toMatchObject([
      { subject: '123', message: '1 entry is of 123, which is no centre: perhaps 00123.' },
      { subject: 'EG01', message: '1 entry is of EG01, which is no centre: perhaps EG001.' },
    ])
    for (const { hint } of perhaps) expect(hint).not.toContain('centres create')
  })

  it('names no centre of another country', async () => {
    for (const number of ['MO123', 'LI01', '1012', 'MO012']) await world.centre(number)
    await entries(
      'OM123,2026-06,0500/12,3',
      'IL01,2026-06,0500/12,3',
      'LO12,2026-06,0500/12,3',
      'MOO12,2026-06,0500/12,3',
    )
    const { errors } = (await world.run(['errors', 'list', '--kind', 'entry', '--json'])).json()
    const messages = errors.map(({ message }: { message: string }) => message)
    expect(messages).toHaveLength(4)
    expect(messages.filter((message: string) => message.includes('perhaps'))).toEqual([
      '1 entry is of MOO12, which is no centre: perhaps MO012.',
    ])
  })

  it('names nobody where two centres could be meant', async () => {
    await world.centre('00123')
    await world.centre('0123')
    await entries('123,2026-06,0500/12,3')
    const { errors } = (await world.run(['errors', 'list', '--kind', 'entry', '--json'])).json()
    expect(errors).toMatchObject([{ message: '1 entry is of 123, which is no centre.' }])
  })

  it('names entries of unknown and deleted centres, unknown components, and what stands twice', async () => {
    await entries(
      'EG009,2026-06,0500/12,3',
      'EG002,2026-06,0500/12,3',
      'EG001,2026-06,0500/99,3',
      'EG001,2026-06,0500/12,3',
      'EG001,2026-06,0500/12,3',
      'EG001,2026-03,0500/12,4',
      'EG001,2026-03,0500/12,5',
    )
    await run('centres', 'delete', 'EG002')
    const { errors } = await found('entry')
    expect([...errors].sort()).toEqual([
      ['centre-deleted', 'EG002'],
      ['centre-not-found', 'EG009'],
      ['counts-differ', 'EG001'],
      ['entry-twice', 'EG001'],
      ['unknown-component', '0500/12'],
      ['unknown-component', '0500/99'],
    ])
  })

  it('names entries for a recording of centres that have no Global Listening', async () => {
    await world.centre('CA001', { kind: 'associate' })
    await world.centre('CA101', { associate: 'CA001' })
    writeFileSync(world.path('audio.mp3'), 'audio')
    const facts = ['--kind', 'listening-audio', '--series', '2026-06', '--component', '0500/13']
    await run('resources', 'upload', 'audio.mp3', '--title', 'Audio', ...facts)
    await entries('CA101,2026-06,0500/13,3', 'EG001,2026-06,0500/13,3', 'CA001,2026-06,0500/13,3')
    expect((await found('entry')).errors).toEqual([
      ['no-global-listening', 'CA001'],
      ['no-global-listening', 'CA101'],
    ])
    await run('centres', 'edit', 'CA101', '--global-listening')
    expect((await found('entry')).errors).toEqual([['no-global-listening', 'CA001']])
    await entries('CA001,2026-06,0500/13,0')
    expect((await found('entry')).errors).toEqual([])
  })

  it('lets go of an entry that a later file says once', async () => {
    await entries('EG001,2026-06,0500/12,3', 'EG001,2026-06,0500/12,4')
    expect(await found('entry')).toMatchObject({ errors: [['counts-differ', 'EG001']] })
    await entries('EG001,2026-06,0500/12,4')
    expect(await found('entry')).toEqual({ exit: 0, errors: [] })
  })

  it('lets go of a mistyped entry that a later file gives no candidates', async () => {
    await entries('ZZ001,2026-06,0500/12,3')
    expect(await entries('ZZ001,2026-06,0500/12,0')).toMatchObject({ changed: true })
    expect(await entries('ZZ001,2026-06,0500/12,0')).toMatchObject({ changed: false })
    expect(await found()).toEqual({ exit: 0, errors: [] })
  })

  it('names centres of a release that never see it, countries in no zone, and in two', async () => {
    await keyTimes('Pakistan,,AM,11:00,', 'India,4,AM,11:30,', 'India,5,PM,16:00,')
    await releasing('--opens', 'key-time AM 2026-06-02 - 2h', '--for', 'EG001')
    expect([...(await found('key-time')).errors].sort()).toEqual([
      ['administrative-zones-differ', 'India'],
      ['no-administrative-zone', 'Pakistan'],
      ['no-key-time', 'Egypt'],
    ])
    await keyTimes('Egypt,3,AM,00:30,')
    await run('releases', 'edit', 'June', '--opens', 'key-time AM 2026-04-24')
    expect((await found('key-time')).errors).toContainEqual(['local-time-does-not-exist', 'Egypt'])
  })

  it('names what a store that was edited by hand holds and no clock shows, and every list goes on', async () => {
    const everywhere = async () => {
      for (const argv of [
        ['releases', 'list'],
        ['releases', 'show', 'June'],
        ['releases', 'authorisations', '--centre', 'EG001'],
        ['releases', 'authorisations', '--release', 'June'],
        ['key-times', 'list'],
        ['key-times', 'show', 'EG001', '--date', '2026-06-02'],
        ['centres', 'show', 'EG001'],
        ['status'],
      ])
        expect(await world.run([...argv, '--json']), argv.join(' ')).toMatchObject({ exit: 0 })
    }
    await keyTimes('Egypt,3,AM,10:00,')
    await releasing('--opens', 'key-time AM 2026-06-02 - 2h', '--for', 'EG001')
    const checked = async () => {
      const { exit, json } = await world.run(['store', 'check', '--json'])
      return {
        exit,
        findings: json().findings.map(({ target, code }: { target: string; code: string }) => [target, code]),
      }
    }
    expect(await checked()).toEqual({ exit: 0, findings: [] })
    await world.tamper(`update key_times set local_time = 'ab:cd'`)
    expect(await checked()).toEqual({ exit: 0, findings: [['Key Time 1', 'invalid-time']] })
    expect((await found('key-time')).errors).toContainEqual(['local-time-does-not-exist', 'Egypt'])
    await everywhere()
    await run('key-times', 'edit', '1', '--local-time', '10:00')
    expect(await found('key-time')).toEqual({ exit: 0, errors: [] })

    await world.tamper(`update key_times set time_zone = 'Africa/Nowhere'`)
    expect((await found('key-time')).errors).toContainEqual(['no-key-time', 'Egypt'])
    await everywhere()
    const days = `series = 'June', from_date = '2026-02-30', until_date = '2026-06-31'`
    await world.tamper(`update key_times set ${days}`)
    expect(await checked()).toEqual({
      exit: 0,
      findings: ['unknown-time-zone', 'invalid-series', 'invalid-date', 'invalid-date'].map((code) => [
        'Key Time 1',
        code,
      ]),
    })
    const none = 'series = null, from_date = null, until_date = null'
    await world.tamper(`update key_times set time_zone = 'Africa/Cairo', ${none}`)
    await world.tamper(`update centres set time_zone = 'Africa/Nowhere' where number = 'EG001'`)
    expect((await found()).errors).toContainEqual(['no-time-zone', 'EG001'])
    expect(await checked()).toEqual({ exit: 0, findings: [['EG001', 'unknown-time-zone']] })
    await everywhere()
  })

  it('names in store check each centre of a time zone that is not known, the first twenty of many', async () => {
    for (let more = 10; more < 33; more += 1) await world.centre(`XY0${more}`)
    const checked = async () => (await world.run(['store', 'check', '--json'])).json().findings
    await world.tamper(`update centres set time_zone = 'Africa/Nowhere' where number < 'XY013'`)
    const who = (await world.rows(`select number from centres where number < 'XY013' order by number`))
      .map(({ number }) => number)
      .join(', ')
    expect(await checked()).toMatchObject([
      { message: `The centres ${who} have the time zone Africa/Nowhere, which is not known here.` },
    ])
    await world.tamper(`update centres set time_zone = 'Africa/Nowhere' where number like 'XY%'`)
    await world.tamper(`update centres set time_zone = null where number not like 'XY%'`)
    const [one] = await checked()
    expect(one.message).toMatch(/^The centres XY010, .*, XY029 and 3 more have the time zone/)
  })

  it('says that the store is damaged where the moment of a release is none', async () => {
    await releasing('--opens', '2026-06-02T08:00Z')
    await world.tamper(`update releases set opens = '2026-02-30T08:00:00.000Z'`)
    for (const argv of [
      ['releases', 'list'],
      ['errors', 'list'],
      ['store', 'check'],
    ])
      expect(await world.run(argv), argv.join(' ')).toMatchObject({
        exit: 7,
        stderr: expect.stringContaining("moment '2026-02-30T08:00:00.000Z', which is none"),
      })
  })

  it('names a Key Time of an older store whose time is none of its session', async () => {
    await keyTimes('Egypt,3,PM,14:00,')
    await world.tamper(`update key_times set local_time = '02:00'`)
    expect((await found('key-time')).errors).toEqual([['time-not-in-session', 'Egypt']])
  })

  it('says once for a country what keeps its centres from many releases, and once for a centre its time zone', async () => {
    await world.centre('NZ001', { country: 'NZ' })
    for (const name of ['One', 'Two']) {
      const more = ['--resource', resource, '--opens', 'key-time AM 2026-06-02', '--for', 'all']
      await run('releases', 'create', name, ...more)
    }
    const { errors } = (await world.run(['errors', 'list', '--kind', 'key-time', '--json'])).json()
    expect(errors).toMatchObject([
      { code: 'no-time-zone', subject: 'NZ001', hint: expect.stringContaining('centres edit NZ001') },
      { code: 'no-key-time', subject: 'Egypt', message: expect.stringContaining('2 centres never see') },
    ])
  })

  it('names what is wrong with a release until it has closed everywhere, and then no more', async () => {
    const closes = (moment: string) => run('releases', 'edit', 'June', '--closes', moment)
    const at = async (moment: string) => {
      const { errors } = (await world.run(['errors', 'list', '--json'], { at: new Date(moment) })).json()
      return errors.map(({ code }: { code: string }) => code)
    }
    await releasing('--opens', 'key-time AM 2026-06-02', '--for', 'all')
    // It never closes.
    expect(await at('2028-01-01T00:00:00.000Z')).toEqual(['no-key-time'])
    await closes('key-time AM 2026-06-02 + 2h')
    expect(await at('2026-06-03T13:59:59.000Z')).toEqual(['no-key-time'])
    expect(await at('2026-06-03T14:00:00.000Z')).toEqual([])
    await closes('2026-06-03T18:00Z')
    expect(await at('2026-06-03T17:59:59.000Z')).toEqual(['no-key-time'])
    expect(await at('2026-06-03T18:00:00.000Z')).toEqual([])
    // What closes before it opens is wrong until both are past.
    await keyTimes('Egypt,3,AM,10:00,')
    await closes('2026-05-01T00:00Z')
    expect(await at('2026-05-02T00:00:00.000Z')).toEqual(['ends-before-it-begins'])
    expect(await at('2026-06-02T07:00:00.000Z')).toEqual([])
  })

  it('names a release without an audience, without a resource, or that closes before it opens', async () => {
    await keyTimes('Egypt,3,AM,10:00,')
    const { id } = await releasing('--opens', 'key-time AM 2026-06-02')
    expect((await found('other')).errors).toEqual([['no-audience', `release ${id}`]])
    await run('releases', 'edit', 'June', '--for', 'EG001', '--closes', '2026-06-02T06:00Z')
    expect((await found('other')).errors).toEqual([['ends-before-it-begins', `release ${id}`]])
    await run('resources', 'withdraw', resource)
    expect((await found('other')).errors).toEqual([['no-resource', `release ${id}`]])
    await run('releases', 'withdraw', 'June')
    expect(await found()).toEqual({ exit: 0, errors: [] })
  })

  it('names a centre without a time zone though no release goes by Key Time', async () => {
    await world.centre('NZ001', { country: 'NZ' })
    expect((await found('key-time')).errors).toEqual([['no-time-zone', 'NZ001']])
    await run('centres', 'edit', 'NZ001', '--time-zone', 'Pacific/Auckland')
    expect(await found()).toEqual({ exit: 0, errors: [] })
  })

  describe('of a country without Key Times', () => {
    const opens = ['--opens', '2026-06-02T06:00Z']
    const forZones = async (...more: string[]) => {
      const { id } = await releasing(...opens, ...more)
      await run('releases', 'publish', 'June')
      return id
    }

    it('names it where a release for a zone leaves its centres out', async () => {
      await keyTimes('Egypt,3,AM,10:00,')
      await world.centre('PK200', { country: 'PK' })
      const id = await forZones('--for', 'zone:3')
      const { errors } = (await world.run(['errors', 'list', '--kind', 'key-time', '--json'])).json()
      expect(errors).toEqual([
        {
          kind: 'key-time',
          code: 'no-administrative-zone',
          subject: 'Pakistan',
          message: `Pakistan has no Key Times, and so no administrative zone: PK200 is left out of what is released for zones, such as ${id} (June).`,
          hint: expect.stringContaining('key-times import FILE'),
        },
      ])
      await keyTimes('Pakistan,4,AM,10:00,')
      expect(await found()).toEqual({ exit: 0, errors: [] })
    })

    it.each([
      ['the country is named too', 'zone:3,country:PK'],
      ['the centre is named too', 'zone:3,PK200'],
      ['it is for everybody', 'zone:3,all'],
    ])('says nothing of centres that it reaches all the same, because %s', async (_, audience) => {
      await keyTimes('Egypt,3,AM,10:00,')
      await world.centre('PK200', { country: 'PK' })
      await forZones('--for', audience)
      expect(await found()).toEqual({ exit: 0, errors: [] })
    })

    it('names it for the centres that are left out, where others are reached', async () => {
      await keyTimes('Egypt,3,AM,10:00,')
      await world.centre('PK200', { country: 'PK' })
      await world.centre('PK201', { country: 'PK' })
      await forZones('--for', 'zone:3,PK200')
      const { errors } = (await world.run(['errors', 'list', '--json'])).json()
      expect(errors).toMatchObject([{ message: expect.stringContaining(': PK201 is left out') }])
    })

    it.each([
      ['a moment', '2026-06-02T09:00Z'],
      ['Key Times', 'key-time AM 2026-06-02 + 2h'],
    ])('says nothing of what is not released yet, or has closed by %s', async (_, closes) => {
      await keyTimes('Egypt,3,AM,10:00,')
      await world.centre('PK200', { country: 'PK' })
      await releasing(...opens, '--closes', closes, '--for', 'zone:3')
      expect(await found()).toEqual({ exit: 0, errors: [] })
      await run('releases', 'publish', 'June')
      expect((await found()).errors).toEqual([['no-administrative-zone', 'Pakistan']])
      const at = new Date('2026-06-02T09:30:00.000Z')
      expect((await world.run(['errors', 'list', '--json'], { at })).json().errors).toEqual([])
    })

    it('names it for a recording only where its centres could have that in a zone', async () => {
      await keyTimes('Egypt,3,AM,10:00,')
      await world.centre('PK001', { kind: 'associate', country: 'PK' })
      await world.centre('PK101', { associate: 'PK001', country: 'PK' })
      writeFileSync(world.path('audio.mp3'), 'audio')
      const facts = ['--kind', 'listening-audio', '--series', '2026-06', '--component', '0500/13']
      const { resources } = await run('resources', 'upload', 'audio.mp3', '--title', 'Audio', ...facts)
      await run(
        ...['releases', 'create', 'Listening', '--resource', String(resources[0].id)],
        ...[...opens, '--for', 'zone:3'],
      )
      await run('releases', 'publish', 'Listening')
      expect(await found()).toEqual({ exit: 0, errors: [] })
      await run('centres', 'edit', 'PK101', '--global-listening')
      const { errors } = (await world.run(['errors', 'list', '--json'])).json()
      expect(errors).toMatchObject([
        { code: 'no-administrative-zone', message: expect.stringContaining(': PK101 is left out') },
      ])
    })
  })

  it('names a released release that reaches no centre, and what mends it', async () => {
    await keyTimes('Egypt,3,AM,10:00,')
    const { id } = await releasing('--opens', '2026-06-02T06:00Z', '--for', 'zone:4,country:PK')
    expect((await found('other')).errors).toEqual([])
    await run('releases', 'publish', 'June')
    const { errors } = (await world.run(['errors', 'list', '--kind', 'other', '--json'])).json()
    expect(errors).toMatchObject([
      {
        code: 'no-centre',
        subject: `release ${id}`,
        message: `Release ${id} (June) reaches no centre of country:PK, zone:4.`,
        hint: `ssh-admin releases edit ${id} --for AUDIENCE, or ssh-admin releases withdraw ${id}`,
      },
    ])
    await run('releases', 'edit', 'June', '--for', 'zone:3')
    expect(await found('other')).toEqual({ exit: 0, errors: [] })
  })

  it('names a resource whose bytes were others when they were last read', async () => {
    await world.tamper(`update contents set mismatch_at = '2026-03-02T09:00:00.000Z'`)
    expect((await found('other')).errors).toEqual([['content-damaged', `resource ${resource}`]])
  })

  it('says what to paste so that damaged bytes are right again, of a resource and of a help document', async () => {
    await run('help-documents', 'upload', 'first.txt', '--title', 'How to start')
    writeFileSync(world.path("Huda's guide.txt"), 'second')
    await run('help-documents', 'replace', await helpDocument(), "Huda's guide.txt")
    await world.tamper('update content_pieces set bytes = substr(bytes, 2)')
    expect(await world.run(['store', 'check'])).toMatchObject({ exit: 7 })
    const number = await helpDocument()
    const { errors } = (await world.run(['errors', 'list', '--json'])).json()
    expect(errors).toMatchObject([
      {
        subject: `resource ${resource}`,
        message: `The bytes of resource ${resource} (Text) were not those that were uploaded when they were last read.`,
        hint: expect.stringContaining(
          `ssh-admin resources upload first.txt --title Text --kind other --series 2026-06 --component 0500/12, or: bring`,
        ),
      },
      {
        code: 'content-damaged',
        subject: `help document ${number}`,
        message: expect.stringContaining(`help document ${number} (How to start, version 2)`),
        hint: expect.stringContaining(
          `ssh-admin help-documents replace ${number} 'Huda'\\''s guide.txt', or: bring a backup back`,
        ),
      },
      { message: expect.stringContaining(`version 1)`), hint: expect.stringMatching(/^Bring a backup back/) },
    ])
    await run('help-documents', 'replace', number, "Huda's guide.txt")
    const facts = ['--title', 'Text', '--kind', 'other', '--series', '2026-06', '--component', '0500/12']
    await run('resources', 'upload', 'first.txt', ...facts)
    expect(await found()).toEqual({ exit: 0, errors: [] })
    expect(await world.run(['store', 'check'])).toMatchObject({ exit: 0 })
  })

  it('says of each what to type, and what is typed mends it', async () => {
    await world.centre('CA001', { kind: 'associate' })
    await world.centre('CA101', { associate: 'CA001' })
    await world.centre('EG003')
    await world.centre('NZ001', { country: 'NZ' })
    await world.centre('KE001', { country: 'KE' })
    writeFileSync(world.path('audio.mp3'), 'audio')
    const audio = [
      '--title',
      'Audio',
      '--kind',
      'listening-audio',
      '--series',
      '2026-06',
      '--component',
      '0500/13',
    ]
    await run('resources', 'upload', 'audio.mp3', ...audio)
    const text = ['--title', 'Old', '--kind', 'other', '--series', '2026-06']
    writeFileSync(world.path('old.txt'), 'old')
    const { resources } = await run('resources', 'upload', 'old.txt', ...text)
    const old = String(resources[0].id)
    await entries(
      'EG009,2026-06,0500/12,3',
      'EG003,2026-06,0500/12,3',
      'EG001,2026-06,0500/99,3',
      'CA101,2026-06,0500/13,3',
    )
    await run('centres', 'delete', 'EG003')
    await keyTimes('Egypt,3,AM,09:00,', 'Pakistan,,AM,11:00,', 'India,4,AM,11:30,', 'India,5,PM,16:00,')
    const [egypt] = await world.rows<{ id: number }>("select id from key_times where country = 'EG'")
    await releasing('--opens', 'key-time AM 2026-04-24', '--for', 'all')
    const draft = async (name: string, ...more: string[]) =>
      run('releases', 'create', name, '--resource', old, '--opens', '2026-06-02T08:00Z', ...more)
    await draft('For nobody')
    await draft('Backwards', '--for', 'all', '--closes', '2026-06-03T08:00Z')
    await draft('Astray', '--for', 'country:PK')
    await run('releases', 'publish', 'Astray')
    await draft('In a zone', '--for', 'zone:3')
    await run('releases', 'publish', 'In a zone')
    await run('resources', 'withdraw', old)
    await world.tamper(
      `update releases set closes = '2026-06-01T08:00:00.000Z' where name = 'Backwards'`,
      `update key_times set local_time = '00:30' where id = ${egypt?.id}`,
      `update contents set mismatch_at = '2026-03-02T09:00:00.000Z' where id = (select content_id from resources where title = 'Text')`,
    )
    /** What somebody writes in the place of what is left to them. */
    const filledIn: Record<string, string> = {
      ZONE: 'Pacific/Auckland',
      'HH:MM': '10:00',
      MOMENT: '2026-06-03T08:00Z',
      AUDIENCE: 'EG001',
      N: '4',
      FILE: 'old.txt',
      TITLE: 'New',
      KIND: 'other',
    }
    const newTimes = () => {
      const rows = ['Kenya,3,AM,10:00,', 'New Zealand,6,AM,10:00,Pacific/Auckland']
      const heading = 'Country,Administrative zone,Session,Local time,Time zone'
      writeFileSync(world.path('times.csv'), [heading, ...rows].join('\n'))
    }
    const typed = (hint: string): string[] => {
      const [, line = ''] = /ssh-admin (.*?)(?:, or\b|; |\. |, with |\.$|$)/.exec(hint) ?? []
      const words = wordsOfLine(line)
      if (words[0] === 'key-times' && words[1] === 'list') return ['key-times', 'import', 'times.csv']
      if (words[0] === 'key-times' && words[1] === 'import') return ['key-times', 'import', 'times.csv']
      if (words[0] === 'centres' && words[1] === 'create')
        return [...words, '--name', 'New', '--country', 'EG']
      return words.map((word) => filledIn[word] ?? word)
    }
    newTimes()
    const all = async () =>
      (await world.run(['errors', 'list', '--json'])).json().errors as {
        code: string
        hint: string
        message: string
      }[]
    const codes = new Set<string>()
    for (let left = 40; left > 0; left -= 1) {
      const [error] = await all()
      if (!error) break
      codes.add(error.code)
      const ran = await world.run([...typed(error.hint), '--yes', '--json'])
      expect(ran, `${error.message} ${error.hint}: ${ran.stderr}`).toMatchObject({ exit: 0 })
      const after = (await all()).map(({ message }) => message)
      expect(after, error.hint).not.toContain(error.message)
    }
    expect(await found()).toEqual({ exit: 0, errors: [] })
    expect([...codes].sort()).toEqual([
      'administrative-zones-differ',
      'centre-deleted',
      'centre-not-found',
      'content-damaged',
      'ends-before-it-begins',
      'local-time-does-not-exist',
      'no-administrative-zone',
      'no-audience',
      'no-centre',
      'no-global-listening',
      'no-key-time',
      'no-resource',
      'no-time-zone',
      'unknown-component',
    ])
  })
})
