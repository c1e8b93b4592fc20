import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { queueActivationLetters, queueLettersOfImport } from '../../../src/rules/mail/activation-letters.ts'
import { findActor } from '../../../src/rules/permissions/find-actor.ts'
import { inbox } from '../../mail/inbox.ts'
import { newWorld, type World } from '../../world.ts'

describe('writing to the new users of an import', () => {
  let world: World
  beforeEach(async () => {
    world = newWorld()
    await world.centre('EG001', { name: 'Nile\r\nValley School' })
    await world.rows(`insert into imports (id, file, sheet, digest, state, at, operator, counts)
      values (1, 'centres.xlsx', 'Centres', '', 'applied', '2026-03-02T09:00:00.000Z', 'tester', '{}')`)
  })
  afterEach(() => world.close())

  const newcomers = async (count: number) => {
    const at = world.now.toISOString()
    const { db } = await world.store()
    const { id } = await db.selectFrom('centres').select('id').executeTakeFirstOrThrow()
    const rows = Array.from({ length: count }, (_, before) => {
      const number = before + 1
      const email = `user${number}@school.example`
      return {
        email,
        email_key: email,
        first_name: 'Amira',
        last_name: `No ${number}`,
        folded: '',
        centre_id: id,
        hub_role: 'teacher' as const,
        status: 'invited' as const,
        pin_nonce: Buffer.alloc(16),
        pin_state: 'issued' as const,
        pin_issued_at: at,
        pin_wrong_tries: 0,
        created_at: at,
        created_by_import: 1,
      }
    })
    for (let from = 0; from < count; from += 500)
      await db
        .insertInto('users')
        .values(rows.slice(from, from + 500))
        .execute()
  }
  const queue = () => world.commit((ctx) => (trx) => queueActivationLetters(trx, { importId: 1, ctx }))

  it('owes each a letter without a PIN, valid as long as the PIN, and nobody two', async () => {
    await newcomers(3)
    expect(await queue()).toBe(3)
    expect(await queue()).toBe(0)
    const ran = await world.run(['mail', 'send', '--import', '1', '--json'])
    expect(ran.json()).toMatchObject({
      total: 3,
      messages: [{ state: 'written' }, { state: 'written' }, { state: 'written' }],
    })
    const messages = await inbox(world)
    expect(messages.map(({ to }) => to?.[0]?.address)).toEqual(
      [1, 2, 3].map((at) => `user${at}@school.example`),
    )
    expect(messages[0]?.text).toContain('Nile Valley School (EG001)')
    expect(messages[0]?.text).toContain('before Wednesday 1 April 2026 at 09:00 UTC')
    expect(messages[0]?.text).not.toMatch(/\b[1-9]\d{3} \d{4}\b/)
  })

  it('leaves out who has no open PIN, and cancels the letter with the PIN', async () => {
    await newcomers(2)
    await world.run(['users', 'suspend', 'user1@school.example', '--yes'])
    expect(await queue()).toBe(1)
    await world.run(['users', 'suspend', 'user2@school.example', '--yes'])
    const { messages } = (await world.run(['mail', 'list', '--json'])).json()
    expect(messages).toMatchObject([{ state: 'cancelled' }])
  })

  it('is asked for by mail send --import, which knows imports', async () => {
    await newcomers(2)
    const rehearsed = await world.run(['mail', 'send', '--import', '1', '--dry-run', '--json'])
    expect(rehearsed.json()).toMatchObject({ total: 2, dryRun: true })
    expect(
      (await world.run(['mail', 'send', '--import', '1', '--rate', '1000', '--json'])).json().total,
    ).toBe(2)
    expect((await world.run(['mail', 'send', '--import', '9', '--json'])).error().code).toBe(
      'import-not-found',
    )
  })

  it('is for staff alone', async () => {
    await newcomers(1)
    await world.user('lina@school.example', { centre: 'EG001', hubRole: 'coordinator' })
    const { db } = await world.store()
    const actor = await findActor(db, {
      email: 'lina@school.example',
      typedBy: { operator: 'tester' },
      command: 'users show',
      at: world.now,
    })
    await expect(
      world.commit((ctx) => (trx) => queueLettersOfImport(trx, { importId: 1, ctx: { ...ctx, actor } })),
    ).rejects.toMatchObject({ code: 'not-permitted' })
    expect(await queue()).toBe(1)
  })
})
