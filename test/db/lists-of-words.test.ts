import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { connectSqlite } from '../../src/db/sqlite/driver.ts'
import { migrate } from '../../src/db/sqlite/migrate.ts'

describe('what a column may hold', () => {
  let raw: ReturnType<typeof connectSqlite>
  beforeEach(async () => {
    raw = connectSqlite(':memory:')
    await migrate(raw, { path: 'hub.db', to: 11 })
  })
  afterEach(() => raw.close())

  const centre = (number: string, kind = 'school') =>
    raw
      .prepare(
        `insert into centres (number, name, folded, kind, status, address, town, postcode, country, british_council, global_listening, created_at)
          values (?, 'Nile', 'nile', ?, 'active', '', '', '', 'EG', 0, 0, '2026-01-01T00:00:00.000Z')`,
      )
      .run(number, kind)
  const user = (email: string, { role = 'teacher', status = 'active' } = {}) =>
    raw
      .prepare(
        `insert into users (email, email_key, first_name, last_name, folded, centre_id, hub_role, status, pin_state, pin_wrong_tries, created_at)
          values (?, ?, 'A', 'B', 'a b', 1, ?, ?, 'none', 0, '2026-01-01T00:00:00.000Z')`,
      )
      .run(email, email, role, status)

  it('stays what it was in an older store, with its rows, indexes, triggers and numbers', async () => {
    centre('EG001')
    centre('EG002')
    user('amira@school.example')
    user('omar@school.example')
    raw.exec('delete from users where id = 2')
    const before = madeFor(raw)

    await migrate(raw, { path: 'hub.db', to: 12 })

    expect(raw.prepare('select number from centres order by id').pluck().all()).toEqual(['EG001', 'EG002'])
    expect(raw.prepare('select email from users').pluck().all()).toEqual(['amira@school.example'])
    expect(madeFor(raw)).toEqual(before)
    expect(raw.pragma('foreign_key_check')).toEqual([])
    // The number of an account that has gone is not given again.
    expect(user('nour@school.example').lastInsertRowid).toBe(3)
    expect(() => user('x@school.example', { role: 'headmaster' })).toThrow(/CHECK/)
    expect(() => user('x@school.example', { status: 'gone' })).toThrow(/CHECK/)
    expect(() => centre('EG003', 'university')).toThrow(/CHECK/)
    expect(() => user('amira@school.example')).toThrow(/UNIQUE/)
  })

  it('is said without lists, for which SQLite builds a table in each statement', async () => {
    await migrate(raw, { path: 'hub.db' })
    const tables = raw.prepare(`select sql from sqlite_master where name in ('centres', 'users')`).pluck()
    for (const statement of tables.all()) expect(statement).not.toMatch(/ in \(/)
  })
})

/** Indexes and triggers of the tables. */
function madeFor(raw: ReturnType<typeof connectSqlite>): unknown[] {
  return raw
    .prepare(
      `select type, name, sql from sqlite_master where tbl_name in ('centres', 'users') and type <> 'table' order by name`,
    )
    .all()
}
