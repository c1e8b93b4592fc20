import { type AuditVerdict, type KnownHead, verifyChain } from './chain.ts'
import { changeListDigest } from '../imports/write.ts'
import { headFileOf, readHeadFile } from './head-file.ts'
import type { OpenStore } from '../store/open.ts'

/** The chain, the head that was noted beside the key, and what the log says of each import against what is in the store. */
export async function verifyAudit(store: OpenStore, { head }: { head?: string } = {}): Promise<AuditVerdict> {
  const verdict = verifyChain(store.raw, { key: store.keys().audit, heads: knownHeads(store, head) })
  for (const { number, changes } of importsInLog(store)) {
    if (changes === (await changeListDigest(store.db, number))) continue
    verdict.problems.push({ message: `what import ${number} did is not what the log says it did` })
    verdict.ok = false
  }
  return verdict
}

function knownHeads({ path, keyFile }: OpenStore, named: string | undefined): KnownHead[] {
  const noted = path === undefined ? undefined : readHeadFile(headFileOf(keyFile))
  return [
    ...(named === undefined ? [] : [{ head: named, called: 'the head you named' }]),
    ...(noted
      ? [{ head: noted.head, called: `the head of ${noted.events} events that ${headFileOf(keyFile)} keeps` }]
      : []),
  ]
}

/** Imports that stand as they were applied; one taken back has no change list any more. */
function importsInLog({ raw }: OpenStore): { number: number; changes: string }[] {
  return raw
    .prepare<[], { number: number; changes: string }>(
      `select number, changes from (
          select id, facts ->> '$.import' as number, facts ->> '$.changes' as changes
            from (select id, iif(json_valid(facts), facts, '{}') as facts from audit where action = 'centres.imported')
        ) where number in (select id from imports where state = 'applied')
        order by id`,
    )
    .all()
}
