import { afterEach, beforeEach, expect, it } from 'vitest'
import { newWorld, type World } from '../../world.ts'

const before = '2026-03-02T09:00:00.000Z'
const accepted = '2026-03-05T09:00:00.000Z'
const farAhead = '2027-01-01T00:00:00.000Z'

let world: World
beforeEach(async () => {
  world = newWorld()
  await world.centre('EG001', { coordinator: 'huda@school.example' })
  await world.user('amira@school.example', { centre: 'EG001' })
  await world.user('omar@school.example', { centre: 'EG001' })
})
afterEach(() => world.close())

const run = async (line: string) => {
  const { exit } = await world.run([...line.split(' '), '--yes', '--json'])
  expect(exit).toBe(0)
}

it('nobody waits for a time that will not come for long, once the clock that is behind was accepted', async () => {
  await run('users reset-password amira@school.example')
  await run('users reset-password omar@school.example')
  world.setClock(farAhead)
  await run('centres edit EG001 --name Nile')
  world.setClock(accepted)
  const { db } = await world.store()
  const users = await db.selectFrom('users').select(['id', 'email']).orderBy('id').execute()
  const [amira = 0, omar = 0] = ['amira', 'omar'].map(
    (name) => users.find(({ email }) => email.startsWith(name))?.id ?? 0,
  )
  const letters = await db.selectFrom('outbox').select(['id', 'user_id']).orderBy('id').execute()
  const [ofAmira = 0, ofOmar = 0] = [amira, omar].map(
    (user) => letters.find(({ user_id: id }) => id === user)?.id ?? 0,
  )
  await db
    .insertInto('account_requests')
    .values([
      { user_id: amira, at: farAhead },
      { user_id: omar, at: before },
    ])
    .execute()
  await db
    .insertInto('wrong_sign_ins')
    .values([
      { address: 'a'.repeat(64), in_a_row: 9, last_at: farAhead },
      { address: 'b'.repeat(64), in_a_row: 9, last_at: before },
    ])
    .execute()
  await db
    .updateTable('outbox')
    .set({ state: 'queued', next_try_at: farAhead, claimed_by: 'desk', claimed_at: farAhead })
    .where('id', '=', ofAmira)
    .execute()
  await db
    .updateTable('outbox')
    .set({ state: 'queued', next_try_at: before, claimed_by: 'desk', claimed_at: before })
    .where('id', '=', ofOmar)
    .execute()

  await run('store accept-clock')

  const waits = {
    requests: await db.selectFrom('account_requests').select(['user_id', 'at']).execute(),
    wrong: await db.selectFrom('wrong_sign_ins').select(['address', 'last_at']).orderBy('address').execute(),
    letters: await db
      .selectFrom('outbox')
      .select(['id', 'next_try_at', 'claimed_at'])
      .where('id', 'in', [ofAmira, ofOmar])
      .orderBy('id')
      .execute(),
  }
  expect(waits).toEqual({
    // Whoever asked in that time may ask again; whoever did before waits as they did.
    requests: [{ user_id: omar, at: before }],
    wrong: [
      { address: 'a'.repeat(64), last_at: accepted },
      { address: 'b'.repeat(64), last_at: before },
    ],
    letters: [
      { id: ofAmira, next_try_at: accepted, claimed_at: accepted },
      { id: ofOmar, next_try_at: before, claimed_at: before },
    ],
  })
})
