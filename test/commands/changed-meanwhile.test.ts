import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openDatabase } from '../../src/db/sqlite/connection.ts'
import { inProcess } from '../terminal.ts'
import { testServer } from '../shared-store.ts'
import { everyRow } from '../stored-text.ts'
import { eachOfCommands, itInAFile } from '../in-a-file.ts'
import { newWorld, type World } from '../world.ts'
import { asking, commands, makePeople, notAsking, roster } from './commands-that-ask.ts'

let world: World
beforeEach(async () => {
  world = newWorld()
  await makePeople(world)
})
afterEach(() => world.close())

/** What SQLite and a waiting command keep beside a store. */
const besides = /-(wal|shm|journal)$|[.]writer$/
/** What a question that is open leaves there until it is answered. */
const unfinished = /[.]restoring$/

/** Every row of every store in the folder, and of one on a server, and every other file. */
async function everything(): Promise<Record<string, unknown>> {
  const names = readdirSync(world.folder, { recursive: true, encoding: 'utf8' }).filter(
    (name) => !besides.test(name),
  )
  const rows = testServer === undefined ? {} : { [testServer]: await everyRow(world) }
  return { ...Object.fromEntries(names.map((name) => [name, contentsOf(name)])), ...rows }
}

function contentsOf(name: string): unknown {
  if (statSync(world.path(name)).isDirectory()) return 'a folder'
  const bytes = readFileSync(world.path(name))
  if (!bytes.subarray(0, 15).equals(Buffer.from('SQLite format 3'))) return bytes.toString('base64')
  const raw = openDatabase(world.path(name))
  try {
    const tables = raw
      .prepare<[], string>(`select name from sqlite_schema where type = 'table'`)
      .pluck()
      .all()
    // An upload that came to nothing has used up its number, and left nothing else.
    const where = (table: string) => (table === 'sqlite_sequence' ? "where name <> 'contents'" : '')
    const rows = (table: string) => raw.prepare(`select * from "${table}" ${where(table)}`).all()
    return Object.fromEntries(tables.map((table) => [table, rows(table)]))
  } finally {
    raw.close()
  }
}

describe('what was agreed to', () => {
  it('is looked at again for every command that asks', () => {
    expect(commands.filter((words) => !notAsking.includes(words)).sort()).toEqual(Object.keys(asking).sort())
  })

  eachOfCommands(Object.entries(asking))(
    'is not done where it has changed while the question was open: %s',
    async (words, { argv, question, prepare, meanwhile, refusedAs = 'changed-meanwhile' }) => {
      await prepare?.(world)
      const typist = inProcess(world, [...words.split(' '), ...argv, '--json'], { columns: 400 })
      await typist.sees(question)
      await meanwhile(world)
      const before = Object.entries(await everything()).filter(([name]) => !unfinished.test(name))
      typist.types('y\r')
      const { exit, text } = await typist.leaves()
      expect({ exit, text }).toMatchObject({ exit: 3, text: expect.stringContaining(`"${refusedAs}"`) })
      expect(await everything()).toEqual(Object.fromEntries(before))
    },
  )

  eachOfCommands(Object.entries(asking))(
    'is done where nothing has changed meanwhile: %s',
    async (words, { argv, question, prepare }) => {
      await prepare?.(world)
      const before = await everything()
      const typist = inProcess(world, [...words.split(' '), ...argv], { columns: 400 })
      await typist.sees(question)
      typist.types('y\r')
      const { exit, text } = await typist.leaves()
      expect([0, 9], text).toContain(exit)
      expect(await everything()).not.toEqual(before)
    },
  )

  itInAFile.each([
    ['the centre under another name', 'Elsewhere'],
    ['the centre, as it was to be made', 'Red Sea School'],
  ])('is not done where somebody began the store meanwhile and it has %s', async (_, name) => {
    roster(world)
    const typist = inProcess(world, ['centres', 'import', 'roster.csv', '--db', 'first.db'])
    await typist.sees('Create 1 centre and 1 user?')
    expect(existsSync(world.path('first.db'))).toBe(false)
    const creating = ['centres', 'create', 'EG005', '--name', name, '--country', 'EG']
    expect((await world.run([...creating, '--db', 'first.db'])).exit).toBe(0)
    const before = await everything()
    typist.types('y\r')
    expect((await typist.leaves()).exit).toBe(3)
    expect(await everything()).toEqual(before)
  })
})
