import type Database from 'better-sqlite3'
import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { connectSqlite, driverPackage } from '../../src/db/sqlite/driver.ts'
import { importRows } from '../import/workbook.ts'
import { newWorld, type World } from '../world.ts'

/** Those that take as long in a store of a million users as in one of twenty thousand. */
const alike: Readonly<Record<string, readonly string[]>> = {
  'users show': ['users', 'show', 'amira@school.example'],
  'users exists': ['users', 'exists', 'amira@school.example'],
  'users list --centre': ['users', 'list', '--centre', 'EG001'],
  'users reset-password': ['users', 'reset-password', 'amira@school.example', '--yes'],
  'users pin': ['users', 'pin', 'nour@school.example', '--yes'],
  'users edit': ['users', 'edit', 'amira@school.example', '--first-name', 'Amina', '--yes'],
  'users suspend': ['users', 'suspend', 'amira@school.example', '--yes'],
  'users restore': ['users', 'restore', 'amira@school.example'],
  'users add': ['users', 'add', 'Omar Said <omar@school.example>', '--centre', 'EG001'],
  'roles grant': ['roles', 'grant', 'amira@school.example', 'exams-officer', '--yes'],
  'centres show': ['centres', 'show', 'EG001'],
  'coordinator show': ['coordinator', 'show', 'EG001'],
  'entries list --centre': ['entries', 'list', '--centre', 'EG001'],
  'audit list --subject': ['audit', 'list', '--subject', 'amira@school.example'],
  'audit list --actor': ['audit', 'list', '--actor', 'amira@school.example'],
}

describe('what a large store is asked for one person or one centre', () => {
  let world: World
  let store: Database.Database
  const driver: { prototype: Database.Database } = createRequire(import.meta.url)(driverPackage)
  const prepare = vi.spyOn(driver.prototype, 'prepare')

  beforeAll(async () => {
    world = newWorld()
    await world.centre('EG001', { coordinator: 'lina@school.example' })
    await world.user('amira@school.example', {
      centre: 'EG001',
      hubRole: 'teacher',
      roles: ['submit-teacher'],
    })
    await world.user('nour@school.example', { centre: 'EG001', status: 'invited' })
    store = connectSqlite(world.db)
  })
  afterAll(async () => {
    prepare.mockRestore()
    store.close()
    await world.close()
  })

  for (const [command, argv] of Object.entries(alike)) {
    it(`${command}: no table is read from one end to the other`, async () => {
      prepare.mockClear()
      expect(await world.run(argv)).toMatchObject({ exit: 0 })
      const asked = new Set(prepare.mock.calls.map(([statement]) => statement).filter(isQuery))
      expect(asked.size).toBeGreaterThan(1)
      expect([...asked].flatMap((statement) => scansOf(store, statement))).toEqual([])
    })
  }

  it('a number that nobody has: the one that is meant is looked for, and the others not read', async () => {
    prepare.mockClear()
    const { exit, stderr } = await world.run(['users', 'list', '--centre', 'EG01'])
    expect({ exit, stderr }).toMatchObject({ exit: 4, stderr: expect.stringContaining('Did you mean EG001') })
    const asked = new Set(prepare.mock.calls.map(([statement]) => statement).filter(isQuery))
    const near = [...asked].filter((statement) => statement.includes('replace(replace('))
    expect(near).toHaveLength(1)
    expect(near.flatMap((statement) => scansOf(store, statement))).toEqual([])
  })

  it('a name: who is called so is looked for once, and who has their address is found at once', async () => {
    prepare.mockClear()
    expect(await world.run(['users', 'show', 'nour'])).toMatchObject({ exit: 0 })
    const asked = new Set(prepare.mock.calls.map(([statement]) => statement).filter(isQuery))
    expect([...asked].flatMap((statement) => scansOf(store, statement))).toEqual([
      expect.stringMatching(/^SCAN users: .*"users"."folded" glob \+\?/),
    ])
  })

  for (const argv of [
    ['users', 'list', 'nour'],
    ['find', 'nour'],
    ['users', 'show', 'nour'],
    ['users', 'show', 'Nuor Saleh'],
  ]) {
    it(`${argv.join(' ')}: people are read as they lie, and not each looked up from an index of addresses`, async () => {
      prepare.mockClear()
      await world.run(argv)
      const asked = prepare.mock.calls.map(([statement]) => statement)
      const people = asked.filter((statement) =>
        /^select .* from "users" .* <> \+\?.* order by /s.test(statement),
      )
      expect(people.length).toBeGreaterThan(0)
      for (const statement of people)
        expect(planOf(store, statement.replace('<> +?', "<> 'deleted'"))[0]).toBe('SCAN users')
    })
  }

  it('a text that no person has in a name: names of centres are read from their index, once', async () => {
    prepare.mockClear()
    expect(await world.run(['users', 'list', 'old harbour'])).toMatchObject({ exit: 0 })
    const asked = prepare.mock.calls.map(([statement]) => statement)
    const named = asked.filter((statement) => statement.includes('substr(folded'))
    expect(named.flatMap((statement) => planOf(store, statement))).toEqual([
      expect.stringMatching(/^SEARCH centres USING INTEGER PRIMARY KEY/),
      expect.stringMatching(/^LIST SUBQUERY/),
      'SCAN centres USING COVERING INDEX centres_by_name',
      'USE TEMP B-TREE FOR ORDER BY',
    ])
  })

  for (const argv of [
    ['centres', 'list', 'nile'],
    ['find', 'nile'],
  ]) {
    it(`${argv.join(' ')}: centres are read as they lie, and not each looked up from an index of numbers`, async () => {
      prepare.mockClear()
      await world.run(argv)
      const asked = prepare.mock.calls.map(([statement]) => statement)
      const [centres = ''] = asked.filter((statement) => /^select .*folded.* order by /s.test(statement))
      expect(planOf(store, centres)[0]).toBe('SCAN centres')
    })
  }

  it('a value that a column is compared with has a sign, without which SQLite 3.54 plans a statement for each value anew', async () => {
    prepare.mockClear()
    expect(await world.run(['users', 'suspend', 'nour@school.example', '--dry-run'])).toMatchObject({
      exit: 0,
    })
    const asked = prepare.mock.calls.map(([statement]) => statement).filter(isQuery)
    expect(asked.filter((statement) => statement.includes('"id" = +?'))).not.toEqual([])
    expect(asked.filter((statement) => /(=|<>|is) \?/.test(statement))).toEqual([])
  })

  it('a list of people: no savepoint is open meanwhile, whose pages each statement would go through', async () => {
    prepare.mockClear()
    const two = ['amira@school.example', 'nour@school.example']
    expect(await world.run(['users', 'suspend', ...two, '--dry-run'])).toMatchObject({ exit: 0 })
    const asked = prepare.mock.calls.map(([statement]) => statement)
    expect(asked.filter((statement) => statement.startsWith('update "users" set "status"'))).not.toEqual([])
    expect(asked.filter((statement) => /^\s*savepoint/i.test(statement))).toEqual([])
  })

  it('users list: absent values are placed only where there may be some, or a server would sort everybody', async () => {
    const orderOf = async (...sort: string[]) => {
      prepare.mockClear()
      expect(await world.run(['users', 'list', ...sort, '--limit', '2'])).toMatchObject({ exit: 0 })
      const asked = prepare.mock.calls.map(([statement]) => statement)
      return asked.flatMap((statement) => /.* order by (.*) limit 2$/.exec(statement)?.[1] ?? [])
    }
    expect(await orderOf()).toEqual(['"users"."email_key" asc, "users"."id" asc'])
    expect(await orderOf('--sort', 'created')).toEqual(['"users"."created_at" asc, "users"."id" asc'])
    expect(await orderOf('--sort', 'last-signed-in')).toEqual([
      '"users"."last_signed_in_at" asc nulls first, "users"."id" asc',
    ])
  })

  it('no state and no limit is bound to a statement, which would be planned anew for each', async () => {
    prepare.mockClear()
    for (const argv of Object.values(alike)) await world.run(argv)
    const statements = prepare.mock.calls.map(([statement]) => statement)
    expect(statements.filter((text) => /limit 1\b/.test(text)).length).toBeGreaterThan(0)
    expect(statements.filter((text) => /limit \?/.test(text))).toEqual([])
    const conditions = statements.map((statement) => statement.split(' where ').slice(1).join(' '))
    expect(conditions.filter((text) => /"(status|state|pin_state|hub_role)" (=|<>) \?/.test(text))).toEqual(
      [],
    )
  })

  it('status counts in indexes, and reads no row of a large table', async () => {
    prepare.mockClear()
    expect(await world.run(['status'])).toMatchObject({ exit: 0 })
    const asked = new Set(prepare.mock.calls.map(([statement]) => statement).filter(isQuery))
    const scans = [...asked].flatMap((statement) => scansOf(store, statement))
    expect(scans.filter((scan) => !/^SCAN (releases:|\w+ USING COVERING INDEX)/.test(scan))).toEqual([])
    expect(scans.length).toBeGreaterThan(0)
  })

  it('releases list: whose coordinator is suspended is told by an index, and not by their people', async () => {
    prepare.mockClear()
    expect(await world.run(['releases', 'list'])).toMatchObject({ exit: 0 })
    const asked = prepare.mock.calls.map(([statement]) => statement)
    const [centres = ''] = asked.filter((statement) => /^select .* from "centres" where /.test(statement))
    expect(planOf(store, centres)).toContainEqual(
      expect.stringMatching(/^SEARCH users USING (COVERING )?INDEX one_coordinator_per_centre /),
    )
  })

  it('entries import: those of its centres are looked for by number, and the others not read', async () => {
    const file = world.path('entries.csv')
    writeFileSync(file, 'Centre number,Series,Component,Candidates\nEG001,2026-06,0500/12,3\n')
    prepare.mockClear()
    expect(await world.run(['entries', 'import', file, '--yes', '--dry-run'])).toMatchObject({ exit: 0 })
    const asked = new Set(prepare.mock.calls.map(([statement]) => statement).filter(isQuery))
    const ofEntries = [...asked].filter((statement) => /^(?:select|delete) .*from "entries"/.test(statement))
    expect(ofEntries.length).toBeGreaterThan(0)
    expect(ofEntries.flatMap((statement) => scansOf(store, statement))).toEqual([])
  })

  it('part of a roster: its centres are looked for by number, by name and nearly, and the others not read', async () => {
    prepare.mockClear()
    const line = { number: 'EG0O1', name: 'Old Harbour', email: 'new@school.example', country: 'Egypt' }
    expect(await importRows(world, [line], '--partial', '--dry-run')).toMatchObject({ exit: 0 })
    const asked = new Set(prepare.mock.calls.map(([statement]) => statement).filter(isQuery))
    expect([...asked].filter((statement) => /^select .* from "centres" where /.test(statement)).length).toBe(
      4,
    )
    const scans = [...asked].flatMap((statement) => scansOf(store, statement))
    // Whether there is any centre is told by the first.
    expect(scans.filter((scan) => /^SCAN centres(?!.* limit 1$)/s.test(scan))).toEqual([])
  })

  it('a look at every user is told as one', () => {
    expect(scansOf(store, "select id from users where folded like '%a'")).toEqual([
      "SCAN users: select id from users where folded like '%a'",
    ])
  })
})

function isQuery(statement: string): boolean {
  return /^\s*(select|with|insert|update|delete)\b/i.test(statement)
}

function planOf(store: Database.Database, statement: string): string[] {
  const values = Array.from(statement.matchAll(/\?/g), () => null)
  return store
    .prepare<unknown[], { detail: string }>(`explain query plan ${statement}`)
    .all(...values)
    .map(({ detail }) => detail)
}

/** What has few rows in any store, or was given with the question. */
const short =
  /^SCAN (store|templates|pin_sheets_owed|sqlite_schema|json_each|CONSTANT ROW|\d+[- ]\S+ VALUES CLAUSE|\d+ CONSTANT ROWS|\(subquery-\d+\))\b/

function scansOf(store: Database.Database, statement: string): string[] {
  // The last rows of a table are found from its end.
  const isLast = (detail: string) =>
    /^SCAN \w+$/.test(detail) && /^[^(]* from "\w+" order by "id" desc limit \d+$/.test(statement.trim())
  // SQLite looks for messages of a new link only while a reference to none is open, which none ever is here.
  const isOpenReference = (detail: string) =>
    detail === 'SCAN outbox' && /^insert into "credentials"/.test(statement)
  const values = Array.from(statement.matchAll(/\?/g), () => null)
  return store
    .prepare<unknown[], { detail: string }>(`explain query plan ${statement}`)
    .all(...values)
    .filter(
      ({ detail }) =>
        detail.startsWith('SCAN ') && !short.test(detail) && !isOpenReference(detail) && !isLast(detail),
    )
    .map(({ detail }) => `${detail}: ${statement}`)
}
