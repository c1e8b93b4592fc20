import { writeFileSync } from 'node:fs'
import stringWidth from 'string-width'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { inProcess } from '../terminal.ts'
import { newWorld, type World } from '../world.ts'

let world: World
beforeEach(async () => {
  world = newWorld()
  await world.centre('EG001', { name: 'Nile Academy', coordinator: 'huda@school.example' })
  const files = {
    'times.csv': 'Country,Administrative zone,Session,Local time\nEgypt,3,AM,10:00\nEgipt,3,PM,14:00\n',
    'entries.csv':
      'Centre number,Series,Component,Candidates\nEG001,2026-06,0500/12,3\nEG009,2026-06,0500/12,3\n',
    'roster.csv': 'Centre number,Centre name,Country,Email\nEG001,Nile Academy,Egypt,not-an-address\n',
    'text.txt': 'a text',
  }
  for (const [name, text] of Object.entries(files)) writeFileSync(world.path(name), text)
})
afterEach(() => world.close())

/** What a person sees of it. */
const shown = async (line: string) => {
  const words = `${line} --yes`.split(' ')
  return (await world.run(words, { terminal: true, env: { NO_COLOR: '1', COLUMNS: '120' } })).stdout
}

const reading = async (line: string) => {
  const env = { NO_COLOR: '1', COLUMNS: '120' }
  return (await world.run(line.split(' '), { terminal: true, env })).stdout
}

const uploading = 'resources upload text.txt --title Text --kind other --series 2026-06 --component 0500/12'
const creating = 'releases create June --resource 1 --opens 2026-03-01T08:00Z --for all'

describe('what a person sees of releases and what they are made of', () => {
  it('is what a table had, and each row that was held back by its cell', async () => {
    expect(await shown('key-times import times.csv')).toBe(
      [
        '! 2 rows read. 1 row held back.',
        '  New Key Times: 1. Changed: 0. There already: 0.',
        '  Held back:',
        '    times!A3  Country names no country: Egipt (Did you mean Egypt?)',
        '',
      ].join('\n'),
    )
    expect(await shown('entries import entries.csv')).toContain('✓ 2 rows read.\n')
    expect(await shown('entries import entries.csv')).toContain('· 2 rows read.\n')
    const errors = await reading('errors list')
    expect(errors.split('1 entry is of EG009, which is no centre.')).toHaveLength(2)
    expect(errors).toMatch(/\n2 errors\.\n$/)
    expect(await reading('errors list --format table')).toMatch(/^Kind +About +What is wrong\n/)
    expect(await reading('key-times show EG001 --date 2026-06-02')).toContain(
      'AM       every   2026-06-02 10:00 (UTC+03:00)  2026-06-02 07:00\n',
    )
  })

  it('is a sentence for a resource, and another where nothing is changed', async () => {
    expect(await shown(uploading)).toBe('✓ Resource 1 is uploaded: Text (text.txt, 6 B).\n')
    expect(await reading('resources show 1')).toMatch(/components +0500\/12\n/i)
    expect(await shown('resources withdraw 1')).toBe('✓ Resource 1 is withdrawn: Text (text.txt, 6 B).\n')
    expect(await shown('resources withdraw 1')).toBe(
      '· Resource 1 is withdrawn as it was: Text (text.txt, 6 B).\n',
    )
    expect(await shown('resources restore 1')).toBe('✓ Resource 1 is restored: Text (text.txt, 6 B).\n')
  })

  it('is at 80 columns when a release opens, there and in UTC, and what mends an error, whole', async () => {
    const env = { NO_COLOR: '1', COLUMNS: '80' }
    const at80 = async (line: string) => {
      const text = (await world.run(line.split(' '), { terminal: true, env })).stdout
      expect(text.split('\n').filter((one) => one.length > 80)).toEqual([])
      return text
    }
    await shown('key-times import times.csv')
    await shown(uploading)
    await shown(creating.replace('2026-03-01T08:00Z', '2026-06-02T05:00Z'))
    await shown('releases publish June')
    expect(await at80('releases authorisations --centre EG001')).toMatch(
      /^Local times are those of Africa\/Cairo.\n\n[^\n]+\nJune .* not-yet-open +2026-06-02 08:00 +2026-06-02 05:00\n/,
    )
    await shown('centres create AR001 --name Cordoba --country AR --time-zone America/Argentina/Buenos_Aires')
    expect(await at80('releases authorisations --centre AR001')).toMatch(
      /^Local times are those of America\/Argentina\/Buenos_Aires.\n\n[^\n]+\nJune .* not-yet-open +2026-06-02 02:00 +2026-06-02 05:00\n/,
    )
    // Where there are several zones, each row has its own, and its weekday where that is another than in UTC.
    const several = await at80('releases authorisations --release June')
    expect(several).toContain('AR001   not-yet-open  02:00 America/Argentina/Buenos_Aires  2026-06-02 05:00')
    expect(several).toContain('EG001   not-yet-open  08:00 Africa/Cairo                    2026-06-02 05:00')
    await world.run(['releases', 'edit', 'June', '--opens', '2026-06-02T01:00Z', '--yes'])
    expect(await at80('releases authorisations --release June')).toContain(
      'AR001   not-yet-open  Mon 22:00 America/Argentina/Buenos_Aires  2026-06-02 01:00',
    )
    const keyTimes = await at80('key-times list')
    expect(keyTimes).toMatch(/Africa\/Cairo +2026-03-03 08:00\n/)
    // Nothing was left out that says anything.
    expect(keyTimes).not.toContain('No room for')
    await shown('centres create NZ001 --name Kauri --country NZ')
    const noZone = 'NZ001 Kauri: New Zealand has several time zones, and none is set for NZ001.'
    await world.run([
      'releases',
      'create',
      'July',
      '--resource',
      '1',
      '--opens',
      'key-time AM 2026-07-02',
      '--for',
      'all',
    ])
    await shown('releases publish July')
    const whole = (text: string) => text.replace(/\s+/g, ' ')
    expect(whole(await at80('releases authorisations --centre NZ001'))).toContain(
      `! July never opens for ${noZone} ssh-admin centres edit NZ001 --time-zone ZONE.`,
    )
    expect(whole(await at80('errors list'))).toContain('ssh-admin centres edit NZ001 --time-zone ZONE.')
  })

  it('says once what is so of a whole country: the zones of its errors, and why a release never opens there', async () => {
    await shown('key-times import times.csv')
    await shown(uploading)
    for (const number of ['NZ001', 'NZ002', 'NZ003'])
      await shown(`centres create ${number} --name Kauri --country NZ`)
    const errors = (await reading('errors list')).replace(/\s+/g, ' ')
    for (const number of ['NZ001', 'NZ002', 'NZ003'])
      expect(errors).toContain(`ssh-admin centres edit ${number} --time-zone ZONE`)
    expect(errors.split('New Zealand has Pacific/Auckland, Pacific/Chatham')).toHaveLength(2)
    expect((await world.run(['errors', 'list'])).stdout.split('New Zealand has Pacific')).toHaveLength(4)
    const create = [...creating.split(' ').slice(0, 5), '--for', 'all', '--opens', 'key-time AM 2026-07-02']
    await world.run(create)
    const release = (await reading('releases show June')).replace(/\s+/g, ' ')
    expect(release).toContain(
      '! Never opens for 3 centres: 3 centres, such as NZ001 Kauri: New Zealand has several time zones',
    )
    expect(release).not.toContain('NZ002')
    const asked = inProcess(world, ['releases', 'publish', 'June'])
    await asked.sees('Release it')
    asked.presses('ctrl-c')
    const question = (await asked.leaves()).text.replace(/\s+/g, ' ')
    expect(question).toContain('It never opens for: 3 centres, such as NZ001 Kauri: New Zealand has several')
    expect(question).not.toContain('NZ002 Kauri')
  })

  it('tells two Key Times of a country whose clocks change apart by their days, at 80 columns too', async () => {
    writeFileSync(
      world.path('clocks.csv'),
      [
        'Country,Administrative zone,Session,Local time,From,Until',
        'United Kingdom,2,AM,10:00,2026-03-29,2026-10-24',
        'United Kingdom,2,AM,09:00,2026-10-25,2027-03-27',
      ].join('\n'),
    )
    await shown('key-times import clocks.csv')
    const { stdout } = await world.run(['key-times', 'list', '--country', 'GB'], {
      terminal: true,
      env: { NO_COLOR: '1', COLUMNS: '80' },
    })
    expect(stdout).toMatch(/10:00 +Europe\/London +2026-03-29 +2026-10-24\n/)
    expect(stdout).toContain('No room for: Zone, Next in UTC.')
  })

  it('has no word of local times above a list that shows none', async () => {
    await shown(uploading)
    await shown(creating)
    await shown('releases publish June')
    const local = 'Local times are those of Africa/Cairo.'
    const listing = 'releases authorisations --centre EG001'
    expect(await reading(listing)).toContain(local)
    expect(await reading(`${listing} --fields centre,opens-local`)).toContain(local)
    expect(await reading(`${listing} --fields centre,opens`)).not.toContain(local)
    const narrow = { terminal: { columns: 40 }, env: { NO_COLOR: '1', COLUMNS: '40' } }
    expect((await world.run(listing.split(' '), narrow)).stdout).not.toContain(local)
  })

  it('counts no centre without a time zone as a zone, and says how many there are', async () => {
    const env = { NO_COLOR: '1', COLUMNS: '80' }
    const at80 = async (line: string) => (await world.run(line.split(' '), { terminal: true, env })).stdout
    await shown(uploading)
    for (const number of ['NZ001', 'NZ002']) await shown(`centres create ${number} --name Kauri --country NZ`)
    await shown('releases create June --resource 1 --opens 2026-06-02T05:00Z --for all')
    expect(await at80('releases show June')).toMatch(
      /\n {2}2026-06-02 05:00 UTC +█+ +3 centres\n {4}08:00 Africa\/Cairo, 2 without a time zone\n/,
    )
    await shown('releases create July --resource 1 --opens 2026-06-02T05:00Z --for NZ001')
    expect(await at80('releases show July')).toMatch(/ 1 centre {2}1 without a time zone\n/)
    const { stderr } = await world.run(['releases', 'publish', 'June'])
    expect(stderr.replace(/\s+/g, ' ')).toContain(
      'Time zones Africa/Cairo; No time zone 2 centres, and it opens there all the same.',
    )
  })

  it('is each moment of a question beside its label at 40 columns', async () => {
    await shown('key-times import times.csv')
    await shown(uploading)
    await world.centre('JP001', { country: 'JP' })
    writeFileSync(
      world.path('tokyo.csv'),
      'Country,Administrative zone,Session,Local time\nJapan,6,AM,10:00\n',
    )
    await shown('key-times import tokyo.csv')
    await world.run([
      ...'releases create June --resource 1 --for all --opens'.split(' '),
      'key-time AM 2026-06-02',
    ])
    const typist = inProcess(world, ['releases', 'publish', 'June'], { columns: 40 })
    await typist.sees('(y/N)')
    typist.presses('enter')
    const { text } = await typist.leaves()
    expect(text).toMatch(/First opens {2}2026-06-02 01:00 UTC\r?\n/)
    expect(text).toMatch(/Last opens {3}2026-06-02 07:00 UTC\r?\n/)
    for (const line of text.split(/\r?\n/)) expect(line.length, line).toBeLessThanOrEqual(40)
  })

  it('is each moment whole at 40 columns, what is the least of it left out', async () => {
    const at = async (columns: number, line: string) => {
      const text = (await world.run(line.split(' '), { terminal: { columns }, env: { NO_COLOR: '1' } }))
        .stdout
      expect(text.split('\n').filter((one) => one.length > columns)).toEqual([])
      return text
    }
    await shown('key-times import times.csv')
    await shown('entries import entries.csv')
    await shown(uploading)
    const name = 'Listening June 2026, all papers'
    const creating = ['releases', 'create', name, '--resource', '1', '--for', 'all']
    await world.run([...creating, '--opens', 'key-time AM 2026-06-02 - 2h'])
    await shown('releases publish 1')
    expect(await at(40, 'key-times show EG001 --date 2026-06-02')).toContain(
      'AM, every series\n  2026-06-02 10:00 (UTC+03:00) there\n  2026-06-02 07:00 UTC\n',
    )
    expect(await at(60, 'key-times show EG001 --date 2026-06-02')).not.toContain('…')
    expect(await at(40, 'releases authorisations')).toMatch(
      /^Centre +State +Opens in UTC\nEG001 +not-yet-open +2026-06-02 05:00\n/,
    )
    expect(await at(60, 'releases authorisations')).toMatch(
      /\nEG001 +not-yet-open +2026-06-02 08:00 +2026-06-02 05:00\n/,
    )
    expect(await at(80, 'releases authorisations')).toMatch(
      /… +EG001 +not-yet-open +2026-06-02 08:00 +2026-06-02 05:00\n/,
    )
    expect(await at(40, 'entries list')).toMatch(
      /^Centre +Series +Component +Candidates\nEG001 +2026-06 +0500\/12 +3\n/,
    )
  })

  describe.each([40, 60, 80, 120])('at %i columns', (columns) => {
    const at = async (line: string) => {
      const { stdout } = await world.run(line.split(' '), { terminal: { columns }, env: { NO_COLOR: '1' } })
      for (const one of stdout.split('\n')) expect(stringWidth(one), one).toBeLessThanOrEqual(columns)
      return stdout
    }

    beforeEach(async () => {
      await world.centre('NZ0123456789', { name: 'オークランド国際高等学校・準備課程', country: 'NZ' })
      await shown('key-times import times.csv')
      const title = '日本語の聴解試験資料・追加説明書・第二版'
      const facts = ['--kind', 'listening-audio', '--series', '2026-06', '--component', '0500/12']
      await world.run(['resources', 'upload', 'text.txt', '--title', title, ...facts])
      const releases = {
        '聴解試験二〇二六年六月・全地域・全科目': '2026-03-01T08:00Z',
        June: 'key-time AM 2026-06-02',
      }
      for (const [name, opens] of Object.entries(releases)) {
        await world.run(['releases', 'create', name, '--resource', '1', '--opens', opens, '--for', 'all'])
        await world.run(['releases', 'publish', name, '--yes'])
      }
    })

    it('is the state of each authorisation, whatever else there is no room for', async () => {
      const states = /^.*NZ0123456789.* never-opens\b.*\n.*EG001 .* open\b.*\n.*NZ0123456789.* open\b/m
      expect(await at('releases authorisations')).toMatch(states)
      expect(await at('releases authorisations --release June')).toMatch(/\bNZ0123456789\b.* never-opens\b/)
      for (const line of ['--centre NZ0123456789', '--release June --centre NZ0123456789'])
        expect(await at(`releases authorisations ${line}`)).toMatch(/\bnever-opens\b/)
    })

    it('is no centre that was asked for, where something else has no room', async () => {
      const shown = await at('releases authorisations --centre NZ0123456789')
      const heading = shown.split('\n').find((line) => line.includes('State'))
      expect(heading).not.toMatch(/\bCentre\b|\bName\b/)
    })

    it('is the state of a release, and whether a resource or a help document is withdrawn', async () => {
      expect(await at('releases list')).toMatch(/^2 .* released\b.*\n1 .* released\b/m)
      await shown('resources withdraw 1')
      expect(await at('resources list')).toMatch(/^1 .* withdrawn\b/m)
      await shown('help-documents upload text.txt --title How')
      await shown('help-documents withdraw 1')
      expect(await at('help-documents list')).toMatch(/^1 .* withdrawn\b/m)
    })
  })

  it('is in the list and in status when the first and the last open, in UTC and on the clocks there', async () => {
    await world.centre('JP001', { country: 'JP' })
    await world.centre('JP002', { country: 'JP' })
    await world.centre('BR001', { country: 'BR' })
    writeFileSync(
      world.path('three.csv'),
      'Country,Administrative zone,Session,Local time\nEgypt,3,AM,10:00\nJapan,6,AM,10:00\n',
    )
    await shown('key-times import three.csv')
    await shown(uploading)
    const releases = { June: 'key-time AM 2026-06-02 - 9h', Now: '2026-06-02T07:00Z' }
    for (const [name, opens] of Object.entries(releases)) {
      await world.run(['releases', 'create', name, '--resource', '1', '--opens', opens, '--for', 'all'])
      await world.run(['releases', 'publish', name, '--yes'])
    }
    const at = new Date('2026-06-01T12:00:00.000Z')
    const seen = async (line: string, columns: number) => {
      const terminal = { columns }
      const { stdout } = await world.run(line.split(' '), { at, terminal, env: { NO_COLOR: '1' } })
      for (const one of stdout.split('\n')) expect(stringWidth(one), one).toBeLessThanOrEqual(columns)
      return stdout
    }
    const narrow = await seen('releases list', 80)
    expect(narrow).toMatch(/^1 +June +released .*Tue 01:00 Asia\/Tokyo +2026-06-01 16:00/m)
    expect(narrow).toMatch(/^2 +Now +released .*16:00 Asia\/Tokyo … +2026-06-02 07:00/m)
    expect(narrow).toContain('! June never opens for 1 of 4 centres: ssh-admin releases show 1 says why.')
    expect(narrow).not.toContain('! Now')
    const wide = await seen('releases list', 170)
    expect(wide).toMatch(/Tue 01:00 Asia\/Tokyo +2026-06-01 16:00 +Tue 01:00 Africa\/Cairo +2026-06-01 22:00/)
    expect(wide).toContain('16:00 Asia/Tokyo and 1 more')
    expect(await seen('releases show 2', 100)).toContain('16:00 Asia/Tokyo')
    expect((await seen('status', 80)).replaceAll(/\s+/g, ' ')).toContain(
      'June, from 2026-06-01 16:00 UTC (2026-06-02 01:00 Asia/Tokyo), last at 2026-06-01 22:00 UTC (2026-06-02 01:00 Africa/Cairo), for 4 centres',
    )
    const local = {
      firstOpensLocal: '2026-06-02 01:00 Asia/Tokyo (UTC+09:00)',
      lastOpensLocal: '2026-06-02 01:00 Africa/Cairo (UTC+03:00)',
    }
    const read = async (line: string) => (await world.run(line.split(' '), { at })).json()
    expect((await read('releases list june --json')).releases).toMatchObject([local])
    expect((await read('status --json')).opening).toMatchObject([{ name: 'Now' }, { name: 'June', ...local }])
    const piped = (await world.run(['releases', 'list', 'june'], { at })).stdout.trimEnd().split('\t')
    expect(piped.slice(-3)).toEqual(['1', local.firstOpensLocal, local.lastOpensLocal])
    const row = (await world.run(['status'], { at })).stdout.split('\n').find((one) => one.includes('June'))
    expect(row?.split('\t').slice(2)).toEqual([
      local.firstOpensLocal,
      '2026-06-01T22:00:00.000Z',
      local.lastOpensLocal,
    ])
  })

  it('is when a release opens around the world, in a line for each moment, and two where it is narrow', async () => {
    const heading = 'Country,Administrative zone,Session,Local time,Time zone'
    const zones = {
      SY: ['Syria', 'Asia/Damascus'],
      JO: ['Jordan', 'Asia/Amman'],
      KE: ['Kenya', 'Africa/Nairobi'],
      SA: ['Saudi Arabia', 'Asia/Riyadh'],
      JP: ['Japan', 'Asia/Tokyo'],
    }
    const rows = Object.values(zones).map(([country, zone]) => `${country},3,AM,10:00,${zone}`)
    writeFileSync(world.path('more.csv'), [heading, ...rows].join('\n'))
    await shown('key-times import times.csv')
    await shown('key-times import more.csv')
    for (const country of Object.keys(zones)) await world.centre(`${country}001`, { country })
    await shown(uploading)
    const opens = ['--opens', 'key-time AM 2026-06-02 - 3h']
    await world.run(['releases', 'create', 'June', '--resource', '1', '--for', 'all', ...opens])
    const at = async (columns: number) =>
      (await world.run(['releases', 'show', 'June'], { terminal: { columns }, env: { NO_COLOR: '1' } }))
        .stdout
    // Where it is another day there, the day is said.
    expect(await at(80)).toContain(`Opens for 6 centres:
  2026-06-01 22:00 UTC  █      1 centre   2026-06-02 07:00 Asia/Tokyo
  2026-06-02 04:00 UTC  ██████ 5 centres  07:00 Africa/Cairo and 4 more zones
`)
    expect(await at(120)).toContain('5 centres  07:00 Africa/Cairo, 07:00 Africa/Nairobi and 3 more zones\n')
    expect(await at(40)).toContain(`Opens for 6 centres:
  2026-06-01 22:00 UTC  1 centre
    2026-06-02 07:00 Asia/Tokyo
  2026-06-02 04:00 UTC  5 centres
    07:00 Africa/Cairo and 4 more zones
`)
  })

  it('is the row that was held back in lines that fit, beneath its cell', async () => {
    const typed = ['key-times', 'import', 'times.csv', '--dry-run']
    const { stdout } = await world.run(typed, { terminal: { columns: 60 }, env: { NO_COLOR: '1' } })
    expect(stdout).toMatch(
      /\n {4}times!A3 {2}Country names no country: Egipt \(Did you mean\n {14}Egypt\?\)\n/,
    )
  })

  it('is for how many it would open, in a rehearsal as in its question and once it is released', async () => {
    await shown('key-times import times.csv')
    await world.centre('JP001', { country: 'JP' })
    await shown(uploading)
    await world.run([...creating.split(' ').slice(0, 5), '--opens', 'key-time AM 2026-06-02', '--for', 'all'])
    expect(await reading('releases publish June --dry-run')).toContain('Opens for 1 centre:\n')
    expect((await world.run(['releases', 'publish', 'June'])).stderr).toContain('it opens for 1 of 2 centres')
    expect(await shown('releases publish June')).toContain('Opens for 1 centre:\n')
  })

  it('is why some never see a release, beneath the table, however far down they are in it', async () => {
    await shown('key-times import times.csv')
    for (let n = 10; n < 25; n += 1) await world.centre(`AE0${n}`, { country: 'EG' })
    for (let n = 10; n < 22; n += 1) await world.centre(`NZ0${n}`, { country: 'NZ' })
    await shown(uploading)
    const moment = ['--opens', 'key-time AM 2026-06-02']
    await world.run(['releases', 'create', 'June', '--resource', '1', '--for', 'all', ...moment])
    await shown('releases publish June')
    const text = await reading('releases authorisations')
    expect(text.match(/^! June never opens for NZ0\d\d/gm)).toHaveLength(10)
    expect(text).toMatch(/\n… and 2 more\.\n$/)
  })

  it('is how a release goes from a draft to its end', async () => {
    await shown('key-times import times.csv')
    await shown(uploading)
    expect(await shown(creating)).toBe(
      '✓ Release 1, June, is a draft for all centres.\nTo release it: ssh-admin releases publish 1\n',
    )
    const unasked = (await world.run(['releases', 'publish', 'June'])).stderr
    expect(unasked).toContain(
      'Release 1, June: Centres 1; Opens 2026-03-01 08:00 UTC, all at the same time; ',
    )
    const opens = '  2026-03-01 08:00 UTC  ████████████ 1 centre  10:00 Africa/Cairo\n'
    expect(await shown('releases publish June')).toBe(
      `✓ Release 1, June, is released.\n  Opened for 1 authorisation:\n    EG001 Nile Academy: June\nOpens for 1 centre:\n${opens}`,
    )
    expect(await shown('releases publish June')).toContain('· Release 1, June, is released as it was.\n')
    expect(await reading('releases show June')).toMatch(/Closes +never\n/i)
    expect(await reading('releases authorisations')).toContain('1 authorisation.\n')
    expect(await shown('releases edit June --closes 2026-07-01T08:00Z')).toBe(
      [
        '✓ Release 1, June, is edited: when it closes.',
        '  Closes earlier for 1 authorisation:',
        '    EG001 Nile Academy: June, at 2026-07-01 08:00 UTC',
        'Opens for 1 centre:',
        '  2026-03-01 08:00 UTC  ████████████ 1 centre  10:00 Africa/Cairo',
        'Closed everywhere from 2026-07-01 08:00 UTC.',
        '',
      ].join('\n'),
    )
    expect((await world.run(['releases', 'withdraw', 'June'])).stderr).toContain(
      'EG001 Nile Academy: June (Text)',
    )
    expect(await shown('releases withdraw June')).toContain('  Closed for 1 authorisation:\n')
    expect(await shown('releases withdraw June')).toBe('· Release 1, June, is withdrawn as it was.\n')
  })

  it('says once what a release and its only resource are both called', async () => {
    await shown(uploading)
    await shown(creating.replace('June', 'Text'))
    await shown('releases publish Text')
    const { stderr } = await world.run(['releases', 'withdraw', 'Text'])
    expect(stderr).toContain('EG001 Nile Academy: Text. Withdraw')
    expect(stderr).not.toContain('Text (Text)')
  })

  it('is a sentence for a help document', async () => {
    const how = 'How, version 1 (text.txt, 6 B).\n'
    expect(await shown('help-documents upload text.txt --title How')).toBe(
      `✓ Help document 1 is uploaded: ${how}`,
    )
    expect(await shown('help-documents replace 1 text.txt')).toBe(`· Help document 1 is as it was: ${how}`)
    const list = await reading('help-documents list')
    expect(list).toContain('1 help document.\n')
    // What was never replaced says nothing of it, in no column.
    expect(list).toMatch(/Uploaded\n1 .* kept +just now\n/)
    writeFileSync(world.path('text.txt'), 'other')
    await shown('help-documents replace 1 text.txt')
    expect(await reading('help-documents list')).toMatch(/\n1 .* kept +just now +just now\n/)
    expect(await shown('help-documents withdraw 1')).toBe(
      '✓ Help document 1 is withdrawn: How, version 2 (text.txt, 5 B).\n',
    )
  })
})

describe('what a person sees', () => {
  it('of a workbook before it is imported', async () => {
    const text = await reading('centres lint roster.csv')
    expect(text).toContain('roster.csv: 1 row, 1 would be held back.\n! 1 row held back\n')
    expect(text).toContain('Nothing was imported.\n')
  })

  it('of a message, its secret left out', async () => {
    await shown('users reset-password huda@school.example')
    const text = await reading('mail show 1')
    expect(text).toMatch(/State +written\n/)
    expect(text).toContain('https://support.cambridgeinternational.example/…\n')
    expect(await reading('mail list')).toContain('1 message.\n')
  })

  it('of an audit log that is whole', async () => {
    await shown('users suspend huda@school.example')
    await shown('coordinator suspend EG001')
    expect(await reading('audit verify')).toMatch(
      /^✓ The audit log is whole: \d+ events?\.\n {2}Head: \w{64}\n$/,
    )
  })
})
