import { sql } from 'kysely'
import { afterAll, describe, expect, it } from 'vitest'
import { contains } from '../../src/db/portable.ts'
import { newWorld } from '../world.ts'

describe('a part of a name that is looked for', () => {
  const world = newWorld()
  afterAll(() => world.close())

  const texts = ['amira saleh', 'a*b', 'axb', 'a?b', 'a[b]c', 'abc', 'a]b', 'a\\b', 'a%b_c', 'ليلى حداد', '']

  for (const part of ['a', 'saleh', '*', 'a*b', '?', 'a?b', '[', '[b]', ']', '\\', '%', '_c', 'حد', 'A', '^'])
    it(`is found letter for letter: ${part}`, async () => {
      const { db } = await world.store()
      const found: string[] = []
      for (const text of texts) {
        const { rows } = await sql<{ is: unknown }>`select ${contains(sql`${text}`, part)} as "is"`.execute(
          db,
        )
        // A flag is a number in a file, and none on a server.
        if (Number(rows[0]?.is) === 1) found.push(text)
      }
      expect(found).toEqual(texts.filter((text) => text.includes(part)))
    })

  it.each([
    ['longer than any pattern', 'b'.repeat(60_000)],
    ['brackets, longer than any pattern', '['.repeat(9000)],
    ['with a NUL', 'b\0c'],
  ])('is not found, and no mistake, where it is %s', async (_, part) => {
    const { db } = await world.store()
    const { rows } = await sql<{ is: unknown }>`select ${contains(sql`${'ab'}`, part)} as "is"`.execute(db)
    expect(rows.map((row) => Number(row.is))).toEqual([0])
  })
})
