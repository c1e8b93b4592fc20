import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openDatabase } from '../../../src/db/sqlite/connection.ts'
import { firstVersionWithHead } from '../../../src/db/audit/head-file.ts'
import { latestVersion } from '../../../src/db/migrations/index.ts'
import { openStore } from '../../../src/db/store/open.ts'
import { writeOlderStore } from '../../stores/older-store.ts'
import { centreSearchKey } from '../../../src/search-key.ts'
import { version as thisProgram } from '../../../src/version.ts'
import { newWorld, type World } from '../../world.ts'
import { openingOf } from '../../opening.ts'

const older = Array.from({ length: latestVersion - 1 }, (_, position) => ({ version: position + 1 }))

describe.each(older)('a store of version $version', ({ version }) => {
  let world: World
  beforeEach(async () => {
    world = newWorld(new Date('2026-11-26T09:00:00.000Z'))
    await writeOlderStore(world.db, version)
  })
  afterEach(() => world.close())

  /** All but the header, in which SQLite counts how often it was locked for a change. */
  const contents = (file: string) =>
    createHash('sha256').update(readFileSync(file).subarray(100)).digest('hex')
  const bytes = () => contents(world.db)
  const kept = () => readdirSync(world.folder).filter((name) => name.includes('before-migration'))

  it('notes which program brought it up to date', async () => {
    const before = openDatabase(world.db)
    if (version >= 3) before.exec("update store set program = '0.0.1'")
    before.close()
    expect(await world.run(['store', 'migrate', '--yes'])).toMatchObject({ exit: 0 })
    const after = openDatabase(world.db)
    expect(after.prepare('select program from store').pluck().get()).toBe(thisProgram)
    after.close()
  })

  it('is read, described, checked and backed up as it is', async () => {
    const before = bytes()
    const shown = await world.run(['users', 'show', 'amira@nile.example', '--json'])
    expect(shown).toMatchObject({ exit: 0, stderr: '' })
    expect(shown.json()).toMatchObject({ pin: 'issued', progressionTests: { results: 2 } })
    expect((await world.run(['store', 'info', '--json'])).json()).toMatchObject({ version, key: 'there' })
    const checked = await world.run(['store', 'check', '--json'])
    expect(checked).toMatchObject({ exit: 0 })
    expect(checked.json().findings).toMatchObject([{ code: 'store-older' }])
    const copied = await world.run(['store', 'backup', 'copy.db', '--json'])
    expect(copied).toMatchObject({ exit: 0 })
    expect(copied.json().notices).toMatchObject([{ code: 'not-recorded' }])
    const copy = openDatabase(world.path('copy.db'))
    expect(copy.pragma('user_version', { simple: true })).toBe(version)
    copy.close()
    expect(bytes()).toEqual(before)
  })

  it('is changed by nothing but its migration, rehearsals included', async () => {
    const before = bytes()
    for (const argv of [
      ['users', 'suspend', 'amira@nile.example', '--yes'],
      ['users', 'suspend', 'amira@nile.example', '--dry-run'],
      ['store', 'rekey', '--yes'],
    ]) {
      const { exit, error } = await world.run([...argv, '--json'])
      expect([exit, error().code]).toEqual([7, 'store-older'])
      expect(error().hint).toContain('ssh-admin store migrate')
    }
    expect(bytes()).toEqual(before)
  })

  it('is brought up to date, with all that is in it, and kept beside as it was', async () => {
    const before = bytes()
    const list = async () => (await world.run(['users', 'list', '--json'])).json()
    const listed = await list()
    const ran = await world.run(['store', 'migrate', '--yes', '--json'])
    expect(ran).toMatchObject({ exit: 0, stderr: '' })
    const copy = `${world.db}.before-migration-2026-11-26T09-00-00Z`
    expect(ran.json()).toMatchObject({ from: version, to: latestVersion, kept: copy, changed: true })
    expect(contents(copy)).toEqual(before)
    expect(await list()).toEqual(listed)
    expect((await world.run(['audit', 'verify'])).exit).toBe(0)
    const { findings } = (await world.run(['store', 'check', '--json'])).json()
    expect(findings).toMatchObject([{ code: 'kept-copy', target: copy }])
    const { events } = (await world.run(['audit', 'list', '--limit', '1', '--json'])).json()
    expect(events).toMatchObject([
      { action: 'store.migrated', details: { version: { before: version, after: latestVersion } } },
    ])
    expect((await world.run(['users', 'suspend', 'amira@nile.example', '--yes'])).exit).toBe(0)
    expect((await world.run(['store', 'migrate', '--json'])).json()).toMatchObject({ changed: false })
  })

  it('stays as it is when its migration is rehearsed, or nobody can be asked', async () => {
    const before = bytes()
    const rehearsed = await world.run(['store', 'migrate', '--dry-run', '--json'])
    expect(rehearsed.json()).toMatchObject({ from: version, to: latestVersion, changed: true, dryRun: true })
    expect((await world.run(['store', 'migrate'])).exit).toBe(2)
    expect(bytes()).toEqual(before)
    expect(kept()).toEqual([])
  })

  it('is brought up to date without its key, which then is not said in the log', async () => {
    rmSync(world.keyFile)
    const ran = await world.run(['store', 'migrate', '--yes', '--json'])
    expect(ran.json()).toMatchObject({ changed: true, notices: [{ code: 'not-recorded' }] })
  })

  it('has a head beside its key afterwards, and one that is missed is told', async () => {
    const head = `${world.keyFile}.head`
    rmSync(head, { force: true })
    const missed = version >= firstVersionWithHead ? ['head-missing'] : []
    const { findings } = (await world.run(['store', 'check', '--json'])).json()
    expect(findings.map(({ code }: { code: string }) => code).sort()).toEqual([...missed, 'store-older'])
    const ran = await world.run(['store', 'migrate', '--yes', '--json'])
    expect(ran.json().notices).toMatchObject(missed.map((code) => ({ code })))
    expect(existsSync(head)).toBe(true)
    const edited = await world.run(['users', 'suspend', 'amira@nile.example', '--yes', '--json'])
    expect(edited.json().notices).toEqual([])
  })

  it('is brought up to date where it is restored', async () => {
    const backup = world.path('old.db')
    await writeOlderStore(backup, version)
    const ran = await world.run(['store', 'restore', backup, '--yes', '--json'])
    expect(ran).toMatchObject({ exit: 0 })
    expect((await world.run(['store', 'info', '--json'])).json()).toMatchObject({ version: latestVersion })
  })

  it('is not brought up to date while somebody has it open', async () => {
    const open = openDatabase(world.db)
    open.pragma('journal_mode = wal')
    open.prepare('select count(*) from users').get()
    const ran = await world.run(['store', 'migrate', '--yes', '--json'])
    expect([ran.exit, ran.error().code]).toEqual([7, 'store-in-use'])
    open.close()
    expect(kept()).toEqual([])
    expect((await world.run(['store', 'migrate', '--yes'])).exit).toBe(0)
  })

  it('stays as it was where its migration fails, which is said in words', async () => {
    const raw = openDatabase(world.db)
    raw.pragma('foreign_keys = off')
    raw.exec('update users set centre_id = 4711 where id = 1')
    raw.close()
    const before = bytes()
    const { exit, error } = await world.run(['store', 'migrate', '--yes', '--json'])
    expect([exit, error().code]).toEqual([7, 'migration-failed'])
    expect(error().message).toContain('rows of users point into centres, at nothing')
    expect(bytes()).toEqual(before)
    expect(kept()).toEqual([])
  })
})

describe('an older store with files in it', () => {
  let world: World
  beforeEach(async () => {
    world = newWorld(new Date('2026-11-26T09:00:00.000Z'))
    await writeOlderStore(world.db, latestVersion - 1)
    const raw = openDatabase(world.db)
    raw.exec(`
      insert into contents (id, sha256, bytes, maker, begun_at)
        values (1, '${'a'.repeat(64)}', 3, null, '2026-11-25T09:00:00.000Z'), (2, null, null, 'tom@desk-1', '2026-11-25T09:00:00.000Z');
      insert into content_pieces (content_id, position, bytes) values (1, 0, x'616263'), (2, 0, x'616263');
      insert into help_documents (id, title, created_at) values (1, 'How to begin', '2026-11-25T09:00:00.000Z');
      insert into help_document_versions (document_id, version, file, content_id, created_at)
        values (1, 1, 'begin.pdf', 1, '2026-11-25T09:00:00.000Z')`)
    raw.close()
  })
  afterEach(() => world.close())

  it('is read without their bytes, however many those are, and stays as it is', async () => {
    const before = readFileSync(world.db)
    const keyFile = world.keyFile
    const store = await openStore(openingOf({ path: world.db, keyFile, mode: 'read', now: () => world.now }))
    expect(await store.db.selectFrom('content_pieces').select('content_id').execute()).toEqual([])
    expect(await store.db.selectFrom('contents').select('id').execute()).toEqual([{ id: 1 }])
    await store.close()
    const listed = await world.run(['help-documents', 'list', '--json'])
    expect(listed.json(), listed.stderr).toMatchObject({ total: 1 })
    expect((await world.run(['users', 'show', 'amira@nile.example'])).exit).toBe(0)
    expect((await world.run(['audit', 'verify'])).exit).toBe(0)
    expect(readFileSync(world.db)).toEqual(before)
  })

  it('gives none of them away before it is brought up to date: no download could be recorded', async () => {
    const ran = await world.run(['help-documents', 'download', '1', '--out', 'begin.pdf', '--json'])
    expect([ran.exit, ran.error().code]).toEqual([7, 'store-older'])
    expect(existsSync(world.path('begin.pdf'))).toBe(false)
  })
})

describe('a store that this program cannot know', () => {
  let world: World
  beforeEach(async () => {
    world = newWorld()
    await world.run(['store', 'init'])
  })
  afterEach(() => world.close())

  const alter = (sql: string) => {
    const raw = openDatabase(world.db)
    raw.exec(sql)
    raw.close()
  }
  const everything = [
    ['users', 'list'],
    ['store', 'check'],
    ['store', 'migrate', '--yes'],
    ['users', 'suspend', 'a@b.example', '--yes'],
  ]

  it('of a newer ssh-admin is left alone, and says which one made it', async () => {
    alter(`pragma user_version = ${latestVersion + 1};
      insert into kysely_migration values ('9999-the-future', '2027-01-01T00:00:00.000Z');
      update store set program = '9.9.0'`)
    for (const argv of everything) {
      const { exit, error } = await world.run([...argv, '--json'])
      expect([exit, error().code]).toEqual([7, 'store-newer'])
      expect(error().message).toContain('9.9.0')
    }
  })

  it.each([0, -5, 4711])('of version %i, which no ssh-admin ever wrote, is damaged', async (version) => {
    alter(`pragma user_version = ${version}`)
    for (const argv of everything) {
      const { exit, error } = await world.run([...argv, '--json'])
      expect([exit, error().code]).toEqual([7, 'store-damaged'])
    }
    expect(existsSync(`${world.db}-wal`)).toBe(false)
  })
})

describe('a store whose search keys tell letters apart that are alike now', () => {
  let world: World
  beforeEach(async () => {
    world = newWorld(new Date('2026-11-26T09:00:00.000Z'))
    await writeOlderStore(world.db, 15)
  })
  afterEach(() => world.close())

  it('finds everybody in whatever form they are looked for once it is up to date', async () => {
    const names = [
      'Παππάς',
      'שלום',
      'على',
      'Kaʻiulani',
      'ہمایوں',
      'محـمد\u200cرضا',
      'Ħamrun',
      'Al‑Amal–Þór',
      'ײַ',
    ]
    /** As 0.1.0 folded a name until then. */
    const foldedThen = (name: string) =>
      name
        .normalize('NFKD')
        .toLowerCase()
        .replace(/\p{M}+/gu, '')
        .normalize('NFC')
    const raw = openDatabase(world.db)
    const centre = raw.prepare(
      `insert into centres (number, name, folded, kind, status, address, town, postcode, country, british_council, global_listening, created_at)
        values (?, ?, ?, 'school', 'active', '', '', '', 'GR', 0, 0, '2026-01-01T00:00:00.000Z')`,
    )
    for (const [at, name] of names.entries())
      centre.run(`GR${at + 100}`, name, `gr${at + 100} ${foldedThen(name)}`)
    const user = raw.prepare('update users set first_name = ?, last_name = ?, folded = ? where email_key = ?')
    user.run('Νίκος', 'Παππάς', `${foldedThen('Νίκος Παππάς')} amira@nile.example`, 'amira@nile.example')
    raw.close()
    expect(await world.run(['store', 'migrate', '--yes'])).toMatchObject({ exit: 0 })
    const { db } = await world.store()
    const kept = await db.selectFrom('centres').select(['number', 'name', 'folded']).execute()
    for (const { number, name, folded } of kept) expect(folded).toBe(centreSearchKey({ number, name }))
    for (const name of names) {
      const found = await world.run(['centres', 'list', name.toUpperCase(), '--format', 'ids'])
      expect(found.stdout, name).toBe(`GR${names.indexOf(name) + 100}\n`)
    }
    const found = await world.run(['users', 'list', 'παππασ νικοσ', '--format', 'ids'])
    expect(found.stdout).toBe('amira@nile.example\n')
  })
})

describe('a process that opened a store before it was brought up to date', () => {
  let world: World
  beforeEach(() => {
    world = newWorld()
  })
  afterEach(() => world.close())

  it('commits nothing afterwards', async () => {
    await world.centre('EG001')
    const other = openDatabase(world.db)
    other.pragma(`user_version = ${latestVersion + 1}`)
    other.exec(`insert into kysely_migration values ('9999-the-future', '2027-01-01T00:00:00.000Z')`)
    other.close()
    const late = world.commit(() => (trx) => trx.deleteFrom('centres').execute())
    await expect(late).rejects.toMatchObject({ code: 'store-newer' })
    const { db } = await world.store()
    expect(await db.selectFrom('centres').select('number').execute()).toEqual([{ number: 'EG001' }])
  })
})
