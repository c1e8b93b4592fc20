import { randomBytes } from 'node:crypto'
import { existsSync, writeFileSync } from 'node:fs'
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
describe('bytes that are not those that were uploaded', () => {
  it('gives no file where the bytes are not those that were uploaded, and remembers it', async () => {
    written('one.mp3', randomBytes(2 * megabyte))
    await uploading('one.mp3')
    await world.tamper(`update content_pieces set bytes = x'00' where position = 1`)
    const ran = await world.run(['resources', 'download', '1', '--out', 'back.mp3', '--json'])
    expect(ran).toMatchObject({ exit: 7 })
    expect(ran.error()).toMatchObject({ code: 'content-damaged' })
    expect(existsSync(world.path('back.mp3'))).toBe(false)
    const shown = await world.run(['resources', 'show', '1', '--json'])
    expect(shown.json()).toMatchObject({ status: 'damaged' })
  })

  it('is found in store check where it is damaged, and remembered', async () => {
    written('one.mp3', randomBytes(2 * megabyte))
    await uploading('one.mp3')
    const status = async () => (await world.run(['resources', 'list', '--json'])).json().resources[0].status
    await world.tamper(`update content_pieces set bytes = x'00' where position = 1`)
    const ran = await world.run(['store', 'check', '--json'])
    expect(ran).toMatchObject({ exit: 7 })
    expect(ran.stderr).toContain('content-')
    expect(ran.stderr).toContain('The bytes of resource 1 (Listening) are not those that were uploaded')
    expect(await status()).toBe('damaged')
  })

  it('is right again in the lists once store check has found it so', async () => {
    written('one.mp3', randomBytes(9))
    await uploading('one.mp3')
    const status = async () => (await world.run(['resources', 'list', '--json'])).json().resources[0].status
    await world.tamper(`update contents set mismatch_at = '2026-03-02T09:00:00.000Z'`)
    expect(await status()).toBe('damaged')
    expect(await world.run(['store', 'check'])).toMatchObject({ exit: 0 })
    expect(await status()).toBe('kept')
  })
})

describe('an upload that was cut short', () => {
  it('takes away what another upload left that was cut short, and no upload that goes on', async () => {
    const begun = `insert into contents (maker, begun_at) values`
    const ended = 'elsewhere-1-1-000000000000'
    await world.tamper(
      `${begun} ('${ended}', '2026-02-01T00:00:00.000Z')`,
      `${begun} ('${ended}', '${world.now.toISOString()}')`,
      `insert into content_pieces (content_id, position, bytes) values (1, 0, x'00'), (2, 0, x'00')`,
    )
    written('one.mp3', randomBytes(9))
    await uploading('one.mp3')
    expect(await world.rows('select id from contents order by id')).toEqual([{ id: 2 }, { id: 3 }])
    expect(await world.rows('select content_id from content_pieces order by 1')).toEqual([
      { content_id: 2 },
      { content_id: 3 },
    ])
  })
})

describe('a file that is uploaded again', () => {
  it('takes the place of bytes that are damaged', async () => {
    written('one.mp3', randomBytes(2 * megabyte))
    await uploading('one.mp3')
    await world.tamper(`update content_pieces set bytes = x'00' where position = 1`)
    await world.run(['resources', 'download', '1', '--out', 'back.mp3'])
    expect((await uploading('one.mp3')).json()).toMatchObject({
      resources: [{ id: 1, outcome: 'mended', status: 'kept', changed: true }],
    })
    const [last] = await world.rows('select action from audit order by id desc limit 1')
    expect(last).toEqual({ action: 'resources.mended' })
    expect(await world.run(['resources', 'download', '1', '--out', 'back.mp3'])).toMatchObject({ exit: 0 })
    expect(await world.rows('select id from contents')).toHaveLength(1)
  })
})

describe('a backup without content', () => {
  it('has everything but the bytes, says so, and takes them again', async () => {
    const bytes = written('one.mp3', randomBytes(2 * megabyte))
    await uploading('one.mp3')
    const backup = await world.run(['store', 'backup', 'small.db', '--without-content', '--json'])
    expect(backup.json()).toMatchObject({ withoutContent: true })
    expect(backup.json().bytes).toBeLessThan(bytes.length)
    await (await world.store()).close()
    expect(await world.run(['store', 'restore', 'small.db', '--yes'])).toMatchObject({ exit: 0 })
    const download = ['resources', 'download', '1', '--out', 'back.mp3', '--json']
    expect((await world.run(download)).error()).toMatchObject({ code: 'content-left-out' })
    const check = await world.run(['store', 'check', '--json'])
    expect(check.json().findings.map(({ code }: { code: string }) => code)).toContain('content-left-out')
    expect((await uploading('one.mp3')).json()).toMatchObject({ resources: [{ outcome: 'mended' }] })
    expect(await world.run(download)).toMatchObject({ exit: 0 })
  })
})
