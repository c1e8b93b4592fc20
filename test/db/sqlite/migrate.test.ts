import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { connectSqlite } from '../../../src/db/sqlite/driver.ts'
import { migrate } from '../../../src/db/sqlite/migrate.ts'

describe('bringing a store up to date', () => {
  let raw: ReturnType<typeof connectSqlite>
  beforeEach(async () => {
    raw = connectSqlite(':memory:')
    await migrate(raw, { path: 'hub.db', to: 1 })
  })
  afterEach(() => raw.close())

  it('fails with what SQLite says where there is no room for it', async () => {
    raw.pragma(`max_page_count = ${Number(raw.pragma('page_count', { simple: true }))}`)
    await expect(migrate(raw, { path: 'hub.db' })).rejects.toMatchObject({ code: 'SQLITE_FULL' })
  })

  it('names the store and the step at which it failed', async () => {
    raw.exec('drop table users')
    await expect(migrate(raw, { path: 'hub.db' })).rejects.toMatchObject({
      code: 'migration-failed',
      message: expect.stringMatching(
        /^The store hub\.db cannot be brought up to date, at 00\d\d-.+: no such table/,
      ),
    })
  })
})
