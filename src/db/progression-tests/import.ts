import { sql } from 'kysely'
import { pagesOf } from '../rows.ts'
import { anyOf } from '../portable.ts'
import { transactionState, type Trx } from '../transact.ts'

/** A learner group to be imported, with its tests by key, so that none is in it twice. */
export interface Group {
  ownerId: number
  site: string
  name: string
  stage: string
  tests: Map<string, Test>
}

interface Test {
  subject: string
  title: string
  takenOn: string
  /** Results by learner. */
  results: Map<string, NewResult>
}

export interface NewResult {
  mark: number | null
  /** Whether the mark was left blank: a saved one stays. */
  isBlank: boolean
  /** The saved mark, null if the saved result has none; absent if no result is saved. Set by `readSavedMarks`. */
  saved?: number | null
}

export interface Merged {
  learnerGroups: { created: number; unchanged: number }
  tests: { created: number; unchanged: number }
  /** `kept`: those of the unchanged whose mark was left blank. */
  results: { created: number; corrected: number; unchanged: number; kept: number }
}

/** Adds groups, tests and results that are not saved yet, and corrects marks; a blank mark changes no saved one. */
export async function mergeGroups(trx: Trx, groups: readonly Group[]): Promise<Merged> {
  const { bulk } = transactionState(trx)
  const merged: Merged = {
    learnerGroups: { created: 0, unchanged: 0 },
    tests: { created: 0, unchanged: 0 },
    results: { created: 0, corrected: 0, unchanged: 0, kept: 0 },
  }
  const groupIds = await savedGroups(trx, groups)
  const newGroups = groups.filter((group) => !groupIds.has(keyOfGroup(group)))
  const firstGroup = newGroups.length > 0 ? await bulk.reserve('learner_groups', newGroups.length) : 0
  const groupRows = newGroups.map((group, position) => {
    groupIds.set(keyOfGroup(group), firstGroup + position)
    return [firstGroup + position, group.ownerId, group.site, group.name, group.stage]
  })
  await bulk.insert('learner_groups', ['id', 'owner_id', 'site', 'name', 'stage'], groupRows)
  merged.learnerGroups = { created: newGroups.length, unchanged: groups.length - newGroups.length }

  const tests = groups.flatMap((group) => {
    const groupId = groupIds.get(keyOfGroup(group)) ?? 0
    return [...group.tests.values()].map((test) => ({ ...test, groupId }))
  })
  const testIds = await savedTests(trx, [...groupIds.values()])
  const newTests = tests.filter((test) => !testIds.has(keyOfTest(test)))
  const firstTest = newTests.length > 0 ? await bulk.reserve('tests', newTests.length) : 0
  const testRows = newTests.map((test, position) => {
    testIds.set(keyOfTest(test), firstTest + position)
    return [firstTest + position, test.groupId, test.subject, test.title, test.takenOn]
  })
  const testColumns = ['id', 'learner_group_id', 'subject', 'title', 'taken_on'] as const
  await bulk.insert('tests', testColumns, testRows)
  merged.tests = { created: newTests.length, unchanged: tests.length - newTests.length }

  const ids = tests.map((test) => testIds.get(keyOfTest(test)) ?? 0)
  await readSavedMarks(trx, new Map(tests.map(({ results }, at) => [ids[at] ?? 0, results])))
  const counts = merged.results
  function* marks() {
    for (const [position, { results }] of tests.entries())
      for (const [learner, result] of results) {
        const outcome = mergeOutcome(result)
        counts[outcome] += 1
        if (outcome === 'unchanged' || outcome === 'kept') continue
        yield [ids[position] ?? 0, learner, result.mark]
      }
  }
  await bulk.merge('results', { key: ['test_id', 'learner'], set: 'mark' }, marks())
  counts.unchanged += counts.kept
  return merged
}

/** Compares a result with the saved one. */
export function mergeOutcome({ mark, isBlank, saved }: NewResult): keyof Merged['results'] {
  if (saved === undefined) return 'created'
  if (isBlank && saved !== null) return 'kept'
  return saved === mark ? 'unchanged' : 'corrected'
}

/** Sets `saved` in each result of tests that exist already. */
async function readSavedMarks(trx: Trx, tests: ReadonlyMap<number, Test['results']>): Promise<void> {
  const found = trx
    .selectFrom('results')
    .select(['test_id', 'learner', 'mark'])
    .where(anyOf(sql.ref('test_id'), [...tests.keys()]))
  for await (const page of pagesOf(trx, found))
    for (const { test_id, learner, mark } of page) {
      const result = tests.get(test_id)?.get(learner)
      if (result) result.saved = mark
    }
}

function keyOfGroup({ ownerId, site, name }: Pick<Group, 'ownerId' | 'site' | 'name'>): string {
  return JSON.stringify([ownerId, site, name])
}

function keyOfTest({
  groupId,
  subject,
  title,
  takenOn,
}: Omit<Test, 'results'> & { groupId: number }): string {
  return JSON.stringify([groupId, subject, title, takenOn])
}

/** The saved groups' ids by key; of groups with the same name, the oldest. */
async function savedGroups(trx: Trx, groups: readonly Group[]): Promise<Map<string, number>> {
  const owners = [...new Set(groups.map(({ ownerId }) => ownerId))]
  const rows = await trx
    .selectFrom('learner_groups')
    .select(['id', 'owner_id as ownerId', 'site', 'name'])
    .where(anyOf(sql.ref('owner_id'), owners))
    .orderBy('id', 'desc')
    .execute()
  const keys = new Set(groups.map(keyOfGroup))
  const ids = rows.map((row) => [keyOfGroup(row), row.id] as const)
  return new Map(ids.filter(([key]) => keys.has(key)))
}

async function savedTests(trx: Trx, groupIds: readonly number[]): Promise<Map<string, number>> {
  const rows = await trx
    .selectFrom('tests')
    .select(['id', 'learner_group_id as groupId', 'subject', 'title', 'taken_on as takenOn'])
    .where(anyOf(sql.ref('learner_group_id'), groupIds))
    .orderBy('id', 'desc')
    .execute()
  return new Map(rows.map((row) => [keyOfTest(row), row.id]))
}
