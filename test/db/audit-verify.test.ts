import { createSecretKey, randomBytes } from 'node:crypto'
import { copyFileSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type SealedRow, sealRow } from '../../src/db/audit/append.ts'
import { verifyAudit } from '../../src/db/audit/verify.ts'
import { appendAudit } from '../../src/rules/audit/append.ts'
import { itInAFile } from '../in-a-file.ts'
import { newWorld, type World } from '../world.ts'

let world: World
beforeEach(async () => {
  world = newWorld()
  for (const number of ['EG001', 'EG002', 'EG003', 'EG004', 'EG005']) {
    await world.commit(
      (ctx) => (trx) =>
        appendAudit(trx, { ...ctx, action: 'centres.created', subject: number, facts: { number } }),
    )
  }
})
afterEach(() => world.close())

const tamper = (...statements: string[]) => world.tamper(...statements)

const headFile = () => world.headFile

const centre = async () => {
  await world.centre('EG001')
  return 'EG001'
}

const cutOff = (row: number) =>
  tamper(`delete from audit_personal where audit_id = ${row}`, `delete from audit where id = ${row}`)

/** As if the program itself had written it so: every row is sealed again with the store's key. */
async function sealAnew(...changes: string[]): Promise<void> {
  await tamper(...changes)
  const { keys } = await world.store()
  let before: Buffer | undefined
  const seals = (await world.rows<SealedRow>('select * from audit order by id')).map((row) => {
    before = sealRow(keys().audit, { row, before })
    return `update audit set mac = x'${before.toString('hex')}' where id = ${row.id}`
  })
  await tamper(...seals)
  rmSync(headFile(), { force: true })
}

/** As rows were before whom they are about was sealed: a digest by field. */
async function sealTheOldWay(): Promise<void> {
  const rows = await world.rows<{ id: number; personal: string }>('select id, personal from audit')
  const digests = (personal: string) =>
    JSON.stringify(
      Object.fromEntries(
        Object.entries<{ digest: string }>(JSON.parse(personal)).map(([field, { digest }]) => [
          field,
          digest,
        ]),
      ),
    )
  await sealAnew(
    ...rows.map(({ id, personal }) => `update audit set personal = '${digests(personal)}' where id = ${id}`),
  )
}

const found = async (head?: string) => {
  // Another process may have given the store a new key.
  await world.closeStore()
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
    const [row] = await world.rows<SealedRow & { mac: Buffer }>('select mac from audit where id = 2')
    const flipped = Buffer.from(row?.mac ?? '')
    flipped[31] = (flipped[31] ?? 0) ^ 1
    await tamper(`update audit set mac = x'${flipped.toString('hex')}' where id = 2`)
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
    await world.rows('update audit_personal set value = null, salt = null where audit_id = 4')
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

  it('lets nothing be changed where the last rows were cut off, and says so', async () => {
    const [{ last } = { last: 0 }] = await world.rows<{ last: number }>('select max(id) as last from audit')
    await tamper(`delete from audit where id = ${last}`)
    for (const argv of [
      ['centres', 'create', 'EG404', '--name', 'Luxor School', '--country', 'Egypt'],
      ['store', 'rekey', '--yes'],
    ]) {
      const ran = await world.run([...argv, '--json'])
      expect(ran.exit).toBe(7)
      expect(ran.error()).toMatchObject({
        code: 'audit-broken',
        message: expect.stringContaining(`ends at row ${last - 1}, and row ${last} was there`),
      })
    }
    expect(await world.rows("select number from centres where number = 'EG404'")).toEqual([])
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

  it('finds a changed subject by whom it is about', async () => {
    await world.user('amira@school.example', { centre: await centre() })
    const user = await world.user('omar@school.example', { centre: 'EG001' })
    await world.commit(
      (ctx) => (trx) =>
        appendAudit(trx, { ...ctx, action: 'users.added', subject: 'amira@school.example', userId: user }),
    )
    expect(await found()).toEqual([])
    await tamper(`update audit_personal set user_id = ${user - 1} where audit_id = 6`)
    expect(await found()).toEqual(['subject of row 6 is no longer about whom it was written'])
  })

  it('verifies rows of before the old way', async () => {
    await sealTheOldWay()
    expect(await found()).toEqual([])
    await world.commit(
      (ctx) => (trx) => appendAudit(trx, { ...ctx, action: 'centres.created', subject: 'X' }),
    )
    expect(await found()).toEqual([])
    await tamper("update audit_personal set value = 'EG777' where audit_id = 4")
    expect(await found()).toEqual(['subject of row 4 is not as it was written'])
  })

  it('finds a tail that was cut off, by the head printed earlier and by the one beside the key', async () => {
    const { head } = await verifyAudit(await world.store())
    await cutOff(5)
    expect(await found()).toEqual([
      `the head of 5 events that ${headFile()} keeps is not in the log: rows after it, or it too, were cut off or replaced`,
    ])
    rmSync(headFile())
    expect(await found()).toEqual([])
    expect(await found(head ?? '')).toEqual([
      'the head you named is not in the log: rows after it, or it too, were cut off or replaced',
    ])
  })

  it('finds a log that was emptied', async () => {
    await tamper('delete from audit_personal', 'delete from audit')
    expect(await found()).toEqual([expect.stringContaining('5 events')])
    const ran = await world.run(['audit', 'verify', '--json'])
    expect([ran.exit, ran.error().code]).toEqual([7, 'audit-broken'])
  })

  const notInLog = expect.stringContaining('the head of 5 events')

  it.each([
    ['cut', ['delete from audit_personal where audit_id > 3', 'delete from audit where id > 3']],
    ['emptied', ['delete from audit_personal', 'delete from audit']],
  ])(
    'goes on finding that a log was %s after the next changes, until the store has a new key',
    async (_, cut) => {
      await tamper(...cut)
      expect((await world.run(['account', 'request', 'nobody@nowhere.example'])).exit).toBe(0)
      for (const number of ['EG006', 'EG007', 'EG008', 'EG009']) {
        const create = ['centres', 'create', number, '--name', `School ${number}`, '--country', 'EG']
        expect((await world.run(create)).exit).toBe(0)
        expect(await found()).toEqual([notInLog])
      }
      expect((await world.run(['store', 'check'])).exit).toBe(7)
      expect((await world.run(['store', 'rekey', '--yes'])).exit).toBe(0)
      expect(await found()).toEqual([])
    },
  )

  itInAFile('goes on finding that the store was put back to an earlier one by hand', async () => {
    const backup = world.path('backup.db')
    expect((await world.run(['store', 'backup', backup])).exit).toBe(0)
    await world.commit((ctx) => (trx) => appendAudit(trx, { ...ctx, action: 'centres.created' }))
    await world.closeStore()
    copyFileSync(backup, world.db)
    expect((await world.run(['account', 'request', 'nobody@nowhere.example'])).exit).toBe(0)
    expect((await world.run(['audit', 'verify'])).exit).toBe(7)
    expect((await world.run(['store', 'restore', backup, '--yes'])).exit).toBe(0)
    expect((await world.run(['audit', 'verify'])).exit).toBe(0)
  })

  it.each([
    ['9007199254740993', 'stands where no row is ever written'],
    ['-9007199254740993', 'stands where no row is ever written'],
  ])('ends at a row that was put in as number %s, and names it', async (id, message) => {
    const columns = 'segment, at, operator, kind, action, command, facts, personal, mac'
    await tamper(`insert into audit (id, ${columns}) select ${id}, ${columns} from audit where id = 2`)
    expect(await found()).toContain(`row ${id} ${message}`)
    expect((await world.run(['audit', 'verify'])).exit).toBe(7)
  })

  it.each([
    ['personal', "'null'"],
    ['personal', "'{'"],
    ['personal', `'{"subject":null}'`],
    ['facts', "'{'"],
    ['facts', "'null'"],
    ['segment', '9007199254740993'],
  ])('names a row whose %s became %s', async (column, value) => {
    const action = column === 'facts' ? "'users.erased'" : 'action'
    await world.tamperPastChecks(`update audit set ${column} = ${value}, action = ${action} where id = 3`)
    expect((await found()).join()).toContain('row 3')
    expect((await world.run(['audit', 'verify'])).exit).toBe(7)
  })

  it('names an import whose row holds no JSON', async () => {
    await world.tamperPastChecks("update audit set action = 'centres.imported', facts = '{' where id = 3")
    expect(await found()).toEqual(['row 3 is not as it was written'])
  })

  it('finds a value for a row that is not there, and one that its row was not written with', async () => {
    await tamper(
      "insert into audit_personal values (77, 'subject', null, x'00', 'EG777')",
      "insert into audit_personal values (2, 'former', null, x'00', 'EG777')",
    )
    expect(await found()).toEqual([
      'former of row 2 was not written with it',
      'subject is kept for row 77, which is not there',
    ])
  })

  it('is content with a head older than the log, or with none', async () => {
    const older = readFileSync(headFile())
    await world.commit((ctx) => (trx) => appendAudit(trx, { ...ctx, action: 'centres.created' }))
    expect(readFileSync(headFile())).not.toEqual(older)
    writeFileSync(headFile(), older)
    expect(await found()).toEqual([])
    writeFileSync(headFile(), 'ssh-admin he')
    expect(await found()).toEqual([])
    rmSync(headFile())
    expect(await found()).toEqual([])
  })

  it('does not need the head to be written for a change', async () => {
    rmSync(headFile())
    mkdirSync(headFile())
    await world.commit((ctx) => (trx) => appendAudit(trx, { ...ctx, action: 'centres.created' }))
    expect(await found()).toEqual([])
    const { events } = await verifyAudit(await world.store())
    expect(events).toBe(6)
  })

  it('keeps the head for its owner only, and writes through no link', async () => {
    expect(statSync(headFile()).mode & 0o777).toBe(0o600)
    rmSync(headFile())
    writeFileSync(world.path('victim'), 'mine')
    symlinkSync(world.path('victim'), headFile())
    await world.commit((ctx) => (trx) => appendAudit(trx, { ...ctx, action: 'centres.created' }))
    expect(readFileSync(world.path('victim'), 'utf8')).toBe('mine')
  })

  it.each([0, -3])('finds a row that was put in as number %i, which the store refuses', async (id) => {
    const columns = 'segment, at, operator, kind, action, command, facts, personal, mac'
    const row = `insert into audit (id, ${columns}) select ${id}, ${columns} from audit where id = 2`
    await expect(world.rows(row)).rejects.toThrow('count from 1')
    await tamper(row)
    expect(await found()).toEqual([`row ${id} stands before the first, where none is written`])
  })

  it('names times that run backwards, and finds nothing wrong in them', async () => {
    await world.commit(
      (ctx) => (trx) => appendAudit(trx, { ...ctx, at: new Date('2026-04-01T00:00:00Z'), action: 'x.y' }),
    )
    await sealAnew("update audit set at = '2026-01-01T00:00:00.000Z' where id = 6")
    expect(await world.rows('select count(*) as n from audit')).toEqual([{ n: 6 }])
    const ran = await world.run(['audit', 'verify', '--json'])
    expect(ran.exit).toBe(0)
    expect(ran.json().notices).toMatchObject([
      { code: 'time-backwards', message: expect.stringContaining('row 6, 2026-01-01T00:00:00.000Z') },
      { code: 'head-missing' },
    ])
  })

  it('knows an earlier head in a log that has grown', async () => {
    const { head } = await verifyAudit(await world.store())
    await world.commit((ctx) => (trx) => appendAudit(trx, { ...ctx, action: 'centres.created' }))
    expect(await found(head ?? '')).toEqual([])
  })

  it('finds a log written anew with another key', async () => {
    const key = createSecretKey(randomBytes(32))
    let before: Buffer | undefined
    const seals = (await world.rows<SealedRow>('select * from audit order by id')).map((row) => {
      before = sealRow(key, { row, before })
      return `update audit set mac = x'${before.toString('hex')}' where id = ${row.id}`
    })
    await tamper(...seals)
    expect(await found()).toContain(
      "no row is sealed with this store's key: the log was written anew, or moved here",
    )
  })

  it('is refused by the store itself: a row is neither changed nor deleted', async () => {
    for (const statement of [
      "update audit set action = 'x' where id = 1",
      'delete from audit where id = 1',
      "update audit_personal set value = 'x' where audit_id = 1",
      'delete from audit_personal where audit_id = 1',
    ]) {
      await expect(world.rows(statement)).rejects.toThrow(/append-only|never changed/)
    }
  })
})

describe('the log of a store with a new key', () => {
  beforeEach(async () => {
    expect((await world.run(['store', 'rekey', '--yes'])).exit).toBe(0)
    await world.commit(
      (ctx) => (trx) => appendAudit(trx, { ...ctx, action: 'centres.created', subject: 'EG006' }),
    )
  })

  it('is whole', async () => {
    expect(await found()).toEqual([])
  })

  it('has its head beside the new key', async () => {
    await cutOff(7)
    expect(await found()).toEqual([expect.stringContaining('7 events')])
  })

  it('still shows a change in the part before', async () => {
    await tamper("update audit set action = 'x' where id = 2")
    expect(await found()).toEqual(['some row up to 5, sealed with an earlier key, is not as it was written'])
  })
})

describe('the log of a store that was restored', () => {
  it('has the head of the backup, not that of the store before', async () => {
    expect((await world.run(['store', 'backup', world.path('backup.db')])).exit).toBe(0)
    expect((await world.run(['centres', 'create', 'EG009', '--name', 'Nine', '--country', 'EG'])).exit).toBe(
      0,
    )
    await world.closeStore()
    expect((await world.run(['store', 'restore', world.path('backup.db'), '--yes'])).exit).toBe(0)
    const ran = await world.run(['audit', 'verify', '--json'])
    expect([ran.exit, ran.stderr]).toEqual([0, ''])
    expect(readFileSync(headFile(), 'utf8')).toContain(ran.json().head)
  })

  itInAFile('is found to be older where somebody put the backup in place by hand', async () => {
    expect((await world.run(['store', 'backup', world.path('backup.db')])).exit).toBe(0)
    expect((await world.run(['centres', 'create', 'EG009', '--name', 'Nine', '--country', 'EG'])).exit).toBe(
      0,
    )
    await world.closeStore()
    copyFileSync(world.path('backup.db'), world.db)
    expect((await world.run(['audit', 'verify'])).exit).toBe(7)
  })
})

describe('the log after somebody was erased', () => {
  /** The row that says that they were added by a coordinator, who was not erased. */
  const added = 6
  const erased = { actor: 'someone@else.example', subject: 'zaid@school.example' }

  beforeEach(async () => {
    await world.centre('EG001')
    const zaid = await world.user('zaid@school.example', { centre: 'EG001' })
    const other = await world.user('someone@else.example', { centre: 'EG001' })
    await world.commit(
      (ctx) => (trx) =>
        appendAudit(trx, {
          ...ctx,
          action: 'users.added',
          subject: erased.subject,
          userId: zaid,
          people: { by: { id: other, email: erased.actor } },
        }),
    )
    expect((await world.run(['users', 'delete', erased.subject, '--suspend', '--yes'])).exit).toBe(0)
    expect((await world.run(['users', 'erase', erased.subject, '--yes'])).exit).toBe(0)
    const values = await world.rows(
      `select field, value from audit_personal where audit_id = ${added} order by field`,
    )
    expect(values).toEqual([
      { field: 'by', value: erased.actor },
      { field: 'subject', value: null },
    ])
  })

  /** As an erasure was written before it named the fields of each row. */
  const asWrittenBefore = async () => {
    const [row] = await world.rows<{ facts: string }>("select facts from audit where action = 'users.erased'")
    const { values: _, ...facts } = JSON.parse(row?.facts ?? '{}')
    await sealAnew(`update audit set facts = '${JSON.stringify(facts)}' where action = 'users.erased'`)
  }

  it.each([
    ['as it is written now', async () => undefined],
    ['as it was written before', asWrittenBefore],
  ])('is whole, and still shows that another value of the row was emptied, %s', async (_, before) => {
    await before()
    expect(await found()).toEqual([])
    await tamper(
      `update audit_personal set value = null, salt = null where audit_id = ${added} and field = 'by'`,
    )
    expect(await found()).toEqual([`by of row ${added} was emptied, and no event says so`])
  })

  it.each([
    ['a value without a salt', "value = 'EG777', salt = null"],
    ['a salt without a value', "value = null, salt = x'00'"],
    ['both', "value = 'EG777', salt = x'00'"],
  ])('shows %s in place of what was erased', async (_, change) => {
    await world.tamperPastChecks(
      `update audit_personal set ${change} where audit_id = ${added} and field = 'subject'`,
    )
    expect(await found()).toEqual([`subject of row ${added} is not as it was written`])
  })

  it('shows a value that was added to its row', async () => {
    await tamper(`insert into audit_personal values (${added}, 'coordinator', null, null, null)`)
    expect(await found()).toEqual([`coordinator of row ${added} was not written with it`])
  })
})

describe('an import in the log', () => {
  const undo = async () => {
    writeFileSync(
      world.path('list.csv'),
      'Centre number,Centre name,Email,Country\nFR001,École,amira@school.example,France\n',
    )
    expect((await world.run(['centres', 'import', 'list.csv', '--yes'])).exit).toBe(0)
    await world.run(['users', 'edit', 'amira@school.example', '--first-name', 'Amira', '--yes'])
    expect((await world.run(['centres', 'imports', 'undo', '1', '--yes'])).exit).toBe(0)
    expect(await found()).toEqual([])
  }

  it('is checked when it was taken back, too', async () => {
    await undo()
    await tamper('update users set created_by_import = null')
    expect(await found()).toEqual(['what import 1 did is not what the log says it did'])
  })

  const header = 'Centre number,Centre name,Email,Country'
  const whole = [
    'FR001,École,amira@school.example,France',
    'FR001,École,omar@school.example,France',
    'FR002,Lycée,lina@school.example,France',
  ]
  const importing = async (rows: readonly string[], ...options: string[]) => {
    writeFileSync(world.path('list.csv'), [header, ...rows, ''].join('\n'))
    expect((await world.run(['centres', 'import', 'list.csv', '--yes', ...options])).exit).toBe(0)
  }
  const takeBack = async (id: string) =>
    expect((await world.run(['centres', 'imports', 'undo', id, '--yes'])).exit).toBe(0)
  const second = {
    'renames a centre': () => importing(whole.map((row) => row.replace('Lycée', 'Collège'))),
    'deletes a user': () =>
      importing(whole.toSpliced(1, 1), '--whole-roster', '--delete-user', 'omar@school.example'),
    'deletes a centre': () => importing(whole.slice(0, 2), '--whole-roster', '--delete-centre', 'FR002'),
  }

  describe.each(Object.entries(second))('that %s', (_, importAgain) => {
    it('is as the log says after what it did that to was removed with the import that created it', async () => {
      await importing(whole)
      await importAgain()
      await takeBack('2')
      await takeBack('1')
      expect(await found()).toEqual([])
    })

    it('is not cleared by that where it was not as the log says before', async () => {
      await importing(whole)
      await importAgain()
      await takeBack('2')
      await tamper('update import_changes set position = 7 where import_id = 2')
      await takeBack('1')
      expect(await found()).toEqual(['what import 2 did is not what the log says it did'])
    })
  })

  it('is found where its row says another state than the log', async () => {
    await undo()
    await tamper("update imports set state = 'applied', undone_at = null")
    expect(await found()).toEqual(['import 1 is not undone in the store, as the log says it is'])
  })
})

describe('a head that is not beside the key any more', () => {
  it('is missed by the change that comes next, once, and noted again', async () => {
    await centre()
    const edit = (town: string) => world.run(['centres', 'edit', 'EG001', '--town', town, '--yes', '--json'])
    expect((await edit('Cairo')).json().notices).toEqual([])
    rmSync(headFile())
    expect((await edit('Giza')).json().notices).toMatchObject([{ code: 'head-missing' }])
    expect((await edit('Luxor')).json().notices).toEqual([])
  })

  it('is missed where the log was emptied with it', async () => {
    await centre()
    await tamper('delete from audit_personal', 'delete from audit')
    rmSync(headFile())
    const edited = await world.run(['centres', 'edit', 'EG001', '--town', 'Giza', '--yes', '--json'])
    expect(edited.json().notices).toMatchObject([{ code: 'head-missing' }])
  })

  it('stays missing through what fails, and cannot tell of it', async () => {
    await centre()
    await world.run(['centres', 'edit', 'EG001', '--town', 'Cairo', '--yes'])
    rmSync(headFile())
    const failed = await world.run(['account', 'sign-in', 'amira@school.example', '--json'], {
      stdin: 'not my password\n',
    })
    expect(failed.exit).toBe(3)
    const edited = await world.run(['centres', 'edit', 'EG001', '--town', 'Giza', '--yes', '--json'])
    expect(edited.json().notices).toMatchObject([{ code: 'head-missing' }])
  })

  it('is named by audit verify and store check, and is no finding', async () => {
    await centre()
    await world.run(['centres', 'edit', 'EG001', '--town', 'Cairo', '--yes'])
    rmSync(headFile())
    const verified = await world.run(['audit', 'verify', '--json'])
    expect([verified.exit, verified.json().notices]).toMatchObject([0, [{ code: 'head-missing' }]])
    const checked = await world.run(['store', 'check', '--json'])
    expect([checked.exit, checked.json().findings]).toMatchObject([0, [{ code: 'head-missing' }]])
  })
})
