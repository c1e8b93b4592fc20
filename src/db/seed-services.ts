import type { Value } from './engine.ts'
import { transactionState, type Trx } from './transact.ts'

/** A learner group with one test and its results. */
export interface SeedGroup {
  ownerId: number
  site: string
  name: string
  subject: string
  takenOn: string
  results: readonly { learner: string; mark: number }[]
}

export interface SeedServices {
  roles: readonly { userId: number; role: string }[]
  assignments: readonly { centreId: number; userId: number }[]
  groups: readonly SeedGroup[]
}

/** Adds roles, sites, who acts for which associate centre, and Progression Test data. */
export async function insertSeedServices(
  trx: Trx,
  { roles, assignments, groups }: SeedServices,
): Promise<void> {
  const { bulk } = transactionState(trx)
  await bulk.insert(
    'user_roles',
    ['user_id', 'role'],
    roles.map(({ userId, role }) => [userId, role]),
  )
  await bulk.insert(
    'assignments',
    ['centre_id', 'user_id'],
    assignments.map(({ centreId, userId }) => [centreId, userId]),
  )
  await bulk.insert(
    'user_sites',
    ['user_id', 'site'],
    groups.map(({ ownerId, site }) => [ownerId, site]),
  )
  for (const { ownerId, site, name, subject, takenOn, results } of groups) {
    const group = await trx
      .insertInto('learner_groups')
      .values({ owner_id: ownerId, site, name, stage: '5' })
      .returning('id')
      .executeTakeFirstOrThrow()
    const test = await trx
      .insertInto('tests')
      .values({ learner_group_id: group.id, subject, title: 'Autumn', taken_on: takenOn })
      .returning('id')
      .executeTakeFirstOrThrow()
    const values: Value[][] = results.map(({ learner, mark }) => [test.id, learner, mark])
    await trx
      .insertInto('results')
      .values(
        values.map(([, learner, mark]) => ({
          test_id: test.id,
          learner: String(learner),
          mark: Number(mark),
        })),
      )
      .execute()
  }
}

/** What was made up when this store was seeded; undefined where it never was. */
export async function seededFacts(trx: Trx): Promise<Record<string, unknown> | undefined> {
  const row = await trx
    .selectFrom('audit')
    .select('facts')
    .where('action', '=', 'store.seeded')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row && JSON.parse(row.facts)
}
