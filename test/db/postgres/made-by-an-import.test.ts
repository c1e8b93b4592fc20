import pg from 'pg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { writeFileSync } from 'node:fs'
import { parseServerAddress } from '../../../src/server-address.ts'
import { testServer } from '../../shared-store.ts'
import { newWorld, type World } from '../../world.ts'

let world: World
let client: pg.Client

beforeEach(async () => {
  world = newWorld()
  writeFileSync(
    world.path('one.csv'),
    'Centre number,Centre name,Country,Email\nEG001,One,Egypt,huda@one.example\n',
  )
  const imported = await world.run(['centres', 'import', 'one.csv', '--yes'])
  expect(imported.exit, imported.stderr).toBe(0)
  client = new pg.Client({ connectionString: testServer ?? '' })
  await client.connect()
  await client.query(`set search_path to ${parseServerAddress(world.db).schema}`)
})
afterEach(async () => {
  await client.end()
  await world.close()
})

/** Copies of what an import made, under another name, made by another import. */
const another = (
  made: string,
) => `insert into centres (number, name, folded, kind, status, address, town, postcode,
    country, british_council, global_listening, created_at, created_by_import)
  select 'EG' || n, name, folded, kind, status, address, town, postcode, country, 0, 0, created_at, ${made}
    from centres cross join generate_series(100, 102) as n where number = 'EG001'`
const anotherUser = (
  made: string,
) => `insert into users (email, email_key, first_name, last_name, folded, centre_id,
    status, pin_state, pin_wrong_tries, created_at, created_by_import)
  select n || email, n || email_key, '', '', folded, centre_id, 'invited', 'none', 0, created_at, ${made}
    from users cross join generate_series(100, 102) as n where email = 'huda@one.example'`

describe('what an import made names one that is there', () => {
  it.each([
    another('case n when 102 then 9 end'),
    anotherUser('case n when 102 then 9 else 1 end'),
    'update centres set created_by_import = 9',
    'update users set created_by_import = 9',
    'delete from imports',
    'update imports set id = 9',
    'truncate imports cascade',
  ])('%s', async (statement) => {
    await expect(client.query(statement)).rejects.toMatchObject({ code: '23503' })
  })

  it.each([
    another('1'),
    another('null'),
    anotherUser('case n when 102 then null else 1 end'),
    'update users set created_by_import = null',
    'update centres set created_by_import = 1',
    "update imports set sheet = 'Another'",
  ])('and is taken where it is: %s', async (statement) => {
    await client.query('begin')
    expect((await client.query(statement)).rowCount).toBeGreaterThan(0)
    await client.query('rollback')
  })
})

it('can be taken back after the import that renamed it, and the log is true', async () => {
  writeFileSync(
    world.path('two.csv'),
    'Centre number,Centre name,Country,Email\nEG001,Two,Egypt,huda@one.example\n',
  )
  for (const line of ['centres import two.csv', 'centres imports undo 2', 'centres imports undo 1']) {
    expect((await world.run([...line.split(' '), '--yes'])).exit).toBe(0)
  }
  expect((await world.run(['audit', 'verify'])).exit).toBe(0)
})
