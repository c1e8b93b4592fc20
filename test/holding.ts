import { findLiveUser } from '../src/db/users/users.ts'
import type { World } from './world.ts'

interface Held {
  site?: 'cambridge-primary' | 'cambridge-lower-secondary'
  group?: string
  learners?: readonly string[]
}

/** Gives a teacher a learner group with one test and a result for each learner. */
export async function holding(world: World, email: string, held: Held = {}): Promise<void> {
  const { site = 'cambridge-primary', group = '4B', learners = ['Ali', 'Mona'] } = held
  const { db } = await world.store()
  const owner = await findLiveUser(db, email)
  if (!owner) throw new Error(`there is no ${email}`)
  const { id: learner_group_id } = await db
    .insertInto('learner_groups')
    .values({ owner_id: owner.id, site, name: group, stage: '4' })
    .returning('id')
    .executeTakeFirstOrThrow()
  const { id: test_id } = await db
    .insertInto('tests')
    .values({ learner_group_id, subject: 'English', title: 'Paper 1', taken_on: '2026-02-02' })
    .returning('id')
    .executeTakeFirstOrThrow()
  const results = learners.map((learner) => ({ test_id, learner, mark: 30 }))
  await db.insertInto('results').values(results).execute()
}

export async function countResults(world: World): Promise<number> {
  const { db } = await world.store()
  const { n } = await db
    .selectFrom('results')
    .select(({ fn }) => fn.countAll<number>().as('n'))
    .executeTakeFirstOrThrow()
  return n
}

/** The letters owed to anybody, as `letter to address`, oldest first. */
export async function letters(world: World): Promise<string[]> {
  const { db } = await world.store()
  const rows = await db.selectFrom('outbox').select(['letter', 'to_address']).orderBy('id').execute()
  return rows.map(({ letter, to_address }) => `${letter} to ${to_address}`)
}

/** What is open of a user's links and temporary passwords. */
export async function openCredentials(world: World, email: string): Promise<string[]> {
  const { db } = await world.store()
  const rows = await db
    .selectFrom('credentials')
    .innerJoin('users', 'users.id', 'credentials.user_id')
    .select('purpose')
    .where('users.email_key', '=', email)
    .where('credentials.state', '=', 'open')
    .execute()
  return rows.map(({ purpose }) => purpose)
}
