import { readFileSync, writeFileSync } from 'node:fs'
import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { appendAudit } from '../../src/rules/audit/append.ts'
import { itInAFile } from '../in-a-file.ts'
import { newWorld, type World } from '../world.ts'

describe('a transaction', () => {
  let world: World
  beforeEach(() => {
    world = newWorld()
  })
  afterEach(() => world.close())

  it('that has been taken back by itself, as by SQLite on a full disk, ends in what was wrong', async () => {
    await world.centre('EG001')
    const filling = world.commit(() => async (trx) => {
      await trx.deleteFrom('centres').execute()
      await sql`rollback`.execute(trx)
      throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' })
    })
    await expect(filling).rejects.toMatchObject({ code: 'SQLITE_FULL' })
    const { db } = await world.store()
    expect(await db.selectFrom('centres').select('number').execute()).toEqual([{ number: 'EG001' }])
    await world.centre('EG002')
  })

  // A server is asked for it before.
  itInAFile('leaves the older head noted where the log cannot be looked at once it is saved', async () => {
    const head = world.headFile
    const append = (more?: string) =>
      world.commit((ctx) => async (trx) => {
        await appendAudit(trx, { ...ctx, action: 'centres.created', subject: 'EG001' })
        if (more !== undefined) await sql.raw(more).execute(trx)
      })
    await append()
    const older = readFileSync(head, 'utf8')
    await append()
    writeFileSync(head, older)
    await append('alter table audit rename to audit_elsewhere')
    expect(readFileSync(head, 'utf8')).toBe(older)
  })
})
