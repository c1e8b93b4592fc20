import { randomBytes } from 'node:crypto'
import { rmSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { newInterruption } from '../../../src/interruption.ts'
import { itInAFile } from '../../in-a-file.ts'
import { testServer } from '../../shared-store.ts'
import { inProcess } from '../../terminal.ts'
import { newWorld, type World } from '../../world.ts'

let world: World
beforeEach(async () => {
  world = newWorld()
  for (const name of ['first', 'second', 'third'])
    writeFileSync(world.path(name), randomBytes(3 * 1024 * 1024))
  await world.run(['store', 'init'])
  await world.run(['help-documents', 'upload', 'first', '--title', 'Adding users'])
  onlyTheFirst = await kept()
  expect(onlyTheFirst).toEqual([{ content_id: expect.any(Number), pieces: 3 }])
})
afterEach(() => world.close())

const facts = ['--title', 'Listening', '--kind', 'other', '--series', '2026-06']
const replacing = ['help-documents', 'replace', '1', 'second']
/**
 * What was never begun took no number: the last one says how many uploads ever were. A sequence of a server does not
 * roll back, so that each file of a rehearsal took one there, too.
 */
async function expectBegun(begun: number, { rehearsed }: { rehearsed: number }): Promise<void> {
  const inAFile = "select seq as last from sqlite_sequence where name = 'contents'"
  const onServer =
    "select pg_sequence_last_value(cast(pg_get_serial_sequence('contents', 'id') as regclass)) as last"
  const last = testServer === undefined ? begun : begun + rehearsed
  expect(await world.rows(testServer === undefined ? inAFile : onServer)).toEqual([{ last }])
}
const kept = () => world.rows('select content_id, count(*) as pieces from content_pieces group by 1')
let onlyTheFirst: unknown

describe('an upload that comes to nothing', () => {
  it.each([
    ['is of a help document that is not there', 4, 1, ['help-documents', 'replace', '99', 'second', '--yes']],
    ['bears a title that is in use', 3, 2, ['help-documents', 'upload', 'second', '--title', 'Adding users']],
    ['would have to be asked about, and nobody can be', 2, 2, replacing],
    ['nobody may make', 5, 1, ['resources', 'upload', 'second', ...facts, '--as', 'nobody@school.example']],
  ])('brings nothing into the store where it %s', async (_what, exit, rehearsed, argv) => {
    const { exit: ended, stderr } = await world.run(argv)
    expect(ended, stderr).toBe(exit)
    await expectBegun(1, { rehearsed })
    expect(await kept()).toEqual(onlyTheFirst)
  })

  it.each([
    ['resources', 'upload', 'not-there', ...facts],
    ['help-documents', 'upload', 'not-there', '--title', 'Adding users'],
    ['help-documents', 'replace', '1', 'not-there', '--yes'],
  ])('does not read its file where the key is missing: %s %s', async (...argv) => {
    rmSync(world.keyFile)
    for (const more of [[], ['--dry-run']]) {
      const ran = await world.run([...argv, ...more, '--json'])
      expect([ran.exit, ran.error().code]).toEqual([7, 'key-missing'])
    }
  })

  it('is asked about before anything of it is in the store', async () => {
    const typist = inProcess(world, replacing)
    await typist.sees('Put second in the place of')
    await expectBegun(1, { rehearsed: 2 })
    typist.types('n\r')
    expect((await typist.leaves()).exit).toBe(130)
    await expectBegun(1, { rehearsed: 2 })
  })

  it('goes no further where Ctrl-C comes while a piece is saved, and what is there goes again', async () => {
    const interruption = newInterruption(() => undefined)
    const transactions: unknown[] = []
    const asItsFirstPieceIsSaved = {
      ...interruption,
      onForcedExit: (cleanUp: () => void) => {
        transactions.push(cleanUp)
        if (transactions.length === 2) interruption.handleSignal()
        return interruption.onForcedExit(cleanUp)
      },
    }
    const argv = ['resources', 'upload', 'second', ...facts]
    expect(await world.run(argv, { interruption: asItsFirstPieceIsSaved })).toMatchObject({ exit: 130 })
    // The rehearsal, the piece, and what removes it.
    expect(transactions).toHaveLength(3)
    await expectBegun(2, { rehearsed: 2 })
    expect(await kept()).toEqual(onlyTheFirst)
  })

  it('goes again where Ctrl-C comes after its last piece, and before it is saved', async () => {
    const interruption = newInterruption(() => undefined)
    const asItIsSaved = {
      ...interruption,
      isFinishing: () => {
        interruption.handleSignal()
        return false
      },
    }
    const argv = ['resources', 'upload', 'second', 'third', ...facts]
    expect(await world.run(argv, { interruption: asItIsSaved })).toMatchObject({ exit: 130 })
    await expectBegun(3, { rehearsed: 3 })
    expect(await kept()).toEqual(onlyTheFirst)
    expect(await world.rows('select count(*) as many from contents')).toEqual([{ many: 1 }])
  })

  // Its trigger is one of SQLite.
  itInAFile('goes again where a file after it cannot be uploaded', async () => {
    await world.tamper(
      "create trigger no_more before insert on contents when (select count(*) from contents) = 2 begin select raise(abort, 'no more'); end",
    )
    const argv = ['resources', 'upload', 'second', 'third', ...facts]
    expect((await world.run(argv)).exit).not.toBe(0)
    expect(await kept()).toEqual(onlyTheFirst)
  })

  it('and whose process is gone is removed by the next change, which says so', async () => {
    const values = `('elsewhere-1-1-000000000000', '2026-02-01T00:00:00.000Z')`
    await world.tamper(
      `insert into contents (maker, begun_at) values ${values}`,
      `insert into content_pieces (content_id, position, bytes) values ((select max(id) from contents), 0, x'00')`,
    )
    const check = await world.run(['store', 'check'])
    expect(check.stdout).toContain('1 upload was cut short.\n  It harms nothing; the next change removes')
    const argv = ['centres', 'create', 'EG001', '--name', 'Nile', '--country', 'EG', '--json']
    const { notices } = (await world.run(argv)).json()
    expect(notices).toEqual([
      {
        code: 'leftover-removed',
        message: 'Removed what 1 upload that was cut short had left in the store.',
      },
    ])
    expect(await kept()).toEqual(onlyTheFirst)
    expect((await world.run(['store', 'check'])).stdout).not.toContain('cut short')
  })
})

describe('a rehearsal of an upload', () => {
  it('says of bytes that are damaged that they would be right again', async () => {
    await world.tamper('update contents set mismatch_at = begun_at')
    const argv = ['help-documents', 'upload', 'first', '--title', 'Adding users', '--json']
    expect((await world.run([...argv, '--dry-run'])).json()).toMatchObject({
      helpDocuments: [{ outcome: 'mended' }],
    })
    expect((await world.run(argv)).json()).toMatchObject({ helpDocuments: [{ outcome: 'mended' }] })
    const [last] = await world.rows('select action from audit order by id desc limit 1')
    expect(last).toEqual({ action: 'help-documents.mended' })
  })

  it('says of two files of equal bytes what comes of them', async () => {
    writeFileSync(world.path('second'), 'equal')
    writeFileSync(world.path('third'), 'equal')
    const argv = ['resources', 'upload', 'second', 'third', ...facts, '--json']
    const outcomes = async (...more: string[]) =>
      (await world.run([...argv, ...more])).json().resources.map((one: { outcome: string }) => one.outcome)
    expect(await outcomes('--dry-run')).toEqual(['uploaded', 'uploaded'])
    expect(await outcomes()).toEqual(['uploaded', 'uploaded'])
  })
})
