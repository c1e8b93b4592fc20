import { createHash, randomBytes } from 'node:crypto'
import { readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { newWorld, type World } from '../../world.ts'

const facts = ['--kind', 'listening-audio', '--series', '2026-06', '--component', '0500/12']
const megabyte = 1024 * 1024

let world: World
beforeEach(async () => {
  world = newWorld()
  await world.centre('EG001', { coordinator: 'huda@school.example' })
})
afterEach(() => world.close())

const uploading = (file: string, ...more: string[]) =>
  world.run(['resources', 'upload', file, '--title', 'Listening', ...facts, '--json', ...more])
const written = (name: string, bytes: Buffer) => {
  writeFileSync(world.path(name), bytes)
  return bytes
}
/** Numbers are never given again, also in a store that was emptied. */
const id = async () =>
  String((await world.rows<{ id: number }>('select max(id) as id from resources'))[0]?.id)
const count = async (table: string) => (await world.rows(`select 1 from ${table}`)).length

describe('uploading a resource', () => {
  it('gives the next number, however often it was rehearsed', async () => {
    written('audio.mp3', randomBytes(10))
    const numberOf = async (...more: string[]) =>
      (await uploading('audio.mp3', ...more)).json().resources[0].id
    const rehearsed = [await numberOf('--dry-run'), await numberOf('--dry-run')]
    expect([...rehearsed, await numberOf()]).toEqual([1, 1, 1])
    const release = 'releases create June --resource 1 --opens now --for all --json'.split(' ')
    await world.run([...release, '--dry-run'])
    expect((await world.run(release)).json()).toMatchObject({ id: 1 })
    const document = 'help-documents upload audio.mp3 --title Help --json'.split(' ')
    await world.run([...document, '--dry-run'])
    expect((await world.run(document)).json()).toMatchObject({ helpDocuments: [{ id: 1 }] })
  })

  it.each([1, megabyte - 1, megabyte, megabyte + 1, 3 * megabyte + 17])(
    'keeps %i bytes in pieces, and gives back what went in',
    async (length) => {
      const bytes = written('audio.mp3', randomBytes(length))
      const sha256 = createHash('sha256').update(bytes).digest('hex')
      expect((await uploading('audio.mp3')).json()).toMatchObject({
        resources: [{ bytes: length, sha256, status: 'kept', outcome: 'uploaded', changed: true }],
      })
      expect(await count('content_pieces')).toBe(Math.ceil(length / megabyte))
      const ran = await world.run(['resources', 'download', await id(), '--out', 'back.mp3', '--json'])
      expect(ran.json()).toMatchObject({ bytes: length, sha256 })
      expect(readFileSync(world.path('back.mp3')).equals(bytes)).toBe(true)
      expect(statSync(world.path('back.mp3')).mode & 0o777).toBe(0o600)
    },
  )

  it('keeps equal bytes once, however often and under whatever name', async () => {
    const bytes = written('one.mp3', randomBytes(megabyte + 1))
    written('two.mp3', bytes)
    await uploading('one.mp3', 'two.mp3')
    expect((await uploading('one.mp3')).json()).toMatchObject({ resources: [{ changed: false }] })
    expect(await count('resources')).toBe(2)
    expect(await count('contents')).toBe(1)
    expect(await count('content_pieces')).toBe(2)
  })

  it.each([
    ['--title', 'Reading'],
    ['--kind', 'specimen'],
    ['--series', '2026-11'],
    ['--component', '0500/22'],
  ])('of equal bytes makes another resource where it is something else: %s %s', async (...other) => {
    written('audio.mp3', randomBytes(10))
    await uploading('audio.mp3')
    const [option] = other
    const at = ['--title', 'Listening', ...facts].indexOf(option)
    const about = ['--title', 'Listening', ...facts].toSpliced(at, 2, ...other)
    const ran = await world.run(['resources', 'upload', 'audio.mp3', ...about, '--json'])
    expect(ran.json()).toMatchObject({ resources: [{ outcome: 'uploaded', changed: true }] })
    expect([await count('resources'), await count('contents')]).toEqual([2, 1])
  })

  it('is refused for what is no file, empty, or larger than 500 MB, and leaves nothing', async () => {
    written('empty.mp3', Buffer.alloc(0))
    written('large.mp3', Buffer.alloc(1))
    truncateSync(world.path('large.mp3'), 500 * megabyte + 1)
    for (const file of ['empty.mp3', 'large.mp3', '.', 'nothing.mp3'])
      expect(await uploading(file)).toMatchObject({ exit: 6 })
    expect(await count('contents')).toBe(0)
  })

  it('leaves no byte in a rehearsal', async () => {
    written('one.mp3', randomBytes(9))
    expect((await uploading('one.mp3', '--dry-run')).json()).toMatchObject({
      resources: [{ outcome: 'uploaded' }],
      dryRun: true,
    })
    expect(await count('contents')).toBe(0)
    expect(await count('resources')).toBe(0)
  })

  it.each([
    ['--kind', 'audio'],
    ['--series', 'June'],
    ['--component', '500/12'],
    ['--area', 'there'],
  ])('refuses %s %s', async (...more) => {
    written('one.mp3', randomBytes(9))
    expect(await uploading('one.mp3', ...more)).toMatchObject({ exit: 2 })
  })
})

describe('downloading a resource', () => {
  it('is in the log before the file is there', async () => {
    written('one.mp3', randomBytes(9))
    await uploading('one.mp3')
    await world.run(['resources', 'download', await id(), '--out', 'back.mp3'])
    const log = await world.run(['audit', 'list', '--action', 'resources.downloaded', '--json'])
    expect(log.json()).toMatchObject({ events: [{ kind: 'event', subject: `resource ${await id()}` }] })
  })

  it('asks for no resource that there is not', async () => {
    expect(await world.run(['resources', 'download', '7777777', '--out', 'back.mp3'])).toMatchObject({
      exit: 4,
    })
  })
})

describe('withdrawing a resource', () => {
  it('is harmless twice, and can be taken back', async () => {
    written('one.mp3', randomBytes(9))
    await uploading('one.mp3')
    const changed = async (verb: string) =>
      (await world.run(['resources', verb, await id(), '--yes', '--json'])).json().resources[0]
    expect(await changed('withdraw')).toMatchObject({ status: 'withdrawn', changed: true })
    expect(await changed('withdraw')).toMatchObject({ changed: false })
    expect(await changed('restore')).toMatchObject({ status: 'kept', withdrawnAt: null, changed: true })
    expect(await changed('restore')).toMatchObject({ changed: false })
  })
})
