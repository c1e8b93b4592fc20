import { type Kysely, sql } from 'kysely'
import { compareNames } from '../../search-key.ts'
import type { Store } from '../schema.ts'
import type { Trx } from '../transact.ts'

/** The Progression Test data that an owner holds on one site. */
export interface Holding {
  site: string
  learnerGroups: number
  tests: number
  results: number
}

/** The data that an owner holds, by site. @param sites only these; absent: every site */
export async function holdingsOf(
  db: Kysely<Store>,
  { ownerId, sites }: { ownerId: number; sites?: readonly string[] },
): Promise<Holding[]> {
  const query = db
    .selectFrom('learner_groups')
    .where('owner_id', '=', ownerId)
    .groupBy('site')
    .orderBy('site')
    .select(({ fn }) => ['site', fn.countAll<number>().as('learnerGroups')])
    // Counted group by group through the indexes; one join over all would sort every result.
    .select([
      sql<number>`sum((select count(*) from tests where learner_group_id = learner_groups.id))`.as('tests'),
      sql<number>`sum((select count(*) from tests join results on results.test_id = tests.id
        where learner_group_id = learner_groups.id))`.as('results'),
    ])
  return (sites === undefined ? query : query.where('site', 'in', [...sites])).execute()
}

/** Transfers learner groups, with their tests and results. @returns how many groups */
export async function transferLearnerGroups(
  trx: Trx,
  { fromId, toId, sites }: { fromId: number; toId: number; sites: readonly string[] },
): Promise<number> {
  const { numUpdatedRows } = await trx
    .updateTable('learner_groups')
    .set({ owner_id: toId })
    .where('owner_id', '=', fromId)
    .where('site', 'in', [...sites])
    .executeTakeFirst()
  return Number(numUpdatedRows)
}

/** The tests of an owner, each with how many results it has. */
export async function testsOf(db: Kysely<Store>, ownerId: number) {
  const tests = await db
    .selectFrom('learner_groups')
    .innerJoin('tests', 'tests.learner_group_id', 'learner_groups.id')
    .where('owner_id', '=', ownerId)
    .select([
      'site',
      'learner_groups.name as learnerGroup',
      'stage',
      'subject',
      'title as test',
      'taken_on as takenOn',
    ])
    .select(sql<number>`(select count(*) from results where test_id = tests.id)`.as('results'))
    .orderBy('learner_groups.id')
    .orderBy('taken_on')
    .orderBy('tests.id')
    .execute()
  return tests.sort(
    (one, other) => compareNames(one.site, other.site) || compareNames(one.learnerGroup, other.learnerGroup),
  )
}

export type TestOfOwner = Awaited<ReturnType<typeof testsOf>>[number]
