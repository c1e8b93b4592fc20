import type { Kysely } from 'kysely'
import type { Store } from '../schema.ts'
import { readObject } from './personal-values.ts'
import { type AuditVerdict, type KnownHead, verifyChain } from './chain.ts'
import { changeListDigest } from '../imports/write.ts'
import {
  emptyLog,
  firstVersionWithHead,
  hasKeyOfAnother,
  hasWritten,
  isNotedElsewhere,
  readHeadFile,
} from './head-file.ts'
import type { OpenStore } from '../store/open.ts'

/** The chain, the head that was noted beside the key, and what the log says of each import against what is in the store. */
export async function verifyAudit(store: OpenStore, { head }: { head?: string } = {}): Promise<AuditVerdict> {
  const key = store.keys().audit
  const verdict = await verifyChain(store.db, { key, heads: knownHeads(store, head) })
  for (const message of await importProblems(store.db)) {
    verdict.problems.push({ message })
    verdict.ok = false
  }
  return verdict
}

/**
 * The file in which the head of a log with events is noted, where it is not there. At a shared store a desk notes its own:
 * until it has written to the log, it misses none. Nor does a backup that is looked at with the key of the store that goes on.
 */
export async function missingHead(
  { path, keyFile, headFile, version, db, engine }: OpenStore,
  { events, operator }: { events: number; operator: string },
): Promise<string | undefined> {
  if (path === undefined || events === 0 || version < firstVersionWithHead) return undefined
  if (readHeadFile(headFile)) return undefined
  const upTo = Number.MAX_SAFE_INTEGER
  const isNone = engine.isShared
    ? !(await hasWritten(db, { operator, upTo })) || (await isNotedElsewhere(db, { keyFile, headFile }))
    : hasKeyOfAnother({ path, keyFile, headFile })
  return isNone ? undefined : headFile
}

function knownHeads({ path, headFile }: OpenStore, named: string | undefined): KnownHead[] {
  const noted = path === undefined ? undefined : readHeadFile(headFile)
  return [
    ...(named === undefined ? [] : [{ head: named, called: 'the head you named' }]),
    ...(noted && noted.events > emptyLog.events
      ? [{ head: noted.head, called: `the head of ${noted.events} events that ${headFile} keeps` }]
      : []),
  ]
}

/** What the log says of each import, as it was applied or as it was left when it was taken back. */
interface ImportInLog {
  state: 'applied' | 'undone'
  /** Undefined for one that was taken back before this was written down. */
  changes: unknown
}

async function importProblems(db: Kysely<Store>): Promise<string[]> {
  const inLog = await importsInLog(db)
  const rows = await db.selectFrom('imports').select(['id', 'state']).orderBy('id').execute()
  const inStore = new Map(rows.map(({ id, state }) => [id, state]))
  const problems: string[] = []
  for (const [number, { state, changes }] of inLog) {
    if (inStore.get(number) !== state)
      problems.push(`import ${number} is not ${state} in the store, as the log says it is`)
    else if (changes !== undefined && changes !== (await changeListDigest(db, number)))
      problems.push(`what import ${number} did is not what the log says it did`)
  }
  for (const { id } of rows) if (!inLog.has(id)) problems.push(`the log names no import ${id}`)
  return problems
}

async function importsInLog(db: Kysely<Store>): Promise<Map<number, ImportInLog>> {
  const events = await db
    .selectFrom('audit')
    .select(['action', 'facts'])
    .where('action', 'in', ['centres.imported', 'centres.import-undone'])
    .orderBy('id')
    .execute()
  const found = new Map<number, ImportInLog>()
  for (const { action, facts } of events) {
    const { import: number, changes } = readObject(facts) ?? {}
    const state = action === 'centres.imported' ? 'applied' : 'undone'
    if (typeof number === 'number') found.set(number, { state, changes })
  }
  return found
}
