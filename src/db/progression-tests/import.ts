import { transactionState, type Trx } from '../transact.ts'

/** A learner group with what it is to have, keyed so that nothing stands in it twice. */
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
  /** Learner → mark. */
  results: Map<string, number | null>
}

export interface Merged {
  learnerGroups: { created: number; unchanged: number }
  tests: { created: number; unchanged: number }
  results: { created: number; corrected: number; unchanged: number }
}

/** Adds what is not there yet and corrects marks; the statements are compiled once. */
export function mergeGroups(trx: Trx, groups: readonly Group[]): Merged {
  const { raw } = transactionState(trx)
  const findGroup = raw
    .prepare<[number, string, string], number>(
      'select min(id) from learner_groups where owner_id = ? and site = ? and name = ?',
    )
    .pluck()
  const addGroup = raw.prepare('insert into learner_groups (owner_id, site, name, stage) values (?, ?, ?, ?)')
  const findTest = raw
    .prepare<[number, string, string, string], number>(
      `select min(id) from tests where learner_group_id = ? and subject = ? and title = ? and taken_on = ?`,
    )
    .pluck()
  const addTest = raw.prepare(
    'insert into tests (learner_group_id, subject, title, taken_on) values (?, ?, ?, ?)',
  )
  const countResults = raw.prepare<[number], number>('select count(*) from results where test_id = ?').pluck()
  const setResult = raw.prepare(
    `insert into results (test_id, learner, mark) values (?, ?, ?)
     on conflict (test_id, learner) do update set mark = excluded.mark where mark is not excluded.mark`,
  )

  const merged: Merged = {
    learnerGroups: { created: 0, unchanged: 0 },
    tests: { created: 0, unchanged: 0 },
    results: { created: 0, corrected: 0, unchanged: 0 },
  }
  for (const { ownerId, site, name, stage, tests } of groups) {
    const thereGroup = findGroup.get(ownerId, site, name) ?? undefined
    const groupId = thereGroup ?? Number(addGroup.run(ownerId, site, name, stage).lastInsertRowid)
    merged.learnerGroups[thereGroup === undefined ? 'created' : 'unchanged'] += 1
    for (const { subject, title, takenOn, results } of tests.values()) {
      const thereTest = findTest.get(groupId, subject, title, takenOn) ?? undefined
      const testId = thereTest ?? Number(addTest.run(groupId, subject, title, takenOn).lastInsertRowid)
      merged.tests[thereTest === undefined ? 'created' : 'unchanged'] += 1
      const before = countResults.get(testId) ?? 0
      let touched = 0
      for (const [learner, mark] of results) touched += setResult.run(testId, learner, mark).changes
      const created = (countResults.get(testId) ?? 0) - before
      merged.results.created += created
      merged.results.corrected += touched - created
      merged.results.unchanged += results.size - touched
    }
  }
  return merged
}
