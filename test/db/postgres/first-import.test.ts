import pg from 'pg'
import { existsSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { inProcess } from '../../terminal.ts'
import { testServer } from '../../shared-store.ts'
import { newWorld, type World } from '../../world.ts'

const schema = `first_import_${process.env.VITEST_POOL_ID ?? '0'}`
let world: World
let client: pg.Client
const place = () => ['--db', `${testServer}?schema=${schema}`, '--key-file', world.path('first.key')]
const run = (...words: string[]) => world.run([...words, ...place(), '--json'])
const isThere = async () => {
  const { rows } = await client.query<{ there: boolean }>('select to_regnamespace($1) is not null as there', [
    schema,
  ])
  return [rows[0]?.there, existsSync(world.path('first.key'))]
}

beforeEach(async () => {
  world = newWorld()
  client = new pg.Client({ connectionString: testServer ?? '' })
  await client.connect()
  await client.query(`drop schema if exists ${schema} cascade`)
  const heading = 'Centre number,Centre name,Country,Email'
  writeFileSync(world.path('bad.csv'), `${heading}\nEG001,One,Egypt,bad\n`)
  const rows = [heading, 'EG001,One,Egypt,a@one.example', 'EG002,Two,Egypt,b@two.example']
  writeFileSync(world.path('two.csv'), `${rows.join('\n')}\n`)
})
afterEach(async () => {
  await client.query(`drop schema if exists ${schema} cascade`)
  await client.end()
  await world.close()
})

describe('an import where the server has no store yet', () => {
  it('leaves none, and no key, where it is refused', async () => {
    const refused = await run('centres', 'import', 'bad.csv', '--strict', '--yes')
    expect(refused.exit).toBe(6)
    expect(await isThere()).toEqual([false, false])
  })

  it('leaves none where somebody says No', async () => {
    const typist = inProcess(world, ['centres', 'import', 'two.csv', ...place()])
    await typist.sees('2 users?')
    typist.types('n')
    typist.presses('enter')
    expect((await typist.leaves()).exit).toBe(130)
    expect(await isThere()).toEqual([false, false])
  })

  it('begins one where it may be refused and is not', async () => {
    const imported = await run('centres', 'import', 'two.csv', '--strict', '--yes')
    expect(imported.json(), imported.stderr).toMatchObject({ rows: { accepted: 2 } })
    expect(await isThere()).toEqual([true, true])
  })
})

it.each(['a server', 'a file'])('an import that may be refused says each notice once: %s', async (kept) => {
  const at = kept === 'a file' ? ['--db', world.path('f.db'), '--key-file', world.path('f.key')] : place()
  const importing = ['centres', 'import', 'bad.csv', '--delete-missing', '--yes', '--json', ...at]
  const said = async () =>
    (await world.run(importing)).json().notices.map(({ code }: { code: string }) => code)
  expect(await said()).toEqual(['nothing-deleted', 'no-store-begun'])
  expect((await world.run(['centres', 'import', 'two.csv', '--yes', ...at])).exit).toBe(0)
  expect(await said()).toEqual(['nothing-deleted'])
})

it('an import into a store that a server has is planned once', async () => {
  expect((await run('store', 'init')).exit).toBe(0)
  const importing = ['centres', 'import', 'two.csv', '--strict', '--yes', '--progress', 'json', ...place()]
  const { stderr } = await world.run(importing)
  expect(stderr.match(/"phase":"comparing"/g), stderr).toHaveLength(1)
})
