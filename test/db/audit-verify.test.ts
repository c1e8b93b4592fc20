import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type SealedRow, sealRow } from '../../src/db/audit.ts'
import { verifyAudit } from '../../src/db/verify-audit.ts'
import { record } from '../../src/rules/record.ts'
import { newWorld, type World } from '../world.ts'

let world: World
beforeEach(async () => {
  world = newWorld()
  for (const number of ['EG001', 'EG002', 'EG003', 'EG004', 'EG005']) {
    await world.commit(
      (given) => (trx) =>
        record(trx, { ...given, action: 'centres.created', subject: number, facts: { number } }),
    )
  }
})
afterEach(() => world.close())

/** Somebody at the file itself, who removes what stands in the way. */
async function tamper(...statements: string[]): Promise<void> {
  const { raw } = await world.store()
  const triggers = raw
    .prepare<[], { name: string; sql: string }>(
      "select name, sql from sqlite_schema where type = 'trigger' and tbl_name like 'audit%'",
    )
    .all()
  for (const { name } of triggers) raw.exec(`drop trigger ${name}`)
  raw.pragma('foreign_keys = off')
  for (const statement of statements) raw.exec(statement)
  raw.pragma('foreign_keys = on')
  for (const { sql } of triggers) raw.exec(sql)
}

const found = async (head?: string) => {
  const { ok, problems } = await verifyAudit(await world.store(), { head })
  expect(ok).toBe(problems.length === 0)
  return problems.map(({ message }) => message)
}

describe('verifying the audit log', () => {
  it('finds nothing in a log that nobody touched, and prints its head', async () => {
    const { ok, events, head } = await verifyAudit(await world.store())
    expect({ ok, events }).toEqual({ ok: true, events: 5 })
    expect(head).toMatch(/^[0-9a-f]{64}$/)
  })

  it.each(['at', 'operator', 'kind', 'action', 'command', 'facts', 'segment'])(
    'finds a row whose %s was changed, and names it',
    async (column) => {
      const values: Record<string, string> = { kind: "'event'", facts: `'{"number":"EG009"}'`, segment: '1' }
      const value = column === 'segment' ? '0' : (values[column] ?? "'something else'")
      await tamper(`update audit set ${column} = ${value} where id = 3`)
      expect((await found()).join()).toContain('row 3')
    },
  )

  it('finds a flipped byte of a seal', async () => {
    await tamper(
      "update audit set mac = (select cast(substr(mac, 1, 31) || x'00' as blob) from audit where id = 2) where id = 2",
    )
    expect(await found()).toEqual(['row 2 is not as it was written', 'row 3 is not as it was written'])
  })

  it('finds a last row that was moved to an earlier part of the log', async () => {
    await tamper("update audit set segment = 0, action = 'x' where id = 5")
    expect(await found()).toEqual(['row 5 is not as it was written'])
  })

  it('finds a changed subject', async () => {
    await tamper("update audit_personal set value = 'EG777' where audit_id = 4")
    expect(await found()).toEqual(['subject of row 4 is not as it was written'])
  })

  it('finds a subject that was emptied without an event that says so', async () => {
    const { raw } = await world.store()
    raw.exec('update audit_personal set value = null, salt = null where audit_id = 4')
    expect(await found()).toEqual(['subject of row 4 was emptied, and no event says so'])
  })

  it('finds a removed subject', async () => {
    await tamper('delete from audit_personal where audit_id = 4')
    expect(await found()).toEqual(['subject of row 4 is missing'])
  })

  it('finds a removed row, and names it', async () => {
    await tamper('delete from audit_personal where audit_id = 3', 'delete from audit where id = 3')
    expect(await found()).toEqual(['row 3 is missing'])
  })

  it('finds the first rows removed', async () => {
    await tamper('delete from audit_personal where audit_id < 3', 'delete from audit where id < 3')
    expect(await found()).toEqual(['rows 1 to 2 are missing'])
  })

  it('finds a removed row whose number was taken by those after it', async () => {
    await tamper(
      'delete from audit_personal where audit_id = 3',
      'delete from audit where id = 3',
      'update audit set id = id - 1 where id > 3',
      'update audit_personal set audit_id = audit_id - 1 where audit_id > 3',
    )
    expect(await found()).toEqual(['row 3 is not as it was written', 'row 4 is not as it was written'])
  })

  it('finds two rows that changed places', async () => {
    await tamper(
      'update audit set id = 99 where id = 2',
      'update audit set id = 2 where id = 4',
      'update audit set id = 4 where id = 99',
    )
    const problems = await found()
    expect(problems).toContain('row 2 is not as it was written')
    expect(problems).toContain('row 4 is not as it was written')
  })

  it('finds an inserted row', async () => {
    await tamper(
      `insert into audit select id + 1, segment, at, operator, kind, 'centres.deleted', command, facts, personal, mac
        from audit where id = 5`,
    )
    expect(await found()).toContain('row 6 is not as it was written')
  })

  it('finds a tail that was cut off, by the head printed earlier', async () => {
    const { head } = await verifyAudit(await world.store())
    await tamper('delete from audit_personal where audit_id = 5', 'delete from audit where id = 5')
    expect(await found()).toEqual([])
    expect(await found(head ?? '')).toEqual([
      'the head you named is not in the log: rows after it, or it too, were cut off or replaced',
    ])
  })

  it('knows an earlier head in a log that has grown', async () => {
    const { head } = await verifyAudit(await world.store())
    await world.commit((given) => (trx) => record(trx, { ...given, action: 'centres.created' }))
    expect(await found(head ?? '')).toEqual([])
  })

  it('finds a log written anew with another key', async () => {
    const { raw } = await world.store()
    const key = randomBytes(32)
    let before: Buffer | undefined
    const seals = raw
      .prepare<[], SealedRow>('select * from audit order by id')
      .all()
      .map((row) => {
        before = sealRow(key, { row, before })
        return `update audit set mac = x'${before.toString('hex')}' where id = ${row.id}`
      })
    await tamper(...seals)
    expect(await found()).toContain(
      "no row is sealed with this store's key: the log was written anew, or moved here",
    )
  })

  it('is refused by the store itself: a row is neither changed nor deleted', async () => {
    const { raw } = await world.store()
    for (const statement of [
      "update audit set action = 'x' where id = 1",
      'delete from audit where id = 1',
      "update audit_personal set value = 'x' where audit_id = 1",
      'delete from audit_personal where audit_id = 1',
    ]) {
      expect(() => raw.exec(statement)).toThrow(/append-only|never changed/)
    }
  })
})

describe('the log of a store with a new key', () => {
  beforeEach(async () => {
    expect((await world.run(['store', 'rekey', '--yes'])).exit).toBe(0)
    await world.commit(
      (given) => (trx) => record(trx, { ...given, action: 'centres.created', subject: 'EG006' }),
    )
  })

  it('is whole', async () => {
    expect(await found()).toEqual([])
  })

  it('still shows a change in the part before', async () => {
    await tamper("update audit set action = 'x' where id = 2")
    expect(await found()).toEqual(['some row up to 5, sealed with an earlier key, is not as it was written'])
  })
})
