import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { changeListDigest } from '../../../src/db/imports/write.ts'
import { newWorld, type World } from '../../world.ts'

let world: World
let round: number
beforeEach(() => {
  world = newWorld()
  round = 0
})
afterEach(() => world.close())

/** As the log has it since the first import: each list as one text, behind its length in bytes. */
async function digestOfWholeTexts(importId: number): Promise<string> {
  const { db } = await world.store()
  const centres = await db
    .selectFrom('centres')
    .select(['id', 'number'])
    .where('created_by_import', '=', importId)
    .orderBy('id')
    .execute()
  const users = await db
    .selectFrom('users')
    .select('id')
    .where('created_by_import', '=', importId)
    .orderBy('id')
    .execute()
  const changes = await db
    .selectFrom('import_changes')
    .selectAll()
    .where('import_id', '=', importId)
    .orderBy('position')
    .execute()
  const lists = [
    centres.map(({ id, number }) => `${id} ${number}`),
    users.map(({ id }) => `${id}`),
    changes.map(({ position, kind, centre_id, user_id, before, after }) =>
      JSON.stringify([
        position,
        kind,
        centre_id,
        user_id,
        ...(kind.startsWith('centre-') ? [before, after] : [null, null]),
      ]),
    ),
  ]
  const digest = createHash('sha256')
  for (const list of lists) {
    const bytes = Buffer.from(list.join('\n'))
    digest.update(`${bytes.length}\n`).update(bytes)
  }
  return `sha256:${digest.digest('hex')}`
}

const kinds = [
  'centre-renamed',
  'centre-restored',
  'centre-deleted',
  'centre-activated',
  'user-deleted',
] as const

interface Lists {
  centres: boolean[]
  users: boolean[]
  changes: { kind: (typeof kinds)[number]; before: string | null }[]
  atOnce: number
}

const made: fc.Arbitrary<Lists> = fc.record({
  /** Whether each centre is of the import, in the order of their numbers. */
  centres: fc.array(fc.boolean(), { maxLength: 12 }),
  users: fc.array(fc.boolean(), { maxLength: 12 }),
  changes: fc.array(
    fc.record({ kind: fc.constantFrom(...kinds), before: fc.option(fc.string({ unit: 'grapheme' })) }),
    { maxLength: 12 },
  ),
  atOnce: fc.integer({ min: 1, max: 14 }),
})

/** @returns the import's number */
async function makeImport({ centres, users, changes }: Omit<Lists, 'atOnce'>): Promise<number> {
  const { db } = await world.store()
  round += 1
  const importId = round
  const at = world.now.toISOString()
  await db
    .insertInto('imports')
    .values({
      id: importId,
      file: 'a.xlsx',
      sheet: 'Centres',
      digest: 'sha256:0',
      at,
      operator: 'ada',
      actor: null,
      state: 'applied',
      counts: '{}',
      undone_at: null,
    })
    .execute()
  const numbers: string[] = []
  for (const [at, ofImport] of centres.entries()) {
    const number = `EG${round}X${at}`
    await world.centre(number)
    numbers.push(number)
    if (ofImport)
      await db
        .updateTable('centres')
        .set({ created_by_import: importId })
        .where('number', '=', number)
        .execute()
  }
  const [first] = numbers
  for (const [at, ofImport] of users.entries()) {
    if (first === undefined) break
    const email = `u${round}x${at}@school.example`
    await world.user(email, { centre: first })
    if (ofImport)
      await db.updateTable('users').set({ created_by_import: importId }).where('email', '=', email).execute()
  }
  for (const [position, { kind, before }] of changes.entries())
    await db
      .insertInto('import_changes')
      .values({
        import_id: importId,
        position,
        kind,
        centre_id: null,
        user_id: null,
        before: before?.replaceAll('\0', '') ?? null,
        after: null,
      })
      .execute()
  return importId
}

describe('the digest of what an import did', () => {
  it('is that of whole texts, in however many pieces its lists are asked for', async () => {
    await fc.assert(
      fc.asyncProperty(made, async ({ atOnce, ...lists }) => {
        const importId = await makeImport(lists)
        const { db } = await world.store()
        const whole = await digestOfWholeTexts(importId)
        expect(await changeListDigest(db, importId)).toBe(whole)
        expect(await changeListDigest(db, importId, { atOnce })).toBe(whole)
      }),
      { numRuns: 20 },
    )
  })

  it('is that of three empty lists where it did nothing', async () => {
    const { db } = await world.store()
    expect(await changeListDigest(db, 1)).toBe(
      `sha256:${createHash('sha256').update('0\n0\n0\n').digest('hex')}`,
    )
  })
})
