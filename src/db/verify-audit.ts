import { type AuditVerdict, verifyChain } from './audit-verify.ts'
import { changeListDigest } from './change-list.ts'
import type { OpenStore } from './open.ts'

/** The chain, and what the log says of each import against what is in the store. */
export async function verifyAudit(store: OpenStore, { head }: { head?: string } = {}): Promise<AuditVerdict> {
  const verdict = verifyChain(store.raw, { key: store.keys().audit, head })
  for (const { number, changes } of importsInLog(store)) {
    if (changes === (await changeListDigest(store.db, number))) continue
    verdict.problems.push({ message: `what import ${number} did is not what the log says it did` })
    verdict.ok = false
  }
  return verdict
}

/** Imports that stand as they were applied; one taken back has no change list any more. */
function importsInLog({ raw }: OpenStore): { number: number; changes: string }[] {
  return raw
    .prepare<[], { number: number; changes: string }>(
      `select json_extract(facts, '$.import') as number, json_extract(facts, '$.changes') as changes
        from audit where action = 'centres.imported'
          and json_extract(facts, '$.import') in (select id from imports where state = 'applied')
        order by audit.id`,
    )
    .all()
}
