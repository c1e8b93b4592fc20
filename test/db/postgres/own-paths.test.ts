import { existsSync, linkSync, readdirSync, symlinkSync } from 'node:fs'
import { basename, join } from 'node:path'
import pg from 'pg'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { headFileOnServer } from '../../../src/db/audit/head-file.ts'
import { openDatabase } from '../../../src/db/sqlite/connection.ts'
import { parseServerAddress } from '../../../src/server-address.ts'
import { newWorld, type World } from '../../world.ts'

const schema = `own_paths_${process.pid}`
/** In a folder whose name could be taken for a store's number. */
const home = `${'0123456789abcdef'.repeat(4)}/home`
let world: World
/** As at a desk that names no paths. */
let desk: Record<string, string | undefined>
let key: string

beforeEach(async () => {
  world = newWorld()
  const unset = { SSH_ADMIN_KEY_FILE: undefined, SSH_ADMIN_MAIL_DIR: undefined }
  const db = world.db.replace(/schema=\w+/, `schema=${schema}`)
  desk = { ...unset, HOME: world.path(home), SSH_ADMIN_DB: db }
  await run('store', 'init')
  await run('centres', 'create', 'EG001', '--name', 'Nile', '--country', 'Egypt')
  await run('users', 'add', 'Omar Said <omar@school.example>', '--centre', 'EG001', '--yes')
  const config = world.path(`${home}/.config/ssh-admin`)
  key = join(config, readdirSync(config).find((name) => name.endsWith('.key')) ?? '')
})
afterEach(async () => {
  const server = new pg.Client({ connectionString: world.db.replace(/\?.*/, '') })
  await server.connect()
  await server.query(`drop schema if exists ${schema} cascade`)
  await server.end()
  await world.close()
})

const run = (...argv: string[]) => world.run([...argv, '--json'], { env: desk })
const headOf = (file: string) => headFileOnServer(file, parseServerAddress(desk.SSH_ADMIN_DB ?? ''))
const folder = () => world.path(`${home}/.local/share/ssh-admin/${basename(key, '.key')}.mail`)

it('has its messages in a folder that bears the number of the store, as its key does', async () => {
  expect(readdirSync(folder())).toEqual([expect.stringMatching(/account-set-up.*\.eml$/)])
})

it('takes the messages of whoever is erased from there', async () => {
  for (const verb of ['suspend', 'delete', 'erase']) await run('users', verb, 'omar@school.example', '--yes')
  expect(readdirSync(folder())).toEqual([])
})

it('lets no file be written over its key, or among its messages', async () => {
  for (const file of [key, `${key}.head`, headOf(key), join(folder(), 'page.html')]) {
    const ran = await run('mail', 'show', '1', '--html', file, '--yes')
    expect([file, ran.exit, ran.error().code]).toEqual([file, 3, 'same-file'])
  }
  expect(existsSync(join(folder(), 'page.html'))).toBe(false)
})

it('takes its key in under no name, though the number of the store is in none', async () => {
  linkSync(key, world.path('listening.mp3'))
  symlinkSync(key, world.path('guide.pdf'))
  const facts = ['--title', 'Listening', '--kind', 'other', '--series', '2026-06']
  for (const file of [key, 'listening.mp3', 'guide.pdf']) {
    const ran = await run('resources', 'upload', file, ...facts)
    expect([file, ran.exit, ran.error().code]).toEqual([file, 3, 'same-file'])
  }
})

it.each(['../../../elsewhere', 'STORE_ID', `${'a'.repeat(24)}/x`, 'A'.repeat(24), '$&', ''])(
  'goes to no place that a number names that is none: %j',
  async (number) => {
    const server = new pg.Client({ connectionString: world.db.replace(/\?.*/, '') })
    await server.connect()
    await server.query(`update ${schema}.store set store_id = $1`, [number])
    await server.end()
    const before = filesIn(world.folder)
    for (const argv of [
      ['users', 'list'],
      ['users', 'add', 'Mona Adel <mona@school.example>', '--centre', 'EG001', '--yes'],
      ['users', 'reset-password', 'omar@school.example', '--yes'],
      ['store', 'info'],
      ['store', 'init'],
      ['store', 'copy', '--to', 'copy.db', '--yes'],
      ['status'],
    ]) {
      const ran = await run(...argv)
      expect([argv, ran.exit, ran.error().code]).toEqual([argv, 7, 'store-untrusted'])
    }
    expect(filesIn(world.folder)).toEqual(before)
  },
)

it('copies no store from a file to a server whose key it would look for elsewhere', async () => {
  const file = { SSH_ADMIN_DB: world.path('own.db') }
  const here = (...argv: string[]) => world.run([...argv, '--json'], { env: { ...desk, ...file } })
  expect((await here('store', 'init')).exit).toBe(0)
  const raw = openDatabase(world.path('own.db'))
  raw.exec(`update store set store_id = '../../x'`)
  raw.close()
  const there = desk.SSH_ADMIN_DB?.replace(schema, `${schema}_copy`) ?? ''
  const ran = await here('store', 'copy', '--to', there, '--yes')
  expect([ran.exit, ran.error().code]).toEqual([7, 'store-untrusted'])
})

const filesIn = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => !/\.head$/.test(name))
    .sort()
