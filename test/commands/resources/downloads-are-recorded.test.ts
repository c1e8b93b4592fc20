import { randomBytes } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Trx } from '../../../src/db/transact.ts'
import { ownerTag } from '../../../src/unfinished-files.ts'
import { heldStore } from '../../held-store.ts'
import { newWorld, type World } from '../../world.ts'

const resource = ['resources', 'download', '1', '--out', 'there.bin']
const document = ['help-documents', 'download', '1', '--out', 'there.bin']
const officer = 'officer@school.example'

let world: World
beforeEach(async () => {
  world = newWorld()
  await world.centre('EG001', { coordinator: 'huda@school.example' })
  await world.user(officer, { centre: 'EG001', hubRole: null, roles: ['exams-officer'] })
  writeFileSync(world.path('one.bin'), randomBytes(9))
  await ran('help-documents', 'upload', 'one.bin', '--title', 'Adding users')
  await ran(
    'resources',
    'upload',
    'one.bin',
    '--title',
    'Text',
    '--kind',
    'pre-release',
    '--series',
    '2026-06',
  )
  await ran('releases', 'create', 'June', '--resource', '1', '--for', 'all', '--opens', 'now')
  await ran('releases', 'publish', 'June', '--yes')
})
afterEach(() => world.close())

const ran = async (...argv: string[]) => {
  const { exit, stderr } = await world.run(argv)
  expect(exit, stderr).toBe(0)
}
const files = () => readdirSync(world.folder).filter((name) => /there\.bin|^\.download-/.test(name))
const recorded = async () =>
  (await world.run(['audit', 'list', '--kind', 'event', '--json']))
    .json()
    .events.filter(({ action }: { action: string }) => action.endsWith('.downloaded')).length

describe.each([
  ['a resource', resource],
  ['a help document', document],
])('downloading %s', (_what, argv) => {
  it('places nothing where the key is missing or another, so that it cannot be recorded', async () => {
    const key = world.keyFile
    for (const file of ['none.key', 'another.key']) {
      writeFileSync(world.path('another.key'), randomBytes(32), { mode: 0o600 })
      const refused = await world.run([...argv, '--key-file', file])
      expect(refused).toMatchObject({ exit: 7 })
      expect(files()).toEqual([])
    }
    renameSync(key, world.path('elsewhere.key'))
    expect(await world.run(argv)).toMatchObject({ exit: 7 })
    renameSync(world.path('elsewhere.key'), key)
    expect(files()).toEqual([])
    expect(await recorded()).toBe(0)
  })

  it('replaces no file that is there either', async () => {
    writeFileSync(world.path('there.bin'), 'mine')
    expect(await world.run([...argv, '--yes', '--key-file', 'none.key'])).toMatchObject({ exit: 7 })
    expect(readFileSync(world.path('there.bin'), 'utf8')).toBe('mine')
    expect(files()).toEqual(['there.bin'])
  })

  it('takes away what a download into that folder left that was killed, and nothing that is still made', async () => {
    const killed = ownerTag().replace(`-${process.pid}-`, '-4194999-')
    const going = ownerTag()
    for (const mark of [killed, going]) writeFileSync(world.path(`.download-${mark}.part.bin`), 'half')
    await ran(...argv)
    expect(existsSync(world.path(`.download-${killed}.part.bin`))).toBe(false)
    expect(existsSync(world.path(`.download-${going}.part.bin`))).toBe(true)
  })
})

describe('downloading while another process holds the store', () => {
  const wait = async (there: () => boolean) => {
    while (!there()) await new Promise(setImmediate)
  }
  const held = (work: (trx: Trx) => Promise<unknown>) => heldStore(world, work)

  it.each([
    ['a resource', resource],
    ['a help document', document],
  ])('places nothing of %s while it cannot be recorded', async (_what, argv) => {
    const release = await held(async () => undefined)
    expect(await world.run([...argv, '--wait', '1'])).toMatchObject({ exit: 7 })
    expect(files()).toEqual([])
    await release()
    expect(await recorded()).toBe(0)
    await ran(...argv)
    expect(await recorded()).toBe(1)
  })

  it.each([
    [
      'the release is withdrawn',
      sql`update releases set state = 'withdrawn', withdrawn_at = '2026-03-02T09:00:00.000Z'`,
    ],
    ['the resource is withdrawn', sql`update resources set withdrawn_at = '2026-03-02T09:00:00.000Z'`],
    [
      'the user is suspended',
      sql`update users set status = 'suspended', status_before_suspension = 'active' where email = 'officer@school.example'`,
    ],
  ])('is judged anew where, while the bytes flow, %s', async (_what, change) => {
    const release = await held((trx) => change.execute(trx))
    const download = world.run([...resource, '--as', officer])
    await wait(() => files().length > 0)
    await release()
    expect(await download).toMatchObject({ exit: 5 })
    expect(files()).toEqual([])
    expect(await recorded()).toBe(0)
  })
  it.each([
    [
      'a resource',
      resource,
      sql`update resources set content_id = (select max(id) from contents) where id = 1`,
    ],
    [
      'a help document',
      document,
      sql`update help_document_versions set content_id = (select max(id) from contents)`,
    ],
  ])('places nothing of %s whose file is another by then', async (_what, argv, change) => {
    writeFileSync(world.path('other.bin'), randomBytes(9))
    await ran('help-documents', 'upload', 'other.bin', '--title', 'Removing users')
    const release = await held((trx) => change.execute(trx))
    const download = world.run([...argv, '--json'])
    await wait(() => files().length > 0)
    await release()
    const { exit, error } = await download
    expect([exit, error().code]).toEqual([3, 'changed-meanwhile'])
    expect(files()).toEqual([])
    expect(await recorded()).toBe(0)
  })
})
