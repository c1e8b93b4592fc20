import type { Kysely } from 'kysely'
import type { Store } from '../schema.ts'
import { readObject } from './personal-values.ts'
import { type AuditVerdict, type KnownHead, verifyChain } from './chain.ts'
import { changeListDigest } from '../imports/write.ts'
import { headFileOf, readHeadFile } from './head-file.ts'
import type { OpenStore } from '../store/open.ts'

/** The chain, the head that was noted beside the key, and what the log says of each import against what is in the store. */
export async function verifyAudit(store: OpenStore, { head }: { head?: string } = {}): Promise<AuditVerdict> {
  const key = store.keys().audit
  const verdict = await verifyChain(store.db, { key, heads: knownHeads(store, head) })
  for (const { number, changes } of await importsInLog(store.db)) {
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
async function importsInLog(db: Kysely<Store>): Promise<{ number: number; changes: unknown }[]> {
  const events = db.selectFrom('audit').select('facts').where('action', '=', 'centres.imported').orderBy('id')
  const applied = db.selectFrom('imports').select('id').where('state', '=', 'applied')
  const standing = new Set((await applied.execute()).map(({ id }) => id))
  return (await events.execute()).flatMap(({ facts }) => {
    const { import: number, changes } = readObject(facts) ?? {}
    return typeof number === 'number' && standing.has(number) ? [{ number, changes }] : []
  })
}
