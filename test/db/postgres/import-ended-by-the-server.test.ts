import pg from 'pg'
import { readdirSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parseServerAddress } from '../../../src/server-address.ts'
import { testPassword, testServer } from '../../shared-store.ts'
import { newWorld, type World } from '../../world.ts'

describe('an import that the server ends in the middle of its rows', () => {
  const user = `imports_${process.env.VITEST_POOL_ID ?? '0'}`
  let world: World
  let owner: pg.Client
  let schema: string

  beforeEach(async () => {
    world = newWorld()
    await world.centre('EG009', { coordinator: 'huda@school.example' })
    await world.run(['store', 'init', '--roles'])
    schema = parseServerAddress(world.db).schema
    owner = new pg.Client({ connectionString: testServer ?? '' })
    await owner.connect()
    await owner.query(
      `set search_path to ${schema}; create user ${user} password ${testPassword()} in role ${schema}_desk`,
    )
    const rows = ['EG001,One,Egypt,a@one.example', 'EG002,Two,Egypt,b@two.example']
    writeFileSync(
      world.path('two.csv'),
      `${['Centre number,Centre name,Country,Email', ...rows].join('\n')}\n`,
    )
  })
  afterEach(async () => {
    await meddle(undefined)
    await owner.query(`drop user ${user}`)
    await owner.end()
    await world.close()
  })

  /** The second user's row meets what plpgsql says; undefined: nothing any more. */
  const meddle = async (statement: string | undefined) => {
    await owner.query('drop trigger if exists meddling on users; drop function if exists meddle()')
    if (statement === undefined) return
    await owner.query(
      `create function meddle() returns trigger language plpgsql as
        $$ begin if new.email like 'b@%' then ${statement}; end if; return new; end $$;
      create trigger meddling before insert on users for each row execute function meddle()`,
    )
  }
  const importing = () => {
    const place = world.db.replace(/\/\/[^@]+@/, `//${user}@`)
    return world.run(`centres import two.csv --yes --json --db ${place}`.split(' '))
  }
  const kept = async () => {
    const counts = ['centres', 'users', 'imports', 'audit', 'outbox']
    const { rows } = await owner.query(
      `select ${counts.map((name) => `(select count(*) from ${name}) as ${name}`).join(', ')}`,
    )
    const files = readdirSync(world.path('.'), { recursive: true, withFileTypes: true })
    return {
      rows,
      files: files
        .filter((file) => file.isFile())
        .map(({ name }) => name)
        .sort(),
    }
  }

  /** Once that is mended, as if nothing had been. */
  const goesOn = async () => {
    await meddle(undefined)
    await owner.query(`alter user ${user} reset all`)
    expect((await importing()).json()).toMatchObject({ import: { id: 1 }, rows: { accepted: 2 } })
  }

  it.each([
    ['53100', 'store-full', /no room left.*: could not extend file\.$/, 'Have room made on the server'],
    ['53200', 'store-full', /no room left.*: could not extend file\.$/, 'Have room made on the server'],
    ['53400', 'store-full', /lacks what this needs.*: could not extend file\.$/, 'temp_file_limit'],
  ])('with %s says so, what to do, and leaves nothing half done', async (state, code, message, hint) => {
    await meddle(`raise exception 'could not extend file' using errcode = '${state}'`)
    const before = await kept()
    const ran = await importing()
    expect([ran.exit, ran.error()]).toMatchObject([
      7,
      { code, message: expect.stringMatching(message), hint: expect.stringContaining(hint) },
    ])
    expect(await kept()).toEqual(before)
    const { rows } = await owner.query('select unfinished from pin_sheets_owed')
    expect(rows).toEqual([])
    await goesOn()
  })

  it('because a transaction may not take as long says by which setting, and leaves nothing half done', async ({
    skip,
  }) => {
    const { rows } = await owner.query("select current_setting('transaction_timeout', true) as there")
    if (rows[0].there === null) skip('this server is older than PostgreSQL 17')
    await meddle('perform pg_sleep(60)')
    await owner.query(`alter user ${user} set transaction_timeout to '2s'`)
    const before = await kept()
    const ran = await importing()
    expect([ran.exit, ran.error()]).toMatchObject([
      7,
      {
        code: 'store-unavailable',
        message: expect.stringContaining('allows less time than this takes'),
        hint: expect.stringContaining('raise transaction_timeout for this user'),
      },
    ])
    expect(await kept()).toEqual(before)
    await goesOn()
  })
})
